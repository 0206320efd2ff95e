"""Removing what is old, and all that concerns one address."""
