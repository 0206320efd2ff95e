"""What the tables of providers may say, besides rules and notice formats; docs/rules.md explains them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from dsnparse.data import HERE
from dsnparse.read.events.check import check_events
from dsnparse.rulebook.errors import instead
from dsnparse.rulebook.source import Table, read_source
from dsnparse.rulebook.template import pattern
from dsnparse.store.lists.provider_export import VALUES, WAYS
from dsnparse.store.policy.policy import SUPPRESSION_REASONS
from dsnparse.trust.styles import pattern_of
from dsnparse.vocabulary import Reason
from tools.check_webhooks import check_webhook

#: What a suppression list may say of where a value stands.
COLUMNS = "list order address reason since until source by note text status".split()


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
    root.only((*COLUMNS, "reasons", "by_field", "otherwise", "export"))
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

    _check_export(root)


def _check_export(root: Table) -> None:
    export = root.table("export")
    if export is None:
        return
    export.label = "[export]"
    export.only(("as", "list", "fields", "reasons", "otherwise"))
    way = export.text("as")
    if way not in WAYS:
        raise export.error(f"there is no way {way!r}. {instead(way or '', WAYS)}", "as")
    if way == "json" and export.text("list") is None:
        raise export.error('does not name the list. Write list = "data".')
    fields = export.table("fields")
    if fields is None:
        if way != "json":
            raise export.error('has no fields. Name them: fields = { email = "address" }.')
        return
    for name, value in fields.values.items():
        if value not in VALUES and not str(value).startswith("="):
            raise fields.error(f"there is no value {value!r}. {instead(str(value), VALUES)}", name)
    export.text("otherwise")
    reasons = export.table("reasons")
    for reason in reasons.values if reasons else ():
        if reason not in SUPPRESSION_REASONS:
            raise export.error(
                f"there is no reason {reason!r}. {instead(reason, SUPPRESSION_REASONS)}", "reasons"
            )


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
                    pattern(one).check()
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
