"""Status, reply, phrase and provider in; reason, bounce type, advice and confidence out."""

from __future__ import annotations

from dsnparse.classify.objection import Objection
from dsnparse.classify.public import classify, classify_reply, providers
from dsnparse.classify.source import Source
from dsnparse.classify.verdict import Conflict, Verdict
from dsnparse.rulebook.errors import RuleError
from dsnparse.rulebook.files import load_rules
from dsnparse.rulebook.matcher import RuleSet
from dsnparse.rulebook.rule import Rule

__all__ = [
    "Conflict",
    "Objection",
    "Rule",
    "RuleError",
    "RuleSet",
    "Source",
    "Verdict",
    "classify",
    "classify_reply",
    "load_rules",
    "providers",
]
