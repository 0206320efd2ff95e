"""The report on a made-up fortnight: 5,000 mixed bounces in which one provider refuses us for six days."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store.reports import bounce

from dsnparse import Action, Reason
from dsnparse.report import Figures, html, make, read_period, text
from dsnparse.report.figures import Heat
from dsnparse.report.page_records import records_data
from dsnparse.store import Store
from dsnparse.store.queries.where import Where

from .conftest import END, figures_of


@pytest.fixture(scope="module")
def figures(blocked: Path) -> Figures:
    return figures_of(blocked)


def test_the_first_lines_say_who_refuses_us_since_when_what_to_do_and_whom_to_ask(figures: Figures) -> None:
    lines = text(figures, 160).splitlines()
    assert re.fullmatch(
        r"▲ Microsoft: blocks \d+ → \d+, S3150, since 20 November; your IP 192\.0\.2\.10 is on its list",
        lines[1],
    )
    assert lines[2].startswith("  What to do: Find the list in the text, remove the cause")
    assert lines[3].startswith("  Ask here: https://sender.office.com/")
    assert "block list (S3150)" in " ".join(lines[5:7])


def test_the_page_says_the_same_before_everything_else(figures: Figures) -> None:
    page = re.sub(r"<(style|script).*?</\1>", "", html(figures), flags=re.DOTALL)
    shown = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    start = shown.index("Microsoft: blocks")
    assert start < 400
    assert "your IP 192.0.2.10 is on its list" in shown[start : start + 120]
    assert "olcsupport.office.com" in shown[start : start + 500]


def test_nothing_else_is_told_as_a_change(figures: Figures) -> None:
    (change,) = figures.changes
    assert (change.receiver, change.type, change.is_worse, change.codes) == (
        "microsoft",
        "block",
        True,
        ("S3150",),
    )
    assert change.before < 20 < 54 < change.now
    assert change.reasons[0][0] == "blocklisted"
    assert change.chance < 1e-6
    assert change.end is None
    assert figures.rest.endswith("which is no more than chance.")


def test_a_time_without_change_says_nothing_of_the_sort(quiet: Path) -> None:
    found = figures_of(quiet)
    assert found.changes == ()
    lines = text(found).splitlines()
    assert lines[1] == "Nothing changed by more than chance."
    assert "▲" not in text(found)
    assert 'class="change' not in html(found)


def test_when_it_is_over_that_is_told_as_good_news(blocked: Path, tmp_path: Path) -> None:
    with Store.open(str(blocked), read_only=True) as store:
        period = read_period("6h", None, "5d", now=END + timedelta(hours=7))
        found = make(store, period, now=END)
    assert not any(change.is_worse for change in found.changes)


def test_the_figures_are_those_of_the_records(figures: Figures) -> None:
    totals = figures.totals
    now = [one for one in figures.records if not one.is_before]
    assert totals.failures == sum(one.type != "complaint" for one in now)
    assert totals.complaints[0] == sum(one.type == "complaint" for one in now)
    assert totals.failures == sum(now for now, _ in totals.types.values())
    assert totals.failures == sum(row.now for row in figures.reasons)
    assert totals.failures == sum(row.now for row in figures.domains)
    assert totals.failures == sum(whole for *_, whole in figures.heat.rows)
    assert totals.failures == sum(sum(s.types.values()) for s in figures.spans if not s.is_before)
    assert totals.before == sum(sum(s.types.values()) for s in figures.spans if s.is_before)
    assert figures.left_out == 0
    assert totals.suppressed[0] > 1_000
    assert len(figures.silenced) == 300


def test_every_part_has_something_to_say(figures: Figures) -> None:
    assert {action.reason for action in figures.actions} >= {"blocklisted", "spam_content", "rate_limited"}
    assert figures.actions[0].reason == "blocklisted"
    listed = figures.actions[0].receivers[0]
    assert (listed.receiver, listed.codes, listed.ips) == ("microsoft", ("S3150",), ("192.0.2.10",))
    assert listed.remedy.ask is not None
    assert {row.column for row in figures.campaigns} == {"list", "feedback", "campaign"}
    assert [row.name for row in figures.ips] == ["192.0.2.10"]
    assert [row.name for row in figures.hosts] == ["mail.sender.example"]
    (unknown,) = figures.unknown  # one sort, whatever numbers are in it; shown is the last of them
    assert "constellation" in unknown.name
    assert re.search(r"^\d{3} 5.0.0 the constellation .* porter \(\d+\)$", unknown.note), unknown.note
    assert unknown.note in text(figures, 240)
    assert unknown.note in html(figures)
    assert all(row.rate is not None for row in figures.domains)


def test_the_page_of_five_thousand_bounces_is_one_small_file(figures: Figures) -> None:
    page = html(figures)
    assert len(page.encode()) < 1_500_000
    assert not re.search(r"(?:src|action|poster|srcset)\s*=|url\(|@import|<link|<iframe|<object|<img", page)
    assert set(
        re.findall(
            r"https?://[^/\"'<\s]+", re.sub(r'<script type="application/json".*', "", page, flags=re.DOTALL)
        )
    )


def test_the_page_has_room_for_so_many_records_and_says_how_many_are_left_out(figures: Figures) -> None:
    many = replace(figures, records=figures.records * 6)
    assert len(html(many).encode()) < 1_500_000
    _, left_out = records_data(figures, 20_000)
    page = html(figures, limit=20_000)
    assert left_out > 0
    assert f"{left_out:,} of the period's failures and complaints are not in this file" in page


def test_the_json_has_the_figures_and_no_records(figures: Figures) -> None:
    found = json.loads(json.dumps(figures.to_dict()))
    assert found["changes"][0]["receiver"] == "microsoft"
    assert found["period"]["until"] == "2026-11-26T06:30:00+00:00"
    assert "records" not in found


def test_conditions_narrow_it_down(blocked: Path) -> None:
    with Store.open(str(blocked), read_only=True) as store:
        found = make(store, read_period(now=END), where=Where.parse(["provider=microsoft,type=block"]))
    assert {one.receiver for one in found.records} == {"microsoft"}
    assert {one.type for one in found.records} == {"block"}
    assert found.where == "provider=microsoft,type=block"
    assert found.changes[0].receiver == "microsoft"


def test_masked_it_names_no_mailbox(blocked: Path, figures: Figures) -> None:
    with Store.open(str(blocked), read_only=True) as store:
        masked = make(store, read_period(now=END), masked=True)
    page = html(masked) + text(masked) + json.dumps(masked.to_dict(), ensure_ascii=False)
    names = {one.address.partition("@")[0] for one in figures.records}
    assert len(names) > 1_000
    assert not names & set(re.findall(r"[\w.]+", page))
    assert not re.search(r"[\w.+-]{2,}@(?:gmail\.com|outlook\.com|mill\.example)", page)


def test_own_header_fields_name_the_campaign(blocked: Path) -> None:
    with Store.open(str(blocked), read_only=True) as store:
        found = make(store, read_period(now=END), campaign_headers=["X-Campaign"])
    assert any(row.column == "campaign" and row.name.startswith("weekly-2026") for row in found.campaigns)


def test_without_a_time_before_nothing_is_compared(blocked: Path) -> None:
    found = figures_of(blocked, "60d")
    assert found.changes == ()
    assert found.period.before_since is None
    assert "Nothing is known of the time before" in found.compared
    assert "before" not in re.sub(
        r"<script.*?</script>|<style.*?</style>|<footer.*", "", html(found), flags=re.DOTALL
    ).replace(found.compared, "")


def test_a_time_before_in_which_nothing_happened_is_not_compared(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "gap.db")) as store:
        notices = [bounce(str(days), at=END - timedelta(days=days)) for days in (60, 2, 1)]
        store.add(notices, now=END)
        found = make(store, read_period(now=END))
    assert found.changes == ()
    assert found.compared == "Nothing happened in the time before, so nothing is compared."


def test_a_time_before_that_is_known_in_part_is_compared_by_the_day(blocked: Path) -> None:
    found = figures_of(blocked, "9d")
    assert "compared with what is" in found.compared
    assert found.changes[0].receiver == "microsoft"
    assert re.search(r"blocks \d+\.\d → \d+\.\d a day", found.changes[0].sentence)


def test_nothing_at_all_is_told(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "empty.db")) as store:
        found = make(store, read_period(now=END))
    assert text(found).splitlines()[1] == "Nothing failed."
    assert "Nothing failed." in html(found)


def test_a_time_without_failures_says_when_the_last_one_was(blocked: Path) -> None:
    with Store.open(str(blocked), read_only=True) as store:
        found = make(store, read_period(now=END + timedelta(days=60)))
    assert found.quiet == "Nothing failed; what is known ends on 26 November 2026 (--until 2026-11-26)."


def test_the_same_store_and_clock_give_the_same_page(quiet: Path) -> None:
    assert html(figures_of(quiet)) == html(figures_of(quiet))


def test_the_text_names_refusals_that_are_over_as_the_page_does(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "over.db")) as store:
        at = END - timedelta(days=4)
        notices = [bounce(str(n), reason=Reason.BAD_REPUTATION, at=at, provider="google") for n in range(4)]
        store.add(notices, now=END)
        found = make(store, read_period(now=END))
    lines = text(found, 160).splitlines()
    start = lines.index("Bad reputation: 4 · over")
    assert lines[start + 1].startswith("  What to do: ")
    assert lines[start + 2].startswith("  - Google: 4, last 22 November, over; ask here: https://")
    assert "· over" in html(found)


def test_the_text_says_who_refuses_and_why_as_the_page_does(figures: Figures) -> None:
    rows = (
        ("google", "provider", (0, 1_200, 40, 7), 1_247),
        ("mill.example", "domain", (3, 0, 0, 0), 3),
    )
    heat = Heat(("mailbox_full", "user_unknown", "rate_limited", "spam_content"), rows, 12)
    lines = text(replace(figures, heat=heat), 70).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("WHO REFUSES"))
    assert [line.split() for line in lines[start : start + 5]] == [
        ["WHO", "REFUSES", "ALL", "AND", "WHY"],
        ["Google", "1,247", "user_unknown", "1,200,", "rate_limited", "40,"],
        ["spam_content", "7"],
        ["mill.example", "3", "mailbox_full", "3"],
        "12 more failures are of smaller receivers or rarer reasons.".split(),
    ]
    assert max(map(len, lines)) <= 70


def test_the_counts_stand_below_each_other_by_the_hour_over_new_year(tmp_path: Path) -> None:
    new_year = END.replace(month=1, day=1)
    with Store.open(str(tmp_path / "hours.db")) as store:
        store.add([bounce(str(ago), at=new_year - timedelta(hours=ago)) for ago in (1, 12)], now=END)
        found = make(store, read_period("12h", compare="none", now=new_year))
    lines = text(found).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("FAILURES OVER TIME")) + 1
    hours = lines[start : lines.index("", start)]
    assert "31 December 2025 18:00" in hours[0]
    assert "1 January 2026 05:00" in hours[-2]
    assert len({re.match(r".*?\d\d:00 +\d", line).end() for line in hours}) == 1  # type: ignore[union-attr]


def test_below_a_chart_of_years_stand_years(blocked: Path) -> None:
    ticks = re.findall(r'class="tick mid"[^>]*>([^<]*)<', html(figures_of(blocked, "2010-01-01", "none")))
    assert ticks
    assert all(re.fullmatch(r"[A-Z][a-z]{2} 20\d\d", tick) for tick in ticks)


def test_domains_are_in_the_order_of_a_rate_that_is_shown(tmp_path: Path) -> None:
    tried = (("few.example", 3, 1), ("most.example", 6, 6), ("many.example", 8, 32), ("only.example", 2, 0))
    with Store.open(str(tmp_path / "rates.db")) as store:
        for domain, failed, delivered in tried:
            for number in range(failed + delivered):
                action = Action.FAILED if number < failed else Action.DELIVERED
                address, at = f"kim{number}@{domain}", END - timedelta(days=1)
                store.add([bounce(f"{domain} {number}", address, at=at, action=action)], now=END)
        found = make(store, read_period(now=END))
    lines = text(found).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("DOMAINS"))
    assert [line.split()[:4] for line in lines[start : start + 5]] == [
        ["DOMAINS", "RATE", "BEFORE", "NOW"],
        ["most.example", "50%", "0", "6"],
        ["many.example", "20%", "0", "8"],
        ["few.example", "–", "0", "3"],
        ["only.example", "–", "0", "2"],
    ]
    assert next(line for line in lines if line.startswith("REASONS")).split()[1] == "BEFORE"
    assert "Of fewer than 10 none is given." in html(found)


def test_by_default_it_says_how_many_earlier_failures_it_leaves_out(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "old.db")) as store:
        notices = [bounce(str(days), at=END - timedelta(days=days)) for days in (900, 20, 15, 9, 2)]
        delivered = bounce("fine", at=END - timedelta(days=1_000), action=Action.DELIVERED)
        store.add([*notices, delivered], now=END)
        found = make(store, read_period(now=END))
        only = make(store, read_period(now=END), where=Where.parse(["domain=other.example"]))
        chosen = make(store, read_period("7d", now=END))
        all_of_it = make(store, read_period("2024-06-09", now=END))
    said = "3 earlier failures lie outside of these days: --since 2024-06-09 takes them in."
    assert found.totals.before == 1
    assert said in text(found).splitlines()
    assert said in html(found)
    assert (only.earlier, chosen.earlier) == ("", "")
    assert all_of_it.totals.failures == 5


def test_one_earlier_failure_is_told_even_where_nothing_is_compared(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "one.db")) as store:
        store.add([bounce(str(days), at=END - timedelta(days=days)) for days in (20, 1)], now=END)
        found = make(store, read_period(now=END))
    assert found.compared == "Nothing happened in the time before, so nothing is compared."
    assert found.earlier == "1 earlier failure lies outside of these days: --since 2026-11-06 takes it in."
