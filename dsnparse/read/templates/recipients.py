"""Reads the recipients of a notice by the patterns of its format.

Facts:

* Some formats name the failed by their local part alone; the domain then stands elsewhere in the message, or
  nowhere. Without one there is no record.
* A reply stands with its recipient, or once for all of them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, islice
from typing import Final, NamedTuple

from dsnparse.notice.notice import Notice
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.prose.fates import tell_apart
from dsnparse.read.prose.mention import Mention, mentions_of
from dsnparse.read.prose.page import Page
from dsnparse.read.prose.transcript import RCPT
from dsnparse.read.recipient import Recipient
from dsnparse.reply.codes import states_code
from dsnparse.rulebook.template import Format, find, find_all
from dsnparse.vocabulary import Origin
from dsnparse.wire.address import FieldAddress, address_in_field, is_addr_spec
from dsnparse.wire.address_edges import goes_on
from dsnparse.wire.address_spans import Span, addresses_in, spans_in

#: Lines and characters of one recipient's block, and of the text for what all recipients share.
_BLOCK_LINES: Final = 40
_BLOCK_CHARS: Final = 3000
_TEXT_CHARS: Final = 20_000
#: RFC 5321 section 4.5.3.1.1.
_LONGEST_LOCAL: Final = 64


class Entry(NamedTuple):
    """A place in the text where a format names a recipient."""

    line: int
    start: int
    end: int
    text: str
    #: Where on the line the pattern begins to match; 0 where it does so on a line before.
    seen_from: int = 0


#: "kim at example.com" (COMSAT), "kim(a)example.com" (RFC 1327 section 4.1.2: X.400 has no "@").
_SPELLED_AT: Final = re.compile(
    r"([^\s@()<>]{1,64})(?: at |\(a\))([^\s@()<>]{1,250}\.[^\s@()<>.]{2,63})", re.IGNORECASE
)


class TemplateReader:
    """Reads one notice by one format."""

    def __init__(self, notice: Notice, form: Format) -> None:
        self.notice = notice
        self.form = form
        self.lines = notice.body.stripped
        self.whole = "\n".join(self.lines)
        self.text = self.whole[:_TEXT_CHARS]
        self.page = Page(notice)
        self._whole: list[tuple[str, dict[str, dict[str, FieldAddress]]]] | None = None
        #: What the patterns find in the whole text, for all recipients at once; worked out when needed.
        self._shared: list[tuple[str, int] | None] = []

    def read(self) -> list[Recipient]:
        first, last = self._bounds()
        entries = self._entries(first, last)[: self.notice.limits.recipients]
        recipients: dict[str, Recipient] = {}
        places: dict[str, tuple[Entry, int]] = {}
        ends = [*(entry.line for entry in entries[1:]), last]
        for entry, end in zip(entries, ends[: len(entries)], strict=True):
            address, source = self._named(entry)
            if address is None or address.text.lower() in recipients:
                continue
            key = address.text.lower()
            is_own = self._is_the_formats_own(entry)
            if not is_own and self.page.is_in_a_reply(entry.line):
                continue
            may_be_a_reply = not is_own and self.page.goes_on_from(entry.line, self.page.has_address)
            is_uncertain = address.is_uncertain or may_be_a_reply
            recipient = recipients[key] = Recipient(address.text, is_uncertain=is_uncertain)
            places[key] = entry, end
            part, number = self.notice.body.place(entry.line)
            recipient.note("recipient", part, number, f"format.{self.form.name}", self.lines[entry.line])
            if source:
                recipient.note("recipient", "", 0, f"format.{self.form.name}.domain", source)
        self._describe(recipients, places)
        lines = [(recipient, places[key][0].line) for key, recipient in recipients.items()]
        return tell_apart(self.notice, self.page, lines)

    def _is_the_formats_own(self, entry: Entry) -> bool:
        """Whether a field names whom an entry names, or its line is one that only the format has.

        Where others stand, the reply about the recipient before it may go on.
        """
        before = self.lines[entry.line][: entry.start]
        return entry.text.lower() in self.page.listed or before.startswith(">>>") or states_code(before)

    def _bounds(self) -> tuple[int, int]:
        """The first line of the block of recipients and the one behind it; (0, 0) where there is no block."""
        first, last = 0, len(self.lines)
        text = self.whole
        if self.form.start is not None:
            found = find(self.form.start, text)
            if found is None:
                return 0, 0
            first = text.count("\n", 0, found.start())
        if self.form.end is not None:
            found = find(self.form.end, text, len("\n".join(self.lines[: first + 1])))
            if found is not None:
                last = text.count("\n", 0, found.start())
        return first, last

    def _entries(self, first: int, last: int) -> list[Entry]:
        """The places that name a recipient in the lines given, in their order.

        Of several patterns that find something in one line, the first one counts; a pattern takes the lines
        from where it begins to where it names the recipient.
        """
        lines = self.lines[first:last]
        text = "\n".join(lines)
        starts = list(accumulate([len(line) + 1 for line in lines], initial=0))
        owner: dict[int, str] = {}
        entries = []
        for one in self.form.recipient:
            for found in islice(find_all(one, text), self.notice.limits.recipients):
                start, end = found.span(1)
                if start == end or _is_cut(text, start, end):
                    continue
                at = bisect_right(starts, start) - 1
                if owner.get(at, one) == one:
                    line, seen_from = starts[at], found.start()
                    named = text[start:end]
                    entries.append(
                        Entry(first + at, start - line, end - line, named, max(seen_from - line, 0))
                    )
                    top = bisect_right(starts, seen_from) - 1
                    owner.update(dict.fromkeys(range(top, at + 1), one))
        return sorted(entries)

    def _named(self, entry: Entry) -> tuple[FieldAddress | None, str]:
        """The address at `entry`; and where its domain comes from when that is not given with it."""
        spelled = _SPELLED_AT.fullmatch(entry.text)
        if spelled is not None:
            return address_in_field(f"{spelled[1]}@{spelled[2]}"), ""
        if "@" in entry.text or entry.text.startswith("/"):  # X.400 in text: "/S=Doe/O=Example/C=GB/"
            if is_addr_spec(entry.text) and self._is_whole(entry):
                return FieldAddress(entry.text.removesuffix(".")), ""
            for span in spans_in(self.lines[entry.line]):
                if span.start < entry.end and span.end > entry.start:
                    return FieldAddress(span.address, span.is_uncertain or entry.text.count("@") > 1), ""
            return address_in_field(entry.text), ""
        local = entry.text.strip("<>\"'.,:; \t")
        if not local or len(local) > _LONGEST_LOCAL or any(char.isspace() for char in local):
            return None, ""
        if "/" in local:  # MailEnable's "[SF:example.org/kim]": the store of a domain, and the mailbox in it
            domain, _, name = local.partition("/")
            stored = address_in_field(f"{name}@{domain}") if "." in domain else None
            return stored and stored._replace(is_uncertain=True), f"{local}: the store and its mailbox"
        for source, whole in self._whole_addresses():
            addresses = whole.get(local.lower(), {})
            if len(addresses) == 1:
                found = next(iter(addresses.values()))
                is_listed = found in self.notice.head.listed
                return found if is_listed else FieldAddress(
                    found.text, True
                ), f"{local}: completed from {source}"
        for one in self.form.domain:
            place = find(one, self.text)
            start, end = place.span(1) if place is not None else (0, 0)
            if start < end:
                domain, seen = self.text[start:end], self.text[slice(*place.span())]
                return address_in_field(f"{local}@{domain.rstrip('.')}"), f"{local}: completed from {seen}"
        return None, ""

    def _is_whole(self, entry: Entry) -> bool:
        """Whether the format accounts for all that is glued to the address: "[SMTP:a@b]"."""
        line = self.lines[entry.line]
        if goes_on(line, entry.end):
            return False
        return not line[: entry.start].strip() or line.rfind(" ", 0, entry.start) >= entry.seen_from - 1

    def _whole_addresses(self) -> list[tuple[str, dict[str, dict[str, FieldAddress]]]]:
        """Where the message gives whole addresses, the most certain place first: local part → addresses."""
        if self._whole is None:
            notice = self.notice
            ours = notice.ours
            listed = notice.head.listed
            named = [FieldAddress(one) for one in addresses_in(self.text) if one.lower() not in ours]
            self._whole = [
                ("X-Failed-Recipients", _by_local(listed)),
                ("the returned message's To and Cc", _by_local([FieldAddress(one) for one in notice.mailed])),
                ("the same text", _by_local(named)),
            ]
        return self._whole

    def _describe(self, recipients: dict[str, Recipient], places: dict[str, tuple[Entry, int]]) -> None:
        """Gives each recipient the words about him: by the format's patterns, else by the lines around."""
        blocks = Blocks(self.notice, set(recipients))
        mentions: dict[str, list[Mention]] | None = None
        for key, recipient in recipients.items():
            entry, end = places[key]
            lines = self.lines[entry.line : min(max(end, entry.line + 1), entry.line + _BLOCK_LINES)]
            block = "\n".join(lines)[:_BLOCK_CHARS]
            self._name_original(recipient, block, entry.line)
            own = self._diagnostic(block)
            found = (own[0], own[1] + entry.line) if own is not None else self._for_all(places)
            if found is not None and not self._is_about_another(found[1], key):
                blocks.describe(recipient, *found, f"format.{self.form.name}.diagnostic")
                recipient.context = block
                if len(blocks.failed) == 1:
                    recipient.add_context(blocks.prose)
            else:
                if mentions is None:
                    mentions = mentions_of(self.notice, set(recipients))
                here = Mention(self.page, entry.line, Span(entry.start, entry.end, recipient.recipient))
                blocks.fill(recipient, [here, *mentions.get(key, ())])

    def _for_all(self, places: dict[str, tuple[Entry, int]]) -> tuple[str, int] | None:
        """The same for all recipients at once: what stands in the block of none of several."""
        if not self._shared:
            found = self._diagnostic(self.text)
            if found is not None and len(places) > 1:
                blocks = [(entry.line, end) for entry, end in places.values()]
                # Behind the last one stands what is said of all.
                is_ones = any(first <= found[1] < end for first, end in sorted(blocks)[:-1])
                found = None if is_ones or self._is_one_of_several(*found) else found
            self._shared.append(found)
        return self._shared[0]

    def _is_about_another(self, line: int, key: str) -> bool:
        """Whether the line above, in a transcript, is the command that names another recipient."""
        above = self.lines[line - 1] if line else ""
        return RCPT.search(above) is not None and key not in above.lower()

    def _is_one_of_several(self, text: str, line: int) -> bool:
        """Whether a transcript has another such reply below: each is about one recipient."""
        below = self.text.split("\n", line + 1)[line + 1 :]
        other = self._diagnostic(below[0]) if below else None
        return other is not None and other[0] != text

    def _name_original(self, recipient: Recipient, block: str, line: int) -> None:
        for one in self.form.original:
            found = find(one, block)
            start, end = found.span(1) if found is not None else (-1, -1)
            if start < 0:
                continue
            named = address_in_field(block[start:end])
            address = named.text if named is not None else ""
            if address and address.lower() != recipient.recipient.lower():
                recipient.original_recipient, recipient.original_origin = address, Origin.STATED
                part, number = self.notice.body.place(line + block.count("\n", 0, start))
                seen = block[slice(*found.span())]
                recipient.note("original_recipient", part, number, f"format.{self.form.name}.original", seen)
                return

    def _diagnostic(self, text: str) -> tuple[str, int] | None:
        """What the format's patterns find in `text`, and how many lines into it."""
        for one in self.form.diagnostic:
            found = find(one, text)
            start, end = found.span(1) if found is not None else (0, 0)
            if start < end:
                return text[start:end], text.count("\n", 0, start)
        return None


def _is_cut(text: str, start: int, end: int) -> bool:
    """Whether a pattern found only a piece of an address: "m@b" within "tom@b.example"."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return (before.isascii() and (before.isalnum() or (before and before in "._+-"))) or (
        after.isascii() and (after.isalnum() or after == "-")
    )


def _by_local(addresses: list[FieldAddress]) -> dict[str, dict[str, FieldAddress]]:
    """Addresses by their local part, then by the whole, both in lower case."""
    found: dict[str, dict[str, FieldAddress]] = {}
    for address in addresses:
        key = address.text.lower()
        found.setdefault(key.rpartition("@")[0], {}).setdefault(key, address)
    return found
