"""What is asked from outside: `classify`, `classify_reply`, `providers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import Any

from dsnparse.classify.claim import Claim
from dsnparse.classify.engine import verdict_on
from dsnparse.classify.objection import Objection
from dsnparse.classify.providers import name_of, names_in, table_of
from dsnparse.classify.verdict import Verdict
from dsnparse.reply import Reply
from dsnparse.rulebook.files import builtin, load_rules
from dsnparse.rulebook.matcher import RuleSet
from dsnparse.vocabulary import Action, Kind


def classify(
    diagnostic: str | Reply,
    *,
    status: str | None = None,
    reply_code: int | None = None,
    action: Action | None = None,
    smtp_command: str | None = None,
    hosts: Sequence[str] = (),
    recipient: str | None = None,
    context: str = "",
    provider: str | None = None,
    claims: Sequence[Claim] = (),
    kind: Kind = Kind.BOUNCE,
    is_second_hand: bool = False,
    is_uncertain: bool = False,
    doubt: Objection | None = None,
    names_another: bool = False,
    rules: RuleSet | None = None,
) -> Verdict:
    """Say why a recipient did not get the message.

    `diagnostic`: what the mail system said of this recipient, as text or taken apart. `status`: the enhanced
    code (RFC 3463) of the Status field. `reply_code`: the SMTP reply code, where it is not the text's.
    `action`: RFC 3464's action. `smtp_command`: the command that was refused ("RCPT"). `hosts`: names of the
    refusing host, then the reporting one. `recipient`: the failed address. `context`: other words of the
    notice about this recipient, believed less. `provider`: its name when the caller knows it. `claims`: what
    else speaks for a reason (an event's class). `kind`, `is_second_hand`, `is_uncertain`,
    `doubt`, `names_another`: see `Case`.
    `rules`: from `load_rules`, else the package's own.

    Raises TypeError when `diagnostic` or `context` is no text. Any text is fine.
    """
    if not isinstance(diagnostic, (str, Reply)) or not isinstance(context, str):
        raise TypeError(
            "classify() reads text: pass diagnostic and context as str, decoded from the message."
        )
    return verdict_on(
        diagnostic if isinstance(diagnostic, Reply) else Reply.parse(diagnostic),
        status=status,
        reply_code=reply_code,
        action=action,
        smtp_command=smtp_command,
        hosts=hosts,
        recipient=recipient,
        context=context,
        provider=provider,
        claims=claims,
        kind=kind,
        is_second_hand=is_second_hand,
        is_uncertain=is_uncertain,
        doubt=doubt,
        names_another=names_another,
        rules=rules,
    )


def classify_reply(
    reply: str,
    provider: str | None = None,
    *,
    host: str | None = None,
    action: Action | None = None,
    rules: Sequence[str | PathLike[str] | Mapping[str, Any]] | RuleSet = (),
) -> Verdict:
    """Says what one SMTP reply means, of one or several lines, with or without its codes.

    `reply`: "550 5.1.1 <x@example.com>... User unknown", "smtp; 550 no such user", "mailbox is full".
    `provider`: who said it, when known: "google", another of `dsnparse.providers()`, or a domain of theirs.
    `host`: the name of the server that said it, from which the provider follows. `action`: what became of the
    recipient, where that is known: "delayed" is never hard.
    `rules`: paths of TOML files with rules of your own, or dictionaries of their shape, which win over the
    built-in ones. They are read at each call: for many replies, use `Parser(rules=…).classify_reply`, or pass
    what `load_rules` gave.

    Raises TypeError when `reply` is no str, ValueError for a provider that no rule knows, and RuleError (a
    ValueError) for a file of rules that cannot be used.
    """
    if not isinstance(reply, str):
        raise TypeError(
            f"classify_reply() reads text: pass the SMTP reply as str, not {type(reply).__name__}."
        )
    if not isinstance(rules, RuleSet):
        rules = load_rules(rules) if rules else builtin()
    hosts = (host,) if host else ()
    action = Action(action) if action is not None else None
    if provider is None:
        return verdict_on(Reply.parse(reply), hosts=hosts, action=action, rules=rules)
    if not isinstance(provider, str):
        raise TypeError(f"provider is a name such as 'google', not {type(provider).__name__}.")
    table = table_of(provider, rules)
    verdict = verdict_on(Reply.parse(reply), hosts=hosts, action=action, provider=table, rules=rules)
    name = name_of(provider, rules)
    return replace(verdict, provider=name) if name and verdict.provider == table else verdict


def providers(*, rules: Sequence[str | PathLike[str] | Mapping[str, Any]] = ()) -> tuple[str, ...]:
    """The names of all providers whose codes and words are known, sorted: what `provider=` takes.

    `rules`: TOML files or dictionaries with rules of your own; the providers that they name come along.
    Raises RuleError (a ValueError) for a file that cannot be used.
    """
    return names_in(load_rules(rules) if rules else builtin())
