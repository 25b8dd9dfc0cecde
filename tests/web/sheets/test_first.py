"""The first sheet of each kind, where there is none yet."""

from __future__ import annotations

import pytest
from django.urls import reverse

from duologue.cli.plans.applying import files_in_force
from duologue.web.sheets.kinds import SHEETS


def desk(workspace, word, name=""):
    return reverse("sheets:change", args=[workspace.name, word, name]) if name else reverse("sheets:new", args=[workspace.name, word])


@pytest.mark.parametrize("word", SHEETS)
def test_the_example_of_a_text_can_be_kept_and_read_as_a_form(owner, workspace, word):
    where = desk(workspace, word, "guardrails" if word == "guardrails" else "")
    source = SHEETS[word].example
    assert owner.post(where, {"source": source, "known": owner.get(where).context["known"]}).status_code == 302
    assert source.encode() in files_in_force(workspace).values()
    assert owner.post(where, {"source": source, "turn": "fields"}).context["draft"].said is not None


def test_what_is_not_there_cannot_be_changed(owner, workspace):
    assert owner.get(desk(workspace, "poem")).status_code == 404
    assert owner.get(desk(workspace, "persona", "nobody")).status_code == 404
    assert owner.get(f"{desk(workspace, 'guardrails', 'guardrails')}?version=9").status_code == 404
