"""Is a notice real, and whom was the message for? What we put into our mail, and find again in its bounce."""
