"""One message as a notice: its parts by role, its text, what came back, whose addresses are ours."""
