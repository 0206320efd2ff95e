"""A Maildir as a queue: who has what, where it goes, and what comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from dsnparse.mailboxes.claims import CLAIMS, MaildirSource
from dsnparse.mailboxes.items import Mail, Problem
from dsnparse.mailboxes.sources import Mark

from .left_out import leave_out
from .mail import LETTER, bounce


def put(maildir: Path, name: str, data: bytes = LETTER) -> None:
    (maildir / name).write_bytes(data)


def files(maildir: Path) -> list[str]:
    """Every message below the Maildir."""
    found = (path for path in maildir.rglob("*") if path.is_file())
    names = (str(path.relative_to(maildir)) for path in found)
    return sorted(name for name in names if not name.endswith(("lock", "maildirfolder")))


def taken(source: MaildirSource) -> list[Mail]:
    mails = list(source.take())
    assert all(isinstance(mail, Mail) for mail in mails)
    return [mail for mail in mails if isinstance(mail, Mail)]


def test_messages_are_taken_from_new_and_then_cur_and_moved_when_done(maildir: Path) -> None:
    for name in ("cur/1.a:2,RS", "new/3.c", "new/2.b", "tmp/9.z"):
        put(maildir, name, name.encode())
    source = MaildirSource(maildir)
    mails = taken(source)
    assert [mail.data for mail in mails] == [b"new/2.b", b"new/3.c", b"cur/1.a:2,RS"]
    assert files(maildir / "new") == files(maildir / "cur") == []
    assert source.done([Mark(mails[0].key), Mark(mails[1].key, understood=False), Mark(mails[2].key)]) == []
    source.close()
    assert files(maildir) == [
        ".Processed/cur/1.a:2,RS", ".Processed/cur/2.b:2,S", ".Unknown/cur/3.c:2,S", "tmp/9.z",
    ]  # fmt: skip
    assert (maildir / ".Processed/maildirfolder").exists()


def test_the_folders_can_be_chosen_also_outside_of_the_maildir(maildir: Path, tmp_path: Path) -> None:
    put(maildir, "new/1")
    put(maildir, "new/2")
    source = MaildirSource(maildir, processed=".Archive.Done", unknown=str(tmp_path / "Other"))
    one, two = taken(source)
    source.done([Mark(one.key), Mark(two.key, understood=False)])
    source.close()
    assert files(maildir) == [".Archive.Done/cur/1:2,S"]
    assert files(tmp_path / "Other") == ["cur/2:2,S"]


def test_mail_of_others_goes_where_it_is_said_and_by_default_where_a_person_looks(maildir: Path) -> None:
    for number, others in enumerate((None, ".Others")):
        put(maildir, f"new/{number}")
        with closing(MaildirSource(maildir, others=others)) as source:
            (mail,) = taken(source)
            source.done([Mark(mail.key, understood=False, other=True)])
    assert files(maildir) == [".Others/cur/1:2,S", ".Unknown/cur/0:2,S"]


def test_what_is_not_done_is_given_back_where_it_was(maildir: Path) -> None:
    put(maildir, "new/1.a")
    put(maildir, "cur/2.b:2,S")
    source = MaildirSource(maildir)
    assert len(taken(source)) == 2
    source.close()
    assert files(maildir) == ["cur/2.b:2,S", "new/1.a"]


def test_a_message_is_never_moved_over_another_one_of_its_name(maildir: Path) -> None:
    source = MaildirSource(maildir)
    for data in (b"first", b"second", b"third"):
        put(maildir, "new/1.a", data)
        source.done([Mark(mail.key) for mail in taken(source)])
    source.close()
    found = sorted(path.read_bytes() for path in (maildir / ".Processed/cur").iterdir())
    assert found == [b"first", b"second", b"third"]


def test_two_workers_take_each_message_once(maildir: Path) -> None:
    for number in range(300):
        put(maildir, f"new/{number:04}", str(number).encode())
    seen: list[bytes] = []

    def work(source: MaildirSource) -> None:
        seen.extend(mail.data for mail in taken(source))

    sources = [MaildirSource(maildir) for _ in range(4)]
    threads = [Thread(target=work, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for source in sources:  # which gives back what it took: the others must be done
        source.close()
    assert sorted(map(int, seen)) == list(range(300))


_CLAIM = """
import sys
from dsnparse.mailboxes.claims import MaildirSource
source = MaildirSource(sys.argv[1])
print(sum(1 for _ in source.take()), flush=True)
sys.stdin.read()
"""


def test_the_claims_of_a_killed_worker_are_taken_over_and_those_of_a_living_one_are_not(
    maildir: Path,
) -> None:
    for name in ("new/1", "new/2", "cur/3:2,"):
        put(maildir, name)
    command = [sys.executable, "-c", _CLAIM, str(maildir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"3\n"
        with closing(MaildirSource(maildir)) as other:
            assert taken(other) == []
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    source = MaildirSource(maildir)
    assert [Path(mail.name).name for mail in taken(source)] == ["1", "2", "3:2,"]
    source.close()
    assert files(maildir) == ["cur/3:2,", "new/1", "new/2"]
    assert [path.name for path in (maildir / CLAIMS).iterdir()] == ["lock"]


def test_a_message_that_was_moved_and_not_removed_when_its_worker_was_killed_is_kept_once(
    maildir: Path,
) -> None:
    put(maildir, "new/1.a", bounce(1))
    source = MaildirSource(maildir)
    (mail,) = taken(source)
    claimed = next((maildir / CLAIMS).glob("*/new,1.a"))
    (maildir / ".Processed/cur").mkdir(parents=True)
    os.link(claimed, maildir / ".Processed/cur/1.a:2,S")
    source.done([Mark(mail.key)])
    source.close()
    assert files(maildir) == [".Processed/cur/1.a:2,S"]


@pytest.mark.parametrize("made", range(6))
def test_a_folder_whose_maker_was_killed_half_way_is_finished(maildir: Path, made: int) -> None:
    parts = [".Processed", ".Processed/tmp", ".Processed/new", ".Processed/cur"]
    for part in parts[:made]:
        (maildir / part).mkdir()
    if made == 5:
        (maildir / ".Processed/maildirfolder").touch()
    put(maildir, "new/1", bounce(1))
    with closing(MaildirSource(maildir)) as source:
        source.done([Mark(mail.key) for mail in taken(source)])
    assert sorted(path.name for path in (maildir / ".Processed").iterdir()) == [
        "cur", "maildirfolder", "new", "tmp",
    ]  # fmt: skip
    assert files(maildir) == [".Processed/cur/1:2,S"]


def test_what_root_made_and_was_killed_before_it_gave_it_away_is_given_to_the_owner(
    maildir: Path, request: pytest.FixtureRequest
) -> None:
    if os.geteuid() != 0:
        leave_out(request.config, "Only root can give a folder away; to run it: run the tests as root")
    for folder in (maildir, *maildir.iterdir()):
        os.chown(folder, 65534, 65534)
    (maildir / ".Processed").mkdir()
    put(maildir, "new/1", bounce(1))
    with closing(MaildirSource(maildir)) as source:
        source.done([Mark(mail.key) for mail in taken(source)])
    made = [maildir / ".Processed", *(maildir / ".Processed").iterdir()]
    assert {path.stat().st_uid for path in made} == {65534}


def test_messages_that_come_while_others_are_worked_off_come_next_time(maildir: Path) -> None:
    put(maildir, "new/1")
    source = MaildirSource(maildir)
    first = source.take()
    assert isinstance(next(first), Mail)
    put(maildir, "new/2")
    assert list(first) == []
    assert len(taken(source)) == 1
    source.close()


def test_only_the_first_bytes_of_a_huge_message_are_read(maildir: Path) -> None:
    put(maildir, "new/1", b"x" * 1000)
    with closing(MaildirSource(maildir, limit=10)) as source:
        (mail,) = taken(source)
    assert (mail.data, mail.size) == (b"x" * 10, 1000)


def test_what_is_no_message_stays(maildir: Path) -> None:
    (maildir / "new/folder").mkdir()
    (maildir / "new/link").symlink_to("/etc/passwd")
    put(maildir, "new/.hidden")
    with closing(MaildirSource(maildir)) as source:
        assert list(source.take()) == []


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="is no Maildir"):
        MaildirSource(tmp_path)


def test_a_message_that_cannot_be_moved_is_named_and_given_back(maildir: Path) -> None:
    put(maildir, "new/1")
    (maildir / ".Processed").write_text("in the way")
    source = MaildirSource(maildir)
    (mail,) = taken(source)
    (problem,) = source.done([Mark(mail.key)])
    assert isinstance(problem, Problem)
    source.close()
    assert files(maildir) == [".Processed", "new/1"]
