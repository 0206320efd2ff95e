"""Check the built site: every link within it leads to a place that is there, and nothing needs a network.

python -m tools.docs_site.check out/site
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Attributes that a browser fetches by itself.
_FETCHED = {"img": "src", "script": "src", "link": "href", "source": "src", "iframe": "src"}


class _Page(HTMLParser):
    """The links of a page, what it fetches, and the places in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if given.get(_FETCHED.get(tag, "")):
            self.fetched.append(given[_FETCHED[tag]])


def complaints(site: Path) -> Iterator[str]:
    """What is wrong, a sentence each."""
    site = site.resolve()
    pages = sorted(site.rglob("*.html"))
    if not pages:
        yield f"{site} has no pages."
    for page in pages:
        read = _read(page)
        shown = page.relative_to(site)
        for link in [*read.links, *read.fetched]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in read.fetched and parts.scheme != "data":
                    yield f"{shown} fetches {link}."
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.exists() or not target.is_relative_to(site):
                yield f"{shown} links to {link}, which is not there."
            elif target.suffix == ".html" and unquote(parts.fragment) not in {"", *_read(target).places}:
                yield f"{shown} links to {link}: no such place."


@cache
def _read(page: Path) -> _Page:
    return _Page(page.read_text("utf-8"))


def main(arguments: list[str] | None = None) -> int:
    """Print what is wrong. Exit status: 1 when there is anything."""
    options = argparse.ArgumentParser(prog="python -m tools.docs_site.check", description=__doc__)
    options.add_argument("site", type=Path)
    found = list(complaints(options.parse_args(arguments).site))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
