import pytest

from duologue.kit.yaml import Mistakes
from duologue.strategize.occasions.rules import Occasion, read_occasion
from duologue.strategize.occasions.rules import told as told_of_occasion
from duologue.strategize.placements.rules import plain, read_placement, told

RADIO = """\
placement: radio
medium: radio
outlet: Capital
period: {from: 2026-03-02, to: 2026-03-13}
times: ["2026-03-02 07:40"]
zone: Europe/London
cost: 900 GBP
codes: [RIBBON, "+44 20 7946 0018"]
leads_to: https://shop.example/spring
"""
TASTING = """\
occasion: tasting
starts_at: "2026-03-26 18:00"
ends_at: "2026-03-26 20:00"
zone: Europe/London
link: https://shop.example/tasting
seats: 12
"""


@pytest.mark.parametrize(
    ("read", "text", "old", "new", "line", "sentence"),
    [
        (read_placement, RADIO, "medium: radio", "medium: raido", 2, "did you mean 'radio'?"),
        (read_placement, RADIO, "medium: radio\n", "", 1, "A placement needs `medium`"),
        (read_placement, RADIO, "2026-03-13", "2026-03-01", 4, "The period ends before it begins"),
        (read_placement, RADIO, "07:40", "7.40 h", 5, "is no day and time"),
        (read_placement, RADIO, "Europe/London", "Europe/Londinium", 6, "There is no zone"),
        (read_placement, RADIO, "900 GBP", "dear", 7, "not an amount of money"),
        (read_placement, RADIO, '"+44 20 7946 0018"', "rib-bon", 8, "given twice"),
        (read_placement, RADIO, "https://shop", "shop", 9, "the address of a page"),
        (read_occasion, TASTING, "20:00", "17:00", 3, "ends before it begins"),
        (read_occasion, TASTING, "18:00", "6 pm", 2, "is no day and time"),
        (read_occasion, TASTING, "Europe/London", "London", 4, "There is no zone"),
        (read_occasion, TASTING, "https://shop.example/tasting", "here", 5, "the address of a page"),
        (read_occasion, TASTING, "12", "0", 6, "a number from 1 up"),
        (read_occasion, TASTING, "seats", "seat", 6, "did you mean 'seats'?"),
    ],
)
def test_a_mistake_is_told_with_its_line(read, text, old, new, line, sentence):
    with pytest.raises(Mistakes) as found:
        read(text.replace(old, new), "x.yaml")
    (mistake,) = found.value.mistakes
    assert mistake.line == line
    assert sentence in mistake.sentence


def test_what_paths_find():
    assert told(read_placement(RADIO)) == {
        "name": "radio", "title": "Radio", "medium": "radio", "outlet": "Capital", "zone": "Europe/London", "cost": "900 GBP",
        "leads_to": "https://shop.example/spring",
    }  # fmt: skip
    assert told_of_occasion(read_occasion(TASTING), "UTC")["starts_at"] == "2026-03-26T18:00:00+00:00"
    summer = Occasion("fair", starts_at="2026-07-01 18:00")
    assert told_of_occasion(summer, "Europe/Vienna") == {
        "name": "fair",
        "title": "Fair",
        "zone": "Europe/Vienna",
        "starts_at": "2026-07-01T18:00:00+02:00",
    }


def test_codes_are_compared_as_people_type_them():
    assert plain("+44 20 7946-0018") == plain("+442079460018")
    assert plain("Ribbon") == plain("RIB BON")
