"""An sdist says nothing of who made it, where and when; and what is missing in it, or too much, is told."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

from tools.make_dist import complaints, normal_archive

EPOCH = 1_760_000_000


def archive(names: list[str], *, mtime: int, uid: int, uname: str, mode: int) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as made:
        for name in names:
            member = tarfile.TarInfo(name)
            member.mtime, member.uid, member.uname, member.mode = mtime, uid, uname, mode
            member.size = len(name)
            made.addfile(member, io.BytesIO(name.encode()))
    return written.getvalue()


def test_who_made_an_archive_and_when_leaves_no_trace() -> None:
    one = archive(["a/b.py", "a/c.py"], mtime=1, uid=0, uname="root", mode=0o600)
    other = archive(["a/c.py", "a/b.py"], mtime=10**9, uid=1000, uname="kim", mode=0o664)
    assert one != other
    assert normal_archive(one, EPOCH) == normal_archive(other, EPOCH)
    with tarfile.open(fileobj=io.BytesIO(normal_archive(one, EPOCH))) as made:
        assert [(member.name, member.mtime, member.mode) for member in made] == [
            ("a/b.py", EPOCH, 0o644),
            ("a/c.py", EPOCH, 0o644),
        ]


def test_what_is_missing_or_does_not_belong_is_told(tmp_path: Path) -> None:
    sdist, wheel = tmp_path / "one.tar.gz", tmp_path / "one.whl"
    held = ["one/dsnparse/a.py", "one/PKG-INFO", "one/notes.txt"]
    sdist.write_bytes(archive(held, mtime=1, uid=0, uname="", mode=0o644))
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("dsnparse/b.py", "")
        packed.writestr("tests/test_b.py", "")
        packed.writestr("one.dist-info/METADATA", "")
    files = ["dsnparse/a.py", "tests/test_b.py", ".ci/run"]
    assert list(complaints(files, sdist, wheel)) == [
        "one.tar.gz lacks tests/test_b.py: see MANIFEST.in",
        "one.tar.gz holds notes.txt, which git does not",
        "one.whl holds tests/test_b.py",
        "one.whl lacks dsnparse/a.py",
    ]
