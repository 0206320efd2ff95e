"""`python -m dsnparse` is the command `dsnparse`."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command, see `dsnparse.cli.main`; without click, which no other part needs, says what to do."""
    try:
        from dsnparse.cli import main as command
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        from dsnparse.extras import install_line

        print(f"dsnparse: The command needs the package click: {install_line()}.", file=sys.stderr)
        return 2
    return command()


if __name__ == "__main__":
    sys.exit(main())
