from datetime import date

from duologue.measure.attribution.rules import UNTOUCHED
from duologue.web.measure.drawing import cohort_table, credits_chart, credits_of, steps


def test_who_reaches_the_goal_need_not_have_responded():
    rows = steps({"considered": 10, "began": 8, "reached": 7, "responded": 2, "converted": 4})
    told = [(row["people"], row["of"], row["whom"]) for row in rows]
    assert told == [(10, 0, "before"), (8, 10, "before"), (7, 8, "before"), (2, 7, "before"), (4, 8, "who began")]


def test_what_is_not_over_for_everybody_of_a_month_is_told_as_not_over():
    cohorts = {
        "2026-01": {"people": 4, "converted": {"0": 1, "2": 1}},
        "2026-02": {"people": 2, "converted": {"0": 1}},
        "2026-03": {"people": 5, "converted": {}},
    }

    def drawn_on(today):
        return [(row["cells"], row["open"]) for row in cohort_table(cohorts, today)["cohort_rows"]]

    assert drawn_on(date(2026, 3, 31)) == [([25, 25, 50], 1), ([50, 50, None], 1), ([0, 0, None], 0)]
    assert drawn_on(date(2026, 3, 30))[1] == ([50, 50, None], 0)  # who began on 28 February has until the end of this day
    assert drawn_on(date(2026, 4, 2))[0] == ([25, 25, 50], 2)
    assert cohort_table({}, date(2026, 3, 31)) == {"cohort_rows": [], "cohort_months": []}


def test_what_no_letter_came_before_is_called_so():
    found = credits_of({"last_touch": {UNTOUCHED: {"conversions": 1, "revenue": 500}}})
    assert [row["touch"] for row in found] == [""]
    assert credits_chart(found, "GBP")["categories"] == ["nothing before it"]
