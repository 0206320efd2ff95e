"""A parser pickles and copies by its options, and classifies replies by its rules."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from messages import group, report

from dsnparse import Limits, Parser, Reason, RuleError, classify_reply
from dsnparse.classify import load_rules

NOTICES = [
    report(group(f"user{number}@example.org", diagnostic="smtp; 550 frobnicated")) for number in range(6)
]
MESSAGES = [
    path.read_bytes() for path in sorted((Path(__file__).parents[2] / "samples" / "provider").glob("*.eml"))
]
REPLY = "550 frobnicated"
RULES = """
[[rule]]
id = "frobnicated"
reason = "{reason}"
phrases = ["frobnicated"]
examples = ["550 frobnicated"]
"""
COPIES: dict[str, Callable[[Parser], Parser]] = {
    "pickle": lambda parser: pickle.loads(pickle.dumps(parser)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "own.toml"
    file.write_text(RULES.format(reason="mailbox_moved"), "utf-8")
    return file


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_has_the_same_options(how: str, file: Path) -> None:
    parser = Parser(rules=[file], limits=Limits(recipients=1), formats=["qmail"])
    other = COPIES[how](parser)
    assert other is not parser
    assert other.limits == parser.limits
    assert [form.name for form in other.formats.formats] == [form.name for form in parser.formats.formats]
    for data in (NOTICES[0], report(group("a@example.org"), group("b@example.org"))):
        assert other.parse(data) == parser.parse(data)
    assert other.parse(NOTICES[0]).records[0].reason is Reason.MAILBOX_MOVED


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_reads_the_files_of_rules_anew(how: str, file: Path) -> None:
    parser = Parser(rules=[file])
    file.write_text(RULES.format(reason="host_unknown"), "utf-8")
    assert parser.classify_reply(REPLY).reason is Reason.MAILBOX_MOVED
    assert COPIES[how](parser).classify_reply(REPLY).reason is Reason.HOST_UNKNOWN
    file.unlink()
    with pytest.raises(RuleError, match=r"own\.toml: cannot be read"):
        COPIES[how](parser)


def test_a_pickle_finds_its_rules_from_another_folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    pickled = pickle.dumps(Parser(rules=["own.toml"]))
    monkeypatch.chdir("/")
    assert pickle.loads(pickled).classify_reply(REPLY).reason is Reason.MAILBOX_MOVED


def test_a_subclass_stays_one() -> None:
    assert type(copy.copy(Other(limits=Limits(parts=3)))) is Other


class Other(Parser):
    pass


def test_processes_that_start_afresh_take_a_parser_and_give_back_reports(file: Path) -> None:
    parser = Parser(rules=[file], limits=Limits(recipients=1))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, spawn) as pool:
        found = list(pool.map(parser.parse, NOTICES))
        assert pool.submit(os.getpid).result() != os.getpid()
    assert found == [parser.parse(data) for data in NOTICES]
    assert {record.reason for one in found for record in one} == {Reason.MAILBOX_MOVED}


def test_threads_may_share_a_parser() -> None:
    parser = Parser()
    expected = [parser.parse(data) for data in MESSAGES]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(parser.parse, MESSAGES)) == expected


def test_replies_are_classified_by_rules_of_ones_own(file: Path) -> None:
    assert classify_reply(REPLY).reason is Reason.UNDEFINED
    verdict = Parser(rules=[file]).classify_reply(REPLY)
    assert (verdict.reason, verdict.rule) == (Reason.MAILBOX_MOVED, "user.own.frobnicated")
    assert classify_reply(REPLY, rules=[file]) == verdict
    assert classify_reply(REPLY, rules=[str(file)]) == verdict
    assert classify_reply(REPLY, rules=load_rules([file])) == verdict
    assert Parser().classify_reply(REPLY) == classify_reply(REPLY)


def test_a_single_path_for_rules_is_refused_with_a_sentence(file: Path) -> None:
    for wrong in (str(file), file):
        with pytest.raises(TypeError, match=r"rules is a list of paths: write rules=\[path\]"):
            classify_reply(REPLY, rules=wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"rules is a list of paths: write rules=\[path\]"):
            Parser(rules=wrong)  # type: ignore[arg-type]
