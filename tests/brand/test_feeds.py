"""Feeds from a real HTTP server: what is whole changes the catalogue, all else changes nothing and says why."""

import gzip
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection

from duologue.brand.catalogue.actions import save_products, take_out
from duologue.brand.catalogue.feeds import fetch_feed, forget_feed, save_feed
from duologue.brand.catalogue.jobs import fetch_due
from duologue.brand.catalogue.models import Feed, Product, ProductChange, ProductPrice
from duologue.brand.catalogue.queries import products
from duologue.brand.catalogue.rules import NewProduct
from duologue.cli.commands.doctor import _feeds
from duologue.kit.pipeline import Refused
from duologue.platform.database.clock import database_now
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now
from tests.brand.feeds import RSS, rss

pytestmark = pytest.mark.django_db


class Shop(ThreadingHTTPServer):
    daemon_threads = True
    body, headers, asked, announced = b"", {}, [], None


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        shop = self.server
        shop.asked.append(dict(self.headers))
        if self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/feed.xml")
            self.end_headers()
            return
        known = shop.headers.get("ETag")
        if known and self.headers.get("If-None-Match") == known:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200 if self.path == "/feed.xml" else 404)
        for name, value in shop.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(shop.announced or len(shop.body)))
        self.end_headers()
        self.wfile.write(shop.body)

    def log_message(self, *_):
        pass


@pytest.fixture
def shop(settings):
    settings.WEBHOOKS_PRIVATE = True
    with Shop(("127.0.0.1", 0), Page) as server:
        server.asked, server.headers = [], {}
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        server.address = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()


@pytest.fixture
def fetch(workspace, shop):
    save_feed(workspace=workspace, name="google", address=f"{shop.address}/feed.xml", every=timedelta(hours=6), now=now(workspace))

    def again(body=None, later=timedelta(0), **more):
        if body is not None:
            shop.body = body if isinstance(body, bytes) else body.encode()
        return fetch_feed(workspace=workspace, name="google", now=now(workspace) + later, **more)

    return again


def shown(workspace):
    return {one.key: (one.price, one.stock, one.gone_at is None) for one in products(workspace).values()}


def test_a_feed_is_taken_with_its_refused_lines_and_unchanged_ones_are_not_read_again(workspace, shop, fetch):
    shop.headers = {"ETag": '"1"', "Last-Modified": "Mon, 05 Jan 2026 10:00:00 GMT"}
    feed = fetch(gzip.compress(RSS.encode()))
    assert (feed.trouble, feed.products, feed.changed, feed.gone, feed.refused_count) == ("", 3, 3, 0, 2)
    assert feed.refused[0] == [37, "The price 'cheap' is not an amount such as 12.50 GBP."]
    assert shown(workspace)["DVD-0564738"] == (999, 0, True)
    assert Feed.within(workspace).get().etag == '"1"'
    again = fetch()
    assert (again.unchanged, again.trouble, again.products) == (True, "", 3)
    assert shop.asked[-1]["if-modified-since"] == "Mon, 05 Jan 2026 10:00:00 GMT"


def test_what_changed_is_noted_once_and_what_is_missing_is_gone(workspace, fetch):
    first = {"a": ("10", "in_stock"), "b": ("10", "out_of_stock"), "c": ("10", "in_stock"), "d": ("10", "in_stock")}
    fetch(rss(first))
    second = rss({"a": ("8", "in_stock"), "b": ("9.99", "in_stock"), "c": ("9.90", "in_stock")})
    feed = fetch(second)
    assert (feed.changed, feed.gone) == (3, 1)
    fetch(second)
    noted = ProductChange.within(workspace).order_by("key", "kind").values_list("key", "kind", "price_before")
    assert list(noted) == [("a", "cheaper", 1000), ("b", "back", 1000)]
    assert shown(workspace)["d"] == (1000, None, False)
    assert list(ProductPrice.within(workspace).filter(key="a").order_by("id").values_list("price", flat=True)) == [1000, 800]
    fetch(rss(first), later=timedelta(hours=20))
    assert not ProductChange.within(workspace).filter(key="d").exists()  # it was only missed
    assert shown(workspace)["d"] == (1000, None, True)
    fetch(second, later=timedelta(hours=20))
    fetch(rss(first), later=timedelta(hours=45))
    assert ProductChange.within(workspace).filter(key="d").values_list("kind", flat=True).get() == "back"
    assert forget_feed(workspace=workspace, name="google")
    assert not Product.within(workspace).exclude(feed="").exists()


def test_a_product_stays_as_it_is_where_its_line_is_refused_or_nothing_new_is_said_of_one_taken_out(workspace, fetch):
    first = {"a": ("10", "in_stock"), "b": ("10", "in_stock"), "c": ("10", "in_stock")}
    fetch(rss(first))
    take_out(workspace=workspace, keys=["c"], now=now(workspace))
    feed = fetch(rss({**first, "b": ("1.299", "in_stock")}), later=timedelta(days=2))
    assert feed.refused[0][1].startswith("The price '1.299' may be 1299 or 1.299; write it")
    assert (feed.products, feed.refused_count, feed.gone) == (2, 1, 0)
    fetch(rss(first), later=timedelta(days=4))
    assert shown(workspace) == {"a": (1000, None, True), "b": (1000, None, True), "c": (1000, None, False)}
    assert not ProductChange.within(workspace).exists()
    fetch(rss({**first, "c": ("11", "in_stock")}), later=timedelta(days=6))
    assert shown(workspace)["c"] == (1100, None, True)
    assert [(one.key, one.kind) for one in ProductChange.within(workspace)] == [("c", "back")]


def test_a_sale_ends_although_the_feed_has_not_changed(workspace, shop, fetch):
    shop.headers = {"ETag": '"1"'}
    ends = now(workspace) + timedelta(days=2)
    span = f"<g:sale_price_effective_date>2020-01-01T00:00Z/{ends.isoformat()}</g:sale_price_effective_date>"
    sale = f"</g:price><g:sale_price>8</g:sale_price>{span}"
    feed = fetch(rss({"a": ("10", "in_stock"), "b": ("10", "in_stock")}).replace("</g:price>", sale, 1))
    assert (shown(workspace)["a"][0], feed.sale_turns_at) == (800, ends)
    assert fetch(later=timedelta(days=1)).unchanged
    feed = fetch(later=timedelta(days=2))
    assert (feed.unchanged, feed.sale_turns_at, shown(workspace)["a"][0]) == (False, None, 1000)
    assert fetch(later=timedelta(days=3)).unchanged


def test_a_feed_that_is_cut_off_or_half_empty_changes_nothing_and_says_so(workspace, shop, fetch):
    whole = rss({f"p{n}": ("10", "in_stock") for n in range(40)})
    fetch(whole)
    before = shown(workspace)
    cheaper = whole.replace("10 GBP", "5 GBP")
    half = rss({f"p{n}": ("5", "in_stock") for n in range(19)})
    sentences = [
        fetch(body).trouble for body in (cheaper[:-30], gzip.compress(cheaper.encode())[:-20], half, rss({}), "<html>sorry</html>")
    ]
    shop.announced = len(cheaper) + 10
    sentences.append(fetch(cheaper).trouble)
    shop.announced = None
    assert shown(workspace) == before
    wanted = ["cut off", "cut off", "names 19 products, the last one 40", "names no product", "begins with <html>", "could not be fetched"]
    assert [want for want, said in zip(wanted, sentences, strict=True) if want not in said] == []
    assert [finding.sentence for finding in _feeds()] == [f"The feed google of shop changed nothing: {sentences[-1]}"]
    kept = Feed.within(workspace).get()
    assert kept.next_at == kept.tried_at + timedelta(hours=1)
    assert fetch(half, half_empty_is_fine=True).gone == 21
    assert list(_feeds()) == []


def test_private_networks_are_not_fetched_from_even_by_a_detour(workspace, shop, fetch, settings):
    moved = f"{shop.address}/moved"
    save_feed(workspace=workspace, name="moved", address=moved, every=timedelta(hours=1), now=now(workspace))
    shop.body = rss({"a": ("1", "in_stock")}).encode()
    assert fetch_feed(workspace=workspace, name="moved", now=now(workspace)).trouble == ""
    settings.WEBHOOKS_PRIVATE = False
    assert "may not be fetched" in fetch().trouble
    Feed.within(workspace).filter(name="google").update(address=f"https://127.0.0.1:{shop.server_port}/feed.xml")
    assert "a private network is not called" in fetch().trouble
    for address in ("http://shop.example/x", "file:///etc/passwd", "https://a b", "https://[", "ftp://x.example"):
        with pytest.raises(Refused):
            save_feed(workspace=workspace, name="x", address=address, every=timedelta(hours=1), now=now(workspace))


def test_a_feed_is_fetched_when_it_is_due_in_a_workspace_that_lives(workspace, shop, fetch):
    shop.body = rss({"a": ("1", "in_stock")}).encode()
    at = now(workspace)
    expected = 0 if workspace.is_virtual else 1
    assert fetch_due(at + timedelta(minutes=1)) == expected
    assert len(shop.asked) == expected


def test_a_feed_that_fails_keeps_no_other_waiting(workspace, shop, fetch):
    Workspace.objects.filter(pk=workspace.pk).update(clock="live", clock_at=None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE brand_product ADD CONSTRAINT no_such_thing CHECK (key <> 'odd')")
    shop.body = rss({"odd": ("1", "in_stock")}).encode()
    save_feed(workspace=workspace, name="other", address=f"{shop.address}/none.xml", every=timedelta(hours=6), now=database_now())
    assert fetch_due(database_now()) == 2
    assert {one.name: one.trouble for one in Feed.within(workspace)} == {
        "google": "It could not be taken in: IntegrityError.",
        "other": "The address answered 404 instead of the feed.",
    }
    assert fetch_due(database_now() + timedelta(minutes=50)) == 0
    assert len(shop.asked) == 2


def test_an_address_is_shown_in_short():
    address = "https://me:secret@shop.example:8443/f/0123456789abcdef0123456789abcdef/google.xml?token=secret"
    assert Feed(address=address).short_address == "shop.example … google.xml"
    assert Feed(address="https://shop.example").short_address == "shop.example"


def test_few_left_is_noted_when_it_falls_below_and_back_is_not_few(workspace):
    def has(stock):
        save_products(workspace=workspace, products=[NewProduct("a", "A", 100, "GBP", stock)], now=now(workspace))
        return [one.kind for one in ProductChange.within(workspace).order_by("id")]

    assert [has(n) for n in (9, 5, 4, 0)][-1] == ["little"]
    assert has(3) == ["little", "back"]
    assert has(None) == ["little", "back"]
    assert has(2) == ["little", "back", "little"]
