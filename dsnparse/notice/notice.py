"""One message as a notice: what the readers ask it, each answer made once, when first needed."""

from __future__ import annotations

from collections.abc import Mapping

from dsnparse.notice.auto_reply import AutoReply, auto_reply_of
from dsnparse.notice.body import Body
from dsnparse.notice.head import Head
from dsnparse.notice.original import mailed_addresses, original_header, returned_message
from dsnparse.notice.ours import our_addresses
from dsnparse.notice.outcome import says_delayed, says_delivered
from dsnparse.notice.passing_on import is_mail_reader, is_person
from dsnparse.notice.roles import roles_of
from dsnparse.notice.signs import LOOK, Signs, is_like_a_notice, signs_of
from dsnparse.notice.status_fields import StatusFields, fields_in_parts, fields_in_text
from dsnparse.rulebook.template_matcher import Formats
from dsnparse.wire.mime import Part
from dsnparse.wire.once import once


class Notice:
    """One message, sorted by role; whatever is not needed is not read."""

    def __init__(self, root: Part, formats: Formats, *, is_inside: bool = False) -> None:
        """`root`: the message. `formats`: the named formats that are known.

        `is_inside`: whether it came back within another notice; no further one is looked for in it.
        """
        self.root = root
        self.formats = formats
        self.is_inside = is_inside
        self.limits = root.buffer.limits
        self.head = Head(root)
        self.roles = roles_of(root)
        #: Its own text.
        self.body = Body(self.roles, root.buffer)

    def warn(self, code: str, **values: object) -> None:
        """Adds a warning to the report."""
        self.root.buffer.warn(code, **values)

    @once
    def status_fields(self) -> StatusFields:
        """What its status parts say."""
        return fields_in_parts(self.roles, self.limits)

    @once
    def status_fields_in_text(self) -> StatusFields:
        """The same fields where its text has them."""
        return fields_in_text(self.body)

    @once
    def says_delayed(self) -> bool:
        """Whether its subject or text says that the message is still being tried."""
        return says_delayed(self.head.subject, self.body)

    @once
    def says_delivered(self) -> bool:
        """Whether its subject or text says that the message was delivered, and nothing that it was not."""
        return says_delivered(self.head.subject, self.body)

    @once
    def signs(self) -> Signs:
        """What speaks for a notice and against, and the named format that it is in."""
        return signs_of(self.head, self.body, self.formats)

    @once
    def is_report(self) -> bool:
        """Whether its parts for machines count: by its own type, or as a mail system shows as its author.

        People attach such parts to letters, and lists put them into digests.
        """
        return (
            self.head.type == "multipart/report"
            or is_like_a_notice(self.head)
            or self.signs.score_without_text >= LOOK
        )

    @property
    def is_passed_on(self) -> bool:
        """Whether a person forwards a notice with all its parts, or answers it with them."""
        head = self.head
        if not head.is_answer or head.is_daemon:
            return False
        return head.is_of_notice or is_person(head.mail_from) or is_mail_reader(head.program)

    @once
    def auto_reply(self) -> AutoReply | None:
        """What makes it an automatic answer of a person's or a desk's mailbox."""
        return auto_reply_of(self.head, self.body)

    @once
    def original(self) -> Mapping[str, str]:
        """Header fields of the returned message by name in lower case, undecoded; {} when not returned."""
        return original_header(self.roles.returned, self.body)

    @once
    def mailed(self) -> list[str]:
        """The addresses that the returned message was sent to."""
        return mailed_addresses(self.original, self.root.buffer)

    @once
    def mailed_by_local(self) -> dict[str, dict[str, str]]:
        """The same addresses by their local part, then by the whole, both in lower case."""
        found: dict[str, dict[str, str]] = {}
        for address in self.mailed:
            key = address.lower()
            found.setdefault(key.partition("@")[0], {})[key] = address
        return found

    @once
    def ours(self) -> frozenset[str]:
        """Addresses (lower case) of the sender's side."""
        return our_addresses(self.head.first, self.original)

    def returned_notice(self) -> Notice | None:
        """The returned message, where it came back whole, as a notice of its own."""
        part = returned_message(self.roles.returned, self.body)
        return Notice(part, self.formats, is_inside=True) if part is not None else None
