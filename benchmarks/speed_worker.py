"""A parser in a process of its own: `python speed_worker.py NAME`, or with --version what it is.

Reads batches of messages on standard input (their number, then length and bytes of each, big-endian) and
answers each batch with the nanoseconds of CPU time that the parser took for it, a line each.
"""

from __future__ import annotations

import email
import gc
import logging
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version


def _dsnparse() -> Callable[[bytes], object]:
    from dsnparse import parse_dsn

    return parse_dsn


def _standard_library() -> Callable[[bytes], object]:
    return email.message_from_bytes


def _flufl() -> Callable[[bytes], object]:
    from flufl.bounce import scan_message

    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
    return lambda data: scan_message(email.message_from_bytes(data))


def _flanker() -> Callable[[bytes], object]:
    from flanker.mime import from_string

    def read(data: bytes) -> object:
        bounce = from_string(data).bounce
        return bounce.score, bounce.status, bounce.diagnostic_code, bounce.notification

    return read


def _fast_mail_parser() -> Callable[[bytes], object]:
    from fast_mail_parser import parse_email

    return lambda data: parse_email(data)


#: The name in the table, the distribution, and what makes its parser.
PARSERS: dict[str, tuple[str, str, Callable[[], Callable[[bytes], object]]]] = {
    "dsnparse": ("dsnparse", "mail-dsnparse", _dsnparse),
    "email": ("email.message_from_bytes", "", _standard_library),
    "flufl": ("flufl.bounce", "flufl.bounce", _flufl),
    "flanker": ("flanker", "flanker", _flanker),
    "fast": ("fast_mail_parser (MIME only)", "fast-mail-parser", _fast_mail_parser),
}


def _edition(name: str) -> str:
    """Which Python runs it; and of dsnparse, whether its modules are compiled."""
    python = "(Python {}.{}.{}".format(*sys.version_info)
    if name == "dsnparse":
        from dsnparse.wire import mime

        python += ", compiled" if str(mime.__file__).endswith(".so") else ", pure"
    return f"{python})"


def main() -> None:
    """Reads until the end of standard input."""
    title, distribution, make = PARSERS[sys.argv[1]]
    reader = make()
    if sys.argv[2:] == ["--version"]:
        print(*filter(None, (title, version(distribution) if distribution else "", _edition(sys.argv[1]))))
        return
    source = sys.stdin.buffer
    while head := source.read(4):
        batch = []
        for _ in range(struct.unpack(">I", head)[0]):
            (size,) = struct.unpack(">I", source.read(4))
            batch.append(source.read(size))
        gc.collect()
        started = time.process_time_ns()
        for data in batch:
            with suppress(Exception):  # some raise on some mail; the time until then counts
                reader(data)
        print(time.process_time_ns() - started, flush=True)


if __name__ == "__main__":
    main()
