"""What plans describe by a name is kept in versions, one after the other, however many keep at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from duologue.kit.yaml import Mistakes
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import SurveyVersion
from duologue.strategize.dialogues.surveys import take_survey
from duologue.strategize.placements.actions import take_placement
from duologue.strategize.placements.queries import placements

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 8


def at_once(keep):
    """Return what came of each of many calls at once: what it gives, or the refusal."""

    def one(number):
        try:
            return keep(number)
        except Mistakes as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(one, range(MANY)))


def test_those_who_keep_at_once_are_numbered_one_after_the_other(workspace):
    def keep(number):
        source = f"survey: taste\nquestions: {{sort: {{ask: Which sort of {number}?, kind: text}}}}\n"
        return take_survey(workspace=workspace, name="taste", source=source, now=now(workspace)).number

    assert sorted(at_once(keep)) == list(range(1, MANY + 1))
    assert SurveyVersion.within(workspace).filter(name="taste").count() == MANY


def test_a_code_leads_to_one_placement_also_where_several_claim_it_at_once(workspace):
    def keep(number):
        source = f"placement: poster-{number}\nmedium: poster\ncodes: [TEA]\n"
        return take_placement(workspace=workspace, name=f"poster-{number}", source=source, now=now(workspace))

    told = [str(one) for one in at_once(keep) if isinstance(one, Mistakes)]
    assert len(told) == MANY - 1
    assert all("belongs to the placement" in one for one in told)
    assert len(placements(workspace)) == 1
