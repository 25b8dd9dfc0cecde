import pytest

from duologue.brand.catalogue import actions
from duologue.brand.catalogue.actions import import_products
from duologue.brand.catalogue.queries import products
from duologue.brand.catalogue.rules import product_of
from duologue.kit.pipeline import Refused
from duologue.platform.workspaces.queries import now

LIST = [
    "\ufeffSKU;Name;Price;Stock;Link\n",
    "a1;Mug;4.50;12;https://shop.example/a1\n",
    "a2;Tea;3;;\n",
    ";x;1;;\n",
    "a3;y;cheap;;\n",
    "a4;z;1;;javascript:1\n",
]


def test_a_list_is_imported_and_again_changes_nothing(workspace):
    refused = []
    read, changed = import_products(workspace=workspace, lines=LIST, now=now(workspace), refuse=refused.extend)
    assert (read, changed) == (5, 2)
    assert [(line, one.reason) for line, one in refused] == [(4, "no key"), (5, "not a number"), (6, "not a web address")]
    mug = products(workspace, ["a1"])["a1"]
    assert (mug.name, mug.price, mug.currency, mug.stock, mug.link) == ("Mug", 450, "GBP", 12, "https://shop.example/a1")
    assert import_products(workspace=workspace, lines=LIST, now=now(workspace), refuse=list)[1] == 0
    dearer = ["key,name,price\n", "a1,Mug,5\n"]
    assert import_products(workspace=workspace, lines=dearer, now=now(workspace), refuse=list)[1] == 1
    assert products(workspace)["a1"].price == 500


def test_a_list_without_keys_is_refused(workspace):
    with pytest.raises(Refused, match="key"):
        import_products(workspace=workspace, lines=["name,price\n"], now=now(workspace), refuse=list)


def test_refused_lines_are_told_a_batch_at_a_time(workspace, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 10)
    told = []
    lines = ["key,name\n", *["\n", ",x\n"] * 20]
    import_products(workspace=workspace, lines=lines, now=now(workspace), refuse=lambda some: told.append(len(some)))
    assert (sum(told), max(told)) == (20, 10)


def test_a_price_that_may_mean_a_thousand_times_as_much_is_refused_in_a_list(workspace):
    told = []
    lines = ["key;name;price;currency\n", "a;A;1.234,50;EUR\n", "b;B;1.299;EUR\n", "c;C;12,345;\n", "d;D;1.299 KWD;EUR\n"]
    assert import_products(workspace=workspace, lines=lines, now=now(workspace), refuse=told.extend) == (4, 2)
    assert {key: (one.price, one.currency) for key, one in products(workspace).items()} == {"a": (123450, "EUR"), "d": (1299, "KWD")}
    assert [(line, one.reason) for line, one in told] == [(3, "unclear price"), (4, "unclear price")]
    assert told[0][1].sentence.startswith("The price '1.299' may be 1299 or 1.299; write it with 2 digits")


@pytest.mark.parametrize(
    ("price", "kept"),
    [
        ("8.50", (850, "GBP")),
        ("8,50", (850, "GBP")),
        ("1.234,50", (123450, "GBP")),
        ("1,234.50", (123450, "GBP")),
        ("1 234,50 EUR", (123450, "EUR")),
        ("USD 12", (1200, "USD")),
        ("2400 jpy", (2400, "JPY")),
        ("0.333333", (33, "GBP")),
    ],
)
def test_a_price_is_read_as_people_write_it(price, kept):
    found = product_of({"key": "tea", "name": "Tea", "price": price}, "GBP")
    assert (found.price, found.currency) == kept
