"""Who asks a sender to prove that he is a person sends an automatic answer, and tells of no failure."""

from __future__ import annotations

import pytest
from messages import notice

from dsnparse import Kind, parse_dsn

WORDS = {
    "English": "Your letter is held outside my inbox. To let it through, open https://gate.example/1.",
    "English, to release": "To release your message, please send an empty mail back.",
    "German": "Bitte klicken Sie auf https://gate.example/1, damit Ihre Nachricht zugestellt wird.",
    "French": "Pour que votre message me parvienne, cliquez ici : https://gate.example/1",
    "Spanish": "Para que su mensaje llegue, haga clic en https://gate.example/1",
    "Italian": "Clicchi su https://gate.example/1 affinché il suo messaggio sia consegnato.",
    "Portuguese": "Clique em https://gate.example/1 para que a sua mensagem seja entregue.",
    "Dutch": "Klik op https://gate.example/1 zodat uw bericht wordt bezorgd.",
}


def answer(text: str, path: str = "gate-77@gate.example", header: str = "") -> bytes:
    return notice(
        f"{text}\n",
        sender="Tom Beck <tom.beck@example.org>",
        subject="Re: Minutes",
        header=f"Return-Path: <{path}>\nReferences: <1@example.com>\n{header}",
    )


@pytest.mark.parametrize("language", WORDS)
def test_a_challenge_is_an_automatic_answer(language: str) -> None:
    report = parse_dsn(answer(WORDS[language]))
    assert (report.kind, report.records) == (Kind.AUTO_REPLY, ())


@pytest.mark.parametrize(
    "message",
    [
        answer(WORDS["English"], path="tom.beck@example.org"),
        answer(WORDS["English"], header="List-Id: <board.example.org>\n"),
        answer(WORDS["English"], header="User-Agent: Mutt/2.2\n"),
        answer("The message came through. Open the window, please."),
    ],
)
def test_people_who_write_of_challenges_send_none(message: bytes) -> None:
    assert parse_dsn(message).kind is Kind.OTHER
