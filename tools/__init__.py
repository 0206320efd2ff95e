"""Scripts for those who work on dsnparse: `python -m tools.NAME`. They are not in the wheel."""
