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
from dsnparse.notice.seen import Signs
from dsnparse.notice.sign import LOOK
from dsnparse.notice.signs import is_like_a_notice, signs_of
from dsnparse.notice.status_fields import StatusFields, fields_in_parts, fields_in_text
from dsnparse.rulebook.template_matcher import Formats
from dsnparse.wire.mime import Part


class Notice:
    """One message, sorted by role; whatever is not needed is not read."""

    #: What was asked already.
    _status_fields: StatusFields | None = None
    _status_fields_in_text: StatusFields | None = None
    _says_delayed: bool | None = None
    _says_delivered: bool | None = None
    _signs: Signs | None = None
    _is_report: bool | None = None
    _auto_reply: AutoReply | None = None
    _original: Mapping[str, str] | None = None
    _mailed: list[str] | None = None
    _mailed_by_local: dict[str, dict[str, str]] | None = None
    _ours: frozenset[str] | None = None
    _is_auto_reply_known = False

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

    @property
    def status_fields(self) -> StatusFields:
        """What its status parts say."""
        if self._status_fields is None:
            self._status_fields = fields_in_parts(self.roles, self.limits)
        return self._status_fields

    @property
    def status_fields_in_text(self) -> StatusFields:
        """The same fields where its text has them."""
        if self._status_fields_in_text is None:
            self._status_fields_in_text = fields_in_text(self.body)
        return self._status_fields_in_text

    @property
    def says_delayed(self) -> bool:
        """Whether its subject or text says that the message is still being tried."""
        if self._says_delayed is None:
            self._says_delayed = says_delayed(self.head.subject, self.body)
        return self._says_delayed

    @property
    def says_delivered(self) -> bool:
        """Whether its subject or text says that the message was delivered, and nothing that it was not."""
        if self._says_delivered is None:
            self._says_delivered = says_delivered(self.head.subject, self.body)
        return self._says_delivered

    @property
    def signs(self) -> Signs:
        """What speaks for a notice and against, and the named format that it is in."""
        if self._signs is None:
            self._signs = signs_of(self.head, self.body, self.formats)
        return self._signs

    @property
    def is_report(self) -> bool:
        """Whether its parts for machines count: by its own type, or as a mail system shows as its author.

        People attach such parts to letters, and lists put them into digests.
        """
        if self._is_report is None:
            self._is_report = (
                self.head.type == "multipart/report"
                or is_like_a_notice(self.head)
                or self.signs.score_without_text >= LOOK
            )
        return self._is_report

    @property
    def is_passed_on(self) -> bool:
        """Whether a person forwards a notice with all its parts, or answers it with them."""
        head = self.head
        if not head.is_answer or head.is_daemon:
            return False
        return head.is_of_notice or is_person(head.mail_from) or is_mail_reader(head.program)

    @property
    def auto_reply(self) -> AutoReply | None:
        """What makes it an automatic answer of a person's or a desk's mailbox."""
        if not self._is_auto_reply_known:
            self._auto_reply = auto_reply_of(self.head, self.body)
            self._is_auto_reply_known = True
        return self._auto_reply

    @property
    def original(self) -> Mapping[str, str]:
        """Header fields of the returned message by name in lower case, undecoded; {} when not returned."""
        if self._original is None:
            self._original = original_header(self.roles.returned, self.body)
        return self._original

    @property
    def mailed(self) -> list[str]:
        """The addresses that the returned message was sent to."""
        if self._mailed is None:
            self._mailed = mailed_addresses(self.original, self.root.buffer)
        return self._mailed

    @property
    def mailed_by_local(self) -> dict[str, dict[str, str]]:
        """The same addresses by their local part, then by the whole, both in lower case."""
        if self._mailed_by_local is None:
            self._mailed_by_local = self._find_mailed_by_local()
        return self._mailed_by_local

    def _find_mailed_by_local(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for address in self.mailed:
            key = address.lower()
            found.setdefault(key.partition("@")[0], {})[key] = address
        return found

    @property
    def ours(self) -> frozenset[str]:
        """Addresses (lower case) of the sender's side."""
        if self._ours is None:
            self._ours = our_addresses(self.head.first, self.original)
        return self._ours

    def returned_notice(self) -> Notice | None:
        """The returned message, where it came back whole, as a notice of its own."""
        part = returned_message(self.roles.returned, self.body)
        return Notice(part, self.formats, is_inside=True) if part is not None else None
