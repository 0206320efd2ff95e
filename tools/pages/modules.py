"""The public modules and their names, which the API reference describes from the docstrings.

`docs/modules/NAME.md` introduces each in the repository; `tools.docs_site` adds the docstrings.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from enum import Enum
from types import MappingProxyType

import dsnparse
import dsnparse.adapters
import dsnparse.mailboxes
import dsnparse.report
import dsnparse.scale
import dsnparse.store
from dsnparse import Report
from dsnparse.store.asked import Asked

#: The public names of each public module.
MODULES = MappingProxyType(
    {
        "dsnparse": [name for name in dsnparse.__all__ if name != "__version__"],
        "dsnparse.adapters": dsnparse.adapters.__all__,
        "dsnparse.adapters.flufl": ["scan_message", "all_failures", "failures_of_addresses"],
        "dsnparse.classify": ["load_rules"],
        "dsnparse.explain": ["explain", "Page", "Sense"],
        "dsnparse.ingest": ["ingest", "store_all"],
        "dsnparse.mailboxes": dsnparse.mailboxes.__all__,
        "dsnparse.report": dsnparse.report.__all__,
        "dsnparse.scale": dsnparse.scale.__all__,
        "dsnparse.store": dsnparse.store.__all__,
        "dsnparse.trust.verp": ["sign_return_path", "sign_id", "check_return_path"],
        "dsnparse.trust.tracking": [
            "sign_message_id", "check_message_id", "sign_token", "sign_id_token", "find_token",
        ],
        "dsnparse.trust.batv": ["sign_batv", "check_batv", "Batv"],
        "dsnparse.trust.styles": ["read_return_path", "read_field", "ReturnPath"],
    }
)  # fmt: skip


def page(module: str) -> str:
    """The directives that autodoc reads, of all modules that are `module` or stand in it."""
    return "\n".join(["```{eval-rst}", *_lines(module), "```"])


def _lines(module: str) -> Iterator[str]:
    for home, names in MODULES.items():
        if home == module or (home.startswith(f"{module}.") and module != "dsnparse"):
            if home != module:
                yield from ("", home, "-" * len(home))
            yield from ("", f".. py:currentmodule:: {home}")
            for name in names:
                yield from ("", *_entry(f"{home}.{name}", getattr(importlib.import_module(home), name)))


def _entry(name: str, thing: object) -> Iterator[str]:
    if not isinstance(thing, type):
        yield f".. {'autofunction' if inspect.isroutine(thing) else 'autodata'}:: {name}"
    elif issubclass(thing, Exception):
        yield f".. autoexception:: {name}"
    else:
        yield f".. autoclass:: {name}"
        # What the members of an enumeration mean stands in its docstring.
        if not issubclass(thing, Enum):
            yield "   :members:"
        # All values have the same methods: one of them shows them. A store's questions have their own class.
        if issubclass(thing, (Report, Asked)):
            yield "   :inherited-members:"
