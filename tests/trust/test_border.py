"""Only what our own mail server wrote counts: its envelope, and the fields on top of its Received."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import Envelope, Kind, Origin, Parser, TrustLevel, TrustSettings, parse_dsn
from dsnparse.trust.border import border_of
from dsnparse.trust.keys import Keys
from dsnparse.trust.verp import sign_id, sign_return_path

DAY = date(2026, 11, 26)
CAME = datetime(2026, 11, 26, 10, tzinfo=UTC)
KEYS = Keys.parse("a:2026-01-01:correct-horse-battery-staple")
BORDER = TrustSettings(
    keys=KEYS,
    border_hosts=("mx.example.org",),
    border_fields=("return-path", "delivered-to", "x-original-to"),
)
BOUNCE = (Path(__file__).parents[2] / "samples/mta/postfix-local-unknown.eml").read_bytes()
FAILED = parse_dsn(BOUNCE).records[0].recipient
PATH = sign_return_path(FAILED, "b.example.org", KEYS, DAY)
TRACE = (
    "from out.example.net (out.example.net [192.0.2.9])\n\tby mx.example.org (Postfix) with ESMTPS id 1;"
    " Thu, 26 Nov 2026 11:00:00 +0100"
)
RECEIVED = ("Received", TRACE)
INTERNAL = ("Received", "from mx.example.org by imap.example.org; Thu, 26 Nov 2026 11:00:01 +0100")


def test_what_stands_on_top_of_our_received_counts_and_what_stands_below_does_not() -> None:
    fields = [
        ("Return-Path", "<>"),
        ("Delivered-To", "one@b.example.org"),
        INTERNAL,
        RECEIVED,
        ("Delivered-To", "two@b.example.org"),
        ("Received", "from x by mx.example.org; Mon, 2 Nov 2026 10:00:00 +0000"),
    ]
    border = border_of(fields, None, BORDER)
    assert (border.mail_from, border.rcpt_to) == ("", ["one@b.example.org"])
    assert (border.remote_host, border.arrived) == ("out.example.net", CAME)
    assert border.came == DAY


@pytest.mark.parametrize(
    "fields",
    [
        [("Delivered-To", "one@b.example.org")],
        [("Delivered-To", "one@b.example.org"), ("Received", "from x by other.example; Thu, 26 Nov 2026")],
        [("Delivered-To", "one@b.example.org"), *[("X-A", "b")] * 300, RECEIVED],
        [],
    ],
)
def test_without_our_received_nothing_counts(fields: list[tuple[str, str]]) -> None:
    border = border_of(fields, None, BORDER)
    assert (border.mail_from, border.rcpt_to, border.arrived) == (None, [], None)


def test_where_no_host_is_named_the_first_received_is_ours() -> None:
    settings = TrustSettings(border_fields=("delivered-to",))
    fields = [
        ("Delivered-To", "one@b.example.org"),
        INTERNAL,
        ("Delivered-To", "two@b.example.org"),
        RECEIVED,
    ]
    assert border_of(fields, None, settings).rcpt_to == ["one@b.example.org"]
    assert border_of(fields, None, TrustSettings()).rcpt_to == []


def test_the_envelope_goes_before_the_header() -> None:
    envelope = Envelope("", "three@b.example.org", "mail.example.net", CAME)
    border = border_of([("Delivered-To", "one@b.example.org"), RECEIVED], envelope, BORDER)
    assert (border.rcpt_to, border.remote_host) == (["three@b.example.org"], "mail.example.net")
    border = border_of([("Delivered-To", "one@b.example.org"), RECEIVED], Envelope(arrived=CAME), BORDER)
    assert (border.rcpt_to, border.remote_host) == (["one@b.example.org"], "out.example.net")


@given(
    st.lists(st.tuples(st.sampled_from(["Received", "Delivered-To", "Return-Path"]), st.text(max_size=80)))
)
def test_any_header_is_no_error(fields: list[tuple[str, str]]) -> None:
    border_of(fields, None, BORDER)


def test_a_bounce_is_authenticated_by_the_envelope_or_by_the_header() -> None:
    parser = Parser(trust=BORDER)
    by_envelope = parser.parse(BOUNCE, envelope=Envelope("", PATH, None, CAME))
    top = f"Delivered-To: {PATH}\r\n{RECEIVED[0]}: {RECEIVED[1]}\r\n".replace("\n\t", "\r\n\t")
    by_header = parser.parse(top.encode() + BOUNCE)
    for report in (by_envelope, by_header):
        assert report.authenticity is not None
        assert report.authenticity.verdict is TrustLevel.AUTHENTICATED
        assert report.authenticity.mailed == FAILED
        assert report.records[0].original_origin is Origin.VERP


def test_nobody_says_when_it_came_so_it_is_plausible_at_most() -> None:
    found = Parser(trust=TrustSettings(keys=KEYS)).parse(BOUNCE, envelope=Envelope("", PATH)).authenticity
    assert found is not None
    assert (found.verdict, found.mailed, found.is_expected) == (TrustLevel.PLAUSIBLE, FAILED, True)


def test_in_the_first_days_of_a_key_no_proof_is_expected() -> None:
    parser = Parser(trust=TrustSettings(keys=KEYS))
    for day, expected in ((10, False), (15, False), (16, True)):
        envelope = Envelope("", "bounces@b.example.org", arrived=datetime(2026, 1, day, tzinfo=UTC))
        found = parser.parse(BOUNCE, envelope=envelope).authenticity
        assert found is not None
        assert found.is_expected is expected


@pytest.mark.parametrize("mail_from", ["", "news@example.org", None])
@pytest.mark.parametrize("host", [None, "mta.relay.test"])
def test_without_keys_nothing_is_better_than_plausible(mail_from: str | None, host: str | None) -> None:
    plain = parse_dsn(BOUNCE)
    report = parse_dsn(BOUNCE, envelope=Envelope(mail_from, PATH, host, CAME))
    assert plain.authenticity is None
    assert report.authenticity is not None
    assert report.authenticity.verdict in (TrustLevel.PLAUSIBLE, TrustLevel.UNVERIFIED)
    assert report.authenticity.mailed is None
    assert (report.kind, report.records, report.original) == (plain.kind, plain.records, plain.original)


def test_an_unsigned_return_path_names_whom_the_notice_does_not_and_never_makes_him_hard() -> None:
    text = (
        b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: %s\nSubject: Undelivered Mail\n\n"
        b"550 5.1.1 No such user\n"
    )
    data = text % b"bounces@example.org"
    assert len(parse_dsn(data)) == 0
    (record,) = parse_dsn(data, envelope=Envelope("", "news-bounces+kim=example.com@example.org"))
    assert (record.recipient, record.recipient_origin) == ("kim@example.com", Origin.VERP)
    assert (record.bounce_type, record.reason) == ("undetermined", "user_unknown")
    (record,) = parse_dsn(text % b"bounce+1f.2e-kim=example.com@mg.example.org")
    assert record.recipient == "kim@example.com"


def test_an_id_is_authenticated_when_somebody_knows_whose_it_is() -> None:
    path = sign_id("u4711", "b.example.org", KEYS, DAY)
    envelope = Envelope("", path, arrived=CAME)
    found = Parser(trust=TrustSettings(keys=KEYS)).parse(BOUNCE, envelope=envelope).authenticity
    assert found is not None
    assert (found.verdict, found.mailed, found.mailed_id) == (TrustLevel.PLAUSIBLE, None, "u4711")
    known = TrustSettings(keys=KEYS, recipient_of={"u4711": FAILED}.get)
    found = Parser(trust=known).parse(BOUNCE, envelope=envelope).authenticity
    assert found is not None
    assert (found.verdict, found.mailed, found.mailed_id) == (TrustLevel.AUTHENTICATED, FAILED, "u4711")


def test_a_complaint_that_names_nobody_is_of_the_one_whose_token_came_back() -> None:
    from dsnparse.trust.tracking import sign_id_token, sign_token

    for token in (sign_token("kim@example.com", KEYS, DAY), f"c:{sign_id_token('u1', KEYS, DAY)}:l:s"):
        name = "Feedback-ID" if ":" in token else "X-Bounce-Token"
        data = (
            "From: fbl@isp.example\nTo: abuse@example.org\nMIME-Version: 1.0\n"
            "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n"
            "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--b\n"
            f"Content-Type: text/rfc822-headers\n\nFrom: news@example.org\n{name}: {token}\n--b--\n"
        )
        settings = TrustSettings(keys=KEYS, recipient_of={"u1": "kim@example.com"}.get)
        report = Parser(trust=settings).parse(data.encode(), envelope=Envelope(arrived=CAME))
        assert report.kind is Kind.COMPLAINT
        assert [record.recipient for record in report] == ["kim@example.com"]
        assert report.authenticity is not None
        assert report.authenticity.verdict is TrustLevel.AUTHENTICATED


def test_ordinary_mail_is_not_judged() -> None:
    report = Parser(trust=BORDER).parse(b"From: a@example.org\nSubject: Lunch\n\nAt noon?\n")
    assert (report.kind, report.authenticity) == (Kind.OTHER, None)


def test_a_parser_with_settings_pickles_and_reads_their_file_anew(tmp_path: Path) -> None:
    path = tmp_path / "trust.toml"
    path.write_text(f'keys = ["{KEYS.newest.line()}"]\n')
    path.chmod(0o600)
    parser = pickle.loads(pickle.dumps(Parser(trust=path)))
    assert parser.trust is not None
    assert parser.trust.keys is not None
    path.unlink()
    with pytest.raises(FileNotFoundError):
        pickle.loads(pickle.dumps(parser))


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"mail_from": b""}, TypeError, "mail_from"),
        ({"rcpt_to": [1]}, TypeError, "rcpt_to"),
        ({"arrived": datetime(2026, 1, 1)}, ValueError, "time zone"),  # noqa: DTZ001
    ],
)
def test_an_envelope_of_other_things_is_refused(
    values: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        Envelope(**values)  # type: ignore[arg-type]


def test_what_is_no_envelope_or_no_settings_is_refused() -> None:
    with pytest.raises(TypeError, match=r"dsnparse\.Envelope"):
        parse_dsn(BOUNCE, envelope=PATH)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"dsnparse\.TrustSettings"):
        Parser(trust=3)  # type: ignore[arg-type]


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_bytes_and_any_envelope_give_a_report(data: bytes, address: str) -> None:
    report = Parser(trust=BORDER).parse(data, envelope=Envelope(address, address, address, CAME))
    assert not any(warning.code == "internal.error" for warning in report.warnings)
