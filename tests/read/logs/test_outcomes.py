"""What the lines of each log tell, and what nobody can plant in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.mailboxes.events import Event
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.logs import read_log
from dsnparse.model import Action, BounceRecord
from dsnparse.read.logs.formats import log_reader, logs
from dsnparse.read.logs.line import Clock
from dsnparse.store.changes.state import What
from dsnparse.store.changes.treatment import what_happened
from dsnparse.store.policy.policy import Policy
from dsnparse.vocabulary import BounceType, Origin, Reason

CLOCK = Clock(datetime(2026, 11, 26, 12, tzinfo=UTC), UTC)
POSTFIX = """\
Nov  5 18:21:31 mx1 postfix/cleanup[90]: 844EF30E6A1: message-id=<m1@example.org>
Nov  5 18:21:31 mx1 postfix/qmgr[97]: 844EF30E6A1: from=<news@example.org>, size=681, nrcpt=1 (queue active)
"""
_TO = "Nov  5 18:21:32 mx1 postfix/smtp[102]: 844EF30E6A1: to=<kay@example.net>, relay="
_MX = "mx.example.net[192.0.2.10]:25, delay=0.05, delays=0.01/0.02/0.01/0.01, "
_SAID = "host mx.example.net[192.0.2.10] said: "
EXPIRED = "Nov 10 18:30:00 mx1 postfix/qmgr[97]: 844EF30E6A1: from=<news@example.org>, status=expired, returned to sender\n"
EXIM = "2026-11-05 18:20:19 1xWHbP-00000C-0k <= news@example.org H=app [192.0.2.9] P=esmtp S=710 id=m1@example.org\n"
SENDMAIL = (
    "Nov  5 18:21:31 mx1 sm-mta[41]: 6B5ILXF4000041: from=<news@example.org>, size=484, class=0, nrcpts=1, "
    "msgid=<m1@example.org>, proto=ESMTP, daemon=MTA, relay=app [192.0.2.9]\n"
)
_TRIED = (
    "Nov  5 18:21:33 mx1 sm-mta[41]: 6B5ILXF4000041: to=<kay@example.net>, delay=00:00:00, xdelay=00:00:00, "
)
QMAIL = """\
@4000000065f1c0de1a2b3c4d new msg 4711
@4000000065f1c0de1a2b3c4d info msg 4711: bytes 681 from <news@example.org> qp 12 uid 1000
@4000000065f1c0de1a2b3c4d starting delivery 812: msg 4711 to remote kay@example.net
"""
_KUMO = {"id": "1d98", "sender": "news@example.org", "recipient": "kay@example.net", "queue": "example.net",
         "peer_address": {"name": "mx.example.net.", "addr": "192.0.2.10"}, "timestamp": 1793902892}  # fmt: skip
EXCHANGE = "#Software: Exchange\n#Fields: date-time,source,event-id,message-id,recipient-address,recipient-status,return-path\n"
_AT = "2026-11-05T18:21:32.123Z,"
POWERMTA = "type,timeLogged,orig,rcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,jobId\n"


def kumo(kind: str, code: int, status: tuple[int, int, int], content: str) -> str:
    """A line of KumoMTA."""
    enhanced = dict(zip(("class", "subject", "detail"), status, strict=True))
    response = {
        "code": code,
        "enhanced_code": enhanced,
        "content": content,
        "command": "RCPT TO:<kay@example.net>",
    }
    return json.dumps({**_KUMO, "type": kind, "response": response}) + "\n"


def halon(action: str | None, code: int, status: list[int], *reason: str, time: int = 1793902892123) -> str:
    """A line of Halon's post-delivery script."""
    entry: dict[str, Any] = {"type": "delivery", "time": time, "action": action}
    entry["message"] = {
        "id": "4711",
        "sender": "news@example.org",
        "recipientaddress": {"localpart": "kay", "domain": "example.net"},
    }
    result = {"code": code, "enhanced": status, "reason": list(reason)}
    entry["attempt"] = {
        "connection": {"remotemx": "mx.example.net", "remoteip": "192.0.2.10"},
        "result": result,
    }
    return json.dumps({name: value for name, value in entry.items() if value is not None}) + "\n"


def records(log: str, text: str) -> list[BounceRecord]:
    """What a log's text tells."""
    found: list[BounceRecord] = []
    for event in read_log(log, text.encode().splitlines(keepends=True), "log", clock=CLOCK):
        assert isinstance(event, Event)
        found += event.report.records
    return found


@pytest.mark.parametrize(
    ("log", "text"),
    [
        ("postfix", f"{POSTFIX}{_TO}{_MX}dsn=5.1.1, status=bounced ({_SAID}550 5.1.1 User unknown (in reply to RCPT TO command))"),
        ("exim", EXIM + "2026-11-05 18:20:20 1xWHbP-00000C-0k ** kay@example.net R=dnslookup T=remote_smtp "
         "H=mx.example.net [192.0.2.10] X=TLS1.3 CV=no: SMTP error from remote mail server after RCPT TO:<kay@example.net>: 550 5.1.1 User unknown"),
        ("sendmail", f"{SENDMAIL}{_TRIED}mailer=esmtp, pri=30484, relay=mx.example.net. [192.0.2.10], dsn=5.1.1, "
         "reply=550 5.1.1 User unknown, stat=User unknown"),
        ("opensmtpd", "5555bc78b3e51f7b mta delivery evpid=042dc7957a7b3104 from=<news@example.org> to=<kay@example.net> rcpt=<-> "
         'source="192.0.2.1" relay="192.0.2.10 (mx.example.net)" delay=0s result="PermFail" stat="550 5.1.1 User unknown"'),
        ("qmail", QMAIL + "@4000000065f1c0de1a2b3c4d delivery 812: failure: "
         "192.0.2.10_does_not_like_recipient./Remote_host_said:_550_5.1.1_User_unknown/Giving_up_on_192.0.2.10./"),
        ("powermta", POWERMTA + "b,2026-11-05 18:21:32+0000,news@example.org,kay@example.net,failed,"
         '5.1.1 (bad destination mailbox address),"smtp;550 5.1.1 User unknown",mx.example.net (192.0.2.10),bad-mailbox,j7'),
        ("kumomta", kumo("Bounce", 550, (5, 1, 1), "User unknown")),
        ("haraka", "Nov  5 18:21:32 mx1 haraka[9]: [NOTICE] [A0-B1.1.1] [outbound] recipient <kay@example.net> rejected: 550 5.1.1 User unknown"),
        ("halon", halon("BOUNCE", 550, [5, 1, 1], "User unknown")),
        ("halon", halon(None, 550, [5, 1, 1], "5.1.1 User unknown")),
        ("exchange-tracking", EXCHANGE + _AT + "SMTP,FAIL,<m1@example.org>,kay@example.net,"
         "[{LRT=};{LED=550 5.1.1 User unknown};{FQDN=mx.example.net};{IP=192.0.2.10}],news@example.org"),
    ],
)  # fmt: skip
def test_each_log_tells_of_the_same_failure_in_the_same_words(log: str, text: str) -> None:
    (record,) = records(log, text)
    assert (record.recipient, record.action, record.reason) == (
        "kay@example.net",
        "failed",
        Reason.USER_UNKNOWN,
    )
    assert (record.bounce_type, record.diagnostic) == (BounceType.HARD, "550 5.1.1 User unknown")
    assert (record.status, record.reply_code) == ("5.1.1", 550)
    assert record.remote_mta in ("mx.example.net", "192.0.2.10", None)


def test_every_log_that_is_read_has_an_example_above() -> None:
    assert set(logs()) == {
        "postfix", "exim", "sendmail", "opensmtpd", "qmail", "powermta", "kumomta", "haraka", "halon",
        "exchange-tracking",
    }  # fmt: skip


_LATER = "451 4.7.1 Greylisted, try again later"
_FULL = "452 4.2.2 Mailbox full"


@pytest.mark.parametrize(
    ("log", "text", "reason", "deferrals"),
    [
        ("postfix", f"{POSTFIX}{_TO}{_MX}dsn=4.2.2, status=deferred ({_SAID}{_FULL} (in reply to RCPT TO command))\n"
         f"{_TO}none, delay=9, delays=9/0/0/0, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to mx[192.0.2.10]:25: Connection refused)\n{EXPIRED}",
         Reason.MAILBOX_FULL, "1"),
        ("postfix", f"{POSTFIX}{_TO}none, delay=9, delays=9/0/0/0, dsn=4.4.1, status=deferred (connect to mx.example.net[192.0.2.10]:25: Connection refused)\n{EXPIRED}",
         Reason.NETWORK_ERROR, "1"),
        ("exim", EXIM + "2026-11-05 18:20:20 1xWHbP-00000C-0k == kay@example.net R=dnslookup T=remote_smtp defer (-44) H=mx.example.net [192.0.2.10]: "
         f"SMTP error from remote mail server after RCPT TO:<kay@example.net>: {_FULL}\n"
         "2026-11-05 18:25:20 1xWHbP-00000C-0k == kay@example.net R=dnslookup T=remote_smtp defer (-54): retry time not reached for any host\n"
         "2026-11-09 18:20:20 1xWHbP-00000C-0k ** kay@example.net: retry timeout exceeded\n", Reason.MAILBOX_FULL, "1"),
        ("exim", EXIM + "2026-11-05 18:20:20 1xWHbP-00000C-0k == kay@example.net R=dnslookup T=remote_smtp defer (111): Connection refused\n"
         "2026-11-09 18:20:20 1xWHbP-00000C-0k ** kay@example.net: retry timeout exceeded\n", Reason.EXPIRED, "1"),
        ("sendmail", f"{SENDMAIL}{_TRIED}mailer=esmtp, pri=30484, relay=mx.example.net. [192.0.2.10], dsn=4.2.2, reply={_FULL}, stat=Deferred: {_FULL}\n"
         "Nov 10 18:21:33 mx1 sm-mta[41]: 6B5ILXF4000041: 6B5ILXF4000042: sender notify: Cannot send message for 5 days\n", Reason.MAILBOX_FULL, "1"),
        ("kumomta", kumo("TransientFailure", 452, (4, 2, 2), "Mailbox full") + kumo("Expiration", 551, (5, 4, 7), "Next delivery time would be at a time beyond"),
         Reason.MAILBOX_FULL, "1"),
        ("halon", halon("RETRY", 421, [4, 0, 0], "later") + halon("RETRY", 452, [4, 2, 2], "Mailbox full")
         + halon("BOUNCE", 452, [4, 2, 2], "Mailbox full"), Reason.MAILBOX_FULL, "2"),
        ("powermta", POWERMTA + "t,2026-11-05,news@example.org,kay@example.net,delayed,4.2.2,smtp;452 4.2.2 Mailbox full,mx,quota-issues,j7\n"
         "tq,2026-11-05,news@example.org,kay@example.net,delayed,4.2.2,smtp;452 4.2.2 Mailbox full,mx,quota-issues,j7\n"
         "t,2026-11-05,news@example.org,kay@example.net,delayed,4.2.2,smtp;452 4.2.2 Mailbox full,mx,quota-issues,another\n"
         "b,2026-11-09,news@example.org,kay@example.net,failed,4.4.7,smtp;452 4.2.2 Mailbox full,mx,message-expired,j7", Reason.MAILBOX_FULL, "2"),
        ("exchange-tracking", EXCHANGE + _AT + "SMTP,DEFER,<m1@example.org>,kay@example.net,452 4.2.2 full,news@example.org\n"
         + _AT + "QUEUE,FAIL,<m1@example.org>,kay@example.net,[{LRT=};{LED=452 4.2.2 Mailbox full};{FQDN=mx};{IP=192.0.2.1}],news@example.org", Reason.MAILBOX_FULL, "1"),
    ],
)  # fmt: skip
def test_who_is_given_up_failed_for_the_last_real_reason(
    log: str, text: str, reason: Reason, deferrals: str
) -> None:
    (record,) = records(log, text)
    assert (record.action, record.reason, record.bounce_type) == (Action.FAILED, reason, BounceType.SOFT)
    assert [each.text for each in record.evidence if each.rule.endswith(".deferrals")] == [deferrals]


@pytest.mark.parametrize(
    ("log", "text"),
    [
        ("postfix", f"{POSTFIX}{_TO}{_MX}dsn=4.7.1, status=deferred ({_SAID}{_LATER} (in reply to RCPT TO command))"),
        ("postfix", f"{POSTFIX}{_TO}{_MX}dsn=5.1.1, status=SOFTBOUNCE ({_SAID}550 5.1.1 no (in reply to RCPT TO command))"),
        ("postfix", f"{POSTFIX}{_TO}{_MX}dsn=5.1.1, status=undeliverable ({_SAID}550 5.1.1 no (in reply to RCPT TO command))"),
        ("postfix", f"{POSTFIX}{_TO}local, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (forwarded as 944EF30E6A1)"),
        ("postfix", f"{POSTFIX}{_TO}127.0.0.1[127.0.0.1]:10024, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 944EF30E6A1)"),
        ("postfix", f"{_TO}{_MX}dsn=5.1.1, status=bounced ({_SAID}550 5.1.1 its sender is not known (in reply to RCPT TO command))"),
        ("postfix", POSTFIX.replace("news@example.org", "") + f"{_TO}{_MX}dsn=5.1.1, status=bounced ({_SAID}550 5.1.1 a notice (in reply to RCPT TO command))"),
        ("postfix", f"{POSTFIX}Nov  5 18:21:32 mx1 postfix/smtp[102]: 844EF30E6A1: {_SAID}450 4.7.1 another MX follows (in reply to RCPT TO command)"),
        ("postfix", "Nov  5 18:21:32 mx1 postfix/smtpd[102]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 550 5.1.1 <kay@example.net>: User unknown; to=<kay@example.net>"),
        ("exim", EXIM.replace("news@example.org", "<>") + "2026-11-05 18:20:20 1xWHbP-00000C-0k ** kay@example.net: Unrouteable address"),
        ("exim", EXIM + "2026-11-05 18:20:20 1xWHbP-00000C-0k H=mx.example.net [192.0.2.10] Connection refused"),
        ("exim", EXIM + "2026-11-05 18:20:20 1xWHbP-00000C-0k *> kay@example.net R=dnslookup T=remote_smtp H=mx [192.0.2.10] C=\"delivery not done\""),
        ("sendmail", f"{SENDMAIL}{_TRIED}mailer=relay, pri=30484, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (6B5ILXF4000042 Message accepted for delivery)"),
        ("powermta", POWERMTA + "t,2026-11-05,news@example.org,kay@example.net,delayed,4.2.2,smtp;452 full,mx,quota-issues,j7"),
        ("kumomta", kumo("Rejection", 550, (5, 1, 1), "inbound")),
        ("halon", halon("RETRY", 452, [4, 2, 2], "Mailbox full")),
        ("halon", halon("DELETE", 550, [5, 1, 1], "User unknown")),
        ("halon", halon("BOUNCE", 550, [5, 1, 1], "User unknown").replace("delivery", "queue")),
        ("halon", halon("BOUNCE", 550, [5, 1, 1], "User unknown").replace("news@example.org", "")),
        ("exchange-tracking", EXCHANGE + _AT + "SMTP,DEFER,<m1@example.org>,kay@example.net,452 4.2.2 full,news@example.org"),
    ],
)  # fmt: skip
def test_what_is_no_final_outcome_gives_none(log: str, text: str) -> None:
    assert records(log, text) == []


@pytest.mark.parametrize(
    ("log", "text"),
    [
        ("postfix", f"{POSTFIX}{_TO}{_MX}dsn=2.0.0, status=sent (250 2.0.0 Ok)"),
        ("exim", EXIM + "2026-11-05 18:20:20 1xWHbP-00000C-0k => kay@example.net R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.10] C=\"250 2.0.0 Ok\""),
        ("sendmail", f"{SENDMAIL}{_TRIED}mailer=esmtp, pri=30484, relay=mx.example.net. [192.0.2.10], dsn=2.0.0, stat=Sent (Ok)"),
        ("qmail", QMAIL + "@4000000065f1c0de1a2b3c4d delivery 812: success: 192.0.2.10_accepted_message./"),
        ("powermta", POWERMTA + "d,2026-11-05,news@example.org,kay@example.net,relayed,2.0.0,smtp;250 ok,mx,,j7"),
        ("kumomta", kumo("Delivery", 250, (2, 0, 0), "Ok")),
        ("halon", halon(None, 250, [2, 0, 0], "Ok")),
        ("exchange-tracking", EXCHANGE + _AT + "SMTP,SEND,<m1@example.org>,kay@example.net,250 2.0.0 ok,news@example.org"),
    ],
)  # fmt: skip
def test_a_delivery_is_told(log: str, text: str) -> None:
    (record,) = records(log, text)
    assert (record.recipient, record.action, record.bounce_type) == (
        "kay@example.net",
        "delivered",
        "undetermined",
    )


def test_an_alias_is_the_address_that_was_mailed() -> None:
    text = POSTFIX + _TO.replace("kay@example.net>", "kay@example.net>, orig_to=<team@example.org>")
    (record,) = records("postfix", f"{text}{_MX}dsn=5.1.1, status=bounced ({_SAID}550 5.1.1 no such user)")
    assert (record.recipient, record.original_recipient) == ("kay@example.net", "team@example.org")
    (record,) = records(
        "exim",
        EXIM
        + "2026-11-05 18:20:20 1xWHbP-00000C-0k ** kay@example.net <team@example.org> R=x T=y: Unknown user",
    )
    assert (record.recipient, record.original_recipient) == ("kay@example.net", "team@example.org")


def test_an_exim_line_that_syslog_split_is_one_line() -> None:
    head = "<22>Nov  5 18:20:20 exim[7]: "
    text = EXIM + (
        f"{head}[1/2] 2026-11-05 18:20:20 1xWHbP-00000C-0k ** kay@example.net R=a T=b H=mx [192.0.2.10]: SMTP error from\n"
        f"<22>Nov  5 18:20:20 exim[8]: 2026-11-05 18:20:20 other\n"
        f"{head}[2/2]  remote mail server after RCPT TO:<kay@example.net>: 550-5.1.1 No such\\n550 5.1.1 user\n"
    )
    lines = text.encode().splitlines()
    lines[0] = b"<22>Nov  5 18:20:19 exim[7]: " + lines[0]
    (event,) = read_log("exim", lines, "log", clock=CLOCK)
    assert isinstance(event, Event)
    assert event.report.records[0].reason is Reason.USER_UNKNOWN


_HARAKA = "[NOTICE] [A0-B1.1.2] [outbound] recipient <victim@example.com> rejected: 550 5.1.1 User unknown"
_PLANTED = "victim@example.com>, relay=x, delay=1, dsn=5.1.1, status=bounced (550 5.1.1 User unknown"


@pytest.mark.parametrize(
    ("log", "text"),
    [
        ("postfix", POSTFIX + _TO.replace("kay@example.net", f'"a>, to=<{_PLANTED}"@evil.example') + f"{_MX}dsn=4.0.0, status=bounced (x)"),
        ("postfix", f"{POSTFIX}{_TO}{_MX}dsn=4.0.0, status=bounced ({_SAID}450 no), to=<{_PLANTED})"),
        ("postfix", POSTFIX.replace("m1@", f"to=<{_PLANTED}@")),
        ("exim", EXIM + "2026-11-05 18:20:20 1xWHbP-00000C-0k ** \"** victim@example.com: x\"@evil.example R=a T=b: 550 5.1.1 User unknown"),
        ("exim", EXIM + '2026-11-05 18:20:20 1xWHbP-00000C-0k ** victim@example.com: x@evil.example <"victim@example.com: x"@evil.example> R=a T=b: 550 5.1.1 User unknown'),
        ("exim", EXIM + '2026-11-05 18:20:20 1xWHbP-00000C-0k ** victim@example.com R=a T=b: 550 5.1.1 User unknown@evil.example <"victim@example.com R=a T=b: 550 5.1.1 User unknown"@evil.example> R=a T=b: 550 5.1.1 User unknown'),
        ("sendmail", SENDMAIL + _TRIED.replace("<kay@example.net>", '<"a\\" <victim@example.com>, delay=00:00:00, mailer=esmtp, pri=1, dsn=5.1.1, stat=User unknown"@evil.example>') + "mailer=esmtp, pri=1, dsn=5.1.1, stat=User unknown"),
        ("opensmtpd", '5555bc78b3e51f7b mta delivery evpid=042dc7957a7b3104 from=<"x> to=<victim@example.com> rcpt=<-> source="1" relay="a" result="PermFail" stat="550 5.1.1 User unknown"@evil.example> to=<kay@example.net> rcpt=<-> source="1" relay="x" delay=0s result="Ok" stat="250 ok"'),
        ("exim", EXIM.replace("H=app", "H=(1xWHbP-00000C-0k ** victim@example.com: 550)")),
        ("sendmail", SENDMAIL + _TRIED.replace("<kay@example.net>", '<"x>, delay=0, <victim@example.com>"@evil.example>') + "mailer=esmtp, pri=1, dsn=5.1.1, stat=User unknown"),
        ("opensmtpd", '5555bc78b3e51f7b mta delivery evpid=042dc7957a7b3104 from=<a@b> to=<kay@example.net> rcpt=<-> source="" relay="x" delay=0s '
         'result="PermFail" stat="550 no" to=<victim@example.com> result="PermFail" stat="550 5.1.1"'),
        # What a client says, as other origins of Haraka write it down.
        ("haraka", f"[PROTOCOL] [A0-B1.1.1] [core] C: EHLO {_HARAKA} state=1"),
        ("haraka", f"[A0] {_HARAKA}"),
        ("haraka", json.dumps({"uuid": "A0-B1.1.1", "origin": "core", "message": _HARAKA.partition("[outbound] ")[2]})),
        ("haraka", _HARAKA.replace("<victim@example.com>", '<"victim@example.com> rejected: 550 5.1.1 User unknown"@evil.example>')),
        ("haraka", _HARAKA.replace("<victim@example.com>", '<"victim@example.com"@evil.example>')),
        ("exchange-tracking", EXCHANGE + _AT + 'SMTP,FAIL,<m1@example.org>,"""a;victim@example.com;b""@evil.example",550 5.1.1 User unknown,news@example.org'),
        ("exchange-tracking", EXCHANGE + _AT + 'SMTP,FAIL,<m1@example.org>,kay@example.net,"[{LED=550 5.1.1 User unknown;victim@example.com};{FQDN=mx}]",news@example.org'),
        ("powermta", POWERMTA + 'b,2026-11-05,news@example.org,kay@example.net,failed,4.0.0,"smtp;450 x\nb,2026-11-05,n@e.org,victim@example.com,failed,5.1.1,smtp;550 5.1.1",mx,,j7'),
        ("halon", halon("BOUNCE", 550, [5, 1, 1], '"}}{"message":{"recipient":"victim@example.com"}')),
        ("halon", halon("BOUNCE", 550, [5, 1, 1], "User unknown").replace('"kay"', '"victim@example.com"').replace("example.net", "evil.example")),
    ],
)  # fmt: skip
def test_what_a_stranger_has_in_his_address_reply_or_greeting_names_nobody_else(log: str, text: str) -> None:
    found = records(log, text)
    assert not any(
        record.recipient == "victim@example.com" and record.recipient_origin is Origin.STATED
        for record in found
    )


@pytest.mark.parametrize(
    ("log", "text"),
    [
        ("exim", EXIM + "2026-11-05 18:20:20 1xWHbP-00000C-0k ** kay@example.net R=a T=b H=mx [1]: SMTP error from remote mail server after RCPT TO:<kay@example.net>: 550 5.1.1 no"),
        ("sendmail", SENDMAIL.partition("]: ")[2] + _TRIED.partition("]: ")[2] + "mailer=esmtp, pri=1, relay=mx. [1], dsn=5.1.1, reply=550 5.1.1 no, stat=User unknown"),
        ("opensmtpd", '5555bc78b3e51f7b mta delivery evpid=042dc7957a7b3104 from=<a@b> to=<kay@example.net> rcpt=<-> source="1" relay="1 (mx)" delay=0s result="PermFail" stat="550 5.1.1 no"'),
        ("qmail", "\n".join(line.partition(" ")[2] for line in QMAIL.splitlines()) + "\ndelivery 812: failure: Remote_host_said:_550_5.1.1_no/"),
        ("kumomta", kumo("Bounce", 550, (5, 1, 1), "no")),
    ],
)  # fmt: skip
def test_what_another_program_writes_down_in_the_log_of_the_machine_is_no_line_of_the_server(
    log: str, text: str
) -> None:
    own = {"exim": "exim", "sendmail": "sm-mta", "opensmtpd": "smtpd", "qmail": "qmail", "kumomta": "kumod"}[
        log
    ]
    for program, count in ((own, 1), ("shop", 0), ("sshd", 0), ("postfix/smtp", 0)):
        head = f"Nov  5 18:21:32 mx1 {program}[9]: "
        assert len(records(log, "\n".join(head + line for line in text.splitlines()))) == count, program


@given(st.sampled_from(logs()), st.lists(st.text(max_size=120), max_size=6))
def test_any_text_is_read_without_a_complaint(log: str, lines: list[str]) -> None:
    for item in read_log(log, [line.encode("utf-8", "replace") for line in lines], "log", clock=CLOCK):
        assert not isinstance(item, Problem) or "please report" not in item.reason


_PIECES = st.sampled_from(
    [POSTFIX, EXIM, SENDMAIL, QMAIL, _TO, _MX, EXPIRED, _TRIED, "dsn=5.1.1, status=bounced (", "(", ")", '"', "<", ">",
     " ** ", " == ", ": ", "\\n", "550 5.1.1 x", "stat=", "reply=", "[1/2] ", "[2/2] ", "{", "}", ";", ",", "@", "\n"]
)  # fmt: skip


@given(st.sampled_from(logs()), st.lists(_PIECES, max_size=12))
def test_pieces_of_lines_in_any_order_are_read_without_a_complaint(log: str, pieces: list[str]) -> None:
    for item in read_log(log, "".join(pieces).encode().splitlines(), "log", clock=CLOCK):
        assert not isinstance(item, Problem) or "please report" not in item.reason


def test_another_log_is_refused_with_the_names_of_those_that_are_read() -> None:
    with pytest.raises(ValueError, match="'lotus' is no log that is read; there are postfix, exim"):
        log_reader("lotus", CLOCK)


def test_where_powermta_has_no_words_its_category_says_why_and_is_never_hard() -> None:
    row = "b,2026-11-05,news@example.org,kay@example.net,failed,{status},{said},mx,{category},j7"
    for status, said, category, reason, kind in (
        ("", "", "quota-issues", Reason.MAILBOX_FULL, BounceType.SOFT),
        ("", "", "bad-mailbox", Reason.USER_UNKNOWN, BounceType.UNDETERMINED),
        ("", "", "a-name-of-ours", Reason.UNDEFINED, BounceType.UNDETERMINED),
        (
            "5.7.1",
            "smtp;550 5.7.1 This looks like spam",
            "bad-mailbox",
            Reason.SPAM_CONTENT,
            BounceType.BLOCK,
        ),
    ):
        (record,) = records("powermta", POWERMTA + row.format(status=status, said=said, category=category))
        assert (record.reason, record.bounce_type) == (reason, kind)


def test_a_complaint_that_kumomta_took_by_mail_names_who_complained_and_counts_as_one_by_mail() -> None:
    report = {
        "feedback_type": "abuse",
        "original_rcpt_to": ["kay@example.net"],
        "original_mail_from": "<news@example.org>",
    }
    entry = _KUMO | {"type": "Feedback", "recipient": "fbl@example.org", "feedback_report": report}
    (event,) = read_log("kumomta", [json.dumps(entry).encode()], "log", clock=CLOCK)
    assert isinstance(event, Event)
    assert (event.report.kind, event.report.feedback_type, event.by_mail) == ("complaint", "abuse", True)
    (record,) = event.report.records
    assert (record.recipient, record.action, record.bounce_type) == ("kay@example.net", None, "undetermined")
    policy = Policy.from_toml("")
    happened = what_happened("complaint", event.report, record, policy, by_mail=event.by_mail)
    assert happened is What.COMPLAINT_IN_DOUBT
    odds: list[Any] = [None, [], {"original_rcpt_to": "nobody"}, {"original_rcpt_to": [1, None]}]
    for odd in odds:
        assert not [*read_log("kumomta", [json.dumps(entry | {"feedback_report": odd}).encode()], "log")]


def test_a_line_end_within_a_subject_spoils_no_line_of_comma_separated_values() -> None:
    for text in ("a\rb", '"a\rb"', '"a""\rb"'):
        row = f"b,2026-11-05,news@example.org,kay@example.net,failed,5.1.1,smtp;550 5.1.1 no,mx,bad-mailbox,{text}"
        (_, event) = [*read_log("powermta", [POWERMTA.encode(), row.encode()], "log", clock=CLOCK), None][
            ::-1
        ]
        assert isinstance(event, Event)


def test_a_reply_of_many_lines_in_a_cell_is_one_row_and_what_it_looks_like_is_no_other() -> None:
    said = '"smtp;550 5.1.1 no\n\ntype,rcpt\nb,2026-11-05,n@e.org,victim@example.com,failed,5.1.1,smtp;550 5.1.1"'
    row = f"b,2026-11-05,news@example.org,kay@example.net,failed,5.1.1,{said},mx,,j7\n"
    found = records("powermta", POWERMTA + row + row.replace("kay", "lee"))
    assert [record.recipient for record in found] == ["kay@example.net", "lee@example.net"]
    lines = [
        POWERMTA.encode(),
        row.partition(said)[0].encode() + b'"never closed',
        *[b"x"] * 99,
        row.encode(),
    ]
    told = list(read_log("powermta", lines, "log", clock=CLOCK))
    assert [isinstance(item, Problem) for item in told] == [True, False]


@pytest.mark.parametrize("log", ["powermta", "exchange-tracking"])
def test_lines_without_the_names_of_their_columns_are_told_once_and_not_passed_over_in_silence(
    log: str,
) -> None:
    rows = [b"b,2026-11-05,news@example.org,kay@example.net,failed,5.1.1"] * 3
    (told,) = read_log(log, rows, "log", clock=CLOCK)
    assert isinstance(told, Problem)
    assert told.name == "log:1"
    assert told.reason.startswith("comes before any line that names the columns (")


@pytest.mark.parametrize(
    ("log", "text", "by_mail"),
    [
        ("kumomta", kumo("OOB", 550, (5, 1, 1), "User unknown"), True),
        ("kumomta", kumo("Bounce", 550, (5, 1, 1), "User unknown"), False),
        ("powermta", POWERMTA + "rb,2026-11-05,news@example.org,kay@example.net,failed,5.1.1,smtp;550 no,mx,bad-mailbox,j7", True),
        ("powermta", POWERMTA + "b,2026-11-05,news@example.org,kay@example.net,failed,5.1.1,smtp;550 no,mx,bad-mailbox,j7", False),
    ],
)  # fmt: skip
def test_a_bounce_that_the_server_took_by_mail_is_believed_as_mail_is(
    log: str, text: str, by_mail: bool
) -> None:
    (event,) = read_log(log, text.encode().splitlines(), "log", clock=CLOCK)
    assert isinstance(event, Event)
    assert event.by_mail == by_mail
