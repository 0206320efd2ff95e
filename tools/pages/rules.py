"""Every rule of the package, in Markdown: what it means, where its words were seen, a reply that has them."""

from __future__ import annotations

from collections.abc import Iterator

from dsnparse.explain.evidence import evidence_rules
from dsnparse.rulebook.files import builtin_sources
from dsnparse.vocabulary import Reason
from tools.pages import cell, code


def page(_argument: str = "") -> str:
    """A table for each reason, and the other names that evidence can give as its rule."""
    return "\n".join([*_rules(), *_others()])


def _rules() -> Iterator[str]:
    rules = builtin_sources()[0]
    yield from (f"{len(rules):,} rules, by the reason that they give.", "")
    for reason in Reason:
        rows = [rule for rule in rules if rule.reason is reason]
        if not rows:
            continue
        yield from (f"## {reason}", "", f"{reason.meaning} [More](reasons.md#{reason})", "")
        yield from ("| rule, and where it was seen | for example |", "|---|---|")
        for rule in rows:
            example = code(rule.examples[0]) if rule.examples else ""
            yield f"| `{rule.id}` <br>{cell(rule.seen)} | {example} |"
        yield ""


def _others() -> Iterator[str]:
    yield from ("## Other names in evidence", "")
    yield "`*` stands for a name. None of these gives a reason by itself, but the codes and the guess."
    yield from ("", "| rule | what it is |", "|---|---|")
    yield from (f"| `{name}` | {cell(meaning)} |" for name, meaning in evidence_rules().items())
