"""The forms of the people given anything: a page with a sentence, never a stack trace."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.doors.answers import few, fields, posted
from tests.drawn import drawn
from tests.web.public.conftest import anna, deliver  # noqa: F401 - fixtures


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

    @settings(few, max_examples=drawn(60))
    @given(post=posted(names, most=5))
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
