"""`dsnparse serve`, with an Internet that is a folder: FOLDER, then the words of the command.

What is fetched is noted in FOLDER/fetched, and is FOLDER/certificate.
"""

from __future__ import annotations

import sys
from pathlib import Path

import dsnparse.trust.webhooks.fetch
from dsnparse.cli import main


def run(folder: Path, words: list[str]) -> int:
    """The exit status."""

    def fetch(url: str) -> bytes:
        with (folder / "fetched").open("a") as file:
            file.write(f"{url}\n")
        return (folder / "certificate").read_bytes()

    dsnparse.trust.webhooks.fetch.fetch_https = fetch
    return main(words)


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), sys.argv[2:]))
