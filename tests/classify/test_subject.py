"""Words about somebody else, and words that are denied, never make the recipient hard."""

from __future__ import annotations

import pytest

from dsnparse import BounceType, Reason
from dsnparse.classify import Objection, classify_reply

SENDER = """
550 5.1.0 Sender's mailbox does not exist
554 5.2.1 Sender account disabled
553 5.1.8 domain of sender address x@y.example does not exist
550 The address in the From header does not exist
550 reply-to address does not exist
550 Bounce address does not exist
550 the mailbox you are sending from does not exist
550 5.4.4 Unable to resolve sender domain: host not found
550 5.1.2 no MX for sender
550 Message rejected: sender account is inactive
554 5.7.1 Rejected: your domain is unknown
550 your organization has been disabled
550 User unknown: your return address is invalid
550 5.1.1 (sender) no such user
550 message from nonexistent user
550 submitted by unknown user
"""
LOGIN = """
535 5.7.8 Authentication credentials invalid: mailbox does not exist
535 account expired
530 5.7.0 Must issue AUTH first; user unknown
550 5.7.3 Authentication unsuccessful, the mailbox is disabled
554 5.7.1 Your account has been suspended. Please contact support
550 Outgoing mail from this account has been suspended
550 Your mailbox has been disabled for sending
550 user account for SMTP AUTH is locked
550 account locked after too many failed logins
550 webmail account locked, reset your password
550 5.7.1 mailbox suspended, you cannot send
"""
HOST = """
550 5.7.1 Helo command rejected: Host not found
550 host name in EHLO does not exist
550 PTR record for 192.0.2.1 does not exist
550 Rejected: unknown host [192.0.2.1]
550 Error: your host does not exist in DNS
"""
CONTENT = """
550 5.7.1 The domain in your Message-ID does not exist
554 the link points to a domain that does not exist
550 5.7.1 DKIM selector does not exist
550 5.7.26 DMARC: From domain does not exist
550 invalid address in To header
550 The subject is not valid
550 TLS is not activated
550 this server has been decommissioned
550 unknown user agent
"""
OTHER_THINGS = """
550 5.6.0 This e-mail is not valid MIME
554 The boundary of this message is not valid
550 That command is not valid for this user
554 Antivirus subscription expired, message cannot be scanned
550 5.7.1 TLS 1.0 has been retired, upgrade your server
Connection closed due to inactivity
554 5.4.2 session dropped due to inactivity
555 5.6.7 SMTPUTF8 not activated on this server
550 message was deleted by the user's filter rules
550 Invoice number 4711 does not exist in our system
554 5.3.0 filter.pl not found in directory /usr/local/bin
554 5.3.0 socket error 14: Bad address
550 5.3.0 mailbox store is disabled on this host
554 5.4.0 mailbox database dismounted, account not available on this node
554 Die Datei ist nicht mehr gültig
550 Das Zertifikat Ihres Servers ist abgelaufen
554 Mail delivery was terminated: Eicar-Test-Signature FOUND
"""
OTHER_HOSTS = """
550 5.7.1 lookup failed for 192.0.2.8: host not found
550 Access denied, host unknown to DNS: 192.0.2.77
554 5.4.4 unable to find host smarthost.internal (relay of this gateway)
550 Nom d'hôte introuvable pour l'adresse IP 192.0.2.3
550 Die IP-Adresse ist unbekannt
550 5.7.1 Domain shop.example is not registered with this service, verify it before you send
"""
YOUR_ACCOUNT = """
550 Your company's account is closed; ask sales
550 Ihr Postfach ist gesperrt, Versand nicht möglich
550 Votre compte a été désactivé
550 Su cuenta está suspendida y no puede enviar correo
550 La sua casella è disabilitata
550 Uw account is geblokkeerd
550 Sua conta foi suspensa
550 Twoje konto jest zablokowane
550 Ваш почтовый ящик заблокирован
550 您的帐户已被禁用
550 Váš účet je zablokován
550 Hesabınız askıya alındı
550 Ditt konto är spärrat
"""
CONDITIONS = """
550 5.7.1 This server does not accept mail over IPv6
550 server does not accept mail on port 25, use 587
550 We do not accept mail claiming to be ours
550 5.7.1 example.com does not accept messages like this
550 Our system does not accept mail to more than 20 recipients
550 domain does not accept messages written in Chinese
554 example.net does not accept mail originating from dial-up lines
"""
CONTACTS = """
550 5.7.1 Message refused. Please write to postmaster@example.com if you think this is wrong
550 Rejected by the gateway, please use helpdesk@example.net to report
550 Message refused; please try support@example.org
550 unsolicited applications are refused, please use jobs@example.com
"""
LISTS = """
550 5.7.1 user does not exist in the list of allowed senders
550 address not found in the approved senders of this group
550 The rule "no such user" fired on your traffic
"""
DENIED = """
550 this is not a 'user unknown' error
550 Message refused; the mailbox is not full
550 5.7.1 the user is not disabled but has blocked you
550 this mailbox does not accept messages larger than 10 MB
550 This address does not accept mail from your country
550 This domain does not accept mail without TLS
550 this user does not exist for you
550 Contrary to 'no such user', the address is valid but protected
"""
PERHAPS = """
550 5.7.1 If the user does not exist, you will receive a bounce
550 Access denied, either the user is unknown or the group is closed
550 we could not determine whether the mailbox is disabled
550 Domain may not exist or DNS check failed
550 forwarding address does not exist
550 Requested action not taken: mailbox unavailable (e.g., no such mailbox, no access, or policy)
550 The address may contain a non-existent account, please check it
"""
FOR_NOW = """
550 5.2.1 account temporarily suspended, try again later
550 mailbox disabled for maintenance
550 5.2.1 mailbox busy
"""
CODES = """
510 go away
521 your ip is blocked
525 not today
551 not our business
556 policy
550 5.1.1 rejected by policy
550 5.1.1 message looks like spam
550 5.1.1 <kim@example.com>: we only talk to business partners
550 5.1.1 Your mail violates rule 17
550 5.2.1 no space
550 5.2.1 outside of business hours no mail is accepted
550 5.1.1 GDPR: we do not accept personal data by mail
554 5.7.1 <kim@example.com>: Recipient address rejected: Access denied
550 <kim@example.com>: Recipient address rejected: see https://example.org/why
550 <kim@example.com>: Recipient address rejected: https://example.org/why
"""


def replies(lines: str) -> list[str]:
    return lines.strip().splitlines()


@pytest.mark.parametrize(
    "reply",
    replies(SENDER + LOGIN + HOST + CONTENT + DENIED + PERHAPS + FOR_NOW + CODES)
    + replies(OTHER_THINGS + OTHER_HOSTS + YOUR_ACCOUNT + CONDITIONS + CONTACTS + LISTS),
)
def test_somebody_elses_fault_is_not_hard(reply: str) -> None:
    assert classify_reply(reply).bounce_type is not BounceType.HARD


@pytest.mark.parametrize(
    "reply", replies(SENDER + LOGIN + HOST + CONTENT + OTHER_THINGS + OTHER_HOSTS + YOUR_ACCOUNT + CONDITIONS)
)
def test_somebody_elses_fault_is_no_reason_about_the_address(reply: str) -> None:
    assert classify_reply(reply).reason not in (
        Reason.USER_UNKNOWN,
        Reason.HOST_UNKNOWN,
        Reason.MAILBOX_DISABLED,
        Reason.NO_MAIL_SERVICE,
    )


@pytest.mark.parametrize("reply", replies(PERHAPS))
def test_what_may_be_is_said_to_be_no_more(reply: str) -> None:
    assert classify_reply(reply).not_hard in (Objection.ONLY_PERHAPS, Objection.DOUBTFUL)


@pytest.mark.parametrize("reply", replies(FOR_NOW))
def test_what_is_so_for_now_is_soft(reply: str) -> None:
    verdict = classify_reply(reply)
    assert (verdict.bounce_type, verdict.not_hard) == (BounceType.SOFT, Objection.FOR_NOW)


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 <lee@example.org> sender ok, <kim@example.com> recipient does not exist",
        "550 5.1.1 Sender <lee@example.org>: Recipient <kim@example.com>: user unknown",
        "550 The email account that you tried to reach does not exist",
        "host relay.example.com[192.0.2.1] said: 550 5.1.1 user unknown (in reply to RCPT TO command)",
        "550 5.2.1 <kim@example.com>: Recipient address rejected: Mailbox disabled, not accepting messages",
        "550 mailbox has expired due to inactivity",
        "521",
        "550 5.1.1",
        "550 5.1.1 kein solcher Mensch",
        "550 5.1.1 <kim@example.com>: nothing is known of this customer",
        "550 5.2.1 the mailbox is out of order",
        "550 kim.lee does not exist on this server",
        "550 5.1.1 this mailbox does not accept mail at all",
        "550 our directory has no user kim",
        "550 The user has moved, please write to kim@example.net",
        "551 please use kim@example.net from now on",
        "550 Das Empfängerkonto wurde stillgelegt",
        "550 El usuario ya no existe",
    ],
)
def test_the_recipients_own_fault_stays_hard(reply: str) -> None:
    assert classify_reply(reply).bounce_type is BounceType.HARD


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("host greylist.example.org[192.0.2.1] said: 550 5.1.1 user unknown", Reason.USER_UNKNOWN),
        ("550 5.1.1 user unknown relay=mx.spamhaus.org[192.0.2.1]:25", Reason.USER_UNKNOWN),
        ("550 mailbox <kim@spamhaus.org> is full", Reason.MAILBOX_FULL),
        ("host relay.example.org[192.0.2.1] refused to talk to me: 421 too many connections",
         Reason.RATE_LIMITED),
    ],
)  # fmt: skip
def test_names_of_hosts_and_fields_of_logs_are_no_words(reply: str, reason: Reason) -> None:
    assert classify_reply(reply).reason is reason


@pytest.mark.parametrize(
    "reply",
    [
        "host mx.example.net[192.0.2.1] said: 550 5.2.1 User suspended (in reply to MAIL FROM command)",
        "host mx.example.net[192.0.2.1] said: 550 5.1.1 no such user (in reply to MAIL FROM command)",
        "host mx.example.net[192.0.2.1] said: 550 5.1.1 (in reply to MAIL FROM command)",
    ],
)
def test_before_a_recipient_is_named_a_reply_is_about_the_sender(reply: str) -> None:
    assert classify_reply(reply).bounce_type is not BounceType.HARD
    assert classify_reply(reply.replace("MAIL FROM", "RCPT TO")).bounce_type is BounceType.HARD


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 5.7.27 Sender address has null MX", Reason.SENDER_REJECTED),
        ("556 5.1.10 Recipient address has null MX", Reason.NO_MAIL_SERVICE),
        (
            "550 5.7.1 Reply-To: <info@x.example> is not a deliverable address (550 no such mailbox)",
            Reason.SENDER_REJECTED,
        ),
        (
            "<<< 550 Blocked, 192.0.2.7 sent spam to us 550 5.1.1 kim@example.net... User unknown",
            Reason.SPAM_CONTENT,
        ),
    ],
)
def test_who_is_meant_is_whom_the_words_before_or_the_code_name(reply: str, reason: Reason) -> None:
    assert classify_reply(reply).reason is reason


def test_what_a_code_does_not_mean_is_denied() -> None:
    verdict = classify_reply("554 Refused. This does not mean that the recipient's address is invalid")
    assert verdict.bounce_type is not BounceType.HARD


@pytest.mark.parametrize("words", ["do not retry", "don't retry"])
def test_who_is_not_to_try_again_is_told_no_time(words: str) -> None:
    assert classify_reply(f"550 5.2.1 account terminated, {words}").bounce_type is BounceType.HARD
    assert classify_reply("550 5.2.1 account suspended, please retry").bounce_type is BounceType.SOFT


def test_a_reply_of_success_is_no_guess_at_a_failure() -> None:
    verdict = classify_reply(
        "252 2.1.5 Cannot VRFY user, but will take message for this user and attempt delivery"
    )
    assert (verdict.reason, verdict.rule) == (Reason.UNDEFINED, "none")


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 User unknown: mail refused",
        "550 5.1.1 User unknown. Our mail server does not know him",
        "550 5.1.1 No such user here, for mail problems write to the postmaster",
        "Mail from <nora@example.com> to <kim@example.net> failed (550 no such user)",
        "<<< 550 5.1.1 <kim@example.net>... User unknown",
        "<<< 550 5.1.1 kim@example.net... User unknown 550 5.1.1 <kim@example.net>... User unknown",
    ],
)
def test_mail_is_a_word_and_a_quoted_reply_may_be_a_sendmails(reply: str) -> None:
    verdict = classify_reply(reply)
    assert (verdict.reason, verdict.bounce_type) == (Reason.USER_UNKNOWN, BounceType.HARD)


@pytest.mark.parametrize(
    "reply",
    [
        "550 192.0.2.7 is a web server and may not send mail here",
        "550 this is a backup server, not the primary MX",
        "550 il suo IP non risulta tra gli host autorizzati",
        "550 recipient domain is not defined",
        "550 not a valid username",
    ],
)
def test_what_is_said_of_a_host_a_table_or_a_login_is_not_hard(reply: str) -> None:
    assert classify_reply(reply).bounce_type is not BounceType.HARD


@pytest.mark.parametrize(
    "reply",
    [
        "dial tcp smtp.example.com:587: no such host",
        "java.net.UnknownHostException: host not found, port: smtp.example.com, 465",
        "550 user unknown at [192.0.2.7]:587",
    ],
)
def test_the_way_to_our_submission_host_is_not_the_recipients(reply: str) -> None:
    assert classify_reply(reply).bounce_type != "hard"


@pytest.mark.parametrize("host", ["[2001:db8:465::587]", "[2001:db8::465:1]", "mx.example.com:25"])
def test_a_number_in_an_address_is_no_port(host: str) -> None:
    assert classify_reply(f"550 5.1.1 user unknown at {host}").bounce_type == "hard"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (
            "554 5.7.1 No virus was found, but password-protected archives are not accepted",
            "content_rejected",
        ),
        ("550 5.7.1 This is NOT a spam block: attachments of this type are not allowed", "content_rejected"),
    ],
)
def test_what_a_message_is_said_not_to_hold_is_no_reason(reply: str, reason: str) -> None:
    assert classify_reply(reply).reason == reason


def test_the_codes_of_a_login_say_nothing_of_the_recipients_address() -> None:
    verdict = classify_reply("525 5.7.13 User account disabled (in reply to AUTH PLAIN)")
    assert (verdict.reason, verdict.bounce_type) == ("policy_violation", "block")
