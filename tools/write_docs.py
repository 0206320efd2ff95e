"""Write the pages of docs/ that are made from what the program goes by, and the ranks in docs/rules.md."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from dsnparse.classify.codes import reply_codes, status_codes
from dsnparse.data import load
from dsnparse.explain import Page, Sense, explain
from dsnparse.explain.documented import coverage, documented
from dsnparse.rulebook import ranks
from dsnparse.vocabulary import Advice, BounceType, Reason
from tools.pages import MADE, json_schema, policy, table_schema

DOCS = Path(__file__).parents[1] / "docs"
#: A rank in the source of the table, and what is said of it.
_RANK = re.compile(r"((?:^#: .*\n)+)^[A-Z_]+_RANK: Final = (\d+)$", re.MULTILINE)


def codes_page() -> str:
    """`docs/codes.md`: every registered enhanced code and every known reply code."""
    return "\n".join(_codes()) + "\n"


def reasons_page() -> str:
    """`docs/reasons.md`: the vocabulary, with its names in other systems."""
    return "\n".join(_reasons()) + "\n"


def providers_page() -> str:
    """`docs/providers.md`: what providers document of their replies, and how much is understood."""
    return "\n".join(_providers()) + "\n"


def rules_page(page: str) -> str:
    """`docs/rules.md` with the ranks as they are now. Raises ValueError when their place is not marked."""
    before, begin, rest = page.partition("<!-- ranks:")
    comment, arrow, rest = rest.partition("-->\n")
    _, end, after = rest.partition("<!-- end of ranks -->")
    if not (begin and arrow and end):
        raise ValueError(
            "docs/rules.md has no place for the ranks: <!-- ranks: … --> and <!-- end of ranks -->."
        )
    table = "\n".join(_ranks())
    return f"{before}{begin}{comment}{arrow}\n{table}\n\n{end}{after}"


def _providers() -> Iterator[str]:
    rows = coverage()
    yield from (
        "# What providers document",
        "",
        MADE,
        "",
        "Mail providers publish what their replies mean. These are kept as facts in",
        "`dsnparse/data/providers/NAME/documented.toml`, with the page's title and when it was read; each is",
        "classified in a test. `dsnparse providers` prints this table, `dsnparse explain microsoft` what one",
        "provider documents, `dsnparse explain S3150` a code of its own.",
        "",
        "| provider | | documented | understood | by the words alone | read |",
        "|---|---|--:|--:|--:|---|",
    )
    for row in rows:
        yield (
            f"| `{row.provider}` | {row.title} | {row.documented} | {row.share:.1%} "
            f"| {row.understood_alone / row.documented:.1%} | {row.read} |"
        )
    total = sum(row.documented for row in rows)
    yield (
        f"| all | | {total} | {sum(row.understood for row in rows) / total:.1%} "
        f"| {sum(row.understood_alone for row in rows) / total:.1%} | |"
    )
    yield from (
        "",
        "*understood*: the reason is the one that the page gives, when it is known who speaks (the host that",
        "refused tells). *by the words alone*: the same when nobody says who spoke.",
    )
    for row in rows:
        yield from ("", f"## {row.title}", "")
        links = load("documented")[row.provider]["help"]
        for key, label in (("postmaster", "Postmaster"), ("unblock", "To be unblocked")):
            if key in links:
                yield f"- {label}: {links[key]} ({links['from']})"
        for page in load("documented")[row.provider]["page"]:
            yield f"- Page: {page['title']}, as read in {page['read']}"
        yield from ("", "| reply | read as |", "|---|---|")
        for reply in documented(row.provider):
            text = reply.text.replace("|", "\\|").replace("<", "&lt;")
            yield f"| {text} | `{reply.verdict(row.provider).reason}` |"


def main(arguments: list[str] | None = None) -> int:
    """Write the pages; with `--check` write nothing and return 1 when one is out of date."""
    options = argparse.ArgumentParser(prog="python -m tools.write_docs", description=__doc__)
    options.add_argument("--check", action="store_true", help="write nothing; exit status 1 when out of date")
    options.add_argument("--to", metavar="FOLDER", type=Path, default=DOCS, help="default: docs")
    given = options.parse_args(arguments)
    stale = False
    rules = rules_page((DOCS / "rules.md").read_text("utf-8"))
    for name, text in (
        ("codes.md", codes_page()),
        ("reasons.md", reasons_page()),
        ("providers.md", providers_page()),
        ("rules.md", rules),
        ("policy.md", policy.page()),
        ("json-schema.md", json_schema.page()),
        ("table-schema.md", table_schema.page()),
    ):
        file = given.to / name
        if file.is_file() and file.read_text("utf-8") == text:
            continue
        stale = True
        if given.check:
            print(f"Out of date, run make docs: {file}")
        else:
            given.to.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
            print(f"Written: {file}")
    return 1 if stale and given.check else 0


def _ranks() -> Iterator[str]:
    yield from ("| rank | | why there | confidence |", "|--:|---|---|--:|")
    source = Path(ranks.__file__).read_text("utf-8")
    found = [(int(rank), " ".join(said.replace("#:", "").split())) for said, rank in _RANK.findall(source)]
    for rank, said in sorted(found, reverse=True):
        what, _, why = said.rstrip(".").partition(": ")
        sure = next(sure for least, sure in ranks.CONFIDENCE if rank >= least)
        yield f"| {rank} | {what} | {why} | {'' if rank == ranks.GUESS_RANK else f'{sure:.2f}'} |"
    below = ", ".join(f"{weight} {steps}" for weight, steps in ranks.OWNED_BELOW.items())
    yield (
        f"\nYour words and a provider's lie below the rank of their owner by their weight ({below}); rules "
        f"on codes alone by {ranks.CODES_BELOW}. Elsewhere in the notice, a provider's words lose "
        f"{ranks.CONTEXT_DROP}."
    )


def _codes() -> Iterator[str]:
    words = load("pages")["classes"]
    yield from ("# What the codes mean", "", MADE, "")
    yield (
        "A bounce carries up to two codes: the SMTP reply code (550) and the enhanced status code (5.1.1). "
        "`dsnparse explain CODE` shows the same pages on the terminal. The reason, type and advice are what "
        "follows from the code alone; where the text beside it says more, the text decides. "
        "[Reasons](reasons.md) are explained on a page of their own."
    )
    yield from (
        "",
        "- [Enhanced status codes](#enhanced-status-codes)",
        "- [SMTP reply codes](#smtp-reply-codes)",
    )
    yield from ("", "## Enhanced status codes", "", "The first number is the class (RFC 3463):", "")
    yield from ("| class | | |", "|---|---|---|")
    for digit, entry in words["status_class"].items():
        yield f"| {digit}.y.z | {entry['name']} | {entry['sense']} |"
    yield ""
    yield (
        "The second number is the subject, the third the detail. A detail that is not registered is read as "
        "the 0 of its subject."
    )
    yield ""
    for subject, entry in words["subject"].items():
        yield from (f"### X.{subject}.z: {entry['name']}", "", entry["sense"], "")
        for code in status_codes():
            if code.partition(".")[0] == subject:
                yield from _code_section(explain(f"X.{code}"))
    yield from (
        "## SMTP reply codes",
        "",
        "The first digit (RFC 5321):",
        "",
        "| digit | | |",
        "|---|---|---|",
    )
    for digit, entry in words["reply_class"].items():
        yield f"| {digit}yz | {entry['name']} | {entry['sense']} |"
    yield ""
    for digit, entry in words["reply_class"].items():
        yield from (f"### {digit}yz: {entry['name'].lower()}", "")
        for reply in reply_codes():
            if str(reply).startswith(digit):
                yield from _code_section(explain(str(reply)))


def _code_section(page: Page) -> Iterator[str]:
    official = dict(page.official)
    yield from (f"#### {page.subject}: {page.title}", "")
    facts = [] if page.title == official["title"] else [f"Official title: {official['title']}."]
    facts += [text for label, text in page.official if label.startswith("detail")]
    if "use" in official:
        facts.append(f"Meant for {official['use']}.")
    facts += [
        f"{label.capitalize()}: {official[label]}."
        for label in ("reply codes", "enhanced codes")
        if official.get(label, "none is named") != "none is named"
    ]
    yield from (f"{' '.join(facts)} ({official['reference']})", "")
    for sense in page.senses:
        name = f"**{sense.code} {sense.name}.** " if len(page.senses) > 1 else ""
        yield from (f"{name}{sense.happened}", "")
        yield from _sense_lines(sense)
    yield from (f"- Worth knowing: {note}" for note in page.notes)
    if page.notes:
        yield ""


def _sense_lines(sense: Sense) -> Iterator[str]:
    yield f"- What to do: {sense.fix}"
    if sense.mends:
        yield f"- Mends itself: {sense.mends}"
    if sense.other:
        yield f"- Another way: {sense.other}"
    if sense.reason == sense.code:
        yield f"- Type and advice: {sense.bounce_type}, `{sense.advice}`"
    elif sense.reason is not None:
        link = f"[`{sense.reason}`](reasons.md#{sense.reason})"
        yield f"- Follows: {link}, {sense.bounce_type}, `{sense.advice}`"
    yield ""


def _reasons() -> Iterator[str]:
    words = load("pages")["words"]
    yield from ("# Reasons", "", MADE, "")
    yield (
        "Every failed recipient gets one reason, a bounce type and an advice. The type and advice below are "
        "those of the reason by itself; a temporary reply or a doubtful source makes them milder."
    )
    yield from ("", "| reason | meaning | type | advice |", "|---|---|---|---|")
    for reason in Reason:
        yield f"| [`{reason}`](#{reason}) | {reason.meaning} | {reason.bounce_type} | `{reason.advice}` |"
    yield from ("", "## Types", "", "| type | meaning |", "|---|---|")
    yield from (f"| {kind} | {words['bounce_type'][kind]} |" for kind in BounceType)
    yield from ("", "## Advice", "", "| advice | meaning |", "|---|---|")
    yield from (f"| `{advice}` | {words['advice'][advice]} |" for advice in Advice)
    systems = [system for system, _ in explain(Reason.UNDEFINED).elsewhere]
    yield from ("", "## Names in other systems", "")
    yield (
        "The nearest name: SparkPost's is its bounce classification number, Amazon SES's its bounce type and "
        "subtype. Other systems draw their lines elsewhere, so several of our reasons may share a name."
    )
    yield from ("", f"| reason | {' | '.join(systems)} |", f"|---|{'---|' * len(systems)}")
    for reason in Reason:
        names = (name for _, name in explain(reason).elsewhere)
        yield f"| [`{reason}`](#{reason}) | {' | '.join(names)} |"
    yield from ("", "## Each reason", "")
    for reason in Reason:
        page = explain(reason)
        yield from (f"### {reason}", "", page.senses[0].happened, "")
        yield from (f"- Seen causes: {'; '.join(page.causes)}.", f"- Usual codes: {', '.join(page.codes)}")
        yield from _sense_lines(page.senses[0])


if __name__ == "__main__":
    raise SystemExit(main())
