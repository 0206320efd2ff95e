"""The view of a message that the readers share: its parts by role, its text, and whose addresses are ours."""

from __future__ import annotations

from dsnparse.notice.quoted_subject import without_subject
from dsnparse.notice.returned import find_quoted_header, parse_header_lines
from dsnparse.notice.words import says, subject_says
from dsnparse.wire.address import addresses_in
from dsnparse.wire.html import html_text
from dsnparse.wire.limits import Limits
from dsnparse.wire.mime import Part, read_message
from dsnparse.wire.text import body_text, header_text

STATUS_TYPES = frozenset(
    [
        "message/delivery-status",
        "message/global-delivery-status",
        "message/xdelivery-status",
        "message/x-delivery-status",
    ]
)
RETURNED_TYPES = frozenset(
    [
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "text/rfc822-header",
        "text/rfc822",
        "message/rfc822-headers",
        "message/global-headers",
        "message/partial",
    ]
)
_RECEIPT_TYPES = frozenset(["message/disposition-notification", "message/global-disposition-notification"])
_FEEDBACK_TYPES = frozenset(["message/feedback-report"])
#: Text parts that are read; real notices have one to three (languages, a disclaimer, a footer).
_MAX_TEXT_PARTS = 8
#: Where words of delay are looked for; notices say it in their first sentences.
_DELAY_LINES = 60
_DELAY_CHARS = 3000


class Notice:
    """One message, sorted by role. Built once by `Notice(root)`; the texts are decoded when first needed."""

    __slots__ = (
        "_by_local",
        "_lines",
        "_mailed",
        "_original",
        "_quoted",
        "_says_delayed",
        "_starts",
        "_stripped",
        "_text_numbers",
        "feedback",
        "first",
        "html",
        "limits",
        "mail_from",
        "receipt",
        "returned",
        "root",
        "status",
        "subject",
        "texts",
    )

    def __init__(self, root: Part) -> None:
        self.root = root
        self.limits: Limits = root.buffer.limits
        self.first = root.first
        self.status: list[Part] = []
        self.texts: list[Part] = []
        self.html: list[Part] = []
        self.returned: Part | None = None
        self.feedback: Part | None = None
        self.receipt: Part | None = None
        self._lines: list[str] | None = None
        self._starts: list[int] = []
        self._text_numbers: list[str] = []
        self._quoted: list[str] = []
        self._original: dict[str, str] | None = None
        self._mailed: list[str] | None = None
        self._by_local: dict[str, dict[str, str]] | None = None
        self._stripped: list[str] | None = None
        self._says_delayed: bool | None = None
        self._sort(root)
        self.subject = header_text(self.first.get("subject", ""), root.buffer)
        self.mail_from = header_text(self.first.get("from", ""), root.buffer)

    def _sort(self, root: Part) -> None:
        """Gives each part its role; parts of a returned message have none."""
        waiting = [root]
        while waiting:
            part = waiting.pop()
            kind = part.type
            if kind in STATUS_TYPES:
                # A further one behind the returned message: its sender guessed the boundary.
                if self.returned is None or not self.status:
                    self.status.append(part)
            elif kind in RETURNED_TYPES and part is not root:
                if self.returned is None:
                    self.returned = part
            elif kind in _FEEDBACK_TYPES:
                self.feedback = self.feedback or part
            elif kind in _RECEIPT_TYPES:
                self.receipt = self.receipt or part
            elif kind.startswith("multipart/"):
                parts = part.parts()
                if parts:
                    waiting.extend(reversed(parts))
                else:
                    self._take_text(part)
            elif kind.startswith("text/") or part is root or kind == "message/":
                self._take_text(part)

    def _take_text(self, part: Part) -> None:
        if self.returned is not None or (self.texts and (self.status or _is_attached(part))):
            return  # RFC 6522: words, then the machine's part, then what is returned
        pile = self.html if part.type == "text/html" else self.texts
        if len(pile) < _MAX_TEXT_PARTS:
            pile.append(part)

    # -- the text ---------------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """The notice's own text, up to where a returned message is quoted in it."""
        if self._lines is None:
            self._read_text(self.texts)
            assert self._lines is not None
            if self.html and not any("@" in line for line in self._lines):
                self._read_text(self.html)
        assert self._lines is not None
        return self._lines

    @property
    def stripped(self) -> list[str]:
        """The first lines of the text, as many as the limit allows, without blanks and quoted subjects."""
        if self._stripped is None:
            lines, most = self.lines, self.limits.text_lines
            if len(lines) > most:
                self.root.buffer.warn("limit.text_lines", most=most)
            self._stripped = [without_subject(line.strip()) for line in lines[:most]]
        return self._stripped

    def _read_text(self, parts: list[Part]) -> None:
        lines: list[str] = []
        self._starts, self._text_numbers = [], []
        budget = self.limits.text_bytes
        quoted: list[str] = []
        for part in parts:
            if budget <= 0:
                part.buffer.warn("limit.text_parts")
                break
            text = body_text(part, budget)
            budget -= len(text)
            if part.type == "text/html":
                text = html_text(text, part.buffer)
            new = text.split("\n")
            self._starts.append(len(lines))
            self._text_numbers.append(part.number or "1")
            at = find_quoted_header(new)
            if at >= 0:
                quoted = new[at:]
                lines.extend(new[:at])
                break
            lines.extend(new)
        self._quoted = quoted
        if quoted and self._original is None and self.returned is None:
            self._original = parse_header_lines(quoted)
        self._lines = lines

    def place(self, index: int) -> tuple[str, int]:
        """The part number and the line within it of line `index` of the text."""
        starts = self._starts
        at = len(starts) - 1
        while at > 0 and starts[at] > index:
            at -= 1
        if at < 0:
            return "1", index + 1
        return self._text_numbers[at], index - starts[at] + 1

    def shortened(self, diagnostic: str) -> str:
        """`diagnostic` as far as the limit allows."""
        most = self.limits.diagnostic_chars
        if len(diagnostic) > most:
            self.root.buffer.warn("limit.diagnostic_chars", most=most)
        return diagnostic[:most]

    # -- the returned message -------------------------------------------------------------------------

    @property
    def original(self) -> dict[str, str]:
        """Header fields of the returned message by name in lower case, undecoded; {} when not returned."""
        if self._original is None:
            part = self.returned
            if part is None:
                self.lines  # noqa: B018 -- the text may quote them
                if self._original is None:
                    self._original = {}
            elif part.type in ("message/rfc822", "message/global") and part.parts():
                self._original = part.parts()[0].first
                if not self._original:
                    self._original = _headers_in(part)
            else:
                self._original = _headers_in(part)
        return self._original

    def mailed(self) -> list[str]:
        """The addresses that the returned message was sent to, as its header gives them."""
        if self._mailed is None:
            get = self.original.get
            self._mailed = []
            for name in ("to", "cc", "bcc", "x-original-to", "x-receiver"):
                value = get(name)
                if value:
                    self._mailed += addresses_in(header_text(value, self.root.buffer))
        return self._mailed

    def mailed_by_local(self) -> dict[str, dict[str, str]]:
        """The same addresses by their local part, then by the whole, both in lower case."""
        if self._by_local is None:
            self._by_local = {}
            for address in self.mailed():
                key = address.lower()
                self._by_local.setdefault(key.partition("@")[0], {})[key] = address
        return self._by_local

    def says_delayed(self) -> bool:
        """Whether subject or text say that the message is still being tried, and not that it was given up."""
        if self._says_delayed is None:
            self._says_delayed = self._look_for_delay()
        return self._says_delayed

    def _look_for_delay(self) -> bool:
        if subject_says("delay", self.subject) and not subject_says("final", self.subject):
            return True
        text = " ".join(" ".join(self.lines[:_DELAY_LINES]).split())[:_DELAY_CHARS]
        return any(says("delay", text[at : at + 600]) for at in range(0, len(text), 500)) and not says(
            "final", text[:600]
        )

    def inner(self) -> Part | None:
        """The returned message, where it is a notice itself, ready to be read like one."""
        part = self.returned
        if part is not None and part.type in ("message/rfc822", "message/global") and part.parts():
            return part.parts()[0]
        if part is None and self._quoted:
            text = "\n".join(self._quoted)
            return read_message(text.encode("utf-8", "surrogateescape"), self.limits)
        return None

    def ours(self) -> set[str]:
        """Addresses (lower case) that are the sender's side: where the notice went, who sent the original."""
        found: set[str] = set()
        for name in ("to", "delivered-to", "envelope-to", "x-envelope-to"):
            found.update(addresses_in(self.first.get(name, "")))
        for name in ("from", "return-path", "sender", "reply-to", "errors-to", "list-post", "list-owner"):
            found.update(addresses_in(self.original.get(name, "")))
        plain = {address.lower() for address in found}
        # VERP and tags: "bounce+x=example.org@host" is quoted back as "bounce@host", too.
        return plain | {_untagged(address) for address in plain}


def _untagged(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _is_attached(part: Part) -> bool:
    """Whether a text part is an attachment: of the returned message, for all that anybody knows."""
    return part.first.get("content-disposition", "").lower().startswith("attachment")


def _headers_in(part: Part) -> dict[str, str]:
    """The header fields in the body of a text/rfc822-headers part."""
    if part.type == "text/rfc822-headers" and "content-transfer-encoding" not in part.first:
        inside = Part(part.buffer, part.body_start, part.body_end, part.depth + 1, part.number, "text/plain")
        return inside.first
    return parse_header_lines(body_text(part, part.buffer.limits.text_bytes).split("\n"))
