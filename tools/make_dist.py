"""Make the sdist and the wheel: the same bytes from the same commit, wherever and whenever they are made.

What git tracks is copied to a folder of its own, as it is there, and built with the setuptools that the group
`release` of pyproject.toml pins. The time of everything is SOURCE_DATE_EPOCH, or else the time of the commit.

    python -m tools.make_dist            # into dist/
    python -m tools.make_dist --check    # twice, in two folders, compared, and looked at by twine
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What git tracks, and the sdist leaves out: how this repository is hosted.
NOT_IN_SDIST = (".ci/*", ".github/*")
#: What setuptools adds to the sdist.
MADE = ("PKG-INFO", "setup.cfg", "*.egg-info/*")
#: All that the wheel may hold.
IN_WHEEL = ("dsnparse/*", "*.dist-info/*")


def main(arguments: list[str] | None = None) -> int:
    """Write both into a folder, or with --check make them twice. Exit status: 1 when something is wrong."""
    options = argparse.ArgumentParser(
        prog="python -m tools.make_dist", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--check", action="store_true", help="make them twice, and compare")
    options.add_argument("--output", type=Path, default=ROOT / "dist", help="the folder (default: dist)")
    given = options.parse_args(arguments)
    files = tracked(ROOT)
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or _git(ROOT, "log", "-1", "--format=%ct"))
    made = make(ROOT, files, given.output, epoch)
    for path in made:
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")
    wrong = list(complaints(files, *made))
    if given.check:
        done = subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *made], check=False)  # noqa: S603
        if done.returncode:
            wrong.append("twine finds mistakes")
        with tempfile.TemporaryDirectory(prefix="somewhere-else-") as folder:
            again = make(ROOT, files, Path(folder), epoch, umask=0o077)
            wrong += [
                f"{one.name} is not the same when it is made again"
                for one, other in zip(made, again, strict=True)
                if one.read_bytes() != other.read_bytes()
            ]
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


def make(root: Path, files: list[str], output: Path, epoch: int, umask: int = 0o022) -> tuple[Path, Path]:
    """The sdist and the wheel in `output`, made of these files of `root`. `umask`: of the copies of them."""
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        for name in files:
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, target)
            target.chmod((0o777 if os.access(root / name, os.X_OK) else 0o666) & ~umask)
        built = _build("--sdist", source, Path(folder) / "sdist", epoch)
        sdist = output / built.name
        sdist.write_bytes(normal_archive(built.read_bytes(), epoch))
        # The wheel is made of the sdist: so that holds all that is needed for one.
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        unpacked = Path(folder) / sdist.name.removesuffix(".tar.gz")
        built = _build("--wheel", unpacked, Path(folder) / "wheel", epoch)
        wheel = output / built.name
        wheel.write_bytes(built.read_bytes())
    return sdist, wheel


def normal_archive(content: bytes, epoch: int) -> bytes:
    """A .tar.gz with the same files, and nothing of the machine, the time and the user that made it."""
    written = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(content)) as archive,
        gzip.GzipFile(filename="", mode="wb", fileobj=written, mtime=epoch) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as normal,
    ):
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            member.mtime = epoch
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            normal.addfile(member, archive.extractfile(member) if member.isfile() else None)
    return written.getvalue()


def complaints(files: list[str], sdist: Path, wheel: Path) -> Iterator[str]:
    """What is missing in them, and what does not belong there."""
    with tarfile.open(sdist) as archive:
        held = {member.name.partition("/")[2] for member in archive if member.isfile()}
    wanted = {name for name in files if not _is_any(name, NOT_IN_SDIST)}
    yield from (f"{sdist.name} lacks {name}: see MANIFEST.in" for name in sorted(wanted - held))
    for name in sorted(held - wanted):
        if not _is_any(name, MADE):
            yield f"{sdist.name} holds {name}, which git does not"
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    yield from (f"{wheel.name} holds {name}" for name in sorted(held) if not _is_any(name, IN_WHEEL))
    wanted = {name for name in files if name.startswith("dsnparse/")}
    yield from (f"{wheel.name} lacks {name}" for name in sorted(wanted - held))


def tracked(root: Path) -> list[str]:
    """The files that git tracks, as they lie in the folder."""
    names = _git(root, "ls-files", "-z").split("\0")
    return [name for name in names if name and (root / name).is_file()]


def _build(kind: str, source: Path, output: Path, epoch: int) -> Path:
    # The umask would show in the modes of what setuptools writes.
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", output, source],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "DSNPARSE_MYPYC": "0"},
        umask=0o022, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}")
    (built,) = output.iterdir()
    return built


def _git(root: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"This needs a checkout with git: {done.stderr.strip()}")
    return done.stdout


def _is_any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


if __name__ == "__main__":
    sys.exit(main())
