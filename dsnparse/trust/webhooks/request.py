"""A request of a mail service as it came, and the values that a signature needs out of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from dsnparse.trust.webhooks.refusal import NotVerified

#: Bytes of a request that are looked at. SendGrid's batches have at most 768 KB, SNS messages 256 KB;
#: the rest is room.
BODY_BYTES = 8 * 1024 * 1024
#: Letters of a value that a signature needs: signatures of RSA keys with 4096 bits have 684.
VALUE_CHARS = 4096
#: Fields of a form, or of a query.
FORM_FIELDS = 200


class Request:
    """A request as it came: nothing of it is believed.

    `headers`: names in any case, and values. `query`: what stands behind the question mark of the URL.
    """

    def __init__(self, headers: Iterable[tuple[str, str]], body: bytes, query: str = "") -> None:
        self.body = body
        self.query = query
        self._headers: dict[str, list[str]] = {}
        for name, value in headers:
            self._headers.setdefault(name.lower(), []).append(value)

    def header(self, name: str) -> str | None:
        """The header of this name, or None. Raise NotVerified when it stands there twice."""
        found = self._headers.get(name, [])
        if len(found) > 1:
            raise NotVerified(f"The header {name} stands there {len(found)} times")
        return found[0].strip() if found else None

    def value(self, place: str) -> str | None:
        """What stands at a place as webhook.toml names it, or None: "header NAME", "json PATH", "form NAME",
        "pair HEADER NAME". Raise NotVerified when it stands there twice, or is too long."""
        kind, _, name = place.partition(" ")
        if kind == "header":
            found = self.header(name)
        elif kind == "form":
            found = self.value_of_form(name)
        elif kind == "pair":
            found = self._pair(*name.split(" ", 1))
        else:
            found = self._json_value(name)
        if found is not None and len(found) > VALUE_CHARS:
            raise NotVerified(f"The {kind} {name} is longer than {VALUE_CHARS} characters")
        return found

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or None when it is none."""
        return json_of(self.body)

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        """The fields of the body as an HTML form posts them, in their order; none when it is none."""
        media = (self.header("content-type") or "").partition(";")[0].strip().lower()
        if media != "application/x-www-form-urlencoded":
            return []
        return _fields(self.body.decode("utf-8", "replace"))

    def asked(self, name: str) -> list[str]:
        """The values of a parameter of the query."""
        return [value for one, value in _fields(self.query) if one == name]

    def value_of_form(self, name: str) -> str | None:
        """The field of this name, or None. Raise NotVerified when it stands there twice."""
        found = [value for one, value in self.form if one == name]
        if len(found) > 1:
            raise NotVerified(f"The field {name} stands there {len(found)} times")
        return found[0] if found else None

    def _json_value(self, path: str) -> str | None:
        return found_in(self.json, path)

    def _pair(self, header: str, name: str) -> str | None:
        pairs = [pair.partition("=") for pair in (self.header(header) or "")[:VALUE_CHARS].split(";")]
        return next((value.strip() for one, _, value in pairs if one.strip() == name), None)


def json_of(data: bytes) -> Any:
    """JSON, or None when it is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def found_in(value: Any, path: str) -> str | None:
    """The text or number at a path ("data/code") in an object, or in the only one of a list; else None."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    for part in path.split("/"):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def _fields(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=FORM_FIELDS)
    except ValueError:
        raise NotVerified(f"There are more than {FORM_FIELDS} fields") from None
