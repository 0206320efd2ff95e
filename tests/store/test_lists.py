"""The suppression list: by hand, in and out, in our format and those of other systems."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from dsnparse import Reason
from dsnparse.store import Policy, Store
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.lists.export_formats import FORMATS, PROGRAMS, PROVIDERS, write_list
from dsnparse.store.lists.import_formats import Unreadable, read_list
from dsnparse.store.lists.provider_export import exports
from dsnparse.store.sql.schema import journal

from .reports import NOW, START, bounce, complaint, day

JANE = "jane@example.com"
#: Those of Postfix, listmonk and Mautic are only written.
READ_BACK = [form for form in FORMATS if form not in PROGRAMS]
#: Those that tell when.
DATED = ("csv", "csv-plain", "jsonl", "sendgrid", "mailgun", "postmark", "resend", "postal")


def addresses(store: Store, **filters: object) -> list[str]:
    return [one.address for one in store.suppressions(now=NOW, **filters)]


def test_somebody_puts_an_address_on_the_list_and_takes_it_off(store: Store) -> None:
    entry = Suppression(JANE, "manual", by="ops", note="asked on the phone")
    assert store.suppress([entry, entry], now=NOW).changed == 1
    (listed,) = store.suppressions(now=NOW)
    assert (listed.address, listed.reason, listed.since, listed.until) == (JANE, "manual", NOW, None)
    assert (listed.source, listed.by, listed.note) == ("manual", "ops", "asked on the phone")
    assert store.lift([JANE, "never@seen.example"], by="ops", now=NOW) == [JANE]
    assert store.lift([JANE], by="ops", now=NOW) == []
    assert store.check(JANE, now=NOW)
    assert addresses(store) == []
    changes = [(one.kind, one.source) for one in store.history(JANE)]
    assert changes == [("suppressed", "manual by ops"), ("active", "manual by ops")]


def test_adding_to_and_lifting_in_the_same_moment_keep_their_order(store: Store) -> None:
    for _ in range(3):
        assert store.suppress([Suppression(JANE, "manual")], now=NOW).changed == 1
        assert store.lift([JANE], now=NOW) == [JANE]
    assert store.suppress([Suppression(JANE, "manual")], now=NOW).changed == 1
    assert not store.check(JANE, now=NOW)


def test_what_was_lifted_stays_lifted_when_old_mail_is_read_again(store: Store) -> None:
    store.add([bounce("1")], now=NOW)
    store.lift([JANE], now=NOW)
    store.add([bounce("2", at=START - timedelta(days=1))], now=NOW)
    assert store.check(JANE, now=NOW)
    store.add([bounce("3", at=day(2))], now=day(2))
    assert not store.check(JANE, now=day(2))


def test_an_entry_ends_when_it_says_or_when_the_policy_says(store: Store) -> None:
    store.suppress(
        [Suppression("a@x.example", "manual", until=day(3)), Suppression("b@x.example", "mailbox_full")],
        now=NOW,
    )
    assert store.check("a@x.example", now=day(2)).until == day(3)
    assert store.check("a@x.example", now=day(3))
    assert store.check("b@x.example", now=NOW).until == NOW + timedelta(days=180)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ann", ["Ann_Lee@one.example"]),
        (" ANN_", ["Ann_Lee@one.example"]),
        ("LEE@ONE", ["Ann_Lee@one.example"]),
        ("%", ["per%cent@two.example"]),
        ("n%l", []),
        ("_", ["Ann_Lee@one.example"]),
        ("\\", ['"back\\\\slash"@two.example']),
        ("Ä", ["Ärger@two.example"]),
        ("TWO.EXAMPLE", ['"back\\\\slash"@two.example', "per%cent@two.example", "Ärger@two.example"]),
        ("a\0b", []),
    ],
)
def test_addresses_are_found_by_any_part_in_whatever_case(store: Store, text: str, found: list[str]) -> None:
    known = (
        "Ann_Lee@one.example",
        "per%cent@two.example",
        '"back\\\\slash"@two.example',
        "Ärger@two.example",
    )
    store.suppress([Suppression(one, "manual") for one in known], now=NOW)
    assert sorted(one.address for one in store.search(text, now=NOW)) == sorted(found)


def test_of_a_suppression_that_ended_no_more_is_shown_than_of_one_that_was_lifted(store: Store) -> None:
    wanted = [
        Suppression(one, "manual", until=day(3), by="ops", note="by phone") for one in (JANE, "joe@x.example")
    ]
    store.suppress(wanted, now=NOW)
    store.lift([JANE], now=NOW)
    lifted, ended = (one.to_dict() for one in store.search("x", now=day(3)))
    assert {**lifted, "address": ""} == {**ended, "address": ""}
    store.tick(now=day(3))
    assert [one.to_dict() for one in store.search("x", now=day(3))] == [lifted, ended]


def test_the_list_can_be_narrowed_down(store: Store) -> None:
    store.add(
        [bounce("1"), complaint("2", "joe@example.org"), bounce("3", "z@example.com", Reason.UNDEFINED)],
        now=NOW,
    )
    store.suppress([Suppression("ann@example.com", "unsubscribed")], now=NOW)
    assert addresses(store) == ["ann@example.com", JANE, "joe@example.org"]
    assert addresses(store, reasons=["complaint"]) == ["joe@example.org"]
    assert addresses(store, sources=["bounce"]) == [JANE]
    assert addresses(store, domain="example.org") == ["joe@example.org"]
    assert addresses(store, states=["review"]) == ["z@example.com"]


def test_an_import_can_be_repeated_and_does_not_undo_a_later_removal(store: Store) -> None:
    imported = [Suppression(JANE, "hard_bounce", since=START, source="import:ses")]
    assert store.suppress(imported, now=NOW).changed == 1
    assert store.suppress(imported, now=NOW).unchanged == 1
    store.lift([JANE], now=NOW)
    assert store.suppress(imported, now=day(3)).unchanged == 1
    assert store.check(JANE, now=day(3))


def test_entries_that_would_have_ended_are_left_out(store: Store) -> None:
    old = Suppression(JANE, "mailbox_full", since=day(-400))
    assert store.suppress([old], now=NOW).expired == 1
    assert store.check(JANE, now=NOW)


def read(text: str, form: str, reason: str | None = None) -> list[tuple[str, str]]:
    entries = read_list(io.StringIO(text), form, reason)
    return [(one.address, one.reason) for one in entries if isinstance(one, Suppression)]


SES = """{"SuppressedDestinationSummaries": [
    {"EmailAddress": "a@x.example", "Reason": "BOUNCE", "LastUpdateTime": 1735732800}
]}"""
SENDGRID = """[
    {"created": 1735732800, "email": "a@x.example", "reason": "550 5.1.1 user unknown", "status": "5.1.1"}
]"""
MAILGUN = """{"items": [{
    "address": "a@x.example", "code": "550", "error": "No such mailbox",
    "created_at": "Wed, 01 Jan 2025 12:00:00 UTC"
}]}"""
POSTMARK = """{"Suppressions": [{
    "EmailAddress": "a@x.example", "SuppressionReason": "SpamComplaint", "Origin": "Recipient",
    "CreatedAt": "2025-01-01T07:00:00-05:00"
}]}"""
EXPORTED = [("ses", SES), ("sendgrid", SENDGRID), ("mailgun", MAILGUN), ("postmark", POSTMARK)]


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("csv", "address,reason\na@x.example,complaint\n", [("a@x.example", "complaint")]),
        ("csv", "\ufeffEmail;\na@x.example\n".replace(";", ""), [("a@x.example", "manual")]),
        ("csv", "a@x.example\nb@x.example\n", [("a@x.example", "manual"), ("b@x.example", "manual")]),
        ("jsonl", '{"address": "a@x.example", "reason": "user_unknown"}\n',
         [("a@x.example", "user_unknown")]),
        ("ses", "a@x.example,BOUNCE\nb@x.example,COMPLAINT\n",
         [("a@x.example", "hard_bounce"), ("b@x.example", "complaint")]),
        ("ses", '{"emailAddress":"a@x.example","reason":"COMPLAINT"}\n', [("a@x.example", "complaint")]),
        ("ses", SES, [("a@x.example", "hard_bounce")]),
        ("ses", json.dumps(json.loads(SES)), [("a@x.example", "hard_bounce")]),
        ("sendgrid", SENDGRID, [("a@x.example", "user_unknown")]),
        ("sendgrid", "status,reason,email,created\n,mailbox is full,a@x.example,1735732800\n",
         [("a@x.example", "mailbox_full")]),
        ("sendgrid", '[{"created": 1, "email": "a@x.example", "ip": "192.0.2.1"}]',
         [("a@x.example", "complaint")]),
        ("sendgrid", '{"recipient_emails": ["a@x.example"]}', [("a@x.example", "unsubscribed")]),
        ("mailgun", MAILGUN, [("a@x.example", "user_unknown")]),
        ("mailgun", "address,code,error,created_at\na@x.example,550,,\n", [("a@x.example", "hard_bounce")]),
        ("mailgun", "address,tags,created_at\na@x.example,*,\n", [("a@x.example", "unsubscribed")]),
        ("mailgun", "address,created_at\na@x.example,\n", [("a@x.example", "complaint")]),
        ("postmark", POSTMARK, [("a@x.example", "complaint")]),
        ("csv", "", []),
    ],
)  # fmt: skip
def test_lists_of_other_systems_are_read(form: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text, form) == expected


@pytest.mark.parametrize(("form", "text"), EXPORTED)
def test_their_dates_are_read(form: str, text: str) -> None:
    (entry,) = read_list(io.StringIO(text), form)
    assert isinstance(entry, Suppression)
    assert entry.since == datetime(2025, 1, 1, 12, tzinfo=UTC)
    assert entry.source == f"import:{form}"


def test_the_reason_for_entries_without_one_can_be_given() -> None:
    assert read("a@x.example\n", "csv", "unsubscribed") == [("a@x.example", "unsubscribed")]
    assert read("address,reason\na@x.example,complaint\n", "csv", "manual") == [("a@x.example", "complaint")]


@pytest.mark.parametrize(
    ("form", "text", "number", "why"),
    [
        ("csv", "address\na@x.example\nnobody\n", 3, "no address in 'nobody'"),
        ("csv", "address,reason\na@x.example,because\n", 2, "'because' is no reason"),
        ("csv", "address,since\na@x.example,soon\n", 2, "'soon' is no date"),
        ("csv", "address,until\na@x.example,99999999999999999999\n", 2, "is no date"),
        ("jsonl", '{"address": "a@x.example"}\n[]\n', 2, "no JSON object"),
        ("ses", "[17]", 1, "no JSON object"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named_and_the_others_are_read(
    form: str, text: str, number: int, why: str
) -> None:
    bad = [one for one in read_list(io.StringIO(text), form) if isinstance(one, Unreadable)]
    assert [(one.number, why in one.why) for one in bad] == [(number, True)]


@pytest.mark.parametrize("text", ["[", '{"a":', "[1, 2"])
def test_a_broken_document_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        list(read_list(io.StringIO(text), "ses"))


def test_an_unknown_format_is_an_error() -> None:
    for attempt in (lambda: list(read_list(io.StringIO(""), "xls")), lambda: list(write_list([], "xls"))):
        with pytest.raises(ValueError, match="'xls' is no format"):
            attempt()


@pytest.mark.parametrize("form", READ_BACK)
def test_what_is_exported_can_be_imported_again(form: str, url: str) -> None:
    with Store.open(url) as store:
        store.add([bounce("1"), complaint("2", "joe@example.org")], now=NOW)
        store.suppress([Suppression("ann@example.com", "manual", note='say "no",\nplease')], now=NOW)
        before = list(store.suppressions(now=NOW))
        text = "".join(write_list(before, form))
    after = [one for one in read_list(io.StringIO(text), form) if isinstance(one, Suppression)]
    if form == "sparkpost":
        after = after[::2]  # each is on two lists there
    assert [one.address for one in after] == [one.address for one in before]
    if form in DATED:
        assert [one.since for one in after] == [one.since for one in before]
    if form in ("csv", "csv-plain", "jsonl"):
        assert [(one.reason, one.note) for one in after] == [(one.reason, one.note) for one in before]
    else:
        assert {one.reason for one in after if one.address == JANE} <= {
            "user_unknown",
            "hard_bounce",
            "manual",
        }


@pytest.mark.parametrize("form", ["csv", "csv-plain", "jsonl"])
@pytest.mark.parametrize(
    "address", ["+49@example.com", "-x@example.com", "=1+1@example.com", "'=1@example.com"]
)
def test_addresses_that_look_like_formulas_come_back_as_they_were(form: str, address: str) -> None:
    entry = Suppression(address, "manual", START, note="=HYPERLINK(1)")
    text = "".join(write_list([entry, Suppression("@example.com", "manual", START)], form))
    cell = text.splitlines()[1].partition(",")[0]
    assert cell == {"csv": f"'{address}", "csv-plain": address}.get(form, cell)
    back = [one for one in read_list(io.StringIO(text), form) if isinstance(one, Suppression)]
    assert [one.address for one in back] == [address, "@example.com"]
    assert back[0].note == entry.note


@pytest.mark.parametrize("form", PROVIDERS)
def test_no_provider_is_given_a_formula_or_a_whole_domain(form: str) -> None:
    said = {"diagnostic": "=HYPERLINK(1)"}
    whole = Suppression("@example.com", "manual", START)
    text = "".join(write_list([Suppression(JANE, "user_unknown", START, detail=said), whole], form))
    assert {one.address for one in read_list(io.StringIO(text), form) if isinstance(one, Suppression)} == {
        JANE
    }
    assert ",=" not in text


@pytest.mark.parametrize("form", READ_BACK)
def test_an_empty_list_is_a_valid_file(form: str) -> None:
    assert list(read_list(io.StringIO("".join(write_list([], form))), form)) == []


def test_what_is_exported_looks_as_the_provider_documents_it() -> None:
    entry = Suppression(
        JANE, "user_unknown", START, source="bounce",
        detail={"status": "5.1.1", "reply_code": 550, "diagnostic": "550 5.1.1 no such user"},
    )  # fmt: skip
    angry = Suppression("joe@example.org", "complaint", START, source="complaint")
    text = {form: "".join(write_list([entry, angry], form)) for form in FORMATS}
    assert text["ses"].splitlines()[1] == '{"emailAddress": "joe@example.org", "reason": "COMPLAINT"}'
    assert text["sendgrid"].splitlines()[:2] == [
        "email,created,status,reason",
        "jane@example.com,1735732800,5.1.1,550 5.1.1 no such user",
    ]
    assert text["mailgun"].splitlines()[1] == (
        'jane@example.com,550,550 5.1.1 no such user,"Wed, 01 Jan 2025 12:00:00 UTC"'
    )
    assert json.loads(text["postmark"])["Suppressions"][1]["SuppressionReason"] == "SpamComplaint"
    assert (
        text["csv"]
        .splitlines()[1]
        .startswith("jane@example.com,user_unknown,2025-01-01T12:00:00+00:00,,bounce")
    )
    first = json.loads(text["jsonl"].splitlines()[0])
    assert list(first)[:5] == ["address", "reason", "since", "until", "source"]


def test_what_is_exported_for_the_others_looks_as_their_tables_say() -> None:
    said = {"diagnostic": "550 5.1.1 no such user"}
    gone = Suppression(JANE, "user_unknown", START, detail=said)
    angry = Suppression("joe@example.org", "complaint", START, until=START)
    text = {form: "".join(write_list([gone, angry], form)) for form in exports()}
    assert text == {
        "azure": '{"properties": {"email": "jane@example.com", "notes": "550 5.1.1 no such user"}}\n'
        '{"properties": {"email": "joe@example.org", "notes": "complaint"}}\n',
        "brevo": "EMAIL\njane@example.com\njoe@example.org\n",
        "elastic_email": "Email\njane@example.com\njoe@example.org\n",
        "mailersend": '{"recipients": [\n"jane@example.com",\n"joe@example.org"\n]}\n',
        "mailtrap": "email\njane@example.com\njoe@example.org\n",
        "mandrill": "email,reason,detail\njane@example.com,hard-bounce,550 5.1.1 no such user\n"
        "joe@example.org,spam,complaint\n",
        "postal": "type,address,reason,timestamp,keep_until\n"
        "recipient,jane@example.com,550 5.1.1 no such user,1735732800,4102444800\n"
        "recipient,joe@example.org,complaint,1735732800,1735732800\n",
        "resend": '{"data": [\n'
        '{"email": "jane@example.com", "origin": "bounce", "created_at": "2025-01-01T12:00:00+00:00"},\n'
        '{"email": "joe@example.org", "origin": "complaint", "created_at": "2025-01-01T12:00:00+00:00"}\n'
        "]}\n",
        "scaleway": '{"emails": [\n"jane@example.com",\n"joe@example.org"\n]}\n',
        "unione": '{"email": "jane@example.com", "cause": "permanent_unavailable"}\n'
        '{"email": "joe@example.org", "cause": "complained"}\n',
    }


def test_the_policy_says_how_long_an_imported_reason_lasts(url: str) -> None:
    with Store.open(url, policy=Policy.from_toml('[expires]\nhard_bounce = "10d"')) as store:
        store.suppress([Suppression(JANE, "hard_bounce", since=START)], now=NOW)
        assert store.check(JANE, now=NOW).until == day(10)


def lines_of(store: Store) -> list[tuple[str, str]]:
    with store.database.read() as connection:
        rows = connection.execute(select(journal.c.before, journal.c.after).order_by(journal.c.id))
        return [(before, after) for before, after in rows]


def views_of(store: Store) -> list[tuple[str, str]]:
    with store.database.read() as connection:
        return [tuple(row) for row in connection.execute(text('SELECT "before", "after" FROM changes'))]


def test_what_is_only_on_the_list_has_one_row_and_its_history_all_the_same(store: Store) -> None:
    one = Suppression("Jane@example.com", "manual", until=day(9), by="Kim", note="phone", detail={"code": 1})
    store.suppress([one, Suppression("joe@example.com", "hard_bounce")], now=NOW)
    assert lines_of(store) == []
    assert views_of(store) == [("active", "suppressed")] * 2
    (line,) = store.history("jane@example.com")
    assert (line.at, line.type, line.kind) == (NOW, "active", "suppressed")
    assert (line.reason, line.until, line.source, line.detail) == (
        "manual", day(9), "manual by Kim", {"code": 1},
    )  # fmt: skip
    assert [one.address for one in store.suppressions(now=NOW)] == ["Jane@example.com", "joe@example.com"]


CHANGES: list[tuple[str, Callable[[Store], object], list[tuple[str, str]]]] = [
    ("lifted", lambda store: store.lift(["jane@example.com"], now=day(2)), [("suppressed", "active")]),
    ("ended", lambda store: store.tick(now=day(30)), [("suppressed", "active")]),
    (
        "a complaint",
        lambda store: store.add([complaint("1", "jane@example.com", at=day(2))], now=day(2)),
        [("suppressed", "suppressed")],
    ),
    (
        "a soft failure",
        lambda store: store.add(
            [bounce("1", "jane@example.com", Reason.NETWORK_ERROR, at=day(2))], now=day(2)
        ),
        [],
    ),
    (
        "put there for longer",
        lambda store: store.suppress([Suppression("jane@example.com", "manual", until=day(90))], now=day(2)),
        [("suppressed", "suppressed")],
    ),
]


@pytest.mark.parametrize(
    ("change", "lines"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_its_first_line_is_written_when_something_else_happens(
    store: Store, change: Callable[[Store], object], lines: list[tuple[str, str]]
) -> None:
    store.suppress([Suppression("jane@example.com", "manual", until=day(20), by="Kim")], now=NOW)
    before = store.history("jane@example.com")
    change(store)
    assert lines_of(store) == [("active", "suppressed"), *lines]
    assert views_of(store) == lines_of(store)
    after = [one for one in store.history("jane@example.com") if one.what == "change"]
    assert after[0] == before[0]
    assert len(after) == 1 + len(lines)


def test_hooks_are_told_of_what_is_put_on_the_list_and_not_of_what_was_there_before(url: str) -> None:
    told: list[str] = []

    class Hook:
        name = "list"

        def deliver(self, payload: str, key: str, now: datetime) -> None:  # noqa: ARG002
            told.append(json.loads(payload)["after"])

    with Store.open(url) as store:
        store.suppress([Suppression("jane@example.com", "manual")], now=NOW)
    with Store.open(url, hooks=[Hook()]) as store:
        store.suppress([Suppression("joe@example.com", "manual")], now=NOW)
        store.lift(["jane@example.com"], now=day(2))
        store.tick(now=day(2))
        assert told == ["suppressed", "active"]
        assert lines_of(store) == [
            ("active", "suppressed"),
            ("active", "suppressed"),
            ("suppressed", "active"),
        ]


def test_an_entry_that_stands_twice_or_is_known_counts_as_it_would_one_by_one(store: Store) -> None:
    store.suppress([Suppression("known@example.com", "manual")], now=NOW)
    some = [
        Suppression("known@example.com", "manual"),
        Suppression("new@example.com", "hard_bounce", until=day(50)),
        Suppression("NEW@example.com", "hard_bounce", until=day(40)),
        Suppression("ended@example.com", "hard_bounce", until=day(0.5)),
        Suppression("early@example.com", "manual", since=datetime(1960, 1, 1, tzinfo=UTC)),
    ]
    listed = store.suppress(some, now=NOW)
    assert (listed.changed, listed.unchanged, listed.expired) == (1, 3, 1)
    assert [one.address for one in store.suppressions(now=NOW)] == ["known@example.com", "new@example.com"]


def test_forgetting_keeps_the_suppression_of_an_imported_address_and_no_more(store: Store) -> None:
    store.suppress([Suppression("jane@example.com", "manual", note="x", detail={"a": 1})], now=NOW)
    store.forget("jane@example.com", keep_suppression=True)
    assert store.history("jane@example.com") == []
    (one,) = store.suppressions(now=NOW)
    assert (one.address, one.note, one.detail) == ("jane@example.com", "", None)
    assert store.lift(["jane@example.com"], now=day(2)) == ["jane@example.com"]
