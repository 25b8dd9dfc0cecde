import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.brand.catalogue.rules import NewProduct
from duologue.brand.catalogue.shapes import Broken, products_in
from duologue.kit.pipeline import Refused
from tests.brand.feeds import ATOM, RSS

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def read(text, size=10_000):
    data = text if isinstance(text, bytes) else text.encode()
    chunks = (data[at : at + size] for at in range(0, len(data), size))
    return [(found.line, found.product) for found in products_in(chunks, currency="GBP", now=NOW)]


def test_rss_of_googles_shape_is_read_in_pieces_of_any_size():
    found = read(RSS)
    good = [one for _, one in found if isinstance(one, NewProduct)]
    assert good == [
        NewProduct(
            "TV_123456",
            'LG 22LB4510 - 22" LED TV - 1080p (FullHD)',
            15900,
            "USD",
            None,
            "https://shop.example/pics/tv.png",
            "https://shop.example/electronics/tv?sku=22LB4510&src=feed",
        ),
        NewProduct(
            "DVD-0564738",
            "Merlin: Series 3 & more",
            999,
            "USD",
            0,
            "https://shop.example/pics/merlin.jpg",
            "https://shop.example/dvd?sku=384616",
        ),
        NewProduct("OLD-SALE", "Towel", 2000, "USD", 7),
    ]
    assert [(line, one.reason) for line, one in found if isinstance(one, Refused)] == [(37, "not a number"), (38, "no key")]
    assert [repr(one) for one in read(RSS, 7)] == [repr(one) for one in found]


def test_the_group_of_a_variant_is_read():
    sizes = RSS.replace("<g:condition>used</g:condition>", "<g:item_group_id> TV </g:item_group_id>")
    own = sizes.replace("> TV <", ">TV_123456<")
    assert [[one.variant_of for _, one in read(feed) if isinstance(one, NewProduct)] for feed in (sizes, own)] == [
        ["TV", "", ""],
        ["", "", ""],
    ]


def test_atom_is_read_with_its_own_links_and_names():
    assert [one for _, one in read(ATOM)] == [
        NewProduct("tea", "Grüner Tee", 123450, "EUR", None, "https://shop.example/tea.jpg", "https://shop.example/tea"),
        NewProduct("cup", "Cup", 300, "EUR"),
    ]


@pytest.mark.parametrize(
    ("availability", "quantity", "stock"),
    [
        ("in_stock", "", None),
        ("in stock", "3", 3),
        ("out of stock", "3", 0),
        ("http://schema.org/OutOfStock", "", 0),
        ("preorder", "0", None),
        ("backorder", "", None),
        ("backorder", "10", 10),
        ("in_stock", "0", 0),
        ("", "", None),
    ],
)
def test_what_can_be_ordered_is_not_sold_out(availability, quantity, stock):
    said = f"<g:availability>{availability}</g:availability><g:quantity>{quantity}</g:quantity>"
    item = f"<item><g:id>tee</g:id><title>Tee</title><g:price>9 GBP</g:price>{said}</item>"
    ((_, tee),) = read(f'<rss xmlns:g="http://base.google.com/ns/1.0"><channel>{item}</channel></rss>')
    assert tee.stock == stock


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<html><body>Please sign in</body></html>", "begins with <html>"),
        ("", "cut off"),
        ("<rss><channel><item></channel></rss>", "mismatched tag"),
        ('<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss>&b;</rss>', "document type"),
        ('<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss/>', "document type"),
        ("<rss>" * 60, "nested too deeply"),
        ('<rss><channel a="' + "x" * 1_200_000, "does not end"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_sentence(text, why):
    with pytest.raises(Broken, match=why):
        read(text)


@given(st.integers(min_value=0, max_value=len(RSS.encode().rstrip()) - 1))
def test_a_feed_that_is_cut_off_anywhere_is_never_taken_for_whole(at):
    with pytest.raises(Broken):
        read(RSS.encode()[:at])


def test_memory_does_not_grow_with_the_number_of_products():
    item = RSS[RSS.index("<item>") : RSS.index("</item>") + 7].encode()

    def chunks():
        yield b'<rss xmlns:g="http://base.google.com/ns/1.0"><channel>'
        for _ in range(150):
            yield item * 20
        yield b"</channel></rss>"

    tracemalloc.start()
    count = sum(1 for _ in products_in(chunks(), currency="GBP", now=NOW))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 3_000
    assert peak < 1_000_000
