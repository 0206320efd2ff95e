"""`python -m dsnparse` is the command `dsnparse`."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command: see `dsnparse.cli.main`. Without click, which it alone needs, says what to do."""
    try:
        from dsnparse.cli import main as command
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        from dsnparse.extras import install_line

        sys.stderr.write(f"dsnparse: The command needs the package click: {install_line()}.\n")
        return 2
    return command()


if __name__ == "__main__":
    sys.exit(main())
