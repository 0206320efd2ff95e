"""What changes with every rule, option and docstring is made while the site is built.

Its place is a comment in the page, `<!-- On the site: commands -->`: the name of a module in tools/pages, and
what its `page` is given, if anything.
"""

from __future__ import annotations

import importlib
import re

from sphinx.application import Sphinx

_PLACE = re.compile(r"^<!-- On the site: ([a-z_]+)(?: ([\w.]+))? -->$", re.MULTILINE)


def add(_app: Sphinx, _docname: str, source: list[str]) -> None:
    """Put it in its place."""
    source[0] = _PLACE.sub(_made, source[0])


def _made(found: re.Match[str]) -> str:
    made: str = importlib.import_module(f"tools.pages.{found[1]}").page(found[2] or "")
    return made
