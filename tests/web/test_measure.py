from __future__ import annotations

import subprocess
import sys

from duologue.measure.reports.messages import of_message
from duologue.platform.workspaces.queries import now
from tests.measure.test_groups import order_that_falls_to_two
from tests.web import seed


def test_a_message_is_shown_as_sent_with_the_share_of_clicks_on_each_link(workspace, owner):
    seed.fill(workspace, now(workspace), people=6)
    where = f"/{workspace.name}/measure/messages/we-miss-you"
    page = owner.get(f"{where}?within=win-back").content.decode()
    assert "people.example" in page
    frame = owner.get(f"{where}/map?within=win-back").content.decode()
    assert "content:'100 %'" in frame
    assert "Show me the two" in frame
    found = owner.get(f"{where}.json").json()
    assert found == of_message(workspace, "we-miss-you")
    assert found["links"]["1"]["1"]["clicks"] == 3
    assert "links,1.1.clicks,3" in owner.get(f"{where}.csv").content.decode()
    assert owner.get(f"/{workspace.name}/measure/messages/unheard-of").status_code == 404


def test_growth_and_groups_say_the_same_on_screen_as_file_and_as_json(workspace, owner):
    seed.fill(workspace, now(workspace), people=6)
    at = f"/{workspace.name}/measure"
    owner.get(f"{at}/reports/win-back")
    assert "6 people may be contacted" in owner.get(f"{at}/growth").content.decode()
    assert owner.get(f"{at}/growth.json").json()["purposes"]["promotions"]["may_contact"] == 6
    assert "list,may_contact,6" in owner.get(f"{at}/growth.csv").content.decode()
    assert "Gift giver" in owner.get(f"{at}/by/persona").content.decode()
    group = owner.get(f"{at}/by/persona.json").json()["groups"]["gift-giver"]
    assert group["funnel"]["considered"] == 6
    assert "groups,gift-giver.dialogues,win-back" in owner.get(f"{at}/by/persona.csv").content.decode()
    assert owner.get(f"{at}/by/weather").status_code == 404


def test_an_order_that_falls_to_two_dialogues_of_a_campaign_is_shown_and_written_once(workspace, owner):
    order_that_falls_to_two(workspace)
    at = f"/{workspace.name}/measure/by/campaign"
    page = owner.get(at).content.decode()
    assert ">a</a> £30.00, <a" in page
    assert page.count("£30.00") == 2  # the line, and the dialogue that it is credited to
    figures = owner.get(f"{at}.csv").content.decode().splitlines()
    assert {"groups,spring.conversions.number,1", "groups,spring.revenue,3000", "groups,spring.credited.a.revenue,3000"} <= set(figures)


def test_pages_do_without_what_only_counting_needs():
    says = "import django; django.setup(); import duologue.urls, sys; print({'duckdb', 'pyarrow', 'deltalake'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", says], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
