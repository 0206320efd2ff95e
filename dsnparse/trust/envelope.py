"""What a mail server says beside a message: its envelope, and when it came from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """The envelope with which a notice was handed over. Only your own mail server may say it.

    Attributes:
        mail_from: MAIL FROM: "" for a notice (RFC 5321 section 4.5.5); None when it is not known.
        rcpt_to: RCPT TO: your addresses that it was sent to; one of them may be given as a text.
        remote_host: The name of the host that delivered it, as your server found it out.
        arrived: When it came, an aware datetime; signatures are as old as it says.

    Raises TypeError for values of other types, ValueError for a datetime without a time zone.
    """

    mail_from: str | None = None
    rcpt_to: tuple[str, ...] | str = ()
    remote_host: str | None = None
    arrived: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("mail_from", "remote_host"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise TypeError(f"Envelope.{name} must be a text or None, not {type(value).__name__}.")
        given = self.rcpt_to
        addresses = (given,) if isinstance(given, str) else tuple(given)
        if not all(isinstance(address, str) for address in addresses):
            raise TypeError("Envelope.rcpt_to must be addresses: texts.")
        object.__setattr__(self, "rcpt_to", tuple([_bare(address) for address in addresses]))
        if self.mail_from is not None:
            object.__setattr__(self, "mail_from", _bare(self.mail_from))
        if self.arrived is not None and self.arrived.tzinfo is None:
            raise ValueError("Envelope.arrived must be an aware datetime (with a time zone).")

    @property
    def addresses(self) -> tuple[str, ...]:
        """`rcpt_to`, always as a tuple."""
        return (self.rcpt_to,) if isinstance(self.rcpt_to, str) else self.rcpt_to


def _bare(path: str) -> str:
    """A path without the angle brackets that it has in SMTP."""
    return path[1:-1] if path.startswith("<") and path.endswith(">") else path
