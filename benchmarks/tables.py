"""Tables that go to the terminal and, as Markdown, into results.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class Paper:
    """What is printed is also kept for the file."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def heading(self, text: str) -> None:
        """A title above what follows."""
        print(f"\n{text}\n{'─' * len(text)}", flush=True)
        self._kept.append(f"## {text}\n")

    def say(self, text: str) -> None:
        """A paragraph."""
        print(text, flush=True)
        self._kept.append(f"{text}\n")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns, the first to the left and the others to the right."""
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        for row in (head, *rows):
            cells = [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
            print("  " + "   ".join(cells).rstrip())
        print(flush=True)
        lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
        self._kept.append("\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n")

    def picture(self, text: str) -> None:
        """Characters that must stay in their columns."""
        print(text, flush=True)
        self._kept.append(f"```\n{text}\n```\n")

    def link(self, name: str, file: str) -> None:
        """An image, in the file only."""
        self._kept.append(f"![{name}]({file})\n")

    def save(self, file: Path, title: str) -> None:
        """Writes everything so far."""
        file.write_text("\n".join([f"# {title}\n", *self._kept]), "utf-8")
