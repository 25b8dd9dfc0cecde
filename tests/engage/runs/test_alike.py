"""Those who are alike begin together, and their rows are those that each would have got alone."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import timedelta
from itertools import product
from threading import Event, Thread, current_thread, main_thread
from time import sleep

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from duologue.cli.worker.once import WORKER, turn_the_wheel
from duologue.engage.models import Admission, Delivery, Run, RunStep
from duologue.engage.runs import actions, admissions, beside, lots
from duologue.engage.runs.alike import begin_alike, sort_out
from duologue.engage.runs.audiences import not_considered
from duologue.engage.runs.moving import current_version
from duologue.people.consent.actions import suppress as bar
from duologue.people.models import Identifier, Profile
from duologue.people.profiles.actions import merge
from duologue.platform.bells.bell import SENDER, Bell
from duologue.platform.database.folder import DataFolder
from duologue.strategize.models import Dialogue

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = "dialogue: tea\npurpose: promotions\naudience: tea\nexcept: [staff]\nholdout: 30%\n"
SAYS = f"{HEAD}turns:\n  once: {{say: hello, then: end}}\n"
WAITS = f'{HEAD}topic: tea\nturns:\n  hello: {{say: hello, window: "09:00-20:00", listen: [{{silence: 3d, then: end}}]}}\n'
TRIES = f"{HEAD}turns:\n  hello: {{say: spring, test: {{of: [plain, short], share: 60%, for: 4h}}, then: end}}\n"
DRAWS = f"""{HEAD}turns:
  draw: {{experiment: {{arms: [{{share: 50%, then: one}}, {{share: 50%, then: other}}]}}}}
  one: {{say: hello, then: again}}
  again: {{say: again, listen: [{{silence: 2d, then: end}}]}}
  other: {{wait: 2d, then: end}}
"""
TIMED = f'{HEAD}starts: {{at: "2026-01-06 09:00"}}\nturns:\n  once: {{say: hello, then: end}}\n'
ROWS = {
    Admission: ("person", "verdict", "reason", "at", "decided_at"),
    Run: (
        *("person", "profile_id", "shard", "occasion", "turn", "seq", "arrived_at", "phase", "counts_from", "wake_at", "under_way"),
        *("ended_reason", "started_at", "ended_at", "data", "heard", "delivered"),
    ),
    RunStep: ("person", "seq", "turn", "arrived_at", "left_at", "heard", "then"),
    Delivery: (
        *("person", "profile_id", "shard", "turn", "occurrence", "message_version_id", "survey_version_id", "body", "channel"),
        *("purpose", "kind", "basis", "state", "due_at", "too_late_at", "planned_at"),
    ),
}


@pytest.fixture
def crowd(shop):
    """People of three zones with every mixture of what settles whether they may begin, two of them one person."""
    zones, birthdays, rest = ("", "Europe/Berlin", "Asia/Tokyo"), (None, "1980-05-01", "2020-05-01"), (False, True)
    kinds = list(product(zones, birthdays, rest, rest, rest))
    people = shop.add_people(len(kinds))
    for person, (zone, birthday, *_) in zip(people, kinds, strict=True):
        Profile.within(shop.workspace).filter(pk=person).update(timezone=zone)
        if birthday:
            shop.know("birthday", [person], value=birthday)
    barred, declining, silent = ([one for one, kind in zip(people, kinds, strict=True) if kind[place]] for place in (2, 3, 4))
    bar(workspace=shop.workspace, channel="email", addresses=[f"p{n}@example.com" for n in barred[::2]], reason="spam_report", now=shop.now)
    shop.know("topic.tea", declining[::2], value=False)
    shop.state(silent[1::2], "withdrawn")
    kept, lost, twice, bare = [*shop.add_people(3), *shop.add_people(1, email=False)]
    Identifier(workspace=shop.workspace, profile_id=twice, kind="email", value="t@x.org", shown="t@x.org", first_seen_at=shop.now).save()
    shop.segment("tea", [*people, kept, twice, bare])
    shop.segment("staff", people[:3])
    merge(workspace=shop.workspace, keep=kept, lose=lost, because="for a test", now=shop.now)
    shop.turn()
    return people


class Undone(Exception):
    """Ends a transaction that leaves nothing behind."""


def rows(shop, text):
    """What the beginning of a dialogue writes, but for the numbers of the rows; all of it is undone."""
    found = {}
    with suppress(Undone), transaction.atomic():
        row = shop.dialogue(text)
        turn_the_wheel(shop.workspace, shop.now + timedelta(hours=22), WORKER)
        found = written(shop, row)
        raise Undone
    return found


def written(shop, row):
    """The rows of a dialogue by table, in an order that does not hang on their numbers."""
    found = {}
    for model, columns in ROWS.items():
        listed = model.within(shop.workspace).filter(**({} if model is RunStep else {"dialogue": row})).values_list(*columns)
        found[model.__name__] = sorted(map(repr, listed))
    return found


def test_those_who_are_alike_get_the_rows_that_each_would_have_got_alone(shop, crowd):
    """A plan that may speak by another channel too, by which here nobody can be reached, is decided person by person."""
    shop.write("hello", "again", "spring")
    for text in (SAYS, WAITS, TRIES, DRAWS, TIMED):
        alone = text.replace("say: hello", "say: hello, by: [email, sms]").replace("say: spring", "say: spring, by: [email, sms]")
        found = rows(shop, text)
        assert min(len(found[name]) for name in ("Admission", "Run", "Delivery")) > 0, text
        assert found == rows(shop, alone), text


def test_most_are_alike_and_only_those_with_a_lot_of_their_own_are_not(shop, crowd):
    shop.dialogue(WAITS.replace("holdout: 30%\n", ""), start=False)
    version = current_version(shop.workspace, "tea")
    considered = not_considered(shop.workspace, version, 1000)
    alike = sort_out(shop.workspace, version, considered, shop.now, shop.now)
    assert len(alike.kinds) == 3
    assert min(len(kind.people) for kind in alike.kinds) > 1
    assert len(alike.others) < len(considered) / 2


def pages(shop, version, most):
    """The audience page by page, as (person, zone, address, lot)."""
    found, after = [], 0
    while page := not_considered(shop.workspace, version, most, after=after):
        found += [(one.person, one.zone, one.address, one.lot) for one in page]
        after = page[-1].person
    return found


def test_people_are_found_alike_side_by_side_and_one_by_one(shop, crowd, monkeypatch):
    shop.dialogue(WAITS, start=False)
    version = current_version(shop.workspace, "tea")
    monkeypatch.setattr(lots, "SPARSE", 1_000_000)
    found = pages(shop, version, 7)
    assert len(found) == len(crowd) + 3 == len({one[0] for one in found})
    assert len({lot for *_, lot in found}) == 4
    monkeypatch.setattr(lots, "SPARSE", -1)
    assert pages(shop, version, 7) == found == pages(shop, version, 1000)


def test_whoever_was_considered_is_passed_over_however_many_they_are_and_under_whichever_number(shop, crowd):
    shop.dialogue(SAYS, start=False)
    version = current_version(shop.workspace, "tea")
    everybody = not_considered(shop.workspace, version, 1000)
    kept = Profile.within(shop.workspace).exclude(pk=F("person")).get()
    considered = [kept.pk, *(one.person for one in everybody if one.person not in {kept.person, everybody[-1].person})]
    for number in considered:
        Admission(
            workspace=shop.workspace, dialogue_id=version.dialogue, person=number, verdict="held_out", at=shop.now, decided_at=shop.now
        ).save(force_insert=True)
    assert [one.person for one in not_considered(shop.workspace, version, 1)] == [everybody[-1].person]


def test_what_is_to_be_said_to_those_who_are_alike_wakes_who_sends(shop, settings, tmp_path):
    settings.DATA = DataFolder(tmp_path)
    shop.segment("tea", shop.add_people(3))
    bell = Bell(SENDER)
    shop.dialogue("dialogue: tea\npurpose: promotions\naudience: tea\nturns:\n  once: {say: hello, then: end}\n")
    turn_the_wheel(shop.workspace, shop.now, WORKER)
    assert Delivery.within(shop.workspace).count() == 3
    assert bell.sleep(0)
    bell.close()


@pytest.fixture
def threads(monkeypatch):
    """Two threads beside the caller's, whatever the clock and however few people."""
    pools = [ThreadPoolExecutor(1) for _ in range(2)]
    monkeypatch.setattr(beside, "PART", 10)
    monkeypatch.setattr(actions, "beside", lambda _workspace: nullcontext(beside.Beside(pools)))
    yield
    for pool in pools:
        pool.submit(lambda: connection.close()).result()  # noqa: PLW0108 - the thread's, not ours
        pool.shutdown()


def test_several_threads_begin_what_one_would(shop, crowd, request):
    shop.write("hello")
    expected = rows(shop, SAYS)
    request.getfixturevalue("threads")
    assert written(shop, shop.dialogue(SAYS)) == expected
    shop.adds_up()


def test_where_the_caller_fails_whoever_begins_anew_passes_over_what_the_threads_did(shop, crowd, request, monkeypatch):
    shop.write("hello")
    expected = rows(shop, SAYS)
    request.getfixturevalue("threads")

    def fails_in_caller(**named):
        if current_thread() is main_thread():
            raise Undone
        return begin_alike(**named)

    monkeypatch.setattr(admissions, "begin_alike", fails_in_caller)
    with pytest.raises(Undone):
        shop.dialogue(SAYS)
    monkeypatch.setattr(admissions, "begin_alike", begin_alike)
    assert 0 < Admission.within(shop.workspace).count() < len(expected["Admission"])
    actions.start_dialogue(workspace=shop.workspace, name="tea", now=shop.now)
    assert written(shop, Dialogue.within(shop.workspace).get(name="tea")) == expected
    shop.adds_up()


def test_a_thread_does_not_wait_for_ever_for_who_waits_for_the_caller(shop, crowd, request, monkeypatch):
    shop.write("hello")
    expected = rows(shop, SAYS)
    request.getfixturevalue("threads")
    monkeypatch.setattr(beside, "PATIENCE", "300ms")
    shop.dialogue(SAYS, start=False)
    version = current_version(shop.workspace, "tea")
    held, holds = Event(), []

    def others_come_first(**named):
        if current_thread() is main_thread() and not holds:
            holds.append(True)
            held.set()
            sleep(0.2)  # so that the other threads take what is left, and one of them meets the follower
        return begin_alike(**named)

    def follows():
        try:
            with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
                insert(cursor, shop, version, crowd[-1])
                ready.set()
                held.wait(20)
                for person in crowd:
                    insert(cursor, shop, version, person)
                transaction.set_rollback(True)
        finally:
            connection.close()

    ready = Event()
    monkeypatch.setattr(admissions, "begin_alike", others_come_first)
    follower = Thread(target=follows)
    follower.start()
    assert ready.wait(20)
    actions.start_dialogue(workspace=shop.workspace, name="tea", now=shop.now)
    follower.join(20)
    assert not follower.is_alive()
    assert holds
    assert written(shop, Dialogue.within(shop.workspace).get(name="tea")) == expected
    shop.adds_up()


def insert(cursor, shop, version, person):
    cursor.execute(
        """INSERT INTO engage_admission (workspace_id, dialogue_id, person, verdict, reason, at, decided_at)
           VALUES (%s, %s, %s, 'not_started', '', %s, %s) ON CONFLICT DO NOTHING""",
        (shop.workspace.pk, version.dialogue, person, shop.now, shop.now),
    )
