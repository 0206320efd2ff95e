"""Laws of the pages: any well-formed code has one, of its class and its subject; nothing else has."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsnparse import BounceType
from dsnparse.classify import classify
from dsnparse.classify.codes import CodeMeaning, reply_meaning, status_codes, status_meaning
from dsnparse.explain import PageKind, explain

CLASSES = st.sampled_from("245")
NUMBERS = st.integers(0, 999)
CLASS_NAMES = {"2": "Success", "4": "Persistent transient failure", "5": "Permanent failure"}
SUBJECT_NAMES = [
    "Other or undefined", "Addressing", "Mailbox", "Mail system", "Network and routing",
    "Mail delivery protocol", "Message content or media", "Security or policy",
]  # fmt: skip


@settings(deadline=None)
@given(CLASSES, NUMBERS, NUMBERS)
@example("5", 2, 999)
@example("4", 999, 0)
def test_any_code_has_a_page_of_its_class_and_subject(class_: str, subject: int, detail: int) -> None:
    code = f"{class_}.{subject}.{detail}"
    page = explain(code)
    assert page.kind is PageKind.STATUS
    assert page.subject == code
    assert page.known == (f"{subject}.{detail}" in status_codes())
    official = dict(page.official)
    assert official[f"class {class_}"].startswith(CLASS_NAMES[class_])
    name = SUBJECT_NAMES[subject] if subject < len(SUBJECT_NAMES) else "Not registered"
    assert official[f"subject {subject}"].startswith(name)
    assert json.loads(json.dumps(page.to_dict()))["subject"] == code


@settings(deadline=None)
@given(st.sampled_from("45"), st.integers(0, 7), st.integers(100, 999))
def test_an_unknown_detail_means_what_its_subject_means(class_: str, subject: int, detail: int) -> None:
    page, general = explain(f"{class_}.{subject}.{detail}"), explain(f"{class_}.{subject}.0")
    assert page.senses[0].happened == general.senses[0].happened
    assert page.senses[0].reason is general.senses[0].reason


@settings(deadline=None)
@given(st.sampled_from("45"), st.integers(8, 999), NUMBERS)
def test_an_unknown_subject_means_what_its_class_means(class_: str, subject: int, detail: int) -> None:
    page, general = explain(f"{class_}.{subject}.{detail}"), explain(f"{class_}.0.0")
    assert page.senses[0].happened == general.senses[0].happened
    assert page.senses[0].reason is general.senses[0].reason


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_a_temporary_code_is_never_hard(subject: int, detail: int) -> None:
    meaning = status_meaning(f"4.{subject}.{detail}")
    assert meaning is not None
    assert meaning.bounce_type is not BounceType.HARD


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_only_a_code_that_is_registered_condemns_an_address(subject: int, detail: int) -> None:
    meaning = status_meaning(f"5.{subject}.{detail}")
    assert meaning is not None
    if meaning.bounce_type is BounceType.HARD:
        assert f"{subject}.{detail}" in status_codes()
        assert not meaning.generic


@settings(deadline=None)
@given(st.sampled_from("45"), st.integers(0, 12), NUMBERS)
def test_the_page_of_any_code_says_what_the_classifier_says(class_: str, subject: int, detail: int) -> None:
    code = f"{class_}.{subject}.{detail}"
    verdict, sense = classify("", status=code), explain(code).senses[0]
    assert (sense.reason, sense.bounce_type, sense.advice) == (
        verdict.reason,
        verdict.bounce_type,
        verdict.advice,
    )


@settings(deadline=None)
@given(st.integers(-10_000, 10_000))
def test_a_number_is_a_reply_code_from_200_to_599(code: int) -> None:
    if 200 <= code <= 599:
        assert explain(str(code)).subject == str(code)
        assert isinstance(reply_meaning(code), CodeMeaning) == (code >= 400)
    else:
        assert reply_meaning(code) is None
        with pytest.raises(ValueError, match=r"no (SMTP reply|status) code"):
            explain(str(code))


@pytest.mark.parametrize("text", ["1.1.1", "3.0.0", "5.1", "5.01.1", "5.1.1000", "5.1.1.1", "X.1", "5.1.٣"])
def test_what_only_looks_like_a_code_is_refused(text: str) -> None:
    assert status_meaning(text) is None
    with pytest.raises(ValueError, match="is no"):
        explain(text)


@settings(deadline=None)
@given(st.text(max_size=40))
@example("550 \x00")
@example("5 .1.1 ")
def test_any_text_gives_a_page_or_a_sentence(text: str) -> None:
    try:
        told = explain(text).title
    except ValueError as error:
        told = str(error)
    assert told


def test_a_page_is_for_text_only() -> None:
    with pytest.raises(TypeError, match="as str, not int"):
        explain(550)  # type: ignore[arg-type]
