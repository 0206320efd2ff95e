"""Options that several commands have, each by itself."""

from __future__ import annotations

import click

#: The command gets it as `rules`: paths of files.
rules_option = click.option(
    "--rules", multiple=True, metavar="FILE", help="Rules of your own (TOML). May be repeated."
)
#: `output`: a path, for `dsnparse.cli.output.Output`, or None.
output_option = click.option(
    "--output", "-o", metavar="FILE", help="Write to FILE, which appears only when it is complete."
)
#: `unknown`: a folder, for `dsnparse.cli.copies.Copies`, or None.
unknown_option = click.option(
    "--unknown", metavar="FOLDER", help="Copy messages that a person should look at to FOLDER."
)
#: `quiet`.
quiet_option = click.option("--quiet", "-q", is_flag=True, help="No progress bar and no summary.")
