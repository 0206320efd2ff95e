#!/usr/bin/env python3
"""Makes the samples of real mail servers anew, in the laboratory, and puts them in place of the old ones.

    python3 samples/regenerate.py                   all servers (about 5 minutes the first time, then 2)
    python3 samples/regenerate.py postfix exim      some of them
    python3 samples/regenerate.py --from FOLDER     from messages that the laboratory has already made

The laboratory starts genuine servers in network namespaces of their own; the environment variable
DSNPARSE_LAB says where it is (default: ../shared/mta-lab, seen from the project). It needs root, Linux,
debootstrap and ip (iproute2). Where one of these is missing, nothing is changed and the exit status is 1.

A sample `mta/postfix-quota.eml` comes from the scenario `quota` of the server Postfix. The laboratory makes
several notices of some scenarios, so the one taken is the one with the same subject, actions, recipients
and status codes, in the same order, as the old sample. Where there is none, the old sample stays and is
named: where several recipients fail side by side, chance orders them; anything else is news from the server
that a person has to look at. Expected results are never touched. The exit status is 1 when a server gave
nothing at all.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent
LAB = Path(os.environ.get("DSNPARSE_LAB") or SAMPLES.parent.parent / "shared" / "mta-lab")
#: Our names of the servers, and the laboratory's.
SERVERS = {
    "postfix": "postfix",
    "exim": "exim4",
    "sendmail": "sendmail",
    "opensmtpd": "opensmtpd",
    "courier": "courier",
    "dma": "dma",
    "nullmailer": "nullmailer",
    "dovecot": "dovecot",
}
#: The folders that hold messages of real servers.
FOLDERS = ("mta", "delay", "delivery", "auto-reply", "receipt")
#: What must be the same in the old and the new message: the lines that say who, what and how.
_TELLING = re.compile(rb"(?im)^(?:Action|Final-Recipient|Status|Disposition|X-Failed-Recipients):[^\r\n]*")
_SUBJECT = re.compile(rb"(?im)^Subject:[^\r\n]*")
#: Subjects hold queue ids (Exim); recipients in plain text stand in angle brackets (dma).
_VARYING = re.compile(rb"\b[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}\b")
_PLAIN = re.compile(rb"(?m)^There was an error delivering your mail to (<[^>\r\n]*>)")


def main() -> int:
    """Runs the laboratory and replaces samples. Returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("server", nargs="*", help=f"of {', '.join(SERVERS)} (default: all)")
    parser.add_argument("--from", dest="made", type=Path, metavar="FOLDER", help="take messages made before")
    args = parser.parse_args()
    unknown = [name for name in args.server if name not in SERVERS]
    if unknown:
        parser.error(f"no such server: {', '.join(unknown)}. There are {', '.join(SERVERS)}.")
    servers = args.server or list(SERVERS)
    if args.made:
        if not args.made.is_dir():
            parser.error(f"{args.made} is not a folder.")
        return replace(servers, args.made)
    missing = what_is_missing()
    if missing:
        print(
            "The samples of real mail servers cannot be made here, and nothing was changed.", file=sys.stderr
        )
        for sentence in missing:
            print(f"  - {sentence}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="dsnparse-samples-") as folder:
        kit, made = Path(folder, "lab"), Path(folder, "made")
        shutil.copytree(LAB, kit)  # the original may be read-only
        command = ["bash", str(kit / "all.sh"), *[SERVERS[name] for name in servers]]
        status = subprocess.run(command, env=os.environ | {"LAB_OUT": str(made)}, check=False).returncode
        if status:
            print(f"The laboratory ended with status {status}; nothing was changed.", file=sys.stderr)
            return 1
        return replace(servers, made)


def what_is_missing() -> list[str]:
    """What the laboratory needs and this machine lacks, as sentences."""
    missing = []
    if not (LAB / "all.sh").is_file():
        missing.append(f"The laboratory is not at {LAB}: set DSNPARSE_LAB to its folder.")
    if not sys.platform.startswith("linux"):
        missing.append("Network namespaces need Linux.")
    elif os.geteuid() != 0:
        missing.append("Network namespaces and chroot need root: run it as root.")
    for program, package in (("debootstrap", "debootstrap"), ("ip", "iproute2"), ("pgrep", "procps")):
        if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            missing.append(f"The program {program} is missing: apt-get install {package}.")
    return missing


def replace(servers: list[str], made: Path) -> int:
    """Puts fresh messages in place of the samples of `servers`; says what it could not find."""
    fresh: list[str] = []
    kept: list[Path] = []
    for sample in sorted(SAMPLES.glob("*/*.eml")):
        server, _, scenario = sample.stem.partition("-")
        if server not in servers or sample.parent.name not in FOLDERS:
            continue
        shape = shape_of(sample.read_bytes())
        candidates = sorted((made / SERVERS[server]).glob(re.sub(r"\.\d+$", "", scenario) + "*.eml"))
        new = next((path for path in candidates if shape_of(path.read_bytes()) == shape), None)
        if new is None:
            kept.append(sample)
        else:
            shutil.copyfile(new, sample)
            fresh.append(server)
    print(f"Samples made anew: {len(fresh)}.")
    for sample in kept:
        print(
            f"  kept as it was: {sample.relative_to(SAMPLES)} (no new message says the same)", file=sys.stderr
        )
    silent = [name for name in servers if name not in fresh]
    if silent:
        print(f"Nothing came from {', '.join(silent)}.", file=sys.stderr)
    return 1 if silent else 0


def shape_of(message: bytes) -> tuple[bytes, ...]:
    """What a message says, apart from its dates and ids."""
    subject = _SUBJECT.search(message)
    telling = [*_TELLING.findall(message), *_PLAIN.findall(message)]
    return (_VARYING.sub(b"", subject[0]) if subject else b"", *telling)


if __name__ == "__main__":
    raise SystemExit(main())
