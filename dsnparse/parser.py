"""From the bytes of a message to a `Report`: the whole way on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from email.message import Message
from functools import cache, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsnparse.classify import RuleSet, Verdict, classify_reply, load_rules
from dsnparse.model import Evidence, OriginalMessage, Report
from dsnparse.notice.notice import Notice
from dsnparse.notice.returned import original_message
from dsnparse.read.readers import read
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import clean_text
from dsnparse.read.record import records_of
from dsnparse.rulebook.given import plain_table
from dsnparse.rulebook.template_matcher import default_formats, load_formats
from dsnparse.trust.envelope import Envelope
from dsnparse.vocabulary import Action, Kind
from dsnparse.wire.address import from_xtext, typed_address, unmasked
from dsnparse.wire.dates import parse_date
from dsnparse.wire.fields import Field
from dsnparse.wire.limits import DEFAULT_LIMITS, Limits
from dsnparse.wire.mime import Buffer, read_message
from dsnparse.wire.raw import bytes_of
from dsnparse.wire.warning import make_warning

if TYPE_CHECKING:
    from dsnparse.trust.settings import TrustSettings


class Parser:
    """A parser with options; `parse_dsn` and `classify_reply` are one without.

    `rules`: paths of TOML files with rules of your own, or dictionaries of their shape (`{"rule": [{…}]}`);
    they win over the built-in ones.
    `limits`: how much of a message is looked at.
    `formats`: the names of the notice formats to know, as in `Report.format`; None for all; () for none, so
    that the generic reader reads every notice without status fields.
    `trust`: what is known of your own mail, or the file that says it (`dsnparse trust init`): each report
    then has its `authenticity`, and whom you mailed is what your own signature says.

    Raises TypeError or ValueError when an option is wrong, RuleError (a ValueError) when a file of rules is,
    with what to do about it, OSError when the file of `trust` cannot be read, and ModuleNotFoundError when it
    wants DKIM checked and the extra `dkim` is missing.

    One parser may be used by many threads. It pickles and copies by its options: the copy reads the files of
    rules anew, so it has what they say by then, and raises RuleError when they are gone.
    """

    def __init__(
        self,
        *,
        rules: Sequence[str | PathLike[str] | Mapping[str, Any]] = (),
        limits: Limits = DEFAULT_LIMITS,
        formats: Sequence[str] | None = None,
        trust: TrustSettings | str | PathLike[str] | None = None,
    ) -> None:
        if not isinstance(limits, Limits):
            raise TypeError(f"limits must be a dsnparse.Limits, not {type(limits).__name__}.")
        if isinstance(formats, str):
            raise TypeError(f"formats is a list of names: write formats=[{formats!r}], also for just one.")
        self.rules: RuleSet | None = load_rules(rules) if rules else None
        self.limits = limits
        own = self.rules.formats if self.rules else ()
        self.formats = default_formats() if formats is None and not own else load_formats(own, formats)
        self.trust = _trust_of(trust)
        self._options: dict[str, Any] = {
            "rules": tuple(
                [
                    plain_table("rules", one) if isinstance(one, Mapping) else Path(one).absolute()
                    for one in rules
                ]
            ),
            "limits": limits,
            "formats": None if formats is None else tuple(formats),
            "trust": Path(trust).absolute() if isinstance(trust, (str, PathLike)) else trust,
        }

    def __reduce__(self) -> tuple[partial[Parser], tuple[()]]:
        return partial(type(self), **self._options), ()

    def parse(
        self, message: bytes | bytearray | memoryview | Message, *, envelope: Envelope | None = None
    ) -> Report:
        """Reads one message and says who failed and why.

        `message`: the raw bytes of a message (RFC 5322), or an `email.message.Message`. Any bytes give a
        `Report`; a mistake of ours gives one of kind `other` with the warning `internal.error`.
        `envelope`: what your own mail server says beside it; the report then has its `authenticity`. Raises
        TypeError when it is something else, text above all: a bounce has no one encoding;
        ValueError when the standard library cannot write the `Message` (put together wrongly, nested a
        thousand times).
        """
        data = bytes_of(message)
        if envelope is not None and not isinstance(envelope, Envelope):
            raise TypeError(f"envelope must be a dsnparse.Envelope, not {type(envelope).__name__}.")
        try:
            return self._report(data, envelope)
        except Exception as error:  # noqa: BLE001  (one message must not end a run over a million)
            return Report(Kind.OTHER, warnings=(make_warning("internal.error", error=_mistake(error)),))

    def _report(self, data: bytes, envelope: Envelope | None) -> Report:
        root = read_message(data, self.limits)
        notice = Notice(root, self.formats)
        reading = read(notice)
        _warn_of_masks(reading, root.buffer)
        fields = reading.fields
        reporting_mta = _typed(fields.get("reporting-mta"))
        original = _original(notice, reading) if reading.format else OriginalMessage()
        authenticity = None
        if (self.trust is not None or envelope is not None) and reading.kind is not Kind.OTHER:
            from dsnparse.read.return_path import authenticate

            authenticity = authenticate(notice, data, reading, original, reporting_mta, envelope, self.trust)
        return Report(
            kind=reading.kind,
            records=records_of(reading, reporting_mta, self.rules),
            reporting_mta=reporting_mta,
            arrival_date=parse_date(clean_text(fields["arrival-date"].value))
            if "arrival-date" in fields
            else None,
            envelope_id=from_xtext(_text(fields.get("original-envelope-id"))),
            original=original,
            feedback_type=clean_text(reading.feedback_type) if reading.feedback_type else None,
            disposition=clean_text(reading.disposition) if reading.disposition else None,
            format=reading.format,
            warnings=tuple(root.buffer.warnings),
            evidence=tuple([_readable(entry) for entry in reading.evidence]),
            authenticity=authenticity,
        )

    def classify_reply(
        self,
        reply: str,
        provider: str | None = None,
        *,
        host: str | None = None,
        action: Action | None = None,
    ) -> Verdict:
        """Says what one SMTP reply means, by this parser's rules: see `dsnparse.classify_reply`."""
        return classify_reply(reply, provider, host=host, action=action, rules=self.rules or ())


def parse_dsn(
    message: bytes | bytearray | memoryview | Message, *, envelope: Envelope | None = None
) -> Report:
    """Reads one message with the default options: see `Parser.parse`."""
    return _default().parse(message, envelope=envelope)


@cache
def _default() -> Parser:
    return Parser()


def _trust_of(trust: TrustSettings | str | PathLike[str] | None) -> TrustSettings | None:
    if trust is None:
        return None
    from dsnparse.trust.settings import TrustSettings

    if isinstance(trust, TrustSettings):
        return _with_extra(trust)
    if not isinstance(trust, (str, PathLike)):
        raise TypeError(
            f"trust must be dsnparse.TrustSettings or a file of them, not {type(trust).__name__}."
        )
    return _with_extra(TrustSettings.load(trust))


def _with_extra(settings: TrustSettings) -> TrustSettings:
    """The settings; raises ModuleNotFoundError now, not at the first message, when they need an extra."""
    if settings.checks_dkim:
        from dsnparse.extras import telling

        with telling():
            import dsnparse.trust.dkim  # noqa: F401
    return settings


def _warn_of_masks(reading: Reading, buffer: Buffer) -> None:
    for recipient in reading.recipients:
        for address in (recipient.recipient, recipient.original_recipient):
            if address and not address.isascii() and unmasked(address) != address:
                buffer.warn("address.invisible_characters", address=unmasked(address))


def _mistake(error: Exception) -> str:
    """The kind and place of a mistake; not its words, which can hold parts of the message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" in {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


def _original(notice: Notice, reading: Reading) -> OriginalMessage:
    """What is known of the returned message; Gmail names its Message-ID in the status part alone."""
    original = original_message(notice.original if reading.original is None else reading.original)
    if original.message_id is None and "x-original-message-id" in reading.fields:
        original = replace(original, message_id=_text(reading.fields["x-original-message-id"]))
    return original


def _readable(entry: Evidence) -> Evidence:
    return entry if entry.text.isprintable() else replace(entry, text=clean_text(entry.text))


def _typed(field: Field | None) -> str | None:
    return (clean_text(typed_address(field.value)[1]) or None) if field else None


def _text(field: Field | None) -> str | None:
    return (clean_text(field.value) or None) if field else None
