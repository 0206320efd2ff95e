"""The database itself: its tables, its versions, and the connection to it."""
