"""Archives: whole, hostile and damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from dsnparse.mailboxes import MessageRef, PassedOver, Problem, find
from dsnparse.mailboxes import archive as archives

MESSAGE = b"From: a@example.org\nSubject: x\n\nbody\n"


def found(path: Path) -> list[tuple[str, bytes]]:
    names = []
    for item in find([path]):
        assert isinstance(item, MessageRef), item
        names.append((item.name.removeprefix(str(path)), item.read().data))
    return names


def problems(path: Path) -> list[tuple[str, str]]:
    return [(i.name.removeprefix(str(path)), i.reason) for i in find([path]) if isinstance(i, Problem)]


def tar_bytes(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


NAMES = ["a.eml", "../../etc/passwd.eml", "/abs.eml", "sub/" + "n" * 150 + ".eml", "ünï/ö.eml"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("suffix", ["", "gz", "bz2", "xz"])
def test_a_tar_gives_its_members_under_their_names(tmp_path: Path, form: int, suffix: str) -> None:
    names = [n for n in NAMES if form != tarfile.USTAR_FORMAT or len(n) < 100]
    data = tar_bytes({name: MESSAGE + name.encode() for name in names}, form)
    packed = {"": data, "gz": gzip.compress(data), "bz2": bz2.compress(data), "xz": lzma.compress(data)}
    path = tmp_path / "mail"
    path.write_bytes(packed[suffix])
    assert found(path) == [("!" + name, MESSAGE + name.encode()) for name in names]
    assert sorted(tmp_path.rglob("*")) == [path]


def test_a_zstandard_tar_is_read_where_python_can(tmp_path: Path) -> None:
    path = tmp_path / "mail.tar.zst"
    try:
        zstd = archives.zstd_module()
    except archives.DamagedError:
        path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100))
        assert "mail-dsnparse[zstd]" in problems(path)[0][1]
    else:
        path.write_bytes(zstd.compress(tar_bytes({"a.eml": MESSAGE})))
        assert found(path) == [("!a.eml", MESSAGE)]


def test_a_zip_gives_its_members_in_order(tmp_path: Path) -> None:
    path = tmp_path / "mail.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in ["b.eml", "a.eml", "../up.eml"]:
            out.writestr(name, MESSAGE)
        out.writestr("folder/", b"")
    assert found(path) == [("!b.eml", MESSAGE), ("!a.eml", MESSAGE), ("!../up.eml", MESSAGE)]


def test_an_mbox_in_an_archive_is_split(tmp_path: Path) -> None:
    mbox = b"".join(b"From x Mon Jan  5 10:00:00 2004\n" + MESSAGE + b"\n" for _ in range(2))
    path = tmp_path / "mail.tar"
    path.write_bytes(tar_bytes({"in.mbox": mbox}))
    assert found(path) == [("!in.mbox:0", MESSAGE), (f"!in.mbox:{len(mbox) // 2}", MESSAGE)]


def test_a_compressed_mbox_is_split(tmp_path: Path) -> None:
    mbox = b"".join(b"From x Mon Jan  5 10:00:00 2004\n" + MESSAGE + b"\n" for _ in range(2))
    path = tmp_path / "in.gz"
    path.write_bytes(gzip.compress(mbox))
    assert found(path) == [(":0", MESSAGE), (f":{len(mbox) // 2}", MESSAGE)]


def test_hidden_members_and_notes_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "mail.tar"
    path.write_bytes(tar_bytes({"./a.eml": MESSAGE, "__MACOSX/._a.eml": b"junk", "labels.json": b"{}"}))
    items = list(find([path]))
    assert [type(i) for i in items] == [MessageRef, PassedOver, PassedOver]


def test_links_devices_and_archives_inside_are_not_followed(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, kind in [("link", tarfile.SYMTYPE), ("pipe", tarfile.FIFOTYPE), ("dev", tarfile.CHRTYPE)]:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = "/etc/passwd"
            tar.addfile(info)
        inner = tar_bytes({"x.eml": MESSAGE})
        info = tarfile.TarInfo("inner.tar")
        info.size = len(inner)
        tar.addfile(info, io.BytesIO(inner))
    path = tmp_path / "mail.tar"
    path.write_bytes(out.getvalue())
    assert problems(path) == [
        ("!pipe", "is a device or named pipe"),
        ("!dev", "is a device or named pipe"),
        ("!inner.tar", "is an archive within an archive, which is not opened"),
    ]


def test_a_damaged_archive_gives_what_comes_before_the_damage(tmp_path: Path) -> None:
    whole = tar_bytes({"a.eml": MESSAGE, "b.eml": MESSAGE * 1000, "c.eml": MESSAGE})
    cut, broken, short = (tmp_path / name for name in ("cut.tar", "broken.tar", "short.tar.gz"))
    cut.write_bytes(whole[: len(whole) // 2])
    second = whole.index(b"b.eml")
    assert second == 1024
    broken.write_bytes(whole[:second] + b"XXXXX" + whole[second + 5 :])
    packed = gzip.compress(whole)
    short.write_bytes(packed[: len(packed) - 20])
    for path in (cut, broken, short):
        assert isinstance(next(iter(find([path]))), MessageRef), path
    assert problems(cut) == [("", "the archive ends in the middle of b.eml")]
    assert problems(broken) == [("", "this is no tar archive, or damaged from here on")]
    assert problems(short) == [("", "the archive ends too early")]


def test_a_damaged_compressed_mbox_gives_what_comes_before_the_damage(tmp_path: Path) -> None:
    mbox = b"".join(b"From x Mon Jan  5 10:00:00 2004\nA: %d\n\n\n" % number for number in range(1000))
    path = tmp_path / "in.gz"
    packed = gzip.compress(mbox)
    path.write_bytes(packed[: len(packed) // 2])
    items = list(find([path]))
    assert sum(isinstance(item, MessageRef) for item in items) > 100
    assert items[-1] == Problem(str(path), "the compressed data end too early")


def test_a_bomb_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "RATIO_FLOOR", 1 << 20)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(MESSAGE + bytes(20 << 20)))
    zipped = tmp_path / "bomb.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as out:
        for number in range(4):
            out.writestr(f"{number}.eml", MESSAGE + bytes(5 << 20))
    for bomb in (path, zipped):
        assert "decompression bomb" in problems(bomb)[0][1], bomb


def test_a_tar_header_that_asks_for_memory_is_refused(tmp_path: Path) -> None:
    header = bytearray(tar_bytes({"a": b""}, tarfile.USTAR_FORMAT)[:512])
    header[124:136] = b"77777777777\0"
    header[156:157] = b"x"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    path = tmp_path / "mail.tar"
    path.write_bytes(header)
    assert problems(path) == [("", "a member has a name or header of 8,589,934,591 bytes")]


def test_an_encrypted_or_damaged_zip_member_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mail.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("a.eml", MESSAGE)
        out.writestr("b.eml", MESSAGE)
        out.writestr("c.eml", MESSAGE)
    data = bytearray(path.read_bytes())
    for start in (data.index(b"PK\x01\x02") + 8, data.index(b"PK\x03\x04") + 6):
        data[start] |= 1
    data[data.rindex(b"body")] ^= 0xFF
    path.write_bytes(data)
    items = list(find([path]))
    assert [type(i) for i in items] == [Problem, MessageRef, Problem]
    assert problems(path)[0] == ("!a.eml", "is encrypted")
    assert problems(path)[1][0] == "!c.eml"


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_no_damage_to_a_zip_raises_whatever_it_is_compressed_with(tmp_path: Path, method: int) -> None:
    path = tmp_path / "mail.zip"
    with zipfile.ZipFile(path, "w", method) as out:
        out.writestr("a.eml", MESSAGE * 3)
        out.writestr("b.eml", MESSAGE)
    whole = path.read_bytes()
    told: set[str] = set()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        told.update(reason.partition(" (")[0] for _, reason in problems(path))
    assert "the compressed data are damaged" in told


def test_a_zip_with_an_endless_table_of_contents_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mail.zip"
    path.write_bytes(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, 1 << 30, 0, 0))
    assert problems(path) == [("", "has too many members to list; unpack it into a folder and name that")]


@pytest.mark.parametrize("data", [b"PK\x03\x04 nothing", b"\x1f\x8bjunk", b"BZh9junk", b"\xfd7zXZ\0junk"])
def test_what_only_begins_like_an_archive_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    assert len(problems(path)) == 1
