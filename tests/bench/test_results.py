"""What `make bench` makes of its rounds."""

import json

import pytest

from bench import plots, results
from bench.meter import Row


def rounds(*values, **more):
    return [Row("mail", "messages/s", value, 20_000.0, 3_000.0, cpu_us=value / 10, **more) for value in values]


def test_a_case_is_the_median_of_its_rounds_and_says_how_far_they_lay_apart():
    found = results.result(rounds(2_900, 3_300, 3_100))
    assert (found.value, found.spread, found.ratio, found.reached) == (3_100, pytest.approx(200 / 3_100), 3_100 / 20_000, True)
    assert (found.cpu_us, found.disturbed, found.correct) == (310, False, True)


def test_one_wrong_round_makes_the_case_wrong_and_strangers_are_told():
    assert not results.result([*rounds(3_100), *rounds(3_100, correct=False)]).correct
    assert results.result(rounds(3_100, foreign=0.2)).disturbed


@pytest.mark.parametrize(
    ("now", "less_is_better", "verdict"),
    [(3_050, False, "as before"), (2_000, False, "WORSE"), (4_000, False, "better"), (4_000, True, "WORSE"), (2_000, True, "better")],
)
def test_a_change_is_said_only_beyond_chance(tmp_path, now, less_is_better, verdict):
    earlier = tmp_path / "then.json"
    earlier.write_text(json.dumps([{"case": "mail", "value": 3_000, "spread": 0.02}]))
    sentences, worse = results.changes([results.result(rounds(now, less_is_better=less_is_better))], earlier)
    assert verdict in sentences[0]
    assert worse == (verdict == "WORSE")


def test_what_is_written_can_be_read_again_and_has_a_page(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    found = [results.result(rounds(3_100))]
    results.write(found, path := results.file_of("small"), "small")
    assert json.loads(path.read_text())[0]["case"] == "mail"
    assert results.changes(found, path) == (["mail: as before, 3,100 then, 3,100 messages/s now"], False)
    assert "mail" in plots.write(found, path).read_text()
