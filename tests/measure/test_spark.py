"""Reports on a real cluster of Spark with two executors, beside those by DuckDB."""

import random
import shutil

import pytest

from duologue.measure.buyers.actions import count
from duologue.measure.funnels import conversions
from duologue.measure.funnels.conversions import outcomes
from duologue.measure.reception import queries
from duologue.measure.value.queries import value
from duologue.people.privacy.actions import erase
from duologue.strategize.segments.history import LakeFollower
from tests.measure import heard
from tests.measure.lives import GOAL, counted, live, plain
from tests.measure.test_value import NOW, happened, person
from tests.spark import assert_two_executors, cluster

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed"),
]


@pytest.fixture(scope="module")
def engine_url(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("spark")) as address:
        yield address


@pytest.fixture(autouse=True)
def lake_folder(tmp_path, settings):
    settings.LAKE_URL = f"{tmp_path}/lake"


def test_buyers_and_their_value_are_counted_alike(workspace, engine_url, settings):
    workspace.timezone = "Australia/Sydney"
    workspace.save(update_fields=["timezone"])
    draw = random.Random(11)
    people = [person(workspace) for _ in range(30)]
    people += [person(workspace, same_as=one) for one in people[:5]]
    for number in range(160):
        one, day = draw.choice(people), draw.uniform(-800, 0)
        worth = draw.choice([10, "20.505", 7.005, "?", None, {"a": 1}, "-3.0004", 1e-7])
        if number % 7:
            happened(workspace, one, day, revenue=worth, currency=draw.choice(["gbp", "", "XTS", None, 4]))
        else:
            happened(workspace, one, day, "Order Refunded", **{draw.choice(["total", "revenue"]): worth})
        if number == 90:
            LakeFollower(events=1).follow(workspace=workspace, now=NOW)
    erase(workspace=workspace, person=people[7], now=NOW)  # and still in the lake
    by_duckdb = count(workspace=workspace, now=NOW).data
    assert sum(month["people"] for month in by_duckdb["cohorts"].values()) > 20
    worth = value(workspace, NOW)
    settings.ENGINE_URL = engine_url
    assert count(workspace=workspace, now=NOW).data == by_duckdb
    assert value(workspace, NOW) == worth
    assert_two_executors()


@pytest.mark.parametrize("goal", [GOAL, None])
def test_what_came_of_a_dialogue_is_counted_alike(workspace, engine_url, settings, monkeypatch, goal):
    workspace.timezone = "Australia/Sydney"
    workspace.save(update_fields=["timezone"])
    lives = live(workspace, 5, between=lambda: LakeFollower(events=1).follow(workspace=workspace, now=NOW))
    expected = counted(lives, goal)
    monkeypatch.setattr(conversions, "FEW", -1)
    assert plain(outcomes(workspace, lives.dialogue, goal)) == expected
    settings.ENGINE_URL = engine_url
    assert plain(outcomes(workspace, lives.dialogue, goal)) == expected
    assert_two_executors()


def test_how_letters_were_received_is_counted_alike(workspace, engine_url, settings, monkeypatch):
    dialogue = heard.letters(workspace, 3, between=lambda: LakeFollower(events=1).follow(workspace=workspace, now=NOW))
    by_postgresql = heard.as_json(workspace, dialogue)
    monkeypatch.setattr(queries, "FEW", -1)
    settings.ENGINE_URL = engine_url
    assert heard.as_json(workspace, dialogue) == by_postgresql
    assert_two_executors()
