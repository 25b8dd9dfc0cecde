"""Pages that are remembered: the same as when they were made, but for what is of one request, until anything they are made of changes."""

import asyncio
import re
from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync
from django.core.asgi import get_asgi_application

from duologue.brand.book.models import BookVersion
from duologue.engage.sites.actions import save_site
from duologue.platform.secrets import signing
from duologue.platform.workspaces.hosts import set_hosts
from duologue.web.public import remembered

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SITE = "site: tea\ntitle: Tea\nlocales: {de: {title: Tee}}\n"
HERE = "127.0.0.1"


@pytest.fixture
def ask(monkeypatch):
    monkeypatch.setattr(remembered, "TRUSTED", 0.0)
    remembered.forget()
    application = remembered.Remembered(otherwise=get_asgi_application())

    async def asked(path, accept, host, query):
        headers = [(b"host", host.encode()), (b"accept-language", accept.encode())]
        scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": headers, "http_version": "1.1"}
        got = []

        waiting = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive():
            return next(waiting, None) or await asyncio.Event().wait()

        async def send(message):
            got.append(message)

        await application(scope, receive, send)
        return got[0]["status"], dict(got[0]["headers"]), b"".join(one.get("body", b"") for one in got).decode()

    def ask(path="/at/shop/tea", accept="en", host=HERE, query=""):
        return async_to_sync(asked)(path, accept, host, query)

    yield ask
    remembered.forget()


@pytest.mark.django_db(transaction=True)
def test_a_page_is_made_once_and_anew_when_anything_it_is_made_of_has_changed(workspace, ask):
    save_site(workspace=workspace, source=SITE, now=NOW)
    first, second = ask(), ask()
    assert len(remembered._pages) == 1
    token, nonce = (re.compile(pattern) for pattern in (r'name="form" value="([^"]+)"', r'nonce="([^"]+)"'))
    bare = [nonce.sub("", token.sub("", page)) for _, _, page in (first, second)]
    assert bare[0] == bare[1]
    assert nonce.search(first[2])[1] != nonce.search(second[2])[1]
    assert nonce.search(second[2])[1] in {name.lower(): value for name, value in second[1].items()}[b"content-security-policy"].decode()
    assert signing.read("form", token.search(second[2])[1])[0] == workspace.pk
    assert {name.lower() for name in first[1]} == {name.lower() for name in second[1]}
    assert "<h1>Tee</h1>" in ask(accept="de")[2]
    assert "<h1>Tee</h1>" in ask(query="in=de")[2]
    ask(query="sent")
    assert len(remembered._pages) == 3
    save_site(workspace=workspace, source=SITE.replace("Tea", "More tea"), now=NOW)
    assert "<h1>More tea</h1>" in ask()[2]
    BookVersion._rows.create(workspace=workspace, number=1, data={"name": "Other name"}, since=NOW)
    assert "Other name" in ask()[2]
    set_hosts(workspace=workspace, hosts={"tea.example": "tea"})
    assert 'href="http://tea.example:8000/tea"' in ask()[2]
    assert [ask("/", host="tea.example")[0] for _ in range(2)] == [200, 200]
    set_hosts(workspace=workspace, hosts={})
    assert ask("/", host="tea.example")[0] == 421
