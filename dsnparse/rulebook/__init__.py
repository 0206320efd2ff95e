"""What experts wrote about replies and notices, checked and compiled for one pass over a text."""
