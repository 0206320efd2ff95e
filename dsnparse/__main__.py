"""`python -m dsnparse` is the command `dsnparse`."""

from __future__ import annotations

import sys

from dsnparse.cli import main

if __name__ == "__main__":
    sys.exit(main())
