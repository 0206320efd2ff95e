"""Senders who are greeted, or get a message back, are not spoken of."""

from __future__ import annotations

import pytest

from dsnparse import BounceType, Reason, classify_reply
from dsnparse.reply.addressed import without_addressed

GREETED = (
    "Sehr geehrter Absender, der Benutzer existiert nicht",
    "Cher expéditeur, l'utilisateur n'existe pas",
    "Уважаемый отправитель, пользователь не найден",
    "Sayın gönderici, kullanıcı bulunamadı",
    "尊敬的发件人，用户不存在",
)
RETURNED = (
    "Das Postfach ist voll, die Nachricht geht zurück an den Absender",
    "La bústia del destinatari és plena, el missatge s'ha retornat al remitent",
    "Ящик получателя переполнен, письмо возвращено отправителю",
    "A címzett postafiókja megtelt, a levelet visszaküldtük a feladónak",
)
#: Of the sender something is said.
SAID = (
    "Der Absender existiert nicht",
    "El dominio del remitente no existe",
    "Уважаемый отправитель, ваш ящик заблокирован",
    "Estimado remitente, su cuenta está suspendida",
    "Kære afsender, din konto er spærret",
)


@pytest.mark.parametrize("text", GREETED)
def test_who_is_greeted_is_not_whom_a_reply_is_about(text: str) -> None:
    assert classify_reply(text).reason is Reason.USER_UNKNOWN


@pytest.mark.parametrize("text", RETURNED)
def test_who_gets_it_back_is_not_whom_a_reply_is_about(text: str) -> None:
    assert classify_reply(text).reason is Reason.MAILBOX_FULL


@pytest.mark.parametrize("text", SAID)
def test_what_is_said_of_a_sender_is_never_hard(text: str) -> None:
    assert classify_reply(text).bounce_type is not BounceType.HARD


@pytest.mark.parametrize("text", [*GREETED, *RETURNED, *SAID])
def test_places_hold(text: str) -> None:
    low = text.lower()
    assert len(without_addressed(low)) == len(low)
