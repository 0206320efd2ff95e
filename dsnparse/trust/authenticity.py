"""Is a notice real? Everything that its writer can write is a stranger's word; what we signed is ours."""

from __future__ import annotations

from typing import NamedTuple

from dsnparse.model import Authenticity, Evidence
from dsnparse.trust.batv import check_batv
from dsnparse.trust.border import Border, border_of, by_hosts
from dsnparse.trust.domain_keys import dkim_findings
from dsnparse.trust.envelope import Envelope
from dsnparse.trust.judged import Judged
from dsnparse.trust.proof import (
    BATV_BY_STATE,
    MESSAGE_ID_BY_STATE,
    SRS_BY_STATE,
    TOKEN_BY_STATE,
    VERP_BY_STATE,
    Bearing,
    Proof,
)
from dsnparse.trust.settings import TrustSettings
from dsnparse.trust.signature import State
from dsnparse.trust.srs import check_srs
from dsnparse.trust.styles import read_return_path
from dsnparse.trust.token import Signed, is_same
from dsnparse.trust.tracking import check_message_id, find_token, is_signed_form
from dsnparse.trust.verp import check_return_path
from dsnparse.vocabulary import TrustLevel
from dsnparse.wire.text import without_controls

#: Addresses for which a signed Message-ID is tried.
_MOST_TRIED = 20
_LONGEST_TEXT = 300
#: What proves that a notice is about mail of ours, and not about whose.
_NAMELESS = (Proof.BATV_VALID, Proof.SRS_VALID, Proof.DKIM_REPORTER)
#: A signature of ours, now or once.
_GOOD = (State.VALID, State.UNDATED)


class Judgement(NamedTuple):
    """The verdict, and who was mailed."""

    authenticity: Authenticity
    #: Who was mailed, as a signature of ours says, be it undated.
    mailed: str | None
    #: Whether that signature is good as it stands.
    is_signed: bool
    #: Who was mailed, as an unsigned return path says.
    unsigned: str | None


def judge(notice: Judged, envelope: Envelope | None, settings: TrustSettings) -> Judgement:
    """How far `notice` is to be believed. The same arguments give the same answer: no clock, no network."""
    return _Judge(notice, border_of(notice.fields, envelope, settings), settings).judge()


class _Judge:
    """Collects what speaks for a notice and against it."""

    def __init__(self, notice: Judged, border: Border, settings: TrustSettings) -> None:
        self.notice = notice
        self.border = border
        self.came = border.came
        self.settings = settings
        self.found: list[tuple[Proof, Evidence]] = []
        self.mailed: str | None = None
        self.mailed_id: str | None = None
        self.is_signed = False
        self.unsigned: str | None = None

    def judge(self) -> Judgement:
        self._return_paths()
        self._tokens()
        self._message_id()
        if not self.is_signed:  # else it is proven, and the DNS need not be asked
            for proof, part, text in dkim_findings(self.notice, self.border, self.settings):
                self._note(proof, part, text)
                if proof is Proof.DKIM_OURS:
                    self._take(text, Signed(State.VALID))
        self._traces()
        self._transport()
        named = self.notice.named
        if self.mailed and named and not any(is_same(self.mailed, one) for one in named):
            self._note(Proof.NAMES_ANOTHER, "header", ", ".join(named))
        verdict = self._verdict()
        if verdict is TrustLevel.SUSPECT:
            self.mailed = self.mailed_id = None
        authenticity = Authenticity(
            verdict,
            self.mailed,
            self.mailed_id,
            self._is_expected(),
            tuple([evidence for _, evidence in self.found]),
        )
        return Judgement(authenticity, self.mailed, self.is_signed, self.unsigned)

    def _verdict(self) -> TrustLevel:
        bearings = [self._bearing(proof) for proof, _ in self.found]
        if Bearing.DENIES in bearings:
            return TrustLevel.SUSPECT
        if Bearing.PROVES in bearings:
            return TrustLevel.AUTHENTICATED
        if Bearing.DOUBTS in bearings:
            return TrustLevel.SUSPECT
        if Bearing.SUPPORTS in bearings or bearings.count(Bearing.HINTS) > 1:
            return TrustLevel.PLAUSIBLE
        return TrustLevel.UNVERIFIED

    def _bearing(self, proof: Proof) -> Bearing:
        """A tag that names nobody does not prove whom we mailed, where signed return paths do."""
        if proof in _NAMELESS and self.settings.keys is not None:
            return Bearing.SUPPORTS
        return proof.bearing

    def _is_expected(self) -> bool:
        """Whether the mail was sent since the first key: the notice came late enough after it.

        Not by the date of the returned message, which whoever forges a notice writes as he likes.
        """
        first, came = self.settings.first_day, self.came
        if first is None:
            return False
        return came is None or (came - first).days > self.settings.lifetime_days

    def _note(self, proof: Proof, part: str, text: str) -> None:
        text = text[:_LONGEST_TEXT]
        if not text.isprintable():
            text = without_controls(text.replace("\n", " "))
        self.found.append((proof, Evidence("authenticity", part, 0, proof.rule, text)))

    def _return_paths(self) -> None:
        """The addresses of ours that the notice was sent to."""
        settings, border = self.settings, self.border
        if not border.rcpt_to:
            self._note(Proof.NO_ENVELOPE, "envelope", "")
        signed_paths = tagged_paths = 0
        for given in border.rcpt_to:
            path = given
            batv = check_batv(path, settings.batv_keys, self.came) if settings.batv_keys else None
            if batv is not None:
                self._note(BATV_BY_STATE[batv.state], border.part, given)
                path = batv.address
                tagged_paths += 1
            srs = check_srs(path, settings.srs_secrets, self.came) if settings.srs_secrets else None
            if srs is not None:
                self._note(SRS_BY_STATE[srs.state], border.part, given)
                path = srs.address
            signed = None
            if settings.keys is not None:
                signed = check_return_path(path, settings.keys, self.came, settings.lifetime_days)
            if signed is not None:
                self._signed_path(signed, given)
                signed_paths += 1
            else:
                self._plain_path(path)
        if border.rcpt_to and settings.keys is not None and not signed_paths:
            self._note(Proof.VERP_ABSENT, border.part, ", ".join(border.rcpt_to))
        if border.rcpt_to and settings.batv_keys and not tagged_paths:
            self._note(Proof.BATV_ABSENT, border.part, ", ".join(border.rcpt_to))

    def _signed_path(self, signed: Signed, given: str) -> None:
        if signed.state not in _GOOD:
            self._note(VERP_BY_STATE[signed.state], self.border.part, given)
            return
        recipient = self._whose(signed)
        self._note(VERP_BY_STATE[signed.state] if recipient else Proof.VERP_ID, self.border.part, given)
        self._take(recipient, signed)

    def _whose(self, signed: Signed) -> str | None:
        if signed.recipient is not None or signed.id is None or self.settings.recipient_of is None:
            return signed.recipient
        return self.settings.recipient_of(signed.id)

    def _take(self, recipient: str | None, signed: Signed) -> None:
        """Who was mailed, as a good signature says."""
        if self.mailed is None:
            self.mailed, self.is_signed = recipient, signed.state is State.VALID
        self.mailed_id = self.mailed_id or signed.id

    def _plain_path(self, path: str) -> None:
        plain = read_return_path(path)
        if plain is None or plain.recipient is None or plain.style == "dsnparse":
            return
        self.unsigned = self.unsigned or plain.recipient
        if any(is_same(plain.recipient, one) for one in self.notice.named):
            self._note(Proof.VERP_PLAIN, self.border.part, path)

    def _tokens(self) -> None:
        """Tokens in fields of the returned message."""
        settings, returned = self.settings, self.notice.returned
        if settings.keys is None:
            return
        for name in settings.token_fields:
            value = returned.fields.get(name, "").strip()
            token = find_token(value, settings.keys, self.came, settings.lifetime_days) if value else None
            if token is None or token.state is State.UNKNOWN_KEY:
                continue
            recipient = self._whose(token) if token.state in _GOOD else None
            if token.state in _GOOD and recipient is None:
                self._note(Proof.VERP_ID, returned.part, value)
                self.mailed_id = self.mailed_id or token.id
            elif recipient and self.mailed and not is_same(recipient, self.mailed):
                self._note(Proof.TOKEN_OTHER, returned.part, value)
            else:
                self._note(TOKEN_BY_STATE[token.state], returned.part, value)
                if token.state in _GOOD:
                    self._take(recipient, token)

    def _message_id(self) -> None:
        """The Message-ID of the returned message."""
        settings, returned = self.settings, self.notice.returned
        message_id = returned.message.message_id
        if settings.keys is None or not message_id:
            return
        if not is_signed_form(message_id):
            if settings.signs_message_ids and self._is_expected():
                self._note(Proof.MESSAGE_ID_ABSENT, returned.part, message_id)
            return
        tried = dict.fromkeys([*([self.mailed] if self.mailed else []), *self.notice.named, *returned.to])
        for address in list(tried)[:_MOST_TRIED]:
            state = check_message_id(message_id, address, settings.keys, self.came, settings.lifetime_days)
            if state in MESSAGE_ID_BY_STATE:
                self._note(MESSAGE_ID_BY_STATE[state], returned.part, f"{message_id} {address}")
                if state in _GOOD:
                    self._take(address, Signed(state))
                return
        if settings.signs_message_ids:
            self._note(Proof.MESSAGE_ID_OTHER, returned.part, message_id)

    def _traces(self) -> None:
        """Whether the returned message went through a mail server of ours."""
        hosts, returned = self.settings.sending_hosts, self.notice.returned
        if not hosts or not returned.traces:
            return
        ours = sorted(by_hosts(returned.traces).intersection(hosts))
        proof = Proof.OUR_RECEIVED if ours else Proof.NOT_OUR_RECEIVED
        self._note(proof, returned.part, ours[0] if ours else returned.traces[-1])

    def _transport(self) -> None:
        """How the notice was sent."""
        border = self.border
        if border.mail_from is not None:
            proof = Proof.OTHER_SENDER if border.mail_from else Proof.NULL_SENDER
            self._note(proof, border.part, f"<{border.mail_from}>")
        reporter, host = self.notice.reporting_mta, border.remote_host
        if reporter and host and _is_of_one_domain(reporter, host):
            self._note(Proof.REPORTER_DELIVERED, border.part, f"{reporter}, {host}")


def _is_of_one_domain(one: str, other: str) -> bool:
    """Whether two host names have the same last two labels; both are hints, so that is close enough."""
    first, second = one.lower().strip(".").split("."), other.lower().strip(".").split(".")
    return len(first) > 1 and first[-2:] == second[-2:] and not first[-1].isdigit()
