"""What a page of a site weighs: as it is served, said before it is published, wherever that is done."""

from __future__ import annotations

import gzip
import json

import pytest
from django.test import Client
from django.urls import reverse

from duologue.brand.wording.queries import reading
from duologue.cli.plans.applying import apply_files
from duologue.cli.plans.folder import named
from duologue.engage.sites.actions import save_site
from duologue.engage.sites.rules.page import read_site
from duologue.engage.sites.weight import MOST, findings, weights
from duologue.platform.staff.actions import create_key
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey

SURVEY = "survey: taste\nquestions:\n  drinks: {ask: What do you drink?, options: [green, black]}\n"
SMALL = "site: tea\ntitle: Tea\ntext: A few words.\nsurvey: taste\nlocale: en\nlocales:\n  de: {title: Tee}\n"
WORDS = "The tea that we pick stands on a hill behind the house. "
HEAVY = SMALL.replace("{title: Tee}", f"{{title: Tee, text: {json.dumps(WORDS * 1000)}}}")


@pytest.fixture
def shop(workspace):
    save_survey(workspace=workspace, survey=read_survey(SURVEY), now=now(workspace))
    return workspace


def test_a_page_weighs_what_is_served(shop, client):
    save_site(workspace=shop, source=HEAVY, now=now(shop))
    style = b"".join(client.get("/static/public/public.css"))
    for one in weights(shop, read_site(HEAVY)):
        served = client.get(f"/at/shop/tea?in={one.locale}").content
        assert abs(one.html - len(served)) <= 12  # the signed moment at which the form was shown
        assert one.style == len(style) > 5000
        assert abs(one.packed - len(gzip.compress(served)) - len(gzip.compress(style))) < 200


def test_what_is_too_heavy_is_found_with_its_longest_text(shop):
    assert findings(shop, read_site(SMALL)) == []
    english, german = weights(shop, read_site(HEAVY))
    assert english.whole < MOST < german.whole
    one = findings(shop, read_site(HEAVY))[-1]
    assert (one.tone, one.about, one.field) == ("warn", "weight", "locales.de.text")
    said = f"This page weighs {-(-german.whole // 1000)} kB in de: {-(-german.html // 1000)} kB of words and forms, "
    assert one.says.startswith(said)
    assert "gzip. Pictures are not counted." in one.says
    assert "under 50 kB" in one.do


def test_apply_says_it_with_file_and_line(shop):
    files = [named("sites/tea.yaml", HEAVY.encode())]
    done = apply_files(workspace=shop, files=files, now=now(shop))
    [said] = [one for one in done.warnings if "This page weighs" in one]
    assert said.startswith("sites/tea.yaml:7: ")


def test_programs_are_told(shop):
    secret = create_key(shop, name="robot", kind="manage", role="owner", now=now(shop))[1]
    api = Client(headers={"authorization": f"Bearer {secret}"})
    drafted = api.put("/api/v1/shop/sites/tea/draft", {"source": HEAVY}, content_type="application/json")
    [found] = [one for one in drafted.json()["findings"] if one["about"] == "weight"]
    assert found["tone"] == "warn"
    published = api.post("/api/v1/shop/sites/tea/publish", content_type="application/json")
    assert (published.json()["version"], [one["about"] for one in published.json()["findings"]].count("weight")) == (1, 1)


def test_the_screen_says_it_before_and_when_it_is_published(shop, owner):
    draft = reverse("engage:site-draft", args=["shop", "tea"])

    def send(text, what):
        return owner.post(draft, {"text": text, "what": what, "known": owner.get(draft).context["known"]}, follow=True).content.decode()

    owner.post(reverse("engage:new-site", args=["shop"]), {"name": "tea"})
    assert "This page weighs" in send(HEAVY, "keep")
    assert "Version 1 is in force. This page weighs" in send(HEAVY, "publish")
    assert "This page weighs" not in send(SMALL, "keep")
    assert reading(shop, "sites/tea.yaml", findings(shop, read_site(SMALL))).open == []
