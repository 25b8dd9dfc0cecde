"""The pages of figures hold what the figures say, and the model adds up."""

from __future__ import annotations

import json

import pytest

from bench import capacity, paper


@pytest.fixture
def figures(tmp_path):
    def written(**changed):
        words = (capacity.PERSON, capacity.TAKEN, capacity.EVENT, capacity.TURN, capacity.PLANNED, capacity.SENT)
        costs = {"value": 1.0, "cpu_us": 100.0, "database_cpu_us": 50.0, "bytes_per_million": 1e9}
        path = tmp_path / "figures.json"
        path.write_text(json.dumps([{"case": f"so many {word} as these", **costs, **changed} for word in words]))
        return capacity.Figures(path)

    return written


@pytest.mark.parametrize("path", paper.pages(), ids=lambda path: path.name)
def test_a_page_holds_what_the_figures_say(path):
    assert path.read_text() == paper.pages()[path], "write it anew: python -m bench.paper"


def test_ten_times_the_people_need_ten_times_the_disk_and_twice_the_cost_twice_the_processors(figures):
    million, ten = capacity.need(figures(), 1_000_000), capacity.need(figures(), 10_000_000)
    assert ten.gigabytes == 10 * million.gigabytes
    # a person, and for twelve months 20 events, 6 turns and 6 letters planned and sent, a kilobyte each
    assert million.gigabytes == 1 + 12 * (20 + 6 + 2 * 6)
    dearer = capacity.need(figures(cpu_us=200.0), 100_000_000)
    assert dearer.workers == pytest.approx(2 * capacity.need(figures(), 100_000_000).workers, abs=1)
    assert dearer.database == capacity.need(figures(), 100_000_000).database


def test_sending_is_not_taken_for_planning(tmp_path):
    path = tmp_path / "figures.json"
    path.write_text(json.dumps([{"case": f"{word} a hundred"} for word in ("plan a broadcast to", "broadcast to")]))
    assert capacity.Figures(path).case(capacity.SENT)["case"] == "broadcast to a hundred"


def test_figures_without_a_case_are_refused_by_its_name(figures):
    with pytest.raises(LookupError, match="by two workers"):
        capacity.checked(figures())


@pytest.mark.parametrize(("value", "less", "share"), [(3_000, False, 1), (1_500, False, 0.5), (1_500, True, 2), (6_000, True, 0.5)])
def test_a_share_of_a_goal_says_more_is_better(value, less, share):
    assert paper.share({"goal": 3_000, "value": value, "less_is_better": less}) == share


def test_the_later_run_stands_where_the_size_is_the_same(tmp_path):
    for day, size, value in (("2026-01-04", "full", 9), ("2026-01-05", "small", 1), ("2026-01-06", "small", 2)):
        (tmp_path / f"{day}T1200Z-{size}.json").write_text(json.dumps([{"case": "mail", "size": size, "value": value}]))
    small, full = paper._merged(sorted(tmp_path.iterdir()))
    assert small == {"case": "mail", "size": "small", "value": 2, "at": "2026-01-06"}
    assert full == {"case": "mail", "size": "full", "value": 9, "at": "2026-01-04"}
