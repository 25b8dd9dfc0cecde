"""A segment written on screen: whom it picks while one types, what is wrong on its line, and what is kept of it."""

from __future__ import annotations

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from duologue.cli.plans.applying import files_in_force
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.queries import now
from duologue.strategize.segments import tasks, trying
from duologue.strategize.segments.models import Segment
from tests.web.browser.pictures import shown
from tests.web.browser.test_every_page import ALL, BROKEN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LONG = 60_000  # milliseconds; a busy machine is given time
WRITTEN = "# for the spring\nabout: People in Great Britain who bought\nwhere:\n  all:\n    - {person.country: [GB]}\n"
ORDERS = "    - {did: {event: Order Completed, within: 90d}}\n"


@pytest.fixture(autouse=True)
def nothing_is_held():
    yield
    trying.leave()


def test_a_segment_from_an_empty_screen_to_its_members(house, chromium):
    page = house.open(house.enter(chromium), "segments")
    page.get_by_role("link", name="New segment").click()
    it_is_counted_while_it_is_written(house, page)
    what_is_wrong_is_said_on_its_line(page)
    it_is_kept_and_counted(house, page)
    it_is_changed_unless_somebody_else_did(house, page)
    page.close()


def it_is_counted_while_it_is_written(house, page):
    picked, source = page.locator("#picked"), page.get_by_label("The rule")
    page.get_by_label("Name").fill("British buyers")
    source.fill(WRITTEN)
    expect(picked).to_contain_text("country is GB", timeout=LONG)
    everybody = picked.locator("dd").inner_text()
    source.press("Control+End")
    source.press("ArrowUp")
    page.locator('[data-inserts*="Order Completed, within: 90d"]').first.click()
    assert source.input_value() == WRITTEN + ORDERS
    expect(picked).to_contain_text("did “Order Completed”", timeout=LONG)
    assert picked.locator("dd").inner_text() != everybody
    assert picked.get_by_role("link").first.inner_text() != ""
    assert not Segment.within(house.workspace).filter(name="british-buyers").exists()
    page.evaluate(Axe().axe_script)
    assert page.evaluate(BROKEN, ALL) == []
    shown(page, "segment-editor", 1280)


def what_is_wrong_is_said_on_its_line(page):
    page.get_by_label("The rule").fill(WRITTEN + "    - {dit: {event: Order Completed}}\n")
    expect(page.locator("#picked")).to_contain_text("Line 6", timeout=LONG)
    expect(page.locator("#picked")).to_contain_text("A condition knows no 'dit'; did you mean 'did'?")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("alert").get_by_text("Line 6:", exact=False).wait_for()


def it_is_kept_and_counted(house, page):
    page.get_by_label("The rule").fill(WRITTEN + ORDERS)
    expect(page.locator("#picked .key dd")).to_be_visible(timeout=LONG)
    of = page.locator("#picked .key dd").inner_text().split()[0]
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("It is kept, as revision 1. It is being counted.").wait_for()
    while tasks.recheck(house.workspace, now(house.workspace)):
        pass
    assert files_in_force(house.workspace)["segments/british-buyers.yaml"].decode() == WRITTEN + ORDERS
    assert Segment.within(house.workspace).get(name="british-buyers").size == int(of) > 0
    page.reload()
    assert page.locator(".key", has_text="People").inner_text().split()[-1] == of


def it_is_changed_unless_somebody_else_did(house, page):
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("The rule").fill(WRITTEN)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("It is kept, as revision 2.", exact=False).wait_for()
    page.get_by_role("link", name="Change it").click()
    Segment.within(house.workspace).filter(name="british-buyers").update(source=WRITTEN + ORDERS)
    page.get_by_label("The rule").fill(WRITTEN.replace("GB", "FR"))
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("Somebody changed it while you wrote.", exact=False).wait_for()
    assert page.get_by_label("The rule").input_value() == WRITTEN.replace("GB", "FR")
    said = AuditEntry.objects.filter(workspace=house.workspace, subject="british-buyers").values_list("action", flat=True)
    assert list(said) == ["save segment", "save segment"]
