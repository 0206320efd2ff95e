"""docs/api.md shows what comes out, and names every public name, parameter, field and code.

`python tests/test_api_page.py` writes the output that comes now, and the reference, into docs/api.md, and
what the docstrings say of each field into the JSON Schema.
"""

from __future__ import annotations

import inspect
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from test_readme import BLOCK, Sessions

import dsnparse
from dsnparse.wire.limits import DEFAULT_LIMITS
from dsnparse.wire.plain import Plain
from dsnparse.wire.warning import WARNINGS

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
SCHEMA = Path(dsnparse.__file__).parent / "data" / "report.schema.json"
MADE = "<!-- From here on made from the docstrings, by `python tests/test_api_page.py`. -->\n"
_SECTION = re.compile(r"^(?:Attributes|Members):\n((?: {4}.*\n)+)\n?", re.MULTILINE)
_ENTRY = re.compile(r"^ {4}(\w+): (.*\n(?: {5,}.*\n)*)", re.MULTILINE)


def reference() -> str:
    """The part of the page that is made."""
    public = {name: getattr(dsnparse, name) for name in dsnparse.__all__ if name != "__version__"}
    values = [name for name, thing in public.items() if isinstance(thing, type) and issubclass(thing, Plain)]
    sections = [
        "## Reference",
        *[f"### {name}\n\n{''.join(_entry(name, thing))}" for name, thing in public.items()],
        f"### to_dict, to_json and from_dict\n\nMethods of {', '.join(values[:-1])} and {values[-1]}.\n\n"
        + _function("to_dict", Plain.to_dict)
        + "\n"
        + _function("to_json", Plain.to_json)
        + "\n"
        + _function("from_dict", Plain.from_dict),
        "### Warning codes\n\n" + _table(("code", "sentence"), WARNINGS.items()),
    ]
    return "\n" + "\n".join(section.rstrip("\n") + "\n" for section in sections)


def described_schema() -> str:
    """The JSON Schema of a report, with what the docstrings say of each field."""
    schema = dsnparse.report_schema()
    for kind, part in (
        (dsnparse.Report, schema),
        (dsnparse.BounceRecord, schema["$defs"]["record"]),
        (dsnparse.Authenticity, schema["$defs"]["authenticity"]),
        (dsnparse.OriginalMessage, schema["$defs"]["original"]),
        (dsnparse.Evidence, schema["$defs"]["evidence"]),
        (dsnparse.ParseWarning, schema["$defs"]["warning"]),
    ):
        for name, meaning in _docstring(kind)[1].items():
            part["properties"][name.rstrip("_")]["description"] = meaning
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _entry(name: str, thing: Any) -> Iterator[str]:
    text, meanings = _docstring(thing)
    if is_dataclass(thing):
        yield f"{text}\n"
        rows = [(f.name, str(f.type), _default(f), meanings[f.name]) for f in fields(thing)]
        yield _table(("field", "type", "default", "meaning"), rows)
    elif isinstance(thing, type) and issubclass(thing, Enum):
        yield f"{text}\n"
        yield _table(("member", "value", "meaning"), [(m.name, m.value, meanings[m.name]) for m in thing])
    elif isinstance(thing, type) and issubclass(thing, Exception):
        yield f"{text}\nBased on {' and '.join(base.__name__ for base in thing.__bases__)}.\n"
    else:
        yield _function(name, thing)
        for inner, method in vars(thing).items():
            if isinstance(thing, type) and inspect.isfunction(method) and not inner.startswith("_"):
                yield "\n" + _function(f"{name}.{inner}", method)


def _function(name: str, thing: Any) -> str:
    signature = inspect.signature(thing)
    given = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    shown = [
        f"{p.name}: {p.annotation}" + (f" = {_shown(p.default)}" if p.default is not p.empty else "")
        for p in given
    ]
    first = next((number for number, p in enumerate(given) if p.kind is p.KEYWORD_ONLY), None)
    if first is not None:
        shown.insert(first, "*")
    line = f"{name}({', '.join(shown)})"
    if len(line) > 90:
        line = f"{name}(\n" + "".join(f"    {one},\n" for one in shown) + ")"
    returns = "" if isinstance(thing, type) else f" -> {signature.return_annotation}"
    return f"```python\n{line}{returns}\n```\n\n{_docstring(thing)[0]}"


def _docstring(thing: Any) -> tuple[str, dict[str, str]]:
    """The docstring without its section of fields or members, and what that says of each."""
    text = re.sub(r"(?m)^(?=`\w+`: )", "- ", inspect.getdoc(thing) or "") + "\n"
    section = _SECTION.search(text)
    if section is None:
        return text, {}
    meanings = {name: " ".join(said.split()) for name, said in _ENTRY.findall(section[1])}
    return text.replace(section[0], "").rstrip() + "\n", meanings


def _default(field: Field[Any]) -> str:
    if field.default is not MISSING:
        return _shown(field.default)
    return "" if field.default_factory is MISSING else f"{getattr(field.default_factory, '__name__', '')}()"


def _shown(value: Any) -> str:
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if value == DEFAULT_LIMITS:
        return "Limits()"
    return f"{value:,}" if isinstance(value, int) else repr(value)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown, all but its last column as code."""
    lines = [heads, ("---",) * len(heads)]
    for *codes, text in rows:
        lines.append((*[f"`{code}`" if code else "" for code in codes], text))
    return "".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |\n" for line in lines)


def test_the_examples_show_what_comes_out(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    for block in BLOCK.finditer(PAGE.read_text("utf-8")):
        assert block[0] == sessions.run(block)


def test_the_reference_is_what_the_docstrings_say() -> None:
    assert PAGE.read_text("utf-8").partition(MADE)[2] == reference(), "python tests/test_api_page.py"


def test_the_schema_says_of_each_field_what_its_docstring_says() -> None:
    assert SCHEMA.read_text("utf-8") == described_schema(), "python tests/test_api_page.py"


def test_the_page_names_every_public_name_field_and_code() -> None:
    text = PAGE.read_text("utf-8")
    names = [name for name in dsnparse.__all__ if name != "__version__"]
    for name in names:
        thing = getattr(dsnparse, name)
        names = [*names, *([f.name for f in fields(thing)] if is_dataclass(thing) else [])]
    assert [
        name for name in [*names, *WARNINGS] if f"`{name}`" not in text and f"### {name}\n" not in text
    ] == []


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        prose = PAGE.read_text("utf-8").partition(MADE)[0]
        SCHEMA.write_text(described_schema(), "utf-8")
        PAGE.write_text(BLOCK.sub(Sessions(Path(folder)).run, prose) + MADE + reference(), "utf-8")
