"""--rules: files with rules of the user's own."""

from __future__ import annotations

import click

#: The command gets it as `rules`: the paths of the files.
rules_option = click.option(
    "--rules", multiple=True, metavar="FILE", help="Rules of your own (TOML). May be repeated."
)
