"""Why a request is not believed."""

from __future__ import annotations

from dsnparse.errors import DsnparseError


class NotVerified(DsnparseError):  # noqa: N818  (it is an outcome, and reads as one)
    """Nothing proves that the request comes from the mail service; a sentence says why.

    The sentence names no secret, and nothing of what was sent beyond names of headers and fields.
    """


class NotSigned(NotVerified):
    """There is no signature of this kind at all."""


class CannotVerify(DsnparseError):  # noqa: N818
    """What is needed to tell (a certificate) cannot be had now; a later try may work. A sentence says why."""
