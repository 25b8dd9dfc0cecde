"""What is older than the rules allow goes from timeline, facts and lake, and it is written down what went."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from duologue.kit.yaml import Mistakes
from duologue.people.models import Event, Fact, Profile, Removal, RetentionRules, SearchWord
from duologue.people.profiles import actions as profiles
from duologue.people.profiles.actions import NewFact, learn, make_findable
from duologue.people.retention import facts, tasks
from duologue.people.retention.actions import carry_out, set_retention
from duologue.people.retention.queries import rules, sums
from duologue.people.retention.rules import Retention, read_retention, rules_of, to_json
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.audit.models import AuditEntry
from duologue.platform.database import locks
from duologue.platform.lake import copies
from duologue.platform.lake.tables import opened
from duologue.platform.registry import ports
from duologue.strategize.segments.comparing import compare
from duologue.strategize.segments.history import LakeFollower

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
TEXT = "events: {Page Viewed: 30d, any: 365d}\nfacts: {size: 90d, first_name: 90d}\n"


@pytest.fixture
def ann(workspace, tmp_path, settings):
    settings.LAKE_URL = str(tmp_path)
    profile = Profile(workspace=workspace, person=0, shard=0, created_at=NOW, seen_at=NOW)
    profile.save()
    Profile.within(workspace).update(person=profile.pk)
    return profile.pk


def happened(workspace, profile, *said):
    with transaction.atomic():
        write(workspace=workspace, events=[NewEvent(profile, NOW - timedelta(days=ago), name) for name, ago in said], now=NOW)


def all_read(workspace):
    LakeFollower(events=0, seconds=0, rest=0).follow(workspace=workspace, now=NOW)
    with connection.cursor() as cursor:
        for follower in ports.followers():
            cursor.execute(
                """INSERT INTO platform_cursor (workspace_id, follower, batch_no) SELECT %s, %s, max(batch_no) FROM people_batch
                   WHERE workspace_id = %s ON CONFLICT (workspace_id, follower) DO UPDATE SET batch_no = excluded.batch_no""",
                (workspace.pk, follower.name, workspace.pk),
            )


def left(workspace):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, extract(day FROM %s - occurred_at)::int FROM people_event WHERE workspace_id = %s ORDER BY occurred_at DESC",
            (NOW, workspace.pk),
        )
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_old_events_go_from_timeline_and_lake_with_proof(workspace, ann):
    happened(
        workspace, ann, ("Page Viewed", 10), ("Page Viewed", 31), ("Page Viewed", 80), ("Order Completed", 31), ("Order Completed", 400)
    )
    all_read(workspace)
    happened(workspace, ann, ("Page Viewed", 50))  # nobody has read it yet
    set_retention(workspace=workspace, retention=read_retention(TEXT), now=NOW)

    assert tasks.keep(workspace, NOW) == 1
    assert left(workspace) == [("Page Viewed", 10), ("Order Completed", 31), ("Page Viewed", 50)]
    assert [month for month in compare(workspace) if not month.equal] == []
    assert {key: (one["events"], one["in_lake"]) for key, one in sums(workspace).items()} == {
        ("event", "Page Viewed"): (2, 2),
        ("event", "any"): (1, 1),
    }
    assert AuditEntry.objects.filter(workspace=workspace, action="remove old events").count() == 2
    assert tasks.keep(workspace, NOW + timedelta(hours=23)) == 0

    all_read(workspace)
    happened(workspace, ann, ("Order Completed", 500))  # an import of long ago
    all_read(workspace)
    assert tasks.keep(workspace, NOW + timedelta(days=1)) == 1
    assert left(workspace) == [("Page Viewed", 10), ("Order Completed", 31)]
    assert [month for month in compare(workspace) if not month.equal] == []
    assert Removal.within(workspace).count() == 4


@pytest.mark.django_db(transaction=True)
def test_old_facts_are_forgotten_with_what_the_timeline_says_of_them(workspace, ann):
    old, young = NOW - timedelta(days=100), NOW - timedelta(days=80)
    said = [("size", "XL", old), ("first_name", "Ann", old), ("colour", "red", old)]
    for key, value, at in said:
        learn(workspace=workspace, facts=[NewFact(ann, key, value, "form", at)], now=NOW)
    make_findable(workspace=workspace, texts=[(ann, "Ann")])
    learn(workspace=workspace, facts=[NewFact(ann, "taste", "sweet", "form", young)], now=NOW)
    all_read(workspace)
    set_retention(workspace=workspace, retention=read_retention(TEXT.replace("size: 90d", "size: 90d, taste: 90d")), now=NOW)

    carry_out(workspace=workspace, now=NOW)
    assert set(Fact.within(workspace).values_list("key", flat=True)) == {"colour", "taste"}
    assert Profile.within(workspace).get().name == ""
    assert not SearchWord.within(workspace).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_event WHERE workspace_id = %s AND properties::text LIKE '%%XL%%'", (workspace.pk,))
        assert cursor.fetchone()[0] == 0
    assert {key: one["facts"] for key, one in sums(workspace).items()} == {("fact", "first_name"): 1, ("fact", "size"): 1}
    all_read(workspace)
    assert [month for month in compare(workspace) if not month.equal] == []


@pytest.mark.django_db(transaction=True)
def test_what_is_said_of_other_facts_stays_and_the_lake_is_written_anew_once(workspace, ann, tmp_path, monkeypatch):
    monkeypatch.setattr(facts, "AT_ONCE", 1)
    old = NOW - timedelta(days=100)
    (ben,) = profiles.add(workspace=workspace, seen_at=[NOW])
    both = [NewFact(one, key, value, "form", old) for one in (ann, ben) for key, value in (("size", "XXL"), ("colour", "red"))]
    learn(workspace=workspace, facts=both, now=NOW)
    learn(workspace=workspace, facts=[NewFact(ben, "size", "XXS", "form", old)], now=NOW)
    all_read(workspace)
    (cy,) = profiles.add(workspace=workspace, seen_at=[NOW])
    learn(workspace=workspace, facts=[NewFact(cy, "size", "XXM", "form", old)], now=NOW)  # nobody has read it yet
    set_retention(workspace=workspace, retention=read_retention("facts: {size: 90d}"), now=NOW)
    version = opened(workspace).version()

    carry_out(workspace=workspace, now=NOW)
    assert opened(workspace).version() - version == 3  # one change, and two lines of the log about the old files
    assert [(one.facts, one.events, one.in_lake) for one in Removal.within(workspace)] == [(2, 3, 3)]
    told = Event.within(workspace).filter(occurred_at=old).order_by("profile_id", "id").values_list("profile_id", "properties")
    assert list(told) == [(ann, {"colour": "red"}), (ben, {"colour": "red"}), (cy, {"size": "XXM"})]
    assert set(Fact.within(workspace).filter(key="size").values_list("profile", flat=True)) == {cy}
    assert [month for month in compare(workspace) if not month.equal] == []
    texts = [str(pq.read_table(path).to_pylist()) for path in tmp_path.rglob("*.parquet")] + [
        path.read_text() for path in tmp_path.rglob("*.json")
    ]
    assert "red" in "".join(texts)
    assert not [word for word in ("XXL", "XXS") if word in "".join(texts)]

    all_read(workspace)
    carry_out(workspace=workspace, now=NOW)
    assert not Fact.within(workspace).filter(key="size").exists()
    assert not Event.within(workspace).filter(profile_id=cy, occurred_at=old).exists()
    assert [month for month in compare(workspace) if not month.equal] == []


@pytest.mark.django_db(transaction=True)
def test_it_holds_nobody_up_while_it_waits_for_the_lake_nor_undoes_rules_changed_meanwhile(workspace, ann):
    learn(workspace=workspace, facts=[NewFact(ann, "size", "XL", "form", NOW - timedelta(days=100))], now=NOW)
    all_read(workspace)
    set_retention(workspace=workspace, retention=read_retention("facts: {size: 90d}"), now=NOW)

    def keep():
        carry_out(workspace=workspace, now=NOW)
        connection.close()

    copies.hold(workspace)
    keeping = threading.Thread(target=keep)
    try:
        keeping.start()
        until = time.monotonic() + 30
        with connection.cursor() as cursor:
            waits = False
            while not waits and time.monotonic() < until:
                cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE classid = %s AND NOT granted)", (locks.LAKE,))
                waits = cursor.fetchone()[0]
            assert waits
            with transaction.atomic():
                cursor.execute("SELECT FROM people_fact WHERE workspace_id = %s FOR UPDATE NOWAIT", (workspace.pk,))
        set_retention(workspace=workspace, retention=read_retention("facts: {size: 80d}"), now=NOW)
    finally:
        copies.let_go(workspace)
        keeping.join()
    assert not Fact.within(workspace).exists()
    assert RetentionRules.within(workspace).get().next_at == NOW


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("30d", "a month", ":1: 'a month' is no duration"),
        ("30d", "2h", ":1: '2h' is too short"),
        ("size:", "any:", ":2: Name each fact"),
        ("facts", "fatcs", "did you mean 'facts'?"),
    ],
)
def test_mistakes_in_retention(old, new, sentence):
    with pytest.raises(Mistakes) as found:
        read_retention(TEXT.replace(old, new))
    assert sentence in str(found.value)


@given(st.dictionaries(st.sampled_from(["A", "B", "any"]), st.integers(1, 900)), st.sampled_from(["A", "B", "C"]), st.integers(0, 1000))
def test_each_event_has_at_most_one_rule_the_nearest(events, name, age):
    found = rules_of(to_json(Retention(events={key: f"{days}d" for key, days in events.items()})))
    about = [rule for rule in found if rule.name == name or (rule.name == "any" and name not in rule.others)]
    wanted = events.get(name, events.get("any"))
    assert [rule.keep for rule in about] == ([] if wanted is None else [f"{wanted}d"])
    assert [NOW - timedelta(days=age) < rule.before(NOW) for rule in about] == ([] if wanted is None else [age > wanted])


def test_where_the_clock_is_live_a_job_does_it(workspace, ann):
    from duologue.platform.workspaces.actions import go_live

    go_live(workspace)
    set_retention(workspace=workspace, retention=read_retention(TEXT), now=NOW)
    assert [tasks.keep(workspace, NOW), tasks.keep(workspace, NOW)] == [1, 0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%remove_old'")
        assert cursor.fetchone()[0] == 1
    assert [rule.name for rule in rules(workspace)] == ["Page Viewed", "any", "first_name", "size"]
    assert RetentionRules.within(workspace).get().next_at > NOW
