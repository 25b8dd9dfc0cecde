"""A request that brings more than a page can ask for is refused before it is kept anywhere."""

from __future__ import annotations

import asyncio

import pytest

from duologue.web import bounded


async def answer(parts, headers=(), path="/"):
    """Return the statuses with which an application answers that reads all of a request, how much it read, and the words."""
    sent, said, taken, left = [], [], [], list(parts)

    async def receive():
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(part):
        sent.append(part.get("status"))
        said.append(part.get("body", b""))

    async def reads(_scope, receive, send):
        while True:
            part = await receive()
            if part["type"] == "http.disconnect":
                return
            taken.append(len(part["body"]))
            if not part["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})

    await bounded.Bounded(otherwise=reads)({"type": "http", "path": path, "headers": list(headers)}, receive, send)
    return [status for status in sent if status], sum(taken), b"".join(said)


@pytest.mark.parametrize(
    ("parts", "headers", "told"),
    [
        ([b"1234567890", b"12"], [], ([200], 12)),
        ([b"1234567890"] * 100, [], ([413], 20)),
        ([b"1"], [(b"Content-Length", b"21")], ([413], 0)),
    ],
)
def test_what_is_too_long_is_refused(monkeypatch, parts, headers, told):
    monkeypatch.setattr(bounded, "MOST", 20)
    assert asyncio.run(answer(parts, headers))[:2] == told


@pytest.mark.parametrize(
    ("path", "said"), [("/w/survey", b"A request may hold 64 MB.\n"), ("/api/v1/shop/imports", b'{"detail": "A request may hold 64 MB."}')]
)
def test_programs_are_told_in_json_and_people_in_words(path, said):
    assert asyncio.run(answer([b"1"], [(b"Content-Length", b"64000001")], path))[2] == said
