"""The pages of reasons, and of whole SMTP replies."""

from __future__ import annotations

from dsnparse.classify import Verdict, classify_reply
from dsnparse.classify.codes import STATUS, CodeMeaning, reply_meaning, status_meaning
from dsnparse.classify.source import Source
from dsnparse.data import load
from dsnparse.explain.code_pages import reply_page, status_page
from dsnparse.explain.page import Page, PageKind, Sense
from dsnparse.reply.codes import first_codes
from dsnparse.vocabulary import Reason

#: A code decided, not words.
_BY_CODE = (Source.CODE, Source.CLASS)


def reason_page(reason: Reason) -> Page:
    """The page of a reason: meaning, causes, remedy, and its name in other systems."""
    source = load("pages")["reasons"][reason.value]
    name = reason.meaning.rstrip(".")
    sense = Sense(
        code=reason.value,
        name=name,
        happened=source["happened"],
        fix=source["fix"],
        mends=source["mends"],
        other=source.get("other") or load("pages")["words"]["other"][reason.bounce_type.value],
        reason=reason,
        bounce_type=reason.bounce_type,
        advice=reason.advice,
    )
    return Page(
        kind=PageKind.REASON,
        subject=reason.value,
        title=name,
        known=True,
        senses=(sense,),
        causes=tuple(source["causes"]),
        codes=tuple(source["codes"]),
        elsewhere=(
            ("Sisimai", reason.sisimai),
            ("KumoMTA", reason.kumomta),
            ("SparkPost", str(reason.sparkpost)),
            ("Amazon SES", reason.ses),
            ("Postmark", reason.postmark),
        ),
    )


def verdict_page(text: str) -> Page | None:
    """The page of a whole reply; None when it has no code and no words that are understood."""
    verdict = classify_reply(text)
    first_code, first_status = first_codes(text)
    reply = verdict.reply_code or first_code
    status = STATUS.fullmatch(verdict.status or first_status or "")
    if reply is None and status is None and verdict.source is None:
        return None
    pages: list[Page] = []
    meanings: list[tuple[str, CodeMeaning | None]] = []
    if reply is not None:
        pages.append(reply_page(reply))
        meanings.append((str(reply), reply_meaning(reply)))
    if status:
        pages.append(status_page(*status.groups()))
        meanings.append((status[0], status_meaning(status[0])))
    if meanings and meanings[0][1] is None:
        return Page(PageKind.VERDICT, text, "No failure", known=True, verdict=verdict, pages=tuple(pages))
    return Page(
        kind=PageKind.VERDICT,
        subject=text,
        title=verdict.reason.meaning.rstrip("."),
        known=verdict.reason is not Reason.UNDEFINED,
        notes=tuple(_what_decided(verdict, meanings)),
        verdict=verdict,
        pages=(reason_page(verdict.reason), *pages),
    )


def _what_decided(verdict: Verdict, meanings: list[tuple[str, CodeMeaning | None]]) -> list[str]:
    """Sentences on what decided, where text and codes say different things."""
    if verdict.source in _BY_CODE:
        return [
            f'The words "{conflict.text}" can mean {conflict.reason}; the code {verdict.matched} decided.'
            for conflict in verdict.conflicts
            if conflict.source not in _BY_CODE
        ]
    # The enhanced code is the more exact one: a 452 beside it is no contradiction.
    code, meaning = meanings[-1] if meanings else ("", None)
    if meaning is None or meaning.reason in (verdict.reason, Reason.UNDEFINED):
        return []
    if meaning.generic:
        return [f"{code} is a catch-all ({meaning.reason} by itself). The text decided."]
    return [f"The text disagrees with its code: {code} by itself means {meaning.reason}. The text decided."]
