"""What the rules in evidence mean: every name that `Evidence.rule` can have, with a line each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from dsnparse.classify.objection import Objection
from dsnparse.data import load
from dsnparse.notice.sign import Sign
from dsnparse.read.prose.observations import MESSAGE_ID, OBSERVATIONS
from dsnparse.trust.proof import Proof


@cache
def evidence_rules() -> Mapping[str, str]:
    """Rule → its meaning, in a line; a "*" stands for the rest of a name."""
    rules = {sign.rule: f"{sign.sense} ({sign.points:+d})" for sign in Sign}
    rules |= {f"text.{one.name}": f"{one.reason} ({one.weight:+d})" for one in (*OBSERVATIONS, MESSAGE_ID)}
    rules |= {
        f"not-hard.{one}": f"not hard: {one.meaning[0].lower()}{one.meaning[1:-1]}" for one in Objection
    }
    rules |= {one.rule: one.meaning for one in Proof}
    rules.update(load("evidence")["rules"])
    return rules


def evidence_meaning(rule: str) -> str | None:
    """The line on a rule in evidence; None for a name that no rule has."""
    rules = evidence_rules()
    if rule in rules:
        return rules[rule]
    names = [name for name in rules if name.endswith("*") and rule.startswith(name[:-1])]
    return rules[max(names, key=len)] if names else None
