"""Which spellings are one address, and how an address stands in the database."""
