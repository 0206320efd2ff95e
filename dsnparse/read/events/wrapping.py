"""What a provider wraps its events in: a list, an SNS envelope, a page of an API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dsnparse.read.events.tables import Table, value_at

#: Wrappings within one another that are opened.
_DEPTH = 6


def unwrapped(table: Table, value: Any, depth: int = _DEPTH) -> Iterator[Any]:
    """The events within what a provider sends: a list, an SNS envelope, a page of an API, …"""
    if isinstance(value, list) and depth:
        for item in value:
            yield from unwrapped(table, item, depth - 1)
        return
    if value == {} and depth < _DEPTH:
        return  # a wrapping that holds nothing: whether somebody is there
    for path in table.get("unwrap", ()) if isinstance(value, dict) and depth else ():
        inner = value_at(path, value)
        if isinstance(inner, str):
            try:
                inner = json.loads(inner)
            except (ValueError, RecursionError):
                continue
        if isinstance(inner, (dict, list)):
            if path == "Message" and value_at("SubscribeURL", value):
                break
            yield from unwrapped(table, inner, depth - 1)
            return
    yield value
