"""Signs that a person, a desk or a list passes a notice on, and that somebody imitates one.

Facts:

* Who forwards or answers a notice keeps its subject, and its words behind quote marks or below its header;
  a ticket system puts its number before that subject. Log watchers print its words behind a date.
* Lures look like a mail system's: "(4) incoming mails pending delivery", and ask their reader to sign in.
"""

from __future__ import annotations

import re
from typing import Final

from dsnparse.notice.body import Body
from dsnparse.notice.head import DAEMON_NAME, Head
from dsnparse.notice.words import may_say, says, subject_says

#: Programs that people write mail with.
_MAIL_READER: Final = re.compile(
    r"thunderbird|outlook|apple mail|iphone mail|ipad mail|mutt|gnus|pine|kmail|evolution|roundcube|sylpheed|"
    r"eudora|claws|mozilla|squirrelmail|the bat|lotus notes|horde|webmail|airmail|k-9",
    re.IGNORECASE,
)
#: Words in the names of those who are no person.
_ROLE: Final = re.compile(
    r"mail|deliver|admin|system|server|service|support|reply|postmaster|notif|robot|\bbot\b|daemon|gateway|"
    r"auto|mmsc|webhook|\bevents?\b|\bagent\b|\bfax\b|\bsms\b|\bndr\b|failure|filter|virus|security|scan|list|desk|team|info|\berp\b|\bcrm\b|newsletter|forum|alert|portal|panel|complaint|abuse|feedback|"
    r"correo|correio|posta?\b|postal|poczt|poštov|servici|serviz|serviç|dienst|systèm|sistem|zustell|verwalt|"
    r"messag|courri|nachricht|bericht|surat|levelez|e-?post|posti|hosting|network|helpdesk|"
    r"почт|пошт|поща|систем|сервис|администратор|адміністратор|сервер|ταχυδρομ|بريد|דואר|ایمیل|メール|管理|システム|郵便|메일|관리|시스템|邮|系統|系统|管理",
    re.IGNORECASE,
)
#: Addresses of mail systems in other languages.
_SYSTEM: Final = re.compile(
    r"<(?:postman|sistemas?|systeme?"
    r"|correo|correio|posta|poczta|postamt|mail|mailservice|mailserver|servidor|serveur"
    r"|serwer|sunucu|robot|zustellung|postmottak|postipalvelin|no-?reply)@",
    re.IGNORECASE,
)
#: "[#4711] …", "[Ticket#4711] …", "[Bug 4711] …", "[JIRA] (MAIL-4711) …"; a filter's "[SPAM 12]" is none. And
#: the tags of monitors.
_TICKET: Final = re.compile(
    r"\s{0,3}(?:\[(?!\W{0,4}spam)[^\]\d]{0,30}\d{2,20}\]"
    r"|\[[^\]]{1,30}\] ?\([A-Z][A-Z0-9]{1,12}-\d{1,8}\)"
    r"|\[(?:alert|alarm|critical|problem|firing|resolved|recovery|monitor(?:ing)?|nagios|zabbix|grafana)\b[^\]]{0,40}\])",
    re.IGNORECASE,
)
#: "[confluence] …", "[list] …"; not what filters and borders put there.
_TAG: Final = re.compile(
    r"\s{0,3}\[(?!\W{0,4}(?:spam|junk|suspect|ext\b|extern|virus|warn|caution|phish|bulk|auto))[^\]]{2,40}\]",
    re.IGNORECASE,
)
#: Quote marks, and the date that a log's line begins with.
_NOT_ITS_OWN: Final = re.compile(
    r"\s{0,4}(?:[>|]|[A-Z][a-z]{2}\s{1,2}\d{1,2}\s\d\d:\d\d:\d\d\s|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)"
)
#: The author's line in the header of a message that is quoted.
_AUTHOR: Final = re.compile(
    r"[\s>|*]{0,6}(?:from|von|de|da|van|från|fra|od|от|发件人|差出人)\s{0,3}[:：]", re.IGNORECASE
)
#: The date that a log's line begins with.
_LOGGED: Final = re.compile(
    r"[A-Z][a-z]{2}\s{1,2}\d{1,2}\s\d\d:\d\d:\d\d\s|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d"
)
_LINES_OF_A_LOG: Final = 2
_OPENING_LINES: Final = 20
#: What is to be clicked stands below a table of the mail that is held.
_LURE_LINES: Final = 60
#: Lines below From in which a quoted header has its subject.
_BESIDE: Final = 4
#: Where a gateway adds its words to the subject of the message that it returns.
_ADDED_BEHIND: Final = (" : ", " (", " [")


def is_person(sender: str) -> bool:
    """Whether From has a display name as people have one ("Nora Lind <nora@example.com>")."""
    name = sender.partition("<")[0].strip(" \"'") if "<" in sender else ""
    words = name.replace(",", " ").split()
    if len(words) < 2 or "@" in name or _ROLE.search(name):
        return False
    return not _SYSTEM.search(sender)


def is_of_list_software(head: Head) -> bool:
    """Whether a list's software writes to whoever runs the list, by its own word: no post of a member."""
    first = head.first
    return "x-lsv-listid" in first or (
        "x-list-administrivia" in first and head.low("x-list-administrivia") == "yes"
    )


def is_of_cron(head: Head) -> bool:
    """Whether cron passes on what a job printed."""
    return "x-cron-env" in head.first or head.subject.startswith("Cron <")


def is_log(body: Body) -> bool:
    """Whether lines of a log stand among the first ones, and above them no words for a sender."""
    opening = body.lines[:_OPENING_LINES]
    dated = [index for index, line in enumerate(opening) if _LOGGED.match(line)]
    return len(dated) >= _LINES_OF_A_LOG and not says("told", " ".join(opening[: dated[0]]))


def is_mail_reader(program: str) -> bool:
    """Whether people write mail with a program that User-Agent or X-Mailer names."""
    return _MAIL_READER.search(program) is not None


def ends_in_failure(subject: str) -> bool:
    """Whether a gateway added " : non remis (delivery failed)" and the like behind an answer's subject."""
    found = [at for mark in _ADDED_BEHIND if (at := subject.find(mark, len(subject) // 2)) > 0]
    at = min(found, default=0)
    return at > 0 and subject_says("bounce", subject[at:]) and not subject_says("bounce", subject[:at])


def names_ticket(subject: str) -> bool:
    """Whether a ticket's number stands before the rest of a subject."""
    return _TICKET.match(subject) is not None


def has_tag(subject: str) -> bool:
    """Whether a word in brackets stands before the rest of a subject: a list's, a wiki's, a tracker's.

    Not "[Undelivered] …".
    """
    found = _TAG.match(subject)
    return found is not None and not subject_says("bounce", found[0])


def is_quoted(line: str) -> bool:
    """Whether a line of text stands behind a quote mark or a log's date: the words are somebody else's."""
    return _NOT_ITS_OWN.match(line) is not None


def forwarded_header(body: Body) -> str | None:
    """The From line of a notice, where the first lines of the text quote the header of one."""
    lines = body.lines[:_OPENING_LINES]
    for index, line in enumerate(lines):
        if ":" in line and _AUTHOR.match(line) is not None:
            beside = [one.partition(":")[2] for one in lines[index + 1 : index + 1 + _BESIDE]]
            if DAEMON_NAME.search(line) is not None or any(
                subject_says("bounce", one) for one in beside if one
            ):
                return line
    return None


def lure(body: Body) -> str | None:
    """The line among the first ones that asks the reader to sign in or to release mail, or None."""
    return _line_saying("lure", body, _LURE_LINES)


def parcel(body: Body) -> str | None:
    """The line among the first ones that speaks of a parcel, or None."""
    return _line_saying("parcel", body, _OPENING_LINES)


def _line_saying(name: str, body: Body, most: int) -> str | None:
    lines = body.lines[:most]
    if not may_say(name, lines):
        return None
    return next((line for line in lines if line and says(name, line)), None)
