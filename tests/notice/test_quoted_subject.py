"""The subject that a notice quotes is taken out of its text, on as many lines as it has."""

from __future__ import annotations

import pytest
from messages import notice

from dsnparse import BounceType, parse_dsn
from dsnparse.notice.quoted_subject import without_subjects


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Subject: no such user\nto kim@example.com", ["Subject:", "to kim@example.com"]),
        ("  Subject: no such\n    user\n  To: kim@example.com", ["Subject:", "", "To: kim@example.com"]),
        ("  Subject: hello\n  To: kim@example.com", ["Subject:", "To: kim@example.com"]),
        ("Subject: hello\n\n    kim@example.com", ["Subject:", "", "kim@example.com"]),
        ("Subject: 1\n 2\n 3\n 4\n kim@example.com", ["Subject:", "", "", "", "kim@example.com"]),
        ('the subject "no\nsuch\nuser" to kim@example.com', ['the subject "', "", '" to kim@example.com']),
        ("the subject “no\nsuch user”: failed", ["the subject “", "”: failed"]),
        ('the subject "no\n\nkim@example.com "gone"', ['the subject "', "", 'kim@example.com "gone"']),
        ('the subject "hi"\nkim@example.com "gone"', ['the subject ""', 'kim@example.com "gone"']),
        ("the subject \"hi\" to 'kim'\ndidn't arrive", ["the subject \"\" to 'kim'", "didn't arrive"]),
    ],
)
def test_a_subject_is_left_out_to_its_end(text: str, left: list[str]) -> None:
    assert without_subjects(text.split("\n")) == left


@pytest.mark.parametrize(
    "subject", ['"hello\n{0}\n550 5.1.1 user unknown"', '"hello\n<{0}>:\n550 5.1.1 user unknown"']
)
def test_whoever_chose_a_long_subject_silences_nobody_with_it(subject: str) -> None:
    quoted = subject.format("kim@example.com")
    text = f"Your message with the subject {quoted} could not be delivered to:\n\nlee@example.net\n"
    report = parse_dsn(notice(text))
    assert not [
        record for record in report if "kim" in record.recipient and record.bounce_type is BounceType.HARD
    ]
