"""flanker's reading of an address: display names, comments, and whatever our own scanner leaves open.

It takes 0.4 seconds to import, so it loads when first needed.
"""

from __future__ import annotations

import contextlib
from functools import lru_cache

_LONGEST = 640


@lru_cache(maxsize=1024)
def by_flanker(text: str) -> str | None:
    """The address that flanker reads in `text` (display names, quoted local parts, EAI), or None."""
    if len(text) > _LONGEST:
        return None
    parse = _flanker()
    try:
        parsed = parse(text)
    except Exception:  # noqa: BLE001 -- a parser of another project's, fed by strangers
        return None
    address = getattr(parsed, "address", None)
    return address if isinstance(address, str) and "@" in address else None


@lru_cache(maxsize=1)
def _flanker():  # type: ignore[no-untyped-def]
    """flanker's `address.parse`, imported when first needed, its grammar chatter silenced."""
    import io
    import logging
    import warnings

    for name in ("", ".addresslib._parser.lexer", ".addresslib._parser.parser"):  # these set their own level
        logging.getLogger(f"flanker{name}").disabled = True
    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from flanker.addresslib import address
        except ImportError:
            return lambda _text: None
    return address.parse
