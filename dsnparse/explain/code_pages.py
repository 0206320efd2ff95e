"""The pages of enhanced status codes (RFC 3463) and of SMTP reply codes (RFC 5321)."""

from __future__ import annotations

import re
from typing import Any

from dsnparse.classify.codes import (
    CodeMeaning,
    StatusCode,
    reply_codes,
    reply_meaning,
    status_codes,
    status_meaning,
)
from dsnparse.data import load
from dsnparse.explain.page import Page, PageKind, Sense
from dsnparse.vocabulary import Advice, BounceType

_CLASS_WORDS = {"2": "success", "4": "a transient failure", "5": "a permanent failure"}


def status_page(class_: str, subject: str, detail: str) -> Page:
    """The page of an enhanced code, given as its three parts; class "X" shows every class that makes sense.

    An unknown detail gets the sentences of "other" of its subject, an unknown subject those of its class.
    """
    code = f"{subject}.{detail}"
    row = status_codes().get(code)
    known_subject = subject in load("pages")["classes"]["subject"]
    source = _source(code if row else f"{subject}.0" if known_subject else "0.0")
    classes = [class_] if class_ != "X" else [digit for digit in "245" if digit in source]
    senses = tuple(
        _sense(
            f"{digit}.{code}", source.get(digit) or _source("0.0")[digit], status_meaning(f"{digit}.{code}")
        )
        for digit in classes
    )
    notes = [*(source.get("notes", ()) if row else ()), *_unregistered_notes(class_, subject, int(detail))]
    if row and class_ != "X" and class_ not in row.use:
        notes.insert(0, f"X.{code} is meant for {_use(row)}; {class_}.{code} is seen all the same.")
    return Page(
        kind=PageKind.STATUS,
        subject=f"{class_}.{code}",
        title=_title(class_, subject, row, senses),
        known=row is not None,
        senses=senses,
        official=tuple(_official(classes, subject, detail, row, source)),
        notes=tuple(notes),
    )


def reply_page(code: int) -> Page:
    """The page of an SMTP reply code, 200 to 599; an unknown one gets the sentences of its first digit."""
    pages = load("pages")
    row = reply_codes().get(code)
    first, second = str(code)[0], str(code)[1]
    source = pages["replies"].get(str(code)) or pages["replies"]["fallback"][first]
    sense = _sense(str(code), source, reply_meaning(code))
    paired = [
        f"X.{entry.code}" for entry in status_codes().values() if str(code) in re.findall(r"\d+", entry.basic)
    ]
    official = [
        ("title", row.title if row else "not known"),
        (f"first digit {first}", _words(pages["classes"]["reply_class"][first])),
        (f"second digit {second}", _words(pages["classes"]["reply_group"][second])),
    ]
    if paired:
        official.append(("enhanced codes", ", ".join(paired)))
    if row:
        official.append(("reference", row.reference))
    return Page(
        kind=PageKind.REPLY,
        subject=str(code),
        title=sense.name if row else f"{sense.name} (code not known)",
        known=row is not None,
        senses=(sense,),
        official=tuple(official),
        notes=tuple(source.get("notes", ())),
    )


def _title(class_: str, subject: str, row: StatusCode | None, senses: tuple[Sense, ...]) -> str:
    if row:
        return row.title if class_ == "X" else senses[0].name
    known = load("pages")["classes"]["subject"].get(subject)
    if known:
        return f"{known['name'].capitalize()} status, detail not registered"
    return "Subject not registered"


def reply_class_page(digit: str) -> Page:
    """The page of a class of reply codes: "5" for 5xx."""
    pages = load("pages")
    words = pages["classes"]["reply_class"][digit]
    sense = _sense(f"{digit}xx", pages["replies"]["fallback"][digit], reply_meaning(int(f"{digit}99")))
    return Page(
        kind=PageKind.REPLY,
        subject=f"{digit}xx",
        title=words["name"].capitalize(),
        known=True,
        senses=(sense,),
        official=((f"first digit {digit}", _words(words)), ("reference", "RFC 5321 section 4.2.1")),
    )


def _source(code: str) -> dict[str, Any]:
    """The sentences of a subject and detail that has its own."""
    for name, table in load("pages").items():
        if name.startswith("x") and code in table:
            found: dict[str, Any] = table[code]
            return found
    raise ValueError(f"No page is written for X.{code}.")


def _official(
    classes: list[str], subject: str, detail: str, row: StatusCode | None, source: dict[str, Any]
) -> list[tuple[str, str]]:
    words = load("pages")["classes"]
    lines = [("title", row.title if row else "not registered")]
    lines += [(f"class {digit}", _words(words["status_class"][digit])) for digit in classes]
    known = words["subject"].get(subject)
    lines.append((f"subject {subject}", _words(known) if known else "Not registered: only the class counts."))
    if row is None:
        read_as = f"is read as X.{subject}.0" if known else "counts for nothing"
        lines.append((f"detail {detail}", f"Not registered: it {read_as} (RFC 3463 section 2)."))
        return lines
    return [
        *lines,
        (f"detail {detail}", source["detail"]),
        ("use", _use(row)),
        ("reply codes", row.basic or "none is named"),
        ("reference", row.reference),
    ]


def _words(entry: dict[str, str]) -> str:
    return f"{entry['name'][0].upper()}{entry['name'][1:]}. {entry['sense']}"


def _use(row: StatusCode) -> str:
    words = [_CLASS_WORDS[digit] for digit in row.use]
    return f"{words[0]} only" if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _unregistered_notes(class_: str, subject: str, detail: int) -> list[str]:
    notes: list[str] = []
    for key, entry in load("pages")["unregistered"].items():
        key_subject, _, span = key.partition(".")
        first, _, last = span.partition("-")
        in_class = class_ in ("X", entry.get("class", class_))
        if in_class and key_subject == subject and int(first) <= detail <= int(last or first):
            notes += entry["notes"]
    return notes


def _other_way(bounce_type: BounceType) -> str:
    way: str = load("pages")["words"]["other"][bounce_type.value]
    return way


def _sense(code: str, source: dict[str, str], meaning: CodeMeaning | None) -> Sense:
    return Sense(
        code=code,
        name=source["name"],
        happened=source["happened"],
        fix=source["fix"],
        mends=source.get("mends"),
        other=source.get("other") or (_other_way(meaning.bounce_type) if meaning else None),
        reason=meaning.reason if meaning else None,
        bounce_type=meaning.bounce_type if meaning else None,
        advice=meaning.advice if meaning else Advice.NONE,
    )
