"""Status, reply, phrase and provider in; reason, bounce type, advice and confidence out."""

from __future__ import annotations

from dsnparse.classify.engine import classify, classify_reply
from dsnparse.classify.rule_files import load_rules
from dsnparse.classify.rules import Rule, RuleError
from dsnparse.classify.ruleset import RuleSet
from dsnparse.classify.verdict import Conflict, Verdict

__all__ = ["Conflict", "Rule", "RuleError", "RuleSet", "Verdict", "classify", "classify_reply", "load_rules"]
