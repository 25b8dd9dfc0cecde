"""No desk cuts what was written, or puts it over what somebody else wrote."""

from __future__ import annotations

import pytest
from django.urls import reverse

LONG = 210_000


DESKS = pytest.mark.parametrize(
    ("desk", "of", "field"),
    [
        ("strategize:segment-text", ["lapsed-good-customers"], "source"),
        ("engage:site-draft", ["tea-letter"], "text"),
        ("brand:book-text", [], "source"),
        ("texts:change", ["message", "we-miss-you"], "source"),
    ],
)


@DESKS
def test_a_text_that_is_too_long_is_given_back_whole(owner, workspace, filled, desk, of, field):
    where = reverse(desk, args=[workspace.name, *of])
    opened = owner.get(where).context
    text = f"{opened[field]}# {'x' * LONG}"
    answer = owner.post(where, {field: text, "known": opened.get("known", ""), "what": "keep"})
    assert answer.status_code == 422
    assert "letters. A text as long as that is changed in a plan folder." in answer.content.decode()
    assert answer.context[field] == text
    assert owner.get(where).context[field] == opened[field]


@DESKS
def test_what_moved_meanwhile_is_not_written_over_however_often_one_asks(owner, workspace, filled, desk, of, field):
    where = reverse(desk, args=[workspace.name, *of])
    opened = owner.get(where).context
    first, second = ({field: f"{opened[field]}# {who}\n", "known": opened["known"], "what": "keep"} for who in ("Ada", "Ben"))
    assert owner.post(where, first).status_code == 302
    for _ in range(2):
        refused = owner.post(where, second)
        assert refused.status_code == 422
        assert "Somebody changed it while you wrote." in refused.content.decode()
        assert (refused.context[field], refused.context["known"]) == (second[field], opened["known"])
    assert owner.get(where).context[field] == first[field]
