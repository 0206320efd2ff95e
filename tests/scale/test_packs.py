"""Packs and manifests: however mail is cut, the same messages come out under the same names."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from cli.mail import ORDINARY, bounce, folder_of
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from dsnparse.cli import group
from dsnparse.mailboxes.archive import zstd_module
from dsnparse.mailboxes.items import Item, Mail, PassedOver, Problem, read_item
from dsnparse.mailboxes.paths import find
from dsnparse.scale import manifest as manifests
from dsnparse.scale.manifest import ManifestError, make_packs, manifest_end, read_manifest, write_packs
from dsnparse.scale.packs import NotAPack, Pack, pack_batches, pack_items

FROM = b"From MAILER-DAEMON Thu Jul  2 12:05:05 2020\n"
#: What can stand in an mbox, and what looks like the start of a message and may be none.
_PIECES = st.sampled_from(
    [
        FROM,
        FROM,
        FROM + b"Subject: a\n\n",
        FROM.replace(b"\n", b"\r\n"),
        b"From - Fri, 22 Feb 17:06:23 2008\nTo: x\n\n",
        b"From here on\n",
        b">From me\n",
        b"Subject: b\n",
        b"Content-Length: 60\n\n",
        b"Content-Length: 46\n\n" + FROM,
        b"Content-Length: 9\n\n",
        b"\n",
        b"\r\n",
        b"body " * 20 + b"\n",
        b"\xe9\xff\0",
    ]
)
MBOXES = st.lists(_PIECES, min_size=1, max_size=40).map(lambda some: FROM + b"Subject: x\n" + b"".join(some))
SHARES = st.integers(1, 2000)


def read(items: Iterable[Item]) -> list[tuple[str, object]]:
    """The names of what was found, each with its message, or with what is wrong."""
    found: list[tuple[str, object]] = []
    for item in map(read_item, items):
        if isinstance(item, Mail):
            found.append((item.name, (item.data, item.size)))
        else:
            found.append((item.name, item.reason if isinstance(item, Problem) else PassedOver))
    return found


def packs_of(*sources: str | Path, share: int) -> list[Pack]:
    found = list(make_packs(sources, share=share))
    assert not [one for one in found if isinstance(one, Problem)]
    return [Pack.from_line(one.to_line()) for one in found if isinstance(one, Pack)]


def assert_same(path: Path, share: int) -> list[Pack]:
    packs = packs_of(path, share=share)
    assert read(item for pack in packs for item in pack_items(pack)) == read(find([path]))
    return packs


@given(MBOXES, SHARES)
@settings(max_examples=max(300, settings().max_examples))
def test_any_split_of_an_mbox_gives_the_same_messages(mbox: bytes, share: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mbox"
        path.write_bytes(mbox)
        assert_same(path, share)


MEMBERS = st.tuples(
    st.sampled_from(["a.eml", "n" * 150, "x.md", "BZh", "PK\3\4", "d/é.eml", ".hid"]),
    st.sampled_from([bounce(), ORDINARY, b"", FROM + ORDINARY + b"\n" + FROM + bounce()]),
)


@given(
    st.lists(MEMBERS, min_size=1, max_size=12),
    SHARES,
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
)
def test_any_split_of_a_tar_archive_gives_the_same_messages(
    members: list[tuple[str, bytes]], share: int, form: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.tar"
        path.write_bytes(tar_of(members, form))
        assert_same(path, share)


def tar_of(members: Iterable[tuple[str, bytes]], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@given(MBOXES, SHARES, st.lists(st.integers(0, 4000), max_size=6))
def test_any_zstandard_frames_give_the_same_messages(mbox: bytes, share: int, places: list[int]) -> None:
    compress = zstd_module().compress
    edges = [0, *sorted(place for place in places if place < len(mbox)), len(mbox)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mbox.zst"
        path.write_bytes(b"".join(compress(mbox[a:b]) for a, b in pairwise(edges)))
        assert_same(path, share)


def test_frames_that_begin_with_a_message_are_read_apart(tmp_path: Path) -> None:
    compress = zstd_module().compress
    letters = [FROM + bounce(f"k{number}@example.com") + b"\n" for number in range(6)]
    path = tmp_path / "a.mbox.zst"
    path.write_bytes(b"".join(map(compress, letters)))
    assert [(pack.kind, pack.compression) for pack in assert_same(path, 1)] == [("mbox", "zstd")] * 6
    path.write_bytes(compress(b"".join(letters)))
    assert [pack.kind for pack in assert_same(path, 1)] == ["files"]
    members = [compress(part) for part in halves(tar_of([("a", bounce()), ("b", bounce())]), 2560)]
    path.write_bytes(b"".join(members))
    assert [(pack.kind, pack.compression) for pack in assert_same(path, 1)] == [("tar", "zstd")] * 2


def test_what_stands_before_the_damage_is_read(tmp_path: Path) -> None:
    letters = [FROM + bounce(f"k{number}@example.com") + b"\n" for number in range(9)]
    for name, data in (
        ("a.mbox.zst", b"".join(map(zstd_module().compress, letters))),
        ("a.tar", tar_of((f"{n}.eml", bounce()) for n in range(9))),
    ):
        path = tmp_path / name
        path.write_bytes(data[: len(data) * 2 // 3])
        assert_same(path, 100)
        path.write_bytes(data[: len(data) // 2] + b"nonsense" * 500)
        assert_same(path, 100)


def halves(data: bytes, first: int) -> tuple[bytes, bytes]:
    """A tar archive before its second member, and from there on."""
    second = next(at for at in range(512, len(data), 512) if data[at : at + 2] == b"b\0")
    assert 0 < second <= first
    return data[:second], data[second:]


def test_a_folder_of_everything_is_packed_in_the_order_of_parse(tmp_path: Path) -> None:
    folder_of(tmp_path, 5)
    for name in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    (tmp_path / "Maildir/cur/1:2,S").write_bytes(bounce())
    (tmp_path / "big.mbox").write_bytes(b"".join(FROM + bounce() + b"\n" for _ in range(20)))
    (tmp_path / "big.mbox.gz").write_bytes(gzip.compress((tmp_path / "big.mbox").read_bytes()))
    (tmp_path / "big.tar").write_bytes(tar_of((f"{n}.eml", bounce()) for n in range(20)))
    (tmp_path / "notes.md").write_bytes(b"# no message")
    (tmp_path / ".hidden").write_bytes(bounce())
    wanted = [entry for entry in read(find([tmp_path])) if entry[1] is not PassedOver]
    for share in (1, 3000, 10**9):
        packs = packs_of(tmp_path, share=share)
        assert read(item for pack in packs for item in pack_items(pack)) == wanted
    assert [pack.kind for pack in packs] == ["files"]
    kinds = [pack.kind for pack in packs_of(tmp_path, share=3000)]
    assert kinds.count("mbox") > 3
    assert kinds.count("tar") > 3
    batches = [batch for pack in packs for batch in pack_batches(pack)]
    names = [name for batch in batches for name in batch.column("source").to_pylist()]
    assert names == [name for name, _ in wanted]


def test_an_object_store_is_read_like_a_folder(tmp_path: Path) -> None:
    folder_of(tmp_path, 3)
    (tmp_path / "big.mbox").write_bytes(b"".join(FROM + bounce() + b"\n" for _ in range(9)))
    (tmp_path / ".hidden").write_bytes(bounce())
    uri = f"file://{tmp_path}"
    packs = packs_of(uri, share=2000)
    found = read(item for pack in packs for item in pack_items(pack))
    assert {pack.kind for pack in packs} == {"files", "mbox"}
    wanted = [entry for entry in read(find([tmp_path])) if entry[1] is not PassedOver]
    assert [(name.removeprefix("file://"), data) for name, data in found] == wanted
    (missing,) = make_packs([f"{uri}/nowhere"])
    assert isinstance(missing, Problem)
    (odd,) = make_packs(["nonsense://x/y"])
    assert isinstance(odd, Problem)


def test_what_changed_since_is_a_row_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(b"".join(FROM + bounce() + b"\n" for _ in range(9)))
    packs = packs_of(path, share=1000)
    path.write_bytes(b"x" + path.read_bytes())
    rows = [row for pack in packs for batch in pack_batches(pack) for row in batch.to_pylist()]
    assert len(packs) == len(rows) > 2
    assert {row["data"] for row in rows} == {None}
    assert rows[1]["problem"] == f"has changed: no message begins at byte {packs[1].start:,}"
    path.unlink()
    (batch,) = pack_batches(packs[0])
    assert batch.to_pylist()[0]["problem"] == "does not exist"


def test_what_can_be_read_only_once_is_no_pack(tmp_path: Path) -> None:
    (found,) = make_packs(["-"])
    assert found == Problem("-", "can be read once only; a manifest names files and folders")


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("", "it is no JSON"),
        ("[]", "it is no pack of form 1"),
        ('{"form": 2}', "it is no pack of form 1"),
        ('{"form": 1, "kind": "files", "size": 1}', "it is no JSON of a pack"),
        ('{"form": 1, "kind": "files", "paths": [], "size": 1}', "its kind or its paths"),
        ('{"form": 1, "kind": "files", "paths": [7], "size": 1}', "its kind or its paths"),
        ('{"form": 1, "kind": "exec", "paths": ["a"], "size": 1}', "its kind or its paths"),
        ('{"form": 1, "kind": "files", "paths": ["a"], "size": -1}', "a number in it"),
        ('{"form": 1, "kind": "files", "paths": ["a"], "size": true}', "a number in it"),
        ('{"form": 1, "kind": "mbox", "paths": ["a"], "size": 1}', "it is no JSON of a pack"),
        (
            Pack("mbox", ("a",), 1, 0, 1, 0, "rot13").to_line(),
            "a number in it is none, or its compression is unknown",
        ),
    ],
)
def test_a_line_that_is_no_pack_is_told(line: str, wrong: str, tmp_path: Path) -> None:
    with pytest.raises(NotAPack, match=wrong):
        Pack.from_line(line)
    path = tmp_path / "m.jsonl"
    good = Pack("files", ("a",), 1).to_line() + "\n"
    path.write_text(f"{good}{line}\n")
    with pytest.raises(ManifestError, match=rf"m.jsonl: the line at byte {len(good)} is wrong: {wrong}"):
        read_manifest(str(path))


def test_a_manifest_grows_and_half_a_line_is_not_there_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "m.jsonl")
    packs = [Pack("files", (f"{number}.eml", "b\udcff"), number) for number in range(9)]
    write_packs(path, packs[:4], 0)
    monkeypatch.setattr(manifests, "_TAIL", 7)
    assert read_manifest(path) == (packs[:4], manifest_end(path))
    middle = manifest_end(path)
    with Path(path).open("ab") as file:
        file.write(b'{"form": 1, "ki')
    assert read_manifest(path) == (packs[:4], middle)
    assert manifest_end(path) == middle
    write_packs(path, packs[4:], middle)
    assert read_manifest(path).packs == packs
    assert read_manifest(path, start=middle).packs == packs[4:]
    assert read_manifest(path, end=middle) == (packs[:4], middle)
    assert len({pack.id for pack in packs}) == 9
    (tmp_path / "empty").write_bytes(b"no end of a line")
    assert manifest_end(str(tmp_path / "empty")) == 0
    monkeypatch.setattr(manifests, "LINE_BYTES", 20)
    with pytest.raises(ManifestError, match="the line at byte 0 is longer than 20 bytes"):
        read_manifest(path)


def test_the_command_lists_packs_and_adds_what_is_new(tmp_path: Path) -> None:
    mail = tmp_path / "mail"
    mail.mkdir()
    folder_of(mail, 2)
    output = tmp_path / "mail" / "packs.jsonl"

    def run(*words: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(group, ["manifest", str(mail), *words])
        return done.exit_code, done.stdout, done.stderr

    status, printed, _ = run("--pack-bytes", "1")
    assert status == 0
    assert [json.loads(line)["kind"] for line in printed.splitlines()] == ["files"] * 4
    assert run("-o", str(output), "--pack-bytes", "700")[0] == 0
    before = output.read_text()
    assert run("-o", str(output)) == (0, "", f"0 packs, 0 bytes; {len(before.splitlines())} there before.\n")
    (mail / "new.eml").write_bytes(bounce())
    status, _, told = run("-o", str(output))
    assert told.startswith("1 pack, ")
    assert output.read_text().startswith(before)
    assert read_manifest(str(output)).packs[-1].paths == (str(mail / "new.eml"),)
    (mail / "none.eml").write_bytes(b"")
    status, _, told = run("-o", str(output))
    assert (status, told.splitlines()[0]) == (1, f"dsnparse: {mail}/none.eml: is empty")
    assert told.splitlines()[1] == f"0 packs, 0 bytes; {len(before.splitlines()) + 1} there before."
    output.write_text("nonsense\n")
    status, _, told = run("-o", str(output))
    assert (status, "the line at byte 0 is wrong" in told) == (2, True)
    status, _, told = run("-o", str(tmp_path / "no" / "folder"))
    wanted = f"Error: Cannot write {tmp_path}/no/.folder.part: no such file or directory.\n"
    assert (status, told) == (2, wanted)


def test_the_command_needs_no_extra_for_files() -> None:
    script = "import sys; sys.modules['pyarrow'] = None; from dsnparse.cli import main\n"
    script += f"sys.exit(main(['manifest', {str(Path(__file__).parent)!r}, '--quiet']))"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
