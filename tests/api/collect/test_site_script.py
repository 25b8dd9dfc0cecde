"""The script for a brand's own site, in a real browser, on a page of another origin."""

import gzip
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from duologue.people.identifiers.queries import find
from duologue.people.intake.tasks import process
from duologue.people.models import Event, Received
from duologue.people.profiles.queries import people
from duologue.platform.staff.actions import create_key

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def site(server, workspace):
    """A brand's own site, with the script and a call made before it was there; gives its address."""
    key = create_key(workspace, "site", "site", "", NOW)[1]
    early = 'window.duologue = window.duologue || []; duologue.push(["track", "Early Bird"])'
    page = f"""<!doctype html><title>Tea</title><script>{early}</script><script async src="{server}/site.js" data-key="{key}"></script>"""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_said):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{pages.server_port}"
        pages.shutdown()


def visit(chromium, site, path="/tea?utm_source=poster&utm_campaign=may", context=None, init=""):
    context = context or chromium.new_context()
    page = context.new_page()
    if init:
        page.add_init_script(init)
    page.goto(site + path, wait_until="load")
    page.wait_for_function("typeof (window.duologue || {}).track === 'function'")
    return page


def heard(workspace, names, page):
    """Wait until as many events have come in as there are names, and return them by name."""
    for _ in range(200):
        if Received.within(workspace).count() >= len(names):
            break
        page.wait_for_timeout(50)
    process(workspace=workspace, now=NOW)
    found = {event.name: event for event in Event.within(workspace)}
    assert sorted(found) == sorted(names)
    return found


def test_a_visit_is_told_with_its_campaign_and_calls_made_before(chromium, site, workspace):
    page = visit(chromium, site)
    page.evaluate("duologue.track('Basket Filled', {value: 12})")
    told = heard(workspace, ["Page Viewed", "Early Bird", "Basket Filled"], page)
    assert told["Page Viewed"].properties["path"] == "/tea"
    assert told["Page Viewed"].properties["title"] == "Tea"
    assert told["Basket Filled"].properties == {"value": 12}
    assert len({event.profile_id for event in told.values()}) == 1
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]


def test_who_has_agreed_is_known_again_and_joins_what_they_did_before(chromium, site, workspace):
    context = chromium.new_context()
    page = visit(chromium, site, context=context)
    page.evaluate("duologue.consent(true)")
    first = page.evaluate("duologue.user().anonymousId()")
    page.evaluate("duologue.identify('42', {first_name: 'Ann', email: 'ann@example.com', phone: '+4930123456'})")
    page.evaluate("duologue.flush()")
    again = visit(chromium, site, context=context)
    assert again.evaluate("[duologue.user().anonymousId(), duologue.user().id()]") == [first, "42"]
    assert again.evaluate("duologue.user().traits()") == {"first_name": "Ann"}, "addresses stay out of the browser"
    heard(workspace, ["Page Viewed", "Early Bird", "Fact Changed"], again)
    ann = find(workspace, "external", "42")
    assert find(workspace, "device", first) == ann
    assert people(workspace, [ann])[ann].facts["first_name"] == "Ann"
    again.evaluate("duologue.consent(false)")
    assert again.evaluate("localStorage.getItem('duologue')") == '{"agreed":false}'


@pytest.mark.parametrize("wish", ["globalPrivacyControl', {value: true}", "doNotTrack', {value: '1'}"])
def test_who_asks_not_to_be_followed_is_not(chromium, site, workspace, wish):
    page = visit(chromium, site, init=f"Object.defineProperty(Navigator.prototype, '{wish})")
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.evaluate("duologue.track('Basket Filled'); duologue.identify('42', {email: 'ann@example.com'})")
    page.wait_for_timeout(500)
    assert (sent, Received.within(workspace).count(), page.evaluate("localStorage.length")) == ([], 0, 0)
    page.evaluate("duologue.consent(true); duologue.track('Basket Filled')")
    heard(workspace, ["Basket Filled"], page)


def test_it_takes_the_calls_that_pages_written_for_segment_make(chromium, site, workspace):
    page = visit(chromium, site)
    page.evaluate("window.done = []; duologue.ready(() => done.push('ready'))")
    page.evaluate("duologue.push(['ready', () => done.push('pushed')]); duologue.push(['trackLink', 'a', 'Gone'])")
    page.evaluate("duologue.page('Help', 'Brewing', {cups: 2}, {}, () => done.push('page'))")
    page.evaluate(
        "duologue.track('Basket Filled', () => done.push('track')); duologue.group('club', {size: 3}, null, () => done.push('group'))"
    )
    first = page.evaluate("duologue.user().anonymousId()")
    page.evaluate("duologue.alias('42'); duologue.flush()")
    page.wait_for_function("done.length === 5")
    assert page.evaluate("done.join()") == "ready,pushed,page,track,group"
    for _ in range(200):
        if Received.within(workspace).count() >= 6:
            break
        page.wait_for_timeout(50)
    process(workspace=workspace, now=NOW)
    told = {event.properties.get("name", event.name): event.properties for event in Event.within(workspace)}
    assert (told["Brewing"]["category"], told["Brewing"]["cups"]) == ("Help", 2)
    assert (told["Basket Filled"], told["Group Joined"]["size"]) == ({}, 3)
    assert find(workspace, "external", "42") == find(workspace, "device", first) is not None


def test_what_waits_goes_along_when_the_page_is_left(chromium, site, workspace):
    page = visit(chromium, site)
    page.evaluate("for (let i = 0; i < 90; i++) duologue.track('Step', {i}); location.href = 'about:blank'")
    for _ in range(200):
        if Received.within(workspace).count() >= 92:
            break
        page.wait_for_timeout(50)
    process(workspace=workspace, now=NOW)
    steps = [event.properties["i"] for event in Event.within(workspace).filter(name="Step")]
    assert sorted(steps) == list(range(90))


def test_the_script_is_small_packed_and_kept(server):
    answer = requests.get(server + "/site.js", headers={"Accept-Encoding": "gzip"}, timeout=5, stream=True)
    packed = answer.raw.read(decode_content=False)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.decompress(packed)) < 10_000
    again = requests.get(server + "/site.js", headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["etag"]}, timeout=5)
    assert (again.status_code, again.content) == (304, b"")
    assert requests.get(server + "/site.js", headers={"Accept-Encoding": ""}, timeout=5).content == gzip.decompress(packed)
    assert requests.get(server + "/site.json", timeout=5).status_code == 404
