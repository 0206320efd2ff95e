"""The pages of reasons, and of whole SMTP replies."""

from __future__ import annotations

from dataclasses import replace

from dsnparse.classify import Verdict, classify_reply
from dsnparse.classify.codes import STATUS, CodeMeaning, reply_meaning, status_meaning
from dsnparse.data import load
from dsnparse.explain.code_pages import reply_page, status_page
from dsnparse.explain.page import Page, PageKind, Sense
from dsnparse.reasons import Reason

#: How `Verdict.rule` begins when a code decided, not words.
_CODE_RULES = ("status.", "reply.", "class.")


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
        other=source.get("other"),
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
    if verdict.rule == "none" and verdict.reply_code is None and verdict.status is None:
        return None
    pages: list[Page] = []
    meanings: list[tuple[str, CodeMeaning | None]] = []
    if verdict.reply_code is not None:
        pages.append(reply_page(verdict.reply_code))
        meanings.append((str(verdict.reply_code), reply_meaning(verdict.reply_code)))
    match = STATUS.fullmatch(verdict.status or "")
    if match:
        pages.append(status_page(*match.groups()))
        meanings.append((match[0], status_meaning(match[0])))
    page = Page(
        kind=PageKind.VERDICT,
        subject=text,
        title=verdict.reason.meaning.rstrip("."),
        known=verdict.reason is not Reason.UNDEFINED,
        notes=tuple(_what_decided(verdict, meanings)),
        verdict=verdict,
        pages=(reason_page(verdict.reason), *pages),
    )
    if page.succeeded:
        return replace(page, title="No failure", known=True, notes=(), pages=tuple(pages))
    return page


def _what_decided(verdict: Verdict, meanings: list[tuple[str, CodeMeaning | None]]) -> list[str]:
    """Sentences on what decided, where text and codes say different things."""
    if verdict.rule.startswith(_CODE_RULES):
        return [
            f'The words "{conflict.text}" can mean {conflict.reason}; the code {verdict.matched} decided.'
            for conflict in verdict.conflicts
            if not conflict.rule.startswith(_CODE_RULES)
        ]
    sentences = []
    for code, meaning in meanings:
        if meaning is None or meaning.reason in (verdict.reason, Reason.UNDEFINED):
            continue
        if meaning.generic:
            said = f"{code} is a catch-all ({meaning.reason} by itself)"
        else:
            said = f"The text disagrees with its code: {code} by itself means {meaning.reason}"
        sentences.append(f"{said}. The text decided.")
    return sentences
