"""Does a request with events come from the mail service? Its signature, or a password that it was given."""
