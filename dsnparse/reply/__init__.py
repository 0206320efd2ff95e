"""One SMTP reply, taken apart once."""
