"""Paths: what is found where, in which order, and what is said of the rest."""

from __future__ import annotations

import io
import os
import socket
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import Kind, parse_file
from dsnparse.mailboxes import (
    Mail,
    MessageRef,
    PassedOver,
    Problem,
    find,
    looks_like_message,
    messages,
    save_name,
)

MESSAGE = b"From: a@example.org\nSubject: x\n\nbody\n"


def write(path: Path, data: bytes = MESSAGE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names(top: Path, *more: Path) -> list[str]:
    return [item.name.removeprefix(f"{top}/") for item in find([top, *more]) if isinstance(item, MessageRef)]


def problems(*paths: Path | str) -> list[tuple[str, str]]:
    return [(Path(item.name).name, item.reason) for item in find(paths) if isinstance(item, Problem)]


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may read everything; for a moment be somebody who may not."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if user == 0:
            os.seteuid(0)


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ["b/2.eml", "b/10.eml", "a.eml", "c", "B.eml", "b/d/x"]:
        write(tmp_path / name)
    assert names(tmp_path) == ["B.eml", "a.eml", "b/10.eml", "b/2.eml", "b/d/x", "c"]


def test_hidden_files_and_notes_are_passed_over_unless_named(tmp_path: Path) -> None:
    write(tmp_path / ".hidden" / "x.eml")
    note = write(tmp_path / "a.json")
    write(tmp_path / "b.eml")
    passed = [i.name.removeprefix(f"{tmp_path}/") for i in find([tmp_path]) if isinstance(i, PassedOver)]
    assert passed == [".hidden", "a.json"]
    assert names(tmp_path) == ["b.eml"]
    assert names(note) == [str(note)]


def test_a_note_on_a_message_beside_it_is_not_counted_as_passed_over(tmp_path: Path) -> None:
    for name in ("a.eml", "a.json", "c.json"):
        write(tmp_path / name)
    passed = [i.name.removeprefix(f"{tmp_path}/") for i in find([tmp_path]) if isinstance(i, PassedOver)]
    assert passed == ["c.json"]


def test_a_maildir_gives_new_then_cur_and_never_tmp(tmp_path: Path) -> None:
    for name in ["tmp/3", "cur/1:2,S", "new/2", "new/.x", ".Sub/cur/4", ".Sub/new/5"]:
        write(tmp_path / "Maildir" / name)
    assert names(tmp_path) == ["Maildir/new/2", "Maildir/cur/1:2,S"]
    assert names(tmp_path / "Maildir") == ["new/2", "cur/1:2,S"]
    assert [i.name for i in find([f"maildir:{tmp_path}/Maildir"])] == [
        f"{tmp_path}/Maildir/new/2",
        f"{tmp_path}/Maildir/cur/1:2,S",
    ]


def test_an_mbox_names_its_messages_by_their_place(tmp_path: Path) -> None:
    line = b"From x Mon Jan  5 10:00:00 2004\n"
    two = write(tmp_path / "two", line + MESSAGE + b"\n" + line + MESSAGE)
    one = write(tmp_path / "one.eml", line + MESSAGE)
    assert names(two) == [f"{two}:0", f"{two}:{len(line + MESSAGE) + 1}"]
    assert names(one) == [str(one)]
    assert [m.data for m in messages([two, one, f"mbox:{two}"]) if isinstance(m, Mail)] == [MESSAGE] * 5


def test_each_bad_path_is_named_with_its_reason_and_the_rest_read(tmp_path: Path) -> None:
    write(tmp_path / "empty.eml", b"")
    write(tmp_path / "good.eml")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone.eml").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "self").symlink_to("self")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "sock"))
        assert problems(tmp_path, tmp_path / "none", "/dev/null") == [
            ("empty.eml", "is empty"),
            ("gone.eml", "is a link to something that does not exist"),
            ("loop", "is a link back to a folder above it; not followed"),
            ("pipe", "is a named pipe; skipped"),
            ("self", "too many levels of symbolic links"),
            ("sock", "is a socket; skipped"),
            ("none", "does not exist"),
            ("null", "is a device; skipped"),
        ]
    assert names(tmp_path) == ["good.eml"]


def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a" / "x.eml").chmod(0)
    write(tmp_path / "b" / "x.eml")
    write(tmp_path / "c.eml")
    write(tmp_path / "md" / "new" / "1").chmod(0)
    write(tmp_path / "md" / "cur" / "2")
    (tmp_path / "b").chmod(0)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() != "root" or folder == tmp_path:
            folder.chmod(0o755)
    for folder in list(tmp_path.parents)[:3]:
        folder.chmod(folder.stat().st_mode | 0o055)
    try:
        with unprivileged():
            found = list(messages([tmp_path]))
    finally:
        (tmp_path / "b").chmod(0o755)
    assert [(i.name.removeprefix(f"{tmp_path}/"), i.reason) for i in found if isinstance(i, Problem)] == [
        ("a/x.eml", "permission denied"),
        ("b", "permission denied"),
        ("md/new/1", "permission denied"),
    ]
    assert [i.name.removeprefix(f"{tmp_path}/") for i in found if isinstance(i, Mail)] == [
        "c.eml",
        "md/cur/2",
    ]


def test_linked_folders_are_read_once(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a" / "x.eml")
    (tmp_path / "in" / "b").symlink_to("a")
    write(tmp_path / "elsewhere" / "y.eml")
    (tmp_path / "in" / "c").symlink_to(tmp_path / "elsewhere")
    assert names(tmp_path / "in") == ["a/x.eml", "c/y.eml"]


def test_ones_own_output_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "a.eml")
    write(tmp_path / "unknown" / "b.eml")
    write(tmp_path / "out.txt")
    found = list(find([tmp_path], exclude=[tmp_path / "unknown", tmp_path / "out.txt", tmp_path / "missing"]))
    assert [i.name for i in found] == [f"{tmp_path}/a.eml"]


def test_folders_nested_deeper_than_python_recurses_are_read(tmp_path: Path) -> None:
    folders = [f"{tmp_path}/{'d/' * depth}" for depth in range(1, sys.getrecursionlimit() + 100)]
    for folder in folders:
        Path(folder).mkdir()
    message = write(Path(folders[-1]) / "x.eml")
    try:
        assert len(names(tmp_path)) == 1
    finally:
        message.unlink()
        for folder in reversed(folders):
            Path(folder).rmdir()


def test_a_message_above_the_limit_comes_with_its_beginning_and_its_size(tmp_path: Path) -> None:
    path = write(tmp_path / "large.eml", MESSAGE + b"x" * 5000)
    (found,) = messages([path], limit=100)
    assert isinstance(found, Mail)
    assert (len(found.data), found.size, found.truncated) == (100, len(MESSAGE) + 5000, True)


@pytest.mark.parametrize("read", [lambda path: list(messages([path])), parse_file])
def test_a_small_file_takes_little_memory(tmp_path: Path, read: Callable[[Path], object]) -> None:
    path = write(tmp_path / "small.eml")
    read(path)  # with what is loaded for the first
    tracemalloc.start()
    try:
        read(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_file_of_which_the_system_says_no_size_is_read() -> None:
    path = Path("/proc/self/status")
    if not path.exists():
        pytest.skip("there is no /proc")
    assert path.stat().st_size == 0
    (found,) = messages([path])
    assert isinstance(found, Mail)
    assert found.data.startswith(b"Name:")
    assert parse_file(path).kind is Kind.OTHER


def test_standard_input_is_a_message_or_an_mbox(monkeypatch: pytest.MonkeyPatch) -> None:
    line = b"From x Mon Jan  5 10:00:00 2004\n"
    for data, expected in [
        (MESSAGE, ["-"]),
        (line + MESSAGE, ["-"]),
        (line + MESSAGE + line + MESSAGE, ["-:0", f"-:{len(line + MESSAGE)}"]),
    ]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        found = list(messages(["-"]))
        assert [item.name for item in found] == expected
        assert all(isinstance(item, Mail) and item.data == MESSAGE for item in found)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (MESSAGE, True),
        (b"\r\n\r\nReceived: x\r\n\r\n", True),
        (b"\xef\xbb\xbfSubject: x\n", True),
        (b"Return-Path: <>\rTo: x\r\rbody", True),
        (b"damaged line\nReporting-MTA: dns; x\n", True),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\nA: b", False),
        (b"# A title\n\nNote: text\n", False),
        (b'{"kind": "bounce"}\n', False),
        (b" \n\n", False),
    ],
)
def test_a_message_has_a_header_field(data: bytes, expected: bool) -> None:
    assert looks_like_message(data) is expected


@given(st.text(), st.binary())
def test_copies_get_safe_names(name: str, data: bytes) -> None:
    saved = save_name(name, data)
    assert "/" not in saved
    assert "\0" not in saved
    assert not saved.startswith(".")
    assert saved.isascii()
    assert len(saved) < 120
    assert saved == save_name(name, data)


@given(st.lists(st.binary(max_size=600), max_size=3))
def test_any_bytes_in_a_file_give_items_and_never_raise(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("any") / "x"
    for start in (b"", b"From x 1:23\n", b"\x1f\x8b\x08\0", b"PK\x03\x04", b"x" * 257 + b"ustar\0"):
        path.write_bytes(start + b"".join(pieces))
        assert list(messages([path]))
