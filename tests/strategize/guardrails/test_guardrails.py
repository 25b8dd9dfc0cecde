from datetime import UTC, datetime

import pytest

from duologue.kit.yaml import Mistakes
from duologue.strategize.guardrails import queries
from duologue.strategize.guardrails.actions import set_guardrails
from duologue.strategize.guardrails.rules import Cap, Guardrails, read_guardrails

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
TEXT = 'caps:\n  - {channel: email, at_most: 2, within: 7d}\n  - {at_most: 6, within: 30d}\nwindow: "08:00-21:00"\n'


def test_guardrails_are_in_force_at_once(workspace):
    assert queries.current(workspace) == Guardrails()
    set_guardrails(workspace=workspace, guardrails=read_guardrails(TEXT), now=NOW)
    assert queries.current(workspace) == Guardrails(caps=(Cap(2, "7d", "email"), Cap(6, "30d")), window="08:00-21:00")
    set_guardrails(workspace=workspace, guardrails=read_guardrails('quiet: {window: "09:00-18:00"}'), now=NOW)
    assert queries.current(workspace) == Guardrails(window="09:00-18:00")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("within: 7d", "within: a week", ":2: 'a week' is no duration"),
        ("at_most: 6", "at_most: -1", ":3: `at_most` is a number from 0 up"),
        ("08:00-21:00", "8-21", ":4: '8-21' is no window"),
        ("caps", "cpas", "did you mean 'caps'?"),
    ],
)
def test_mistakes_in_guardrails(old, new, sentence):
    with pytest.raises(Mistakes) as found:
        read_guardrails(TEXT.replace(old, new))
    assert sentence in str(found.value)
