"""Makes the samples forged/trust-*: notices that came to us, with what our border wrote on top, real and forged.

    python samples/forge.py

and the table of them in docs/trust.md.

`forged/trust.toml` has the settings (and the key, which is no secret). Our border is mx.example.org, our mail goes
out through out.example.org, kim@example.com is a real reader, mallory@evil.example is one, too, and forges notices
about lena.maas@example.net. All of it happens on 26 November 2026.
"""

from __future__ import annotations

import json
import zlib
from datetime import date
from pathlib import Path

from dsnparse.trust.batv import sign_batv
from dsnparse.trust.settings import TrustSettings
from dsnparse.trust.srs import rewrite
from dsnparse.trust.tracking import sign_message_id, sign_token
from dsnparse.trust.verp import sign_return_path

HERE = Path(__file__).parent / "forged"
PAGE = Path(__file__).parent.parent / "docs/trust.md"
SETTINGS = TrustSettings.from_toml((HERE / "trust.toml").read_text("utf-8"))
KEYS = SETTINGS.keys
assert KEYS is not None
DAY, OLD = date(2026, 11, 25), date(2026, 9, 1)
DOMAIN = "bounces.example.org"
KIM, MALLORY, LENA = "kim@example.com", "mallory@evil.example", "lena.maas@example.net"


def path(address: str, day: date = DAY) -> str:
    return sign_return_path(address, DOMAIN, KEYS, day)


def message_id(address: str, day: date = DAY) -> str:
    return sign_message_id(address, "4f2a9c", "example.org", KEYS, day)


def returned(to: str, *more: str, sent: str = "", by: str = "out.example.org") -> str:
    """The header of the message that came back."""
    return "\n".join([
        f"Received: from app.example.org by {by} (Postfix) with ESMTP id 4A1B2C3D",
        f"\tfor <{to}>; Wed, 25 Nov 2026 08:00:00 +0000",
        "From: News <news@example.org>",
        f"To: {to}",
        "Subject: News of November",
        "Date: Wed, 25 Nov 2026 08:00:00 +0000",
        f"Message-ID: {sent or message_id(to)}",
        *more,
    ])


def notice(
    to: str,
    failed: list[str],
    header: str,
    *,
    host: str = "mx.example.com",
    more: str = "",
    came: str = "Thu, 26 Nov 2026 10:00:00 +0000",
    words: str = "",
    results: str = "",
) -> str:
    """A notice of `host`, with what our border wrote on top."""
    top = (
        f"Return-Path: <>\nX-Original-To: {to}\nDelivered-To: {to}\n{results}"
        f"Received: from {host} ({host} [192.0.2.7])\n\tby mx.example.org (Postfix) with ESMTPS id 9Z8Y7X;\n\t{came}\n"
    )
    own = (
        f"{more}From: Mail Delivery System <MAILER-DAEMON@{host}>\nTo: {to}\n"
        "Subject: Undelivered Mail Returned to Sender\nDate: Thu, 26 Nov 2026 09:59:00 +0000\n"
        f"Message-ID: <20261126095900.9Z8Y7X@{host}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
    )
    if words:
        return f"{top}{own}Content-Type: text/plain\n\n{words}\n\n--- Original message headers ---\n{header}\n"
    fields = "\n".join(
        f"Final-Recipient: rfc822; {one}\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; {host}\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user here\n"
        for one in failed
    )
    text = "".join(f"<{one}>: 550 5.1.1 no such user here\n" for one in failed)
    return (
        f'{top}{own}Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n'
        f"Content-Type: text/plain\n\nThis is the mail system at host {host}.\n\n{text}\n--b\n"
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; {host}\n\n{fields}\n--b\n"
        f"Content-Type: text/rfc822-headers\n\n{header}\n--b--\n"
    )


PLAIN = f"bounces@{DOMAIN}"
RESULTS = "Authentication-Results: mx.example.org; dkim=pass header.d={}\n"
NO = "The address is unknown: 550 5.1.1 no such user here."
TOKEN = sign_token(KIM, KEYS, DAY)
#: Name: message, verdict, deciding evidence, who was mailed, the sentence on it.
CASES: dict[str, tuple[str, str, str, str | None, str]] = {
    "genuine": (
        notice(path(KIM), [KIM], returned(KIM)),
        "authenticated", "verp.valid", KIM, "A real bounce of a message with a signed return path.",
    ),
    "genuine-forwarded": (
        notice(path(KIM), ["k.oh@corp.example"], returned(KIM), host="mx.corp.example"),
        "authenticated", "verp.valid", KIM, "Kim forwards his mail; the notice names the address that refused it.",
    ),
    "genuine-names-nobody": (
        notice(path(KIM), [], "From: News <news@example.org>\nSubject: News\nDate: Wed, 25 Nov 2026 08:00:00 +0000\nMessage-ID: " + message_id(KIM), words=NO),
        "authenticated", "verp.valid", KIM, "The notice names nobody, the signed return path does.",
    ),
    "genuine-folded": (
        notice(path(KIM).upper(), [KIM], returned(KIM)),
        "authenticated", "verp.valid", "KIM@EXAMPLE.COM", "A server on the way wrote the return path in capitals.",
    ),
    "genuine-message-id": (
        notice(PLAIN, [KIM], returned(KIM)),
        "authenticated", "message-id.valid", KIM, "No signed return path; the Message-ID is signed for Kim.",
    ),
    "no-token": (
        notice(PLAIN, [LENA], returned(LENA, sent="<1@example.org>", by="out.example.org"), host="evil.example"),
        "suspect", "message-id.absent", None, "Looks like a real notice, without anything that we signed.",
    ),
    "no-token-nothing-returned": (
        notice(PLAIN, [LENA], "", host="evil.example"),
        "plausible", "verp.absent", None, "The same, with nothing of the message that it is about.",
    ),
    "replayed": (
        notice(path(KIM), [KIM], returned(KIM)),
        "authenticated", "verp.valid", KIM, "The genuine one again under another id: it can say of Kim what was true, and of nobody else anything.",
    ),
    "expired": (
        notice(path(LENA, OLD), [LENA], returned(LENA, sent=message_id(LENA, OLD))),
        "suspect", "verp.expired", None, "A return path of three months ago, kept and used again.",
    ),
    "expired-and-dated-back": (
        notice(path(LENA, OLD), [LENA], returned(LENA, sent=message_id(LENA, OLD)), more="Received: from evil.example by mx.example.org (Postfix) with ESMTP id 1; Wed, 2 Sep 2026 10:00:00 +0000\n"),
        "suspect", "verp.expired", None, "The same, below a Received of our border that the stranger wrote.",
    ),
    "token-of-another": (
        notice(path(MALLORY), [LENA], returned(LENA, sent=message_id(MALLORY)), host="evil.example"),
        "authenticated", "names-another", MALLORY, "Mallory's own return path, and Lena's name in the notice: it counts for Mallory.",
    ),
    "token-of-another-several": (
        notice(path(MALLORY), [LENA, "tom.beck@example.net"], returned(MALLORY), host="evil.example"),
        "authenticated", "names-another", MALLORY, "The same with two names: neither is hard.",
    ),
    "recipient-altered": (
        notice(path(MALLORY).replace("mallory=evil.example", "lena.maas=example.net"), [LENA], returned(LENA, sent="<8@example.org>")),
        "suspect", "verp.forged", None, "Mallory's signature before Lena's address.",
    ),
    "signature-guessed": (
        notice("b+enxaaaaaaaaaaa-lena.maas=example.net@" + DOMAIN, [LENA], returned(LENA, sent="<2@example.org>")),
        "suspect", "verp.forged", None, "A return path in the right form with a guessed signature.",
    ),
    "delivered-to-forged": (
        notice(PLAIN, [LENA], returned(LENA, sent="<3@example.org>"), more=f"Delivered-To: {path(LENA)}\nX-Original-To: {path(LENA)}\n", host="evil.example"),
        "suspect", "message-id.absent", None, "Delivered-To below our Received: the stranger's word, even where it is right.",
    ),
    "received-forged": (
        notice(PLAIN, [LENA], returned(LENA, sent="<4@out.example.org>", by="mail.example.net"), host="evil.example"),
        "suspect", "received.not-ours", None, "What came back went through no server of ours.",
    ),
    "never-ours": (
        notice(PLAIN, [LENA], returned(LENA, sent="<5@spam.example>", by="spam.example"), host="mx.example.net"),
        "suspect", "received.not-ours", None, "A genuine bounce of somebody else's mail in our name (backscatter).",
    ),
    "message-id-of-another": (
        notice(PLAIN, [LENA], returned(LENA, sent=message_id(MALLORY)), host="evil.example"),
        "suspect", "message-id.other", None, "A Message-ID that was signed for Mallory.",
    ),
    "token-in-field-forged": (
        notice(PLAIN, [LENA], returned(LENA, f"X-Bounce-Token: {TOKEN.replace('kim=example.com', 'lena.maas=example.net')}", sent="<9@example.org>")),
        "suspect", "token.forged", None, "A token of Kim's before Lena's address.",
    ),
    "batv-forged": (
        notice("prvs=0790000000=news@example.org", [LENA], returned(LENA, sent="<6@example.org>")),
        "suspect", "batv.forged", None, "A BATV tag that is not ours.",
    ),
    "batv": (
        notice(sign_batv("news@example.org", SETTINGS.batv_keys, DAY), [LENA], "From: news@example.org\nSubject: News"),
        "plausible", "batv.valid", None, "A BATV tag of ours names nobody; where return paths are signed it is not enough.",
    ),
    "srs-wrong-hash": (
        notice(rewrite("news@example.org", DOMAIN, b"another secret", DAY), [LENA], returned(LENA, sent="<7@example.org>")),
        "suspect", "srs.forged", None, "A rewritten sender with a wrong hash.",
    ),
    "dkim-of-the-recipients-domain": (
        notice(PLAIN, [KIM], "", results=RESULTS.format("example.com")),
        "plausible", "dkim.reporter", None, "Signed by the daemon of Kim's own domain: true of Kim, perhaps of others' mail in our name.",
    ),
    "dkim-of-another-domain": (
        notice(PLAIN, [LENA], "", host="evil.example", results=RESULTS.format("evil.example")),
        "plausible", "dkim.other", None, "A good signature, of a domain that is not Lena's.",
    ),
    "authentication-results-forged": (
        notice(PLAIN, [LENA], "", host="mx.example.net", more=RESULTS.format("example.net")),
        "plausible", "verp.absent", None, "Authentication-Results in our border's name, below its Received: the stranger wrote them.",
    ),
    "null-return-path": (
        notice(PLAIN, [], "", host="evil.example", words=f"<{LENA}>: 550 5.1.1 no such user here"),
        "unverified", "sender.null", None, "No return path of its own, which is no proof of anything.",
    ),
}  # fmt: skip


def main() -> None:
    for name, (message, verdict, because, mailed, note) in CASES.items():
        place = HERE / f"trust-{name}.eml"
        place.write_text(message.replace("20261126095900.9Z8Y7X@", f"{zlib.crc32(name.encode()):08x}@"), "utf-8")
        expected = {
            "kind": "bounce",
            "trust": {"verdict": verdict, "because": f"trust.{because}", "mailed": mailed},
            "note": note,
        }
        place.with_suffix(".json").write_text(json.dumps(expected, indent=2, ensure_ascii=False) + "\n", "utf-8")
    text = PAGE.read_text("utf-8")
    before, start, rest = text.partition("<!-- forgeries: made by `python samples/forge.py` -->\n")
    _, end, after = rest.partition("<!-- end of forgeries -->\n")
    PAGE.write_text(f"{before}{start}{table()}{end}{after}", "utf-8")


def table() -> str:
    """The table of docs/trust.md."""
    rows = [
        f"| `{name}` | {note.rstrip('.')} | {verdict} | `{because}` | {mailed or ''} |\n"
        for name, (_, verdict, because, mailed, note) in CASES.items()
    ]
    head = "| `trust-…` | what it is | verdict | by | it counts for |\n|---|---|---|---|---|\n"
    return head + "".join(rows)


if __name__ == "__main__":
    main()
