"""The gate as a table, and its caps against a slow count."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.engage.messages.rules.gate import Asked, Cap, Verdict, caps_free_at, may_we_send, try_again_at
from duologue.engage.messages.rules.states import STATES, may_follow

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def asked(**more):
    plain = {
        "kind": "promotion",
        "basis": "consent",
        "channel": "email",
        "too_late_at": NOW + 3 * DAY,
        "opens_at": NOW,
        "address": "ann@example.com",
        "may": True,
    }
    return Asked(**{**plain, **more})


@pytest.mark.parametrize(
    ("given_", "answer", "why", "at"),
    [
        ({}, "now", "", None),
        ({"address": None}, "never", "no_address", None),
        ({"is_suppressed": True}, "never", "suppressed", None),
        ({"is_suppressed": True, "kind": "service", "basis": "contract"}, "never", "suppressed", None),
        ({"may": False}, "never", "no_consent", None),
        ({"may": False, "kind": "service", "basis": "contract"}, "now", "", None),
        ({"may": False, "basis": "confirmation"}, "now", "", None),
        ({"declined": True}, "never", "declined_topic", None),
        ({"declined": True, "may": False}, "never", "no_consent", None),
        ({"declined": True, "kind": "service", "basis": "contract"}, "now", "", None),
        ({"too_late_at": NOW}, "now", "", None),
        ({"too_late_at": NOW - HOUR}, "never", "too_late", None),
        ({"opens_at": NOW + HOUR}, "later", "window", NOW + HOUR),
        ({"opens_at": NOW + HOUR, "kind": "service"}, "later", "window", NOW + HOUR),
        ({"opens_at": NOW + 4 * DAY}, "never", "too_late_window", None),
        ({"paused_until": NOW + DAY}, "later", "paused", NOW + DAY),
        ({"paused_until": NOW + DAY, "kind": "service", "basis": "contract"}, "now", "", None),
        ({"paused_until": NOW - DAY}, "now", "", None),
        ({"paused_until": NOW + 30 * DAY}, "never", "too_late_paused", None),
        ({"received": [(NOW - HOUR, "email"), (NOW - 2 * HOUR, "email")]}, "later", "cap", NOW + 22 * HOUR),
        ({"received": [(NOW - HOUR, "email"), (NOW - 2 * HOUR, "sms")]}, "now", "", None),
        ({"received": [(NOW - HOUR, "email"), (NOW - 24 * HOUR, "email")]}, "now", "", None),
        ({"received": [(NOW - HOUR, "email")] * 3, "kind": "service", "basis": "contract"}, "now", "", None),
        ({"address": None, "may": False, "is_suppressed": True}, "never", "no_address", None),
    ],
)
def test_the_gate(given_, answer, why, at):
    assert may_we_send(asked(**given_), [Cap(2, DAY, "email")], NOW) == Verdict(answer, why, at)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["email", "sms"])), max_size=12),
    st.lists(
        st.builds(Cap, st.integers(1, 4), st.integers(1, 48).map(lambda n: n * HOUR), st.sampled_from(["", "email", "sms"])), max_size=3
    ),
)
def test_after_waiting_no_cap_is_passed_and_no_sooner_moment_would_do(past, caps):
    received = [(NOW - hours * HOUR, channel) for hours, channel in past]

    def fits(at):
        return all(
            sum(1 for when, channel in received if when > at - cap.within and cap.channel in {"", channel}) < cap.at_most
            for cap in caps
            if cap.channel in {"", "email"}
        )

    free_at = caps_free_at(caps, "email", received, NOW)
    assert fits(free_at)
    assert free_at == NOW or not fits(free_at - timedelta(seconds=1))


def test_a_cap_of_nothing_is_never_free():
    assert may_we_send(asked(), [Cap(0, DAY)], NOW).answer == "never"


def test_nothing_leaves_a_final_state_and_doubt_is_not_resolved_by_sending_again():
    assert [state for state, then in STATES.items() if not then] == ["withheld", "accepted", "failed"]
    assert not may_follow("uncertain", "handing_over")
    assert not may_follow("queued", "accepted")


def test_each_try_waits_longer():
    waits = [try_again_at(attempt, NOW) for attempt in range(1, 9)]
    assert waits == sorted(waits)
    assert waits[0] > NOW
