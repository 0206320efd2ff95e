"""Notices in free text that nobody has seen before."""
