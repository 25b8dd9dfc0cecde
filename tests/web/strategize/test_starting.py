"""A page that starts a dialogue does not wait for its audience: a job lets it in, and one counts large reports."""

from __future__ import annotations

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from duologue.engage.models import Run
from duologue.engage.runs.jobs import admit_audience
from duologue.measure.reports.tasks import count_report
from duologue.people.consent.actions import save_purpose
from duologue.people.profiles.actions import NewFact, add, learn
from duologue.platform.audit.models import AuditEntry
from duologue.strategize.dialogues.actions import publish, save_draft
from duologue.strategize.dialogues.models import Dialogue
from duologue.strategize.segments.actions import save_segment, sweep
from duologue.web.measure import counting

TEXT = "dialogue: one\npurpose: news\naudience: everybody\nstart: first\nturns:\n  first: {wait: 3d, then: end}\n"

SEGMENT = "segment: everybody\nwhere: {person.city: Oslo}\n"


@pytest.fixture
def page(workspace):
    return lambda name: reverse(f"strategize:{name}", args=[workspace.name, "one"])


@pytest.fixture
def waiting_audience(workspace):
    at = workspace.clock_at
    save_purpose(workspace=workspace, name="news", basis="contract")
    facts = [NewFact(person, "city", "Oslo", "test", at) for person in add(workspace=workspace, seen_at=[at] * 3)]
    learn(workspace=workspace, facts=facts, now=at)
    segment = save_segment(workspace=workspace, name="everybody", source_yaml=SEGMENT, now=at)
    sweep(workspace=workspace, segment=segment, now=at)
    save_draft(workspace=workspace, name="one", source=TEXT)
    return publish(workspace=workspace, name="one", pins={}, now=at)


def jobs() -> list[tuple[str, dict]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", "args"))


def test_starting_makes_it_live_and_leaves_the_audience_to_a_job(workspace, owner, page, waiting_audience):
    answer = owner.post(page("start"), follow=True)
    assert "Its audience is being let in." in answer.content.decode()
    assert Dialogue.within(workspace).get().state == "live"
    assert Run.within(workspace).count() == 0
    [arguments] = [given for name, given in jobs() if name == admit_audience.name]  # the page that opens next leaves one of its own
    admit_audience(**arguments)
    assert Run.within(workspace).count() == 3
    assert AuditEntry.objects.get().action == "start dialogue"


def test_nobody_is_let_in_where_it_was_paused_before_the_job_began(workspace, owner, page, waiting_audience):
    owner.post(page("start"))
    owner.post(page("pause"))
    admit_audience(**jobs()[0][1])
    assert Run.within(workspace).count() == 0
    assert "Its audience is being let in." in owner.post(page("resume"), follow=True).content.decode()
    admit_audience(**jobs()[1][1])
    assert Run.within(workspace).count() == 3
    assert "It is not paused." in owner.post(page("resume"), follow=True).content.decode()


def test_a_draft_never_published_says_so(workspace, owner, page):
    save_draft(workspace=workspace, name="one", source=TEXT)
    assert "has not been published yet" in owner.post(page("start"), follow=True).content.decode()
    assert jobs() == []


def test_a_report_of_many_people_is_counted_by_a_job_asked_for_once(workspace, owner, page, waiting_audience, monkeypatch):
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    owner.post(page("start"))
    admit_audience(**jobs()[0][1])
    report = reverse("measure:report", args=[workspace.name, "one"])
    for address in (report, report, page("dialogue")):
        assert "being counted" in owner.get(address).content.decode()
    assert owner.get(f"{report}.json").status_code == 503
    assert owner.get(f"{report}.csv").status_code == 503
    [(name, arguments)] = jobs()[1:]
    assert name == count_report.name
    count_report(**arguments)
    assert owner.get(f"{report}.json").json()["people"]["considered"] == 3
    assert "being counted" not in owner.get(report).content.decode()
