"""What happened to each address, the state that follows, and who is told of it."""
