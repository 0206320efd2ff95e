"""Questions to the database that change nothing: may this address be mailed, what happened, how often."""
