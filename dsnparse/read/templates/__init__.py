"""Notices in formats that are known by name."""
