"""Programs hear what they asked for: in order, signed, once; what fails is tried again under the same id, and nothing is lost."""

from datetime import datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from duologue.engage.endpoints import reading, telling
from duologue.engage.endpoints.actions import (
    Refused,
    add_endpoint,
    change_endpoint,
    forget_endpoint,
    new_secret,
    pause_endpoint,
    resume_endpoint,
    send_untaken_again,
    tell_again,
)
from duologue.engage.endpoints.queries import as_lines, endpoint, event_names
from duologue.engage.models import Untaken
from duologue.people.privacy.actions import erase
from duologue.platform.secrets.queries import names
from tests.engage.endpoints.receiver import Receiver
from tests.engage.runs.conftest import shop  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def told(shop, receiver, settings):  # noqa: F811
    settings.WEBHOOKS_PRIVATE = True
    shop.add_people(2)
    shop.happen("Order Completed", shop.people, {"n": 0})
    # real time signs: the reference library refuses what is old
    shop.secret = add_endpoint(
        workspace=shop.workspace, name="crm", url=receiver.url, events=["Order Completed", "Signed Up"], is_test=True, now=shop.now
    )
    return shop


def happen(told, *numbers, name="Order Completed"):
    for number in numbers:
        told.happen(name, told.people[:1], {"n": number})


def lines(told):
    return as_lines(told.workspace)[0]


def test_each_event_asked_for_is_told_once_in_order_over_one_connection(told, receiver):
    happen(told, 1, 2)
    happen(told, 9, name="Page Viewed")
    happen(told, 3, name="Signed Up")
    told.happen("Order Completed", told.people, {"n": 4})
    told.turn()
    assert (receiver.numbers, len(set(receiver.ids)), receiver.connections) == ([1, 2, 3, 4, 4], 5, 1)
    told.turn()
    assert len(receiver.calls) == 5
    found = lines(told)
    assert (found["told"], found["behind"], found["untaken"], found["trouble"]) == (5, 0, 0, "")
    _, said = receiver.calls[2]
    assert (said["type"], said["timestamp"]) == ("signed.up", told.now.isoformat())
    assert {key: said["data"][key] for key in ("event", "workspace", "person", "source")} == {
        "event": "Signed Up",
        "workspace": told.workspace.name,
        "person": told.people[0],
        "source": "shop",
    }
    assert "emails" not in said["data"]
    assert "Signed Up" in event_names(told.workspace)


def test_the_reference_library_takes_the_signature_and_two_secrets_sign_for_a_day(told, receiver, monkeypatch):
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", told_clock(told))
    change_endpoint(workspace=told.workspace, name="crm", addresses=True, now=told.now)
    happen(told, 1)
    told.turn()
    assert receiver.verified(told.secret)[0]["data"]["emails"] == [f"p{told.people[0]}@example.com"]
    newer = new_secret(workspace=told.workspace, name="crm", now=told.now)
    happen(told, 2)
    told.turn()
    headers, body = receiver.raw[1]
    for secret in (told.secret, newer):
        assert Webhook(secret).verify(body, headers)["data"]["properties"] == {"n": 2}
    told.advance(hours=25)
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", told_clock(told))
    happen(told, 3)
    told.turn()
    headers, body = receiver.raw[2]
    assert Webhook(newer).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(told.secret).verify(body, headers)
    assert told.secret not in str(lines(told))


def told_clock(told):
    """The library's clock, set to the workspace's."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return told.now.astimezone(tz)

    return Clock


def test_no_answer_holds_the_order_and_goes_on_under_the_same_id(told, receiver):
    receiver.answers = [204, 503, 429, 204]
    happen(told, 1, 2, 3)
    told.turn()
    assert (receiver.numbers, lines(told)["trouble"]) == ([1, 2], "status 503")
    told.advance(minutes=2)
    assert receiver.numbers == [1, 2, 2, 2, 3]
    assert len(set(receiver.ids)) == 3
    assert lines(told)["told"] == 3


def test_what_is_refused_is_set_aside_and_the_rest_goes_on_and_it_can_be_sent_again(told, receiver):
    receiver.answers = [422, 422, 422]
    happen(told, 1, 2)
    told.advance(minutes=2)
    assert (receiver.numbers, lines(told)["untaken"]) == ([1, 1, 1, 2], 1)
    assert Untaken.within(told.workspace).get().reason == "status 422"
    receiver.answers = [422]
    assert send_untaken_again(workspace=told.workspace, name="crm", now=told.now) == 1
    happen(told, 3)
    told.turn()
    assert (receiver.numbers[4:], lines(told)["untaken"]) == ([1, 3], 1)
    send_untaken_again(workspace=told.workspace, name="crm", events=[Untaken.within(told.workspace).get().pk], now=told.now)
    told.turn()
    assert (receiver.numbers[6:], lines(told)["untaken"], lines(told)["told"]) == ([1], 0, 2)
    assert receiver.ids[6] == receiver.ids[0]


def test_who_is_silent_for_a_day_is_paused_and_loses_but_the_one_that_is_set_aside(told, receiver):
    receiver.answers = [500] * 12
    happen(told, 1, 2)
    told.advance(hours=30)
    assert (set(receiver.numbers), len(receiver.calls), lines(told)["paused"]) == ({1}, 12, True)
    resume_endpoint(workspace=told.workspace, name="crm", now=told.now)
    send_untaken_again(workspace=told.workspace, name="crm", now=told.now)
    told.turn()
    assert (receiver.numbers[12:], lines(told)["untaken"]) == ([1, 2], 0)


def test_who_is_silent_to_what_is_sent_again_is_given_time_and_the_next_event_is_not_blamed(told, receiver):
    receiver.answers = [422, 422, 422, 503]
    happen(told, 1)
    told.advance(minutes=2)
    send_untaken_again(workspace=told.workspace, name="crm", now=told.now)
    happen(told, 2)
    told.turn()
    assert (receiver.numbers[3:], lines(told)["trouble"], lines(told)["untaken"]) == ([1], "status 503", 1)
    told.advance(minutes=2)
    assert (receiver.numbers[4:], lines(told)["untaken"], lines(told)["told"]) == ([1, 2], 0, 1)
    receiver.answers = [422, 422, 422] + [500] * 12
    happen(told, 3)
    told.advance(minutes=2)
    send_untaken_again(workspace=told.workspace, name="crm", now=told.now)
    happen(told, 4)
    told.advance(hours=30)
    assert (set(receiver.numbers[6:]), lines(told)["paused"], lines(told)["untaken"]) == ({3}, True, 1)
    resume_endpoint(workspace=told.workspace, name="crm", now=told.now)
    told.turn()
    assert (receiver.numbers[21:], lines(told)["untaken"]) == ([4], 1)


def test_one_that_says_gone_is_paused_at_once_and_loses_nothing(told, receiver):
    receiver.answers = [410]
    happen(told, 1)
    told.turn()
    assert (lines(told)["paused"], lines(told)["untaken"]) == (True, 0)
    resume_endpoint(workspace=told.workspace, name="crm", now=told.now)
    told.turn()
    assert receiver.numbers == [1, 1]


def test_it_is_told_again_from_a_moment_or_an_id(told, receiver):
    happen(told, 1)
    told.advance(hours=1)
    happen(told, 2, 3)
    told.turn()
    tell_again(workspace=told.workspace, name="crm", since=told.now - timedelta(minutes=5), now=told.now)
    told.turn()
    assert receiver.numbers == [1, 2, 3, 2, 3]
    tell_again(workspace=told.workspace, name="crm", message=receiver.ids[2], now=told.now)
    told.turn()
    assert receiver.numbers[5:] == [3]
    assert receiver.ids[5] == receiver.ids[2]
    for wrong in ({}, {"message": "evt_1_1_00000000"}, {"message": "x"}, {"since": told.now + timedelta(days=1)}):
        with pytest.raises(Refused):
            tell_again(workspace=told.workspace, name="crm", now=told.now, **wrong)


def test_a_batch_larger_than_one_lease_goes_on_where_it_stopped(told, receiver, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 2)
    monkeypatch.setattr(reading, "SCANNED", 3)
    told.happen("Order Completed", told.people[:1] * 5, {"n": 1})
    happen(told, 2, 3)
    told.turn()
    assert (receiver.numbers, len(set(receiver.ids))) == ([1] * 5 + [2, 3], 7)


def test_whoever_dies_loses_nothing_and_who_comes_late_settles_nothing(told, receiver):
    happen(told, 1, 2)
    (dead,) = reading.take(workspace=told.workspace, most=5, now=told.now)
    late = telling.tell(dead, told.now)  # and then it is killed, or very slow
    assert reading.take(workspace=told.workspace, most=5, now=told.now) == []
    told.advance(minutes=2)
    assert receiver.numbers == [1, 2, 1, 2]
    assert receiver.ids[:2] == receiver.ids[2:]
    happen(told, 3)
    telling.settle(workspace=told.workspace, held=dead, told=late)
    told.turn()
    assert (receiver.numbers[4:], lines(told)["told"]) == ([3], 2 + 1)


def test_what_is_changed_during_a_call_holds_for_what_that_call_held(told, receiver):
    receiver.answers = [410]
    happen(told, 1)
    happen(told, 2, name="Page Viewed")
    (held,) = reading.take(workspace=told.workspace, most=5, now=told.now)
    late = telling.tell(held, told.now)
    change_endpoint(workspace=told.workspace, name="crm", events=["*"], now=told.now)
    telling.settle(workspace=told.workspace, held=held, told=late)
    assert not lines(told)["paused"]
    told.turn()
    assert (receiver.numbers, receiver.ids[0]) == ([1, 1, 2], receiver.ids[1])


def test_on_a_virtual_clock_others_are_passed_by_and_private_networks_are_never_called(told, receiver, settings):
    change_endpoint(workspace=told.workspace, name="crm", is_test=False, now=told.now)
    happen(told, 1)
    told.turn()
    assert (receiver.calls, lines(told)["behind"]) == ([], 0)
    change_endpoint(workspace=told.workspace, name="crm", is_test=True, now=told.now)
    settings.WEBHOOKS_PRIVATE = False
    happen(told, 2)
    told.turn()
    assert (receiver.calls, lines(told)["paused"], lines(told)["trouble"]) == ([], True, "only https addresses are called")
    with pytest.raises(Refused, match="begins with https"):
        change_endpoint(workspace=told.workspace, name="crm", url=receiver.url, now=told.now)


def test_on_a_virtual_clock_what_others_did_not_take_stays_set_aside(told, receiver):
    receiver.answers = [422, 422, 422]
    happen(told, 1)
    told.advance(minutes=2)
    send_untaken_again(workspace=told.workspace, name="crm", now=told.now)
    change_endpoint(workspace=told.workspace, name="crm", is_test=False, now=told.now)
    happen(told, 2)
    told.turn()
    found = lines(told)
    assert (receiver.numbers, found["untaken"], found["told"], found["behind"]) == ([1, 1, 1], 1, 0, 0)
    with pytest.raises(Refused, match="only endpoints marked test"):
        send_untaken_again(workspace=told.workspace, name="crm", now=told.now)
    change_endpoint(workspace=told.workspace, name="crm", is_test=True, now=told.now)
    send_untaken_again(workspace=told.workspace, name="crm", now=told.now)
    told.turn()
    assert (receiver.numbers[3:], lines(told)["untaken"]) == ([1], 0)


def test_the_erased_are_told_of_no_more(told, receiver):
    receiver.answers = [400] * 3 + [503] * 9
    happen(told, 1, 2)
    told.advance(minutes=2)
    before = len(receiver.calls)
    assert lines(told)["untaken"] == 1
    erase(workspace=told.workspace, person=told.people[0], now=told.now)
    send_untaken_again(workspace=told.workspace, name="crm", now=told.now)
    told.advance(minutes=20)
    assert (len(receiver.calls), lines(told)["untaken"], lines(told)["behind"]) == (before, 0, 0)


def test_paused_ones_wait_and_forgotten_ones_leave_no_secret(told, receiver):
    pause_endpoint(workspace=told.workspace, name="crm", now=told.now)
    happen(told, 1)
    told.turn()
    assert receiver.calls == []
    resume_endpoint(workspace=told.workspace, name="crm", now=told.now)
    told.turn()
    assert receiver.numbers == [1]
    assert forget_endpoint(workspace=told.workspace, name="crm")
    assert (endpoint(told.workspace, "crm"), [name for name in names(told.workspace) if "endpoint" in name]) == (None, [])


def test_the_same_name_twice_and_what_is_no_endpoint_is_refused(told, receiver):
    for wrong in (
        {"name": "crm"},
        {"name": "A b"},
        {"url": "ftp://x"},
        {"url": "https://u:p@x.example"},
        {"events": []},
        {"url": "http://["},
    ):
        with pytest.raises(Refused):
            add_endpoint(**{"workspace": told.workspace, "name": "new", "url": receiver.url, "events": ["*"], "now": told.now, **wrong})
