"""The labels of a header that a notice quotes in its text: To, Cc, and what stands beside them.

Facts:

* Mail programs and scripts show a message by its From, To, Cc, Subject and date, labelled in their own
  language, with blanks, dots or wide blanks before the colon; in a table the colon may be missing.
* A To line may be the notice's own way to say who failed as well; a Cc line never is.
"""

from __future__ import annotations

import re
from typing import Final

_EDGE: Final = r"\W{0,4}(?:original )?"
_COLON: Final = r"[\s.]{0,40}[:：]"
_TO: Final = (
    "(?:sent )?to|an|à|para|a|do|pro|aan|till|til|komu|kam|кому|до|către|catre|προς|kime|kepada|đến|إلى|אל|ถึง"
)
#: Who a message is for, and as often who did not get it.
_RECIPIENT: Final = (
    "mottagare|modtager|mottaker|vastaanottaja|получател[ьи]|одержувач|címzett|alıcı|宛先|送信先|收件人|收件者|"
    "받는 ?사람|수신자?"
)
_COPY: Final = (
    "b?cc|carbon copy|kopie|copie|copia|cópia|kopia|kopi|kopio|копия|копія|másolat|κοιν|bilgi|抄\\s?送|"
    "副\\s?本|참조|destination"
)
_BESIDE: Final = (
    "subject|source|(?:message )?from|sender|date|sent|message-id|betreff|betr|von|absender|datum|"
    "gesendet|objet|sujet|de|da|expéditeur|envoyé|asunto|enviado|remitente|remetente|assunto|oggetto|"
    "mittente|inviato|data|fecha|van|onderwerp|afzender|verzonden|från|fra|avsändare|afsender|"
    "avsender|ämne|emne|skickat|sendt|lähettäjä|aihe|od|temat|nadawca|wysłano|odesílatel|odosielateľ|"
    "expeditor|dato|päiväys|الموضوع|נושא|předmět|predmet|odesláno|dátum|feladó|tárgy|subiect|dată|от|"
    "від|від кого|от кого|отправитель|тема|дата|από|θέμα|ημερομηνία|gönderen|kimden|konu|tarih|"
    "件\\s?名|題\\s?名|差出人|送信者|送信元|日\\s?時|主\\s?[题題旨]|[发發寄]件[人者]|时\\s?间|時\\s?間|日\\s?期|"
    "제목|보낸 ?사람|발신자?|날짜|"
    "dari|perihal|tanggal|từ|chủ đề|من|מאת|จาก"
)
#: A line that begins with such a label.
TO_LINE: Final = re.compile(rf"{_EDGE}(?:{_TO}){_COLON}", re.IGNORECASE)
RECIPIENT_LINE: Final = re.compile(rf"{_EDGE}(?:{_RECIPIENT}){_COLON}", re.IGNORECASE)
COPY_LINE: Final = re.compile(rf"{_EDGE}(?:{_COPY}){_COLON}", re.IGNORECASE)
BESIDE: Final = re.compile(rf"{_EDGE}(?:{_BESIDE}|{_COPY}){_COLON}", re.IGNORECASE)
#: A table's cell with such a label for what a message has besides its recipients.
CELL: Final = re.compile(rf"{_EDGE}(?:{_BESIDE}|{_COPY})[\s.]{{0,9}}[:：]?", re.IGNORECASE)
CELL_CHARS: Final = 30
