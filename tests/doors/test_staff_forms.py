"""The forms of the staff given anything: a page with a sentence, never a stack trace."""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, get_resolver
from hypothesis import given
from hypothesis import strategies as st

from tests.doors.answers import NUMBERS, STRINGS, few, fields, posted
from tests.web.conftest import filled, found, owner, workspace, world  # noqa: F401 - fixtures


def every_route(patterns=None, before=""):
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield here
        else:
            yield from every_route(entry.url_patterns, here)


INSIDE = sorted({route for route in every_route() if route.startswith("<slug:workspace>/")})


@pytest.mark.django_db
@pytest.mark.parametrize("route", INSIDE)
def test_every_staff_address_stands_any_question(workspace, filled, owner, route):  # noqa: F811
    names = st.sampled_from(sorted(known_fields(owner, workspace)))
    sent = posted(names, most=6)
    person = str(filled["persons"][0])

    @few
    @given(number=st.sampled_from([person, *NUMBERS]), name=st.sampled_from(STRINGS), post=sent, get=sent)
    def asked(number, name, post, get):
        path = re.sub(r"<int:\w+>", number, route.replace("<slug:workspace>", "shop"))
        path = "/" + re.sub(r"<str:\w+>", name, path)
        for answer in (owner.get(path, get), owner.post(path, post)):
            assert answer.status_code in {200, 204, 302, 400, 403, 404, 405, 409, 422}, (path, answer.status_code)

    asked()


_known = set()


def known_fields(client, inside):
    """Every field of every page that can be opened without a number or name, read once."""
    if not _known:
        _known.update({"q", "page", "text", "name", "code", "order", "worth", "outcome", "person", "because", "file", "at"})
        for route in INSIDE:
            if "<int" not in route and "<str" not in route:
                answer = client.get("/" + route.replace("<slug:workspace>", inside.name))
                if answer.status_code == 200 and "text/html" in answer["content-type"]:
                    _known.update(fields(answer))
    return _known
