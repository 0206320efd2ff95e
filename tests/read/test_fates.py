"""Recipients of one notice who fared differently: failed, still tried, reached; each has his own action."""

from __future__ import annotations

import pytest
from messages import notice

from dsnparse import Kind, parse_dsn

KIM, LEE, ZOE = "kim@mail.example.net", "lee@mail.example.net", "zoe@mail.example.net"
#: What stands in a notice; its kind, and what was done for whom.
NOTICES = {
    "below headings": (
        (
            f"Your message cannot be delivered to the following:\n\n  {KIM}\n    550 5.1.1 no user\n\n"
            f"It is still being tried for:\n\n  {LEE}\n    connection refused\n\n"
            f"It has been delivered to:\n\n  {ZOE}\n"
        ),
        (Kind.BOUNCE, {KIM: "failed", LEE: "delayed"}),
    ),
    "below headings, in Russian": (
        (
            f"Письмо доставлено не всем получателям.\n\nНе доставлено:\n\n{KIM}\n  ящик не существует\n\n"
            f"Доставка отложена:\n\n{LEE}\n  Сервер недоступен. Попытки будут продолжаться 3 суток.\n\n"
            f"Доставлено:\n\n{ZOE}\n"
        ),
        (Kind.BOUNCE, {KIM: "failed", LEE: "delayed"}),
    ),
    "below one that is wrapped, in Russian": (
        (
            f"К сожалению, письмо не может\nбыть доставлено одному или нескольким\nполучателям:\n\n"
            f"{KIM}\n  ящик переполнен\n{LEE}\n  550 5.1.1 user unknown\n"
        ),
        (Kind.BOUNCE, {KIM: "failed", LEE: "failed"}),
    ),
    "behind each, in Portuguese": (
        (
            f"A sua mensagem teve este resultado:\n\n* {KIM}\n  Não entregue: destinatário inexistente.\n\n"
            f"* {LEE}\n  Pendente: o envio será tentado novamente por até 48 horas.\n\n"
            f"* {ZOE}\n  Entregue com sucesso.\n"
        ),
        (Kind.BOUNCE, {KIM: "failed", LEE: "delayed"}),
    ),
    "a warning in which one was refused": (
        (
            f"This is a warning only. Delivery attempts will continue.\n\n<{KIM}>: 450 4.2.1 busy\n\n"
            f"<{LEE}>: 550 5.1.1 user unknown\n"
        ),
        (Kind.BOUNCE, {KIM: "delayed", LEE: "failed"}),
    ),
    "a warning about all": (
        (
            f"This is a warning only. Delivery attempts will continue.\n\n<{KIM}>: connection refused\n\n"
            f"<{LEE}>: 450 4.2.1 busy\n"
        ),
        (Kind.DELAY, {KIM: "delayed", LEE: "delayed"}),
    ),
    "all failed": (
        f"Your message could not be delivered to:\n\n{KIM}: user unknown\n\n{LEE}: mailbox full\n",
        (Kind.BOUNCE, {KIM: "failed", LEE: "failed"}),
    ),
}


@pytest.mark.parametrize("name", NOTICES)
def test_each_has_what_is_said_of_him(name: str) -> None:
    text, (kind, actions) = NOTICES[name]
    report = parse_dsn(notice(text, subject="Delivery report"))
    assert report.kind is kind
    assert {one.recipient: one.action for one in report} == actions


def test_words_for_some_whom_it_reached_make_no_delivery_of_a_failure() -> None:
    text = f"Nem sikerült kézbesíteni:\n\n{KIM}\n  A postafiók megtelt.\n\nSikeresen kézbesítve:\n\n{ZOE}\n"
    report = parse_dsn(notice(text, subject="Kézbesítési értesítés"))
    assert (report.kind, [one.recipient for one in report]) == (Kind.BOUNCE, [KIM])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            f"Nobody here takes what you wrote for {KIM}.\n\nQuestions? Write to help@mail.example.net\n",
            [KIM],
        ),
        (f"Nobody here takes what you wrote for {KIM}, nor for {LEE}.\n", []),
        (f"Nobody takes it. Please contact {KIM} if you have questions.\n", []),
    ],
)
def test_the_only_address_is_taken_where_the_subject_tells_of_a_failure_but_never_hard(
    text: str, named: list[str]
) -> None:
    report = parse_dsn(notice(text))
    assert [one.recipient for one in report] == named
    assert all(one.bounce_type != "hard" for one in report)


#: What a server that refuses Kim replies, over several lines: words about Lee, or about whoever is next.
_REPLIES = (
    f"550 5.1.1 no such user here\n    {LEE} was delivered",
    f"550 5.1.1 no such user here\n    Message was delivered to {LEE}",
    f"550 5.1.1 no such user; delivered to {LEE}",
    "550 5.1.1 no such user here\n    The message was delivered to:",
    "550 5.1.1 no such user here\n    It is still being tried for:",
    "550 5.1.1 no such user here; delivery attempts will continue for 4 days",
    "550 5.1.1 no such user here\n    This is a warning only. We will keep trying to deliver your message.",
)


@pytest.mark.parametrize("reply", _REPLIES)
@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["next line", "blank line"])
def test_what_ones_server_replies_says_nothing_of_another(reply: str, gap: str) -> None:
    text = f"Your message could not be delivered to:\n\n<{KIM}>: host mx.example.net said: {reply}{gap}"
    found = parse_dsn(notice(f"{text}<{LEE}>: 550 5.1.1 user unknown\n"))
    assert found.kind is Kind.BOUNCE
    assert {one.recipient: one.action for one in found} == {KIM: "failed", LEE: "failed"}


@pytest.mark.parametrize(
    "entries",
    [
        f"{KIM}\n550 5.1.1 no such user here\nDelivered to lee\n\n{LEE}\n550 5.1.1 user unknown\n",
        f"{KIM}\n  550 5.1.1 no such user here\n  Delivered to:\n\n{LEE}\n  550 5.1.1 user unknown\n",
        f"  {KIM}\n    550 5.1.1 delivery attempts will continue\n\n  {LEE}\n    550 5.1.1 user unknown\n",
    ],
)
def test_an_entry_says_what_was_done_for_its_own_address(entries: str) -> None:
    found = parse_dsn(notice(f"Your message could not be delivered to:\n\n{entries}"))
    assert found.kind is Kind.BOUNCE
    assert {one.recipient: one.action for one in found} == {KIM: "failed", LEE: "failed"}
