"""The view of one message as one HTML file: it needs no server and no network, and sends nothing anywhere."""

from __future__ import annotations

import base64
import hashlib
import html
import re

from dsnparse.model import Report
from dsnparse.render.cells import to_json
from dsnparse.render.terminal import visible
from dsnparse.web.page import read
from dsnparse.web.showing import to_show
from dsnparse.wire.limits import DEFAULT_LIMITS, Limits

_SCRIPTS = ("dom.js", "message.js", "verdict.js", "alone.js")
_PLACE = re.compile(r"@(policy|title|style|version|answer|script)@")


def alone(message: bytes, report: Report, title: str, version: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """The HTML file on `message` and its report.

    Its Content-Security-Policy lets in its own script and style by their hashes, and nothing else; what the
    message says stands in it as JSON, with every "<" as an escape. Raises nothing on any bytes.
    """
    script, style = "".join(text_of(name) for name in _SCRIPTS), text_of("page.css")
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )
    values = {
        "policy": policy,
        "title": html.escape(visible(title)),
        "style": style,
        "version": html.escape(version),
        "answer": to_json(to_show(message, report, limits)).replace("<", "\\u003c"),
        "script": script,
    }
    return _PLACE.sub(lambda found: values[found[1]], text_of("alone.html"))


def text_of(name: str) -> str:
    """A file of the page as text."""
    return read(name).decode()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
