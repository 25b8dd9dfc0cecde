from datetime import UTC, datetime

import pytest

from duologue.kit.yaml import Mistakes
from duologue.strategize.offers import queries
from duologue.strategize.offers.actions import save_offer
from duologue.strategize.offers.models import Offer, OfferVersion
from duologue.strategize.offers.rules import from_json, read_offer, to_json

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
TEXT = """offer: ten-percent
kind: discount
code: generated
worth: 10%
cost: 3 GBP
lasts: 21d
valid: {from: 2026-01-01, to: 2026-06-30}
limits: {each: 1, all: 100, budget: 300 GBP}
"""


def test_an_offer_is_read_and_kept_in_versions(workspace):
    offer = read_offer(TEXT)
    assert from_json(to_json(offer)) == offer
    assert (offer.worth, offer.valid.since, offer.limits.all) == ("10%", "2026-01-01", 100)
    assert save_offer(workspace=workspace, offer=offer, now=NOW).number == 1
    assert save_offer(workspace=workspace, offer=offer, now=NOW).number == 1
    assert save_offer(workspace=workspace, offer=read_offer(TEXT.replace("10%", "12%")), now=NOW).number == 2
    assert queries.current(workspace, "ten-percent").worth == "12%"
    assert queries.numbers(workspace, ["ten-percent", "none"]) == {"ten-percent": 2}


def test_a_new_version_keeps_what_was_given(workspace):
    save_offer(workspace=workspace, offer=read_offer(TEXT), now=NOW)
    Offer.within(workspace).update(given=7, spent=2100)
    save_offer(workspace=workspace, offer=read_offer(TEXT.replace("21d", "7d")), now=NOW)
    assert Offer.within(workspace).values_list("given", "spent", "current").get() == (7, 2100, 2)
    assert OfferVersion.within(workspace).get(number=1).data["lasts"] == "21d"


@pytest.mark.parametrize("worth", ["0 GBP", "0", "0.00 GBP", "-5 GBP"])
def test_credit_of_nothing_is_refused(worth):
    with pytest.raises(Mistakes, match="sum above 0"):
        read_offer(f"offer: o\nkind: credit\nworth: {worth}\n", "o.yaml")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("kind: discount", "kind: discont", "o.yaml:2: "),
        ("code: generated", "code: generate", "o.yaml:3: `code` is none, generated"),
        ("code: generated", "code: {pool: a.txt, shared: SPRING}", "o.yaml:3: `code` is none, generated"),
        ("worth: 10%\n", "", "needs `worth`"),
        ("worth: 10%", "worth: a lot", "o.yaml:4: "),
        ("lasts: 21d", "lasts: 3 weeks", "o.yaml:6: '3 weeks' is no duration"),
        ("2026-06-30", "June", "o.yaml:7: 'June' is no day"),
        ("each: 1", "each: none", "o.yaml:8: `each` needs a number, not a text."),
        ("each: 1", "each: 0", "o.yaml:8: `each` is a number from 1 up."),
        ("each: 1", "eahc: 1", "o.yaml:8: `limits` knows no 'eahc'"),
        ("offer: ten-percent\n", "", "needs `offer`"),
    ],
)
def test_mistakes_in_offers(old, new, sentence):
    assert old in TEXT
    with pytest.raises(Mistakes) as found:
        read_offer(TEXT.replace(old, new), "o.yaml")
    assert sentence in str(found.value)
