"""What the tables of providers may say, besides rules and notice formats; docs/rules.md explains them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from dsnparse.data import HERE
from dsnparse.rulebook.errors import instead
from dsnparse.rulebook.source import Table, read_source
from dsnparse.rulebook.template import pattern
from dsnparse.store.policy.policy import SUPPRESSION_REASONS
from dsnparse.trust.styles import pattern_of
from dsnparse.vocabulary import Action, BounceType, Kind, Reason
from tools.check_webhooks import check_webhook

#: What an event table may say of where a value stands.
FIELDS = (
    "id time sent recipient action status reply_code diagnostic remote_mta reporting_mta will_retry_until"
    " envelope_id feedback_type message_id subject from to return_path"
).split()
#: What a suppression list may say of where a value stands.
COLUMNS = "list order address reason since until source by note text status".split()


def check_events(root: Table) -> None:
    """An `events.toml`. Raises RuleError."""
    root.only("title format unwrap name passed otherwise bounces_inside refuse events fields classes".split())
    for key in ("title", "format"):
        if root.text(key) is None:
            raise root.error(f'has no {key}. Give it one: {key} = "…".')
    for key in ("unwrap", "name", "passed"):
        root.strings(key)
    if "name" not in root.values:
        raise root.error('does not say where an event tells what it is: name = ["event"].')
    events = root.table("events")
    if events is None:
        raise root.error('names no event. Write [events.bounce] and below it kind = "bounce".')
    for name in events.values:
        _check_event(events, name)
    otherwise = root.text("otherwise")
    if otherwise is not None and otherwise not in events.values:
        raise root.error(f"there is no event {otherwise!r}. {instead(otherwise, events.values)}", "otherwise")
    fields = root.table("fields")
    if fields is None or not {"id", "time", "recipient"} <= set(fields.values):
        raise (fields or root).error("[fields] must say where id, time and recipient are.")
    fields.label = "[fields]"
    fields.only(FIELDS)
    for key in fields.values:
        fields.strings(key)
    for entry in root.tables("classes"):
        _check_class(entry)
    for entry in root.tables("refuse"):
        entry.only(("has", "says"))
        if entry.text("has") is None or entry.text("says") is None:
            raise entry.error('needs both: has = "a field that only such a thing has", says = "what it is".')
    inside = root.table("bounces_inside")
    if inside:
        inside.only(("content", "encoding", "event"))


def _check_event(events: Table, name: str) -> None:
    event = events.table(name)
    assert event is not None
    event.label = f"event {name!r}"
    event.only(("kind", "action", "recipients", "feedback_type"))
    if name != name.lower():
        raise event.error("is compared in lower case. Write it so.")
    if event.member("kind", Kind) is None:
        raise event.error(f'has no kind. Give it one: kind = "bounce". {instead("", Kind)}')
    event.member("action", Action)
    event.text("recipients")
    event.text("feedback_type")


def _check_class(entry: Table) -> None:
    entry.only(("when", "reason", "type", "kind", "certain"))
    when = entry.table("when")
    if when is None or not when.values:
        raise entry.error('says not when it holds: when = { "event/class" = ["value in lower case"] }.')
    for key in when.values:
        for value in when.strings(key):
            if value != value.lower():
                raise entry.error(f"values are compared in lower case. Write {value.lower()!r}.", "when")
    entry.flag("certain")
    entry.member("type", BounceType)
    if entry.member("reason", Reason) is None and entry.member("kind", Kind) is None:
        raise entry.error(f'has neither reason nor kind. Give it one: reason = "…". {instead("", Reason)}')


def check_addresses(root: Table) -> None:
    """An `addresses.toml`. Raises RuleError."""
    root.only(("addresses",))
    for entry in root.tables("addresses"):
        entry.only(("domains", "same_as", "fold_case", "tag", "dots"))
        if not entry.strings("domains"):
            raise entry.error('has no domains. Name them: domains = ["example.com"].')
        entry.text("same_as")
        entry.text("tag")
        entry.flag("fold_case")
        entry.flag("dots")


def check_suppressions(root: Table) -> None:
    """A `suppressions.toml`. Raises RuleError."""
    root.only((*COLUMNS, "reasons", "by_field", "otherwise"))
    for key in COLUMNS:
        for name in root.strings(key):
            if name != name.lower():
                raise root.error(f"names are compared in lower case. Write {name.lower()!r}.", key, name)
    for key in ("order", "address"):
        if key not in root.values:
            raise root.error(f'has no {key}. Name the columns: {key} = ["email"].')
    given = [("otherwise", root.text("otherwise"))]
    for key in ("reasons", "by_field"):
        table = root.table(key)
        given += [(key, reason) for reason in table.values.values()] if table else []
    for key, reason in given:
        if reason not in SUPPRESSION_REASONS:
            raise root.error(f"there is no reason {reason!r}. {instead(reason, SUPPRESSION_REASONS)}", key)


def check_words(root: Table) -> None:
    """One language of words/. Raises RuleError."""
    english = read_source(HERE / "words" / "english.toml").root.values
    root.only(english)
    for group in root.values:
        lists = root.table(group)
        assert lists is not None
        lists.label = f"[{group}]"
        lists.only(english[group])
        for name in lists.values:
            for one in lists.strings(name):
                try:
                    pattern(one)
                except ValueError as error:
                    raise lists.error(f"{name}: RE2 cannot read {one!r} ({error}).", name, one) from None


def check_documented(root: Table) -> None:
    """A `documented.toml`: what a provider documents of its replies. Raises RuleError."""
    root.only(("title", "help", "page"))
    if root.text("title") is None:
        raise root.error('has no title. Give it the name that people know: title = "Gmail".')
    pages = list(root.tables("page"))
    if not pages:
        raise root.error("has no [[page]]. Give it the title of a page and when it was read.")
    for page in pages:
        page.only(("title", "read", "reply"))
        for key in ("title", "read"):
            if page.text(key) is None:
                raise page.error(f"has no {key}.")
        for reply in page.tables("reply"):
            reply.only(("text", "reason"))
            for reason in reply.strings("reason"):
                if reason not in list(Reason):
                    raise reply.error(f"{reason!r} is no reason. {instead(reason, Reason)}", "reason")


def check_return_paths(root: Table) -> None:
    """The forms of return paths. Raises RuleError."""
    root.only(("path", "field"))
    for entry in root.tables("path"):
        entry.only(("name", "form", "example"))
        form, example = entry.text("form"), entry.text("example")
        if entry.text("name") is None or form is None or example is None:
            raise entry.error('needs name, form and example: example = "a return path in this form".')
        try:
            pattern = pattern_of(form)
        except ValueError as error:
            raise entry.error(f"{error}", "form") from None
        if re.fullmatch(pattern, example, re.IGNORECASE) is None:
            raise entry.error(f"{example!r} is not in the form {form!r}. Correct one of them.", "example")
    for entry in root.tables("field"):
        entry.only(("name", "field", "carries"))
        if entry.text("name") is None or entry.text("field") is None:
            raise entry.error('needs name and field: field = "X-ListMember".')
        if entry.text("carries") not in ("recipient", "id"):
            raise entry.error('carries must be "recipient" or "id".', "carries")


def check_of(path: Path) -> Callable[[Table], None] | None:
    """The check for a source, or None for those that only programmers edit."""
    by_name = {
        "events.toml": check_events,
        "webhook.toml": check_webhook,
        "addresses.toml": check_addresses,
        "suppressions.toml": check_suppressions,
        "documented.toml": check_documented,
        "return_paths.toml": check_return_paths,
    }
    by_folder = {"words": check_words, "suppressions": check_suppressions}
    return by_name.get(path.name) or by_folder.get(path.parent.name)
