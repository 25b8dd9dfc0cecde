"""Forms given anything: a page with a sentence, never a stack trace."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import filled, owner  # noqa: F401 - fixtures
from tests.web.public.conftest import anna, deliver  # noqa: F401 - fixtures

few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
NUMBERS = ["1", "0", "99999999999999999999", "9223372036854775808"]
STRINGS = ["x", "win-back", "lapsed-good-customers", "ten-percent", "we-miss-you", "%00", "%F0%9F%92%A5", "..", "a" * 400, "%FF"]
VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "\x00", "a\x00b", "-1", "1", "99999999999999999999", "9" * 400, "1e400", "NaN", "\u0661", "²", "2026-13-01", "2026-02-30", "'; --", "{{ 7*7 }}", "x" * 20_000, "💥", "on",
         "win-back", "email", "promotions", "granted", "owner", "all", "a@b", "anna@people.example", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "dialogue: x", "%"]
    ),
)  # fmt: skip


def every_route(patterns=None, before=""):
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield here
        else:
            yield from every_route(entry.url_patterns, here)


INSIDE = sorted({route for route in every_route() if route.startswith("<slug:workspace>/")})
FIELD = re.compile(r'name="([\w:.-]+)"')


def fields(page):
    """The names of the fields that a page offers."""
    return set(FIELD.findall(page.content.decode(errors="replace"))) - {"csrfmiddlewaretoken", "viewport", "color-scheme"}


@pytest.fixture(scope="session")
def all_fields():
    return set()


@pytest.mark.django_db
@pytest.mark.parametrize("route", INSIDE)
def test_every_staff_address_stands_any_question(workspace, filled, owner, route):  # noqa: F811
    names = st.sampled_from(sorted(known_fields(owner, workspace)))
    posted = st.dictionaries(names, st.one_of(VALUES, st.lists(VALUES, min_size=2, max_size=3)), max_size=6)
    person = str(filled["persons"][0])

    @few
    @given(number=st.sampled_from([person, *NUMBERS]), name=st.sampled_from(STRINGS), post=posted, get=posted)
    def asked(number, name, post, get):
        path = re.sub(r"<int:\w+>", number, route.replace("<slug:workspace>", "shop"))
        path = "/" + re.sub(r"<str:\w+>", name, path)
        for answer in (owner.get(path, get), owner.post(path, post)):
            assert answer.status_code in {200, 204, 302, 400, 403, 404, 405, 409, 422}, (path, answer.status_code)

    asked()


_known = set()


def known_fields(client, workspace):
    """Every field of every page that can be opened without a number or name, read once."""
    if not _known:
        _known.update({"q", "page", "text", "name", "code", "order", "worth", "outcome", "person", "because", "file", "at"})
        for route in INSIDE:
            if "<int" not in route and "<str" not in route:
                answer = client.get("/" + route.replace("<slug:workspace>", workspace.name))
                if answer.status_code == 200 and "text/html" in answer["content-type"]:
                    _known.update(fields(answer))
    return _known


@pytest.mark.django_db
@pytest.mark.parametrize("page", "unpsw")
def test_pages_for_people_stand_any_answer(client, deliver, page):  # noqa: F811
    token = deliver(survey=True)
    names = st.sampled_from(
        sorted(
            fields(client.get(f"/{page}/{token}"))
            | {"what", "days", "pause", "language", "reason", "likes", "more", "rate", "news", "List-Unsubscribe"}
        )
    )

    @settings(few, max_examples=60)
    @given(post=st.dictionaries(names, st.one_of(VALUES, st.lists(VALUES, min_size=2, max_size=3)), max_size=5))
    def answered(post):
        assert client.post(f"/{page}/{token}", post).status_code in {200, 302, 400, 422}
        assert client.get(f"/{page}/{token}", post).status_code in {200, 400}

    answered()


@pytest.mark.django_db
@pytest.mark.parametrize("page", "unpsw")
def test_pages_for_people_stand_any_body(client, deliver, page):  # noqa: F811
    token = deliver(survey=True)
    upload = {"more": SimpleUploadedFile("x.txt", b"\x00\xff")}
    assert client.post(f"/{page}/{token}", upload).status_code in {200, 422}
    for kind, body in [
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b"--"),
        ("application/x-www-form-urlencoded", b"%ff=%00&" * 50),
        ("application/x-www-form-urlencoded; charset=nonsense", b"a=b"),
        ("application/json", b"{"),
        ("text/plain; charset=\xff".encode("latin-1").decode("latin-1"), b"x"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(1500))),
    ]:
        assert client.generic("POST", f"/{page}/{token}", body, content_type=kind).status_code in {200, 400, 422}
