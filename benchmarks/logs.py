"""How many lines of each mail server's log are read in a second, by one process and without a database.

    .venv/bin/python benchmarks/logs.py [NAME …] [--messages 20000]

Each message goes to an address of its own; one in 25 fails, with one of four replies, and all are final.
Seconds are of this process's CPU, the better of two rounds. Lines that are no outcome (arrivals, hand-overs)
are as many as the server writes, so formats with a line for each outcome have fewer lines a second.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from dsnparse.mailboxes.logs import read_log
from dsnparse.read.logs.formats import logs
from dsnparse.read.logs.line import Clock

_ONE_FAILS = 25
_REPLIES = (
    "550 5.1.1 <{to}>: Recipient address rejected: User unknown",
    "452 4.2.2 Mailbox full for {to}",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example",
    "550 5.7.1 message {number} looks like spam",
)
_CLOCK = Clock(datetime(2026, 11, 26, tzinfo=UTC), UTC)
_QMAIL = "@40000000{:08x}1a2b3c4d "
_KUMO = {"sender": "news@example.org", "size": 1234, "timestamp": 1793902892, "meta": {}, "headers": {}}
_FIELDS = (
    "date-time,client-ip,source,event-id,internal-message-id,message-id,recipient-address,recipient-status,"
    "total-bytes,message-subject,sender-address,return-path"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=logs(), metavar="NAME")
    parser.add_argument("--messages", type=int, default=20_000)
    args = parser.parse_args(arguments)
    print(f"{'log':18} {'lines':>8} {'outcomes':>8} {'lines/s':>9} {'outcomes/s':>10}")
    for name in args.names:
        lines = [f"{line}\n".encode() for number in range(args.messages) for line in _message(name, number)]
        lines[:0] = [f"{line}\n".encode() for line in _head(name)]
        rounds = [_measured(name, lines) for _ in range(2)]
        seconds, outcomes = min(rounds)
        rates = f"{len(lines) / seconds:9,.0f} {outcomes / seconds:10,.0f}"
        print(f"{name:18} {len(lines):8,} {outcomes:8,} {rates}")


def _measured(name: str, lines: list[bytes]) -> tuple[float, int]:
    start = time.process_time()
    outcomes = sum(1 for _ in read_log(name, lines, name, clock=_CLOCK))
    return time.process_time() - start, outcomes


def _head(name: str) -> Iterator[str]:
    if name == "powermta":
        yield "type,timeLogged,orig,rcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,vmta,envId"
    if name == "exchange-tracking":
        yield f"#Fields: {_FIELDS}"


def _message(name: str, number: int) -> Iterator[str]:
    to, host = f"u{number}@d{number % 50}.example", f"mx.d{number % 50}.example"
    fails = number % _ONE_FAILS == 0
    said = (
        _REPLIES[number // _ONE_FAILS % len(_REPLIES)].format(to=to, number=number)
        if fails
        else "250 2.0.0 Ok"
    )
    second = f"{number % 60:02}"
    match name:
        case "postfix":
            head, queue_id = f"2026-11-05T18:21:{second}.123456+00:00 mx1 postfix/", f"{number:011X}"
            yield f"{head}smtpd[9]: {queue_id}: client=app.example.org[192.0.2.9]"
            yield f"{head}cleanup[9]: {queue_id}: message-id=<m{number}@example.org>"
            yield f"{head}qmgr[9]: {queue_id}: from=<news@example.org>, size=681, nrcpt=1 (queue active)"
            refused = f"host {host}[192.0.2.7] said: {said} (in reply to RCPT TO command)"
            done = f"dsn=5.1.1, status=bounced ({refused})" if fails else f"dsn=2.0.0, status=sent ({said})"
            yield (
                f"{head}smtp[9]: {queue_id}: to=<{to}>, relay={host}[192.0.2.7]:25, delay=0.05, "
                f"delays=0.01/0.02/0.01/0.01, {done}"
            )
            yield f"{head}qmgr[9]: {queue_id}: removed"
        case "exim":
            head = f"2026-11-05 18:20:{second} {number:06d}-00000C-0k "
            yield f"{head}<= news@example.org H=app [192.0.2.9] P=esmtp S=710 id=m{number}@example.org"
            where = f"{to} R=dnslookup T=remote_smtp H={host} [192.0.2.7]"
            refused = f": SMTP error from remote mail server after RCPT TO:<{to}>: {said}"
            yield f"{head}{'**' if fails else '=>'} {where}" + (refused if fails else f' C="{said}"')
            yield f"{head}Completed"
        case "sendmail":
            head = f"Nov  5 18:21:{second} mx1 sm-mta[41]: 6B5I{number:010d}: "
            yield (
                f"{head}from=<news@example.org>, size=484, class=0, nrcpts=1, msgid=<m{number}@example.org>, "
                "proto=ESMTP, daemon=MTA, relay=app [192.0.2.9]"
            )
            done = f"dsn=5.1.1, reply={said}, stat=User unknown" if fails else "dsn=2.0.0, stat=Sent (Ok)"
            yield (
                f"{head}to=<{to}>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=30484, "
                f"relay={host}. [192.0.2.7], {done}"
            )
        case "opensmtpd":
            head, own = f"Nov  5 18:21:{second} mx1 smtpd[41]: {number:016x} ", f"{number:08x}00000001"
            yield f"{head}smtp connected address=192.0.2.9 host=app.example.org"
            yield f"{head}smtp message msgid={number:08x} size=500 nrcpt=1 proto=ESMTP"
            yield f"{head}smtp envelope evpid={own} from=<news@example.org> to=<{to}>"
            yield (
                f"{head}mta delivery evpid={own} from=<news@example.org> to=<{to}> rcpt=<-> "
                f'source="192.0.2.1" relay="192.0.2.7 ({host})" delay=1s '
                f'result="{"PermFail" if fails else "Ok"}" stat="{said}"'
            )
            yield f"{head}smtp disconnected reason=quit"
        case "qmail":
            head = _QMAIL.format(0x65F1C0DE + number)
            yield f"{head}new msg {number}"
            yield f"{head}info msg {number}: bytes 681 from <news@example.org> qp 12 uid 1000"
            yield f"{head}starting delivery {number}: msg {number} to remote {to}"
            done = "does_not_like_recipient" if fails else "accepted_message"
            words = f"192.0.2.7_{done}./Remote_host_said:_{said.replace(' ', '_')}/"
            yield f"{head}delivery {number}: {'failure' if fails else 'success'}: {words}"
            yield f"{head}end msg {number}"
        case "powermta":
            done = (
                f'failed,5.1.1 (bad mailbox),"smtp;{said}"'
                if fails
                else f"relayed,2.0.0 (success),smtp;{said}"
            )
            kind, category = ("b", "bad-mailbox") if fails else ("d", "")
            rest = f"{done},{host} (192.0.2.7),{category},mta1,e{number}"
            yield f"{kind},2026-11-05 18:21:32+0100,news@example.org,{to},{rest}"
        case "kumomta":
            code, _, content = said.partition(" ")
            entry = {
                **_KUMO,
                "id": f"1d98{number}",
                "recipient": to,
                "peer_address": {"name": f"{host}.", "addr": "192.0.2.7"},
            }
            yield json.dumps({"type": "Reception", **entry})
            response = {
                "code": int(code),
                "enhanced_code": None,
                "content": content,
                "command": f"RCPT TO:<{to}>",
            }
            yield json.dumps({"type": "Bounce" if fails else "Delivery", **entry, "response": response})
        case "haraka":
            head = f"[{number:08X}-0000-0000-0000-000000000000.1.1] [outbound] "
            yield f"[INFO] {head}Attempting to deliver to: {host}:25 (1) (0)"
            done = f"recipient <{to}> rejected: {said}"
            sent = f'delivered file=1_{number} domain=d.example host={host} response="Ok" rcpts=1/0/0'
            yield f"[NOTICE] {head}{done if fails else sent}"
        case "halon":
            code, status, words = (*said.split(" ", 2), "")[:3]
            result = {
                "code": int(code),
                "enhanced": [int(one) for one in status.split(".")],
                "reason": [words],
            }
            message = {"id": f"{number}", "sender": "news@example.org", "recipient": to}
            attempt = {"connection": {"remotemx": host}, "result": result}
            entry = {"type": "delivery", "time": 1793902892123, "message": message, "attempt": attempt}
            yield json.dumps(entry | ({"action": "BOUNCE"} if fails else {}))
        case "exchange-tracking":
            own = f"{number},<m{number}@example.org>,{to}"
            rest = "2690,Hi,news@example.org,news@example.org"
            yield f"2026-11-05T18:21:32.123Z,192.0.2.9,SMTP,RECEIVE,{own},,{rest}"
            done = f"[{{LRT=}};{{LED={said.replace(';', '')}}};{{FQDN={host}}}]" if fails else said
            yield f"2026-11-05T18:21:32.123Z,,SMTP,{'FAIL' if fails else 'SEND'},{own},{done},{rest}"


if __name__ == "__main__":
    main()
