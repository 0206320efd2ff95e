"""`docs/codes.md` and `docs/reasons.md` are what the data says today."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import Reason
from dsnparse.classify.codes import reply_codes, status_codes
from tools.write_docs import codes_page, main, reasons_page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("name", "text"), [("codes.md", codes_page()), ("reasons.md", reasons_page())])
def test_a_page_is_current(name: str, text: str) -> None:
    assert (DOCS / name).read_text("utf-8") == text, "Run: make docs"


def test_every_code_has_a_section() -> None:
    lines = codes_page().splitlines()
    for code in [f"X.{code}" for code in status_codes()] + [str(code) for code in reply_codes()]:
        assert sum(line.startswith(f"#### {code}: ") for line in lines) == 1


def test_every_reason_is_in_each_table_and_has_a_section() -> None:
    lines = reasons_page().splitlines()
    for reason in Reason:
        assert sum(line.startswith(f"| [`{reason}`](#{reason}) |") for line in lines) == 2
        assert lines.count(f"### {reason}") == 1
        row = next(line for line in lines if line.startswith(f"| [`{reason}`]") and reason.sisimai in line)
        assert all(
            name in row for name in (reason.kumomta, str(reason.sparkpost), reason.ses, reason.postmark)
        )


def test_the_script_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "--to", str(tmp_path)]) == 1
    assert "Out of date" in capsys.readouterr().out
    assert main(["--to", str(tmp_path)]) == 0
    assert main(["--check", "--to", str(tmp_path)]) == 0
    (tmp_path / "codes.md").write_text("old", "utf-8")
    assert main(["--check", "--to", str(tmp_path)]) == 1
