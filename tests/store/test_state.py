"""What a sequence of events does to an address: the rules of the policy, one story a line."""

from __future__ import annotations

import random
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.store import Policy
from dsnparse.store.changes import past_events
from dsnparse.store.changes.fold import settle
from dsnparse.store.changes.past_events import KEPT, Past
from dsnparse.store.changes.state import Event, State, What, message_mark

DAY = 86_400.0
HARD, TWICE, SOFT, FULL = What.HARD, What.HARD_TWICE, What.SOFT, What.FULL
REVIEW, COMPLAINT, DOUBT, SUCCESS, ADDED, LIFTED = (
    What.REVIEW,
    What.COMPLAINT,
    What.COMPLAINT_IN_DOUBT,
    What.SUCCESS,
    What.ADDED,
    What.LIFTED,
)
REASONS = {
    HARD: "user_unknown",
    TWICE: "user_unknown",
    SOFT: "network_error",
    FULL: "mailbox_full",
    REVIEW: "undefined",
    COMPLAINT: "complaint",
    DOUBT: "complaint",
    ADDED: "manual",
}
#: Days and what happened on them.
Story = list[tuple[float, What]]


def event(day: float, what: What, number: int = 0) -> Event:
    return Event(day * DAY + DAY, f"{number}:0", what, REASONS.get(what, ""), message=f"m{number}")


def past_of(story: Story, policy: Policy) -> Past:
    past = Past()
    for number, (day, what) in enumerate(story):
        past.add(event(day, what, number), policy)
    return past


def state_of(story: Story, policy: str = "", on: float | None = None) -> State:
    """The state after a story, on a day; on that of the last event by default."""
    rules = Policy.from_toml(policy)
    now = max((day for day, _ in story), default=0.0) if on is None else on
    return past_of(story, rules).state(rules).at(now * DAY + DAY)


TWO = '[hard]\nconfirm = ["second_notice"]\n'
APART = TWO + 'confirm_after = "1d"\nconfirm_within = "10d"\n'
KNOWN = '[hard]\nconfirm = ["known_message"]\n'
FIVE: Story = [(day, SOFT) for day in (0, 1, 2, 3, 4)]
IN_A_ROW = "[soft]\nin_a_row = 3\n"
NO_SETTLE = '[success]\nsettle = "0s"\n'


@pytest.mark.parametrize(
    ("title", "story", "policy", "on", "status"),
    [
        ("nothing happened", [], "", 0, "active"),
        # hard
        ("one hard notice suppresses", [(0, HARD)], "", 0, "suppressed"),
        ("for good", [(0, HARD)], "", 9_000, "suppressed"),
        ("as long as its reason says", [(0, HARD)], '[expires]\nuser_unknown = "9d"', 8, "suppressed"),
        ("and not longer", [(0, HARD)], '[expires]\nuser_unknown = "9d"', 9, "active"),
        ("a success does not lift it", [(0, HARD), (2, SUCCESS)], "", 3, "suppressed"),
        # confirmation
        ("one notice waits for the second", [(0, HARD)], TWO, 0, "review"),
        ("a second notice confirms", [(0, HARD), (1, HARD)], TWO, 1, "suppressed"),
        ("too soon after the first", [(0, HARD), (0.5, HARD)], APART, 1, "review"),
        ("the third is late enough", [(0, HARD), (0.5, HARD), (2, HARD)], APART, 2, "suppressed"),
        ("too late after the first", [(0, HARD), (11, HARD)], APART, 11, "review"),
        ("a late second becomes the first", [(0, HARD), (11, HARD), (13, HARD)], APART, 13, "suppressed"),
        ("a success forgets the first", [(0, HARD), (1, SUCCESS), (3, HARD)], TWO, 3, "review"),
        ("an unknown message does not confirm", [(0, HARD), (1, HARD)], KNOWN, 1, "review"),
        ("an alias's member once", [(0, TWICE)], "", 0, "review"),
        ("an alias's member twice", [(0, TWICE), (1, TWICE)], "", 1, "suppressed"),
        # soft
        ("four soft failures are borne", FIVE[:4], "", 3, "active"),
        ("the fifth pauses", FIVE, "", 4, "paused"),
        ("for a day at first", FIVE, "", 5, "active"),
        ("outside of the window they don't count", [(d * 8.0, SOFT) for d in range(5)], "", 33, "active"),
        ("a failure during the pause changes nothing", [*FIVE, (4.5, SOFT)], "", 5, "active"),
        ("one after the pause pauses again", [*FIVE, (5.5, SOFT)], "", 8.4, "paused"),
        ("for three days then", [*FIVE, (5.5, SOFT)], "", 8.5, "active"),
        ("a success resets the count", [*FIVE[:4], (3.5, SUCCESS), (4, SOFT)], "", 4, "active"),
        ("a success ends a pause", [*FIVE, (4.2, SUCCESS)], "", 4.3, "active"),
        ("and its escalation", [*FIVE, (6, SUCCESS), (7, SOFT)], "", 7, "active"),
        ("a success that a bounce follows was none",
         [*FIVE[:4], (4, SUCCESS), (4.01, SOFT)], "", 4.1, "paused"),
        ("unless the policy trusts it", [*FIVE[:4], (4, SUCCESS), (4.01, SOFT)], NO_SETTLE, 4.1, "active"),
        ("a quiet window starts all over", [*FIVE, (36, SOFT)], "", 36, "active"),
        ("many on one day count once by option", [(d / 100, SOFT) for d in range(9)],
         '[soft]\nspacing = "1d"\n', 0.2, "active"),
        ("no pauses by option", FIVE, "[soft]\npauses = []\n", 4, "active"),
        # mailbox full
        ("full for long", [(0, FULL), (15, FULL), (31, FULL)], "", 31, "suppressed"),
        ("full, but not for long", [(0, FULL), (29, FULL)], "", 29, "active"),
        ("full twice, long apart: two stories", [(0, FULL), (100, FULL)], "", 100, "active"),
        ("emptied in between", [(0, FULL), (15, SUCCESS), (31, FULL)], "", 31, "active"),
        ("given another chance", [(0, FULL), (31, FULL)], "", 31 + 180, "active"),
        ("a success frees a full mailbox", [(0, FULL), (31, FULL), (33, SUCCESS)], "", 34, "active"),
        ("eleven in a row are borne", [(d * 40.0, SOFT) for d in range(11)], "", 400, "active"),
        ("twelve in a row: a person should look", [(d * 40.0, SOFT) for d in range(12)], "", 440, "review"),
        ("as many as the policy says", [(d * 40.0, SOFT) for d in range(3)], IN_A_ROW, 80, "review"),
        ("a delivery in between ends the row",
         [*((d * 40.0, SOFT) for d in range(11)), (410, SUCCESS), (440, SOFT)], "", 440, "active"),
        # complaint
        ("one that anybody can send is looked at", [(0, DOUBT)], "", 0, "review"),
        ("a second one, on another day, confirms", [(0, DOUBT), (1, DOUBT)], "", 1, "suppressed"),
        ("not on the same day", [(0, DOUBT), (0.9, DOUBT)], "", 1, "review"),
        ("nor does a bounce confirm a complaint", [(0, HARD), (2, DOUBT)], TWO, 2, "review"),
        ("nor a complaint a bounce", [(0, DOUBT), (2, HARD)], TWO, 2, "review"),
        ("unless no stranger can send one", [(0, DOUBT)], "[complaint]\nconfirm = []\n", 0, "suppressed"),
        ("a complaint suppresses", [(0, COMPLAINT)], "", 9_000, "suppressed"),
        ("a success does not lift it", [(0, COMPLAINT), (1, SUCCESS)], "", 9, "suppressed"),
        # review
        ("unclear: a person should look", [(0, REVIEW)], "", 0, "review"),
        ("not for ever", [(0, REVIEW)], "", 90, "active"),
        ("it does not end a pause", [*FIVE, (4.5, REVIEW)], "", 4.6, "paused"),
        ("a success ends it", [(0, REVIEW), (1, SUCCESS)], "", 1, "active"),
        # by hand
        ("put on the list", [(0, ADDED)], "", 9_000, "suppressed"),
        ("a success does not take it off", [(0, ADDED), (1, SUCCESS)], "", 2, "suppressed"),
        ("lifted", [(0, HARD), (1, LIFTED)], "", 1, "active"),
        ("lifted complaint", [(0, COMPLAINT), (1, LIFTED)], "", 1, "active"),
        ("it can fail again", [(0, HARD), (1, LIFTED), (2, HARD)], "", 2, "suppressed"),
        ("what came late but was before does not count", [(1, LIFTED), (0, HARD)], "", 1, "active"),
        ("nor do its failures add up", [*FIVE[:4], (3.5, LIFTED), (4, SOFT)], "", 4, "active"),
    ],
)  # fmt: skip
def test_story(title: str, story: Story, policy: str, on: float, status: str) -> None:
    assert state_of(story, policy, on).status == status, title


def test_a_known_message_confirms() -> None:
    policy = Policy.from_toml(KNOWN)
    past = Past()
    past.add(Event(DAY, "1:0", HARD, "user_unknown", known=True), policy)
    assert past.state(policy).status == "suppressed"


def test_a_known_message_confirms_a_complaint_whatever_the_policy_asks_for() -> None:
    policy = Policy.default()
    past = Past()
    past.add(Event(DAY, "1:0", DOUBT, "complaint", known=True), policy)
    assert past.state(policy).status == "suppressed"


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [("m1", "m2", "suppressed"), ("m1", "m1", "review"), ("", "m2", "review"), ("m1", "", "review")],
)
def test_a_second_notice_is_about_another_message(first: str, second: str, status: str) -> None:
    policy = Policy.from_toml(TWO)
    past = Past()
    past.add(Event(DAY, "1:0", HARD, "user_unknown", message=first), policy)
    past.add(Event(3 * DAY, "2:0", HARD, "user_unknown", message=second), policy)
    assert past.state(policy).status == status


def test_one_failure_that_is_seen_twice_counts_once() -> None:
    policy = Policy.default()
    past = Past()
    for number in range(8):
        at = (number // 2 + 1) * DAY + number % 2
        past.add(Event(at, f"{number}:0", SOFT, "expired", message=f"m{number // 2}"), policy)
    assert past.state(policy).status == "active"
    past.add(Event(6 * DAY, "9:0", SOFT, "expired", message="m9"), policy)
    assert past.state(policy).status == "paused"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<0102018e-a1b2@email.amazonses.com>", "0102018e-a1b2"),
        ("<1@sender.example>", " 1@sender.example "),
    ],
)
def test_a_message_is_known_by_its_message_id_in_either_form(one: str, other: str) -> None:
    assert message_mark(one) == message_mark(other) != ""


@pytest.mark.parametrize(("one", "other"), [("<1@a.example>", "<1@b.example>"), ("<1@a.example>", None)])
def test_other_messages_have_other_marks(one: str, other: str | None) -> None:
    assert message_mark(one) != message_mark(other)


def test_two_records_of_one_message_are_not_two_notices() -> None:
    policy = Policy.from_toml(TWO)
    past = Past()
    past.add(Event(DAY, "same:0", HARD, "user_unknown"), policy)
    past.add(Event(2 * DAY, "same:1", HARD, "user_unknown"), policy)
    assert past.state(policy).status == "review"


def test_pauses_escalate_as_the_policy_lists_them_and_the_last_repeats() -> None:
    policy = Policy.from_toml('[soft]\nlimit = 1\npauses = ["1d", "2d", "4d"]\n')
    past, day, lengths = Past(), 0.0, []
    for number in range(5):
        past.add(event(day, SOFT, number), policy)
        state = past.state(policy)
        assert state.until is not None
        lengths.append((state.until - state.since) / DAY)
        day += lengths[-1] + 0.5
    assert lengths == [1, 2, 4, 4, 4]


def test_a_complaint_outranks_a_bounce_and_a_longer_suppression_a_shorter_one() -> None:
    assert state_of([(0, HARD), (1, COMPLAINT)]).reason == "complaint"
    assert state_of([(0, COMPLAINT), (1, HARD)]).reason == "complaint"
    assert state_of([(0, FULL), (31, FULL), (32, HARD)]).until is None


def test_the_notices_of_one_mailing_do_not_move_the_end_of_a_suppression() -> None:
    policy = '[expires]\nuser_unknown = "100d"\n'
    first = state_of([(0, HARD)], policy)
    assert state_of([(0, HARD), (0.1, HARD), (0.2, HARD)], policy).visible == first.visible
    later = state_of([(0, HARD), (50, HARD)], policy).until
    assert first.until is not None
    assert later == first.until + 50 * DAY


STORIES = st.lists(st.tuples(st.integers(0, 200).map(float), st.sampled_from(list(What))), max_size=KEPT)


@given(STORIES, st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_stored_does_not_matter(story: Story, shuffled: random.Random) -> None:
    policy = Policy.default()
    events = [event(day, what, number) for number, (day, what) in enumerate(story)]
    one, other = Past(), Past()
    for each in events:
        one.add(each, policy)
    shuffled.shuffle(events)
    for each in events:
        assert other.add(each, policy)
        assert not other.add(each, policy), "the same event twice"
    assert one == other
    assert one.state(policy) == other.state(policy)


@given(STORIES, st.integers(1, KEPT))
def test_events_that_are_not_kept_one_by_one_still_count(story: Story, kept: int) -> None:
    policy, story = Policy.default(), sorted(story)
    with patch.object(past_events, "KEPT", kept):
        past = past_of(story, policy)
    assert len(past.events) <= kept
    assert past.state(policy) == past_of(story, policy).state(policy)


@given(STORIES, st.integers(1, KEPT))
def test_a_past_comes_back_from_the_database_as_it_was(story: Story, kept: int) -> None:
    with patch.object(past_events, "KEPT", kept):
        past = past_of(story, Policy.default())
    assert Past.load(past.dump()) == past


@given(STORIES)
def test_only_hard_notices_complaints_full_mailboxes_and_people_suppress(story: Story) -> None:
    strong = {HARD, TWICE, FULL, COMPLAINT, DOUBT, ADDED}
    policy = Policy.default()
    weak = [(day, what) for day, what in story if what not in strong]
    assert past_of(weak, policy).state(policy).status != "suppressed"


def test_a_flood_of_events_keeps_a_short_past() -> None:
    policy = Policy.default()
    past = past_of([(day, SOFT) for day in range(KEPT * 4)], policy)
    assert len(past.events) == KEPT
    assert settle(past.base) != State()
    assert past.state(policy).status == "paused"
