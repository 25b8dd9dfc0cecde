import asyncio

import pytest

from duologue.api.doors import DOORS, PlainDoors


async def django_stand_in(scope, receive, send):
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"django"})


def ask(path, *, headers=(), client=("127.0.0.1", 1), method="GET"):
    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def go():
        said = []

        async def send(message):
            said.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": list(headers), "client": client, "query_string": b""}
        await PlainDoors(otherwise=django_stand_in)(scope, receive, send)
        return said[0]["status"], b"".join(message.get("body", b"") for message in said[1:])

    return asyncio.run(go())


@pytest.mark.parametrize("path", ["/", "/shop/people/", "/api/v1/shop/people", "/v2/track", "/unknown", "/open"])
def test_what_no_door_takes_goes_to_django(path):
    assert ask(path) == (299, b"django")


@pytest.mark.parametrize("prefix", sorted(DOORS))
@pytest.mark.django_db(transaction=True)
def test_a_doors_paths_never_reach_django(prefix):
    assert ask(prefix + ("x" if prefix.endswith("/") else ""))[0] != 299


@pytest.mark.django_db(transaction=True)
def test_all_is_well_while_the_database_answers():
    assert ask("/healthz") == (200, b'{"status":"ok"}')


@pytest.mark.django_db(transaction=True)
def test_figures_are_for_this_machine():
    status, body = ask("/metrics")
    assert (status, b"duologue_database_up 1.0" in body) == (200, True)
    assert ask("/metrics", client=("203.0.113.9", 1))[0] == 403
    assert ask("/metrics", headers=[(b"host", b"[::1]:8000")])[0] == 200


@pytest.mark.parametrize(
    "header",
    [(b"x-forwarded-for", b"203.0.113.9"), (b"x-real-ip", b"203.0.113.9"), (b"forwarded", b"for=203.0.113.9"), (b"via", b"1.1 proxy"),
     (b"host", b"shop.example"), (b"host", b"[")],
)  # fmt: skip
@pytest.mark.django_db(transaction=True)
def test_figures_are_not_for_whom_a_proxy_of_this_machine_asks_for(header):
    assert ask("/metrics", headers=[header])[0] == 403


@pytest.mark.django_db(transaction=True)
def test_figures_want_a_token_where_others_reach_the_installation_for_a_proxy_may_say_nothing_of_them(settings):
    settings.PUBLIC_URL = "https://hello.shop.example"
    assert ask("/metrics")[0] == 403


@pytest.mark.django_db(transaction=True)
def test_figures_are_for_the_bearer_of_the_token_alone(settings):
    settings.METRICS_TOKEN = "a token"
    assert ask("/metrics")[0] == 403
    assert ask("/metrics", headers=[(b"authorization", b"Bearer a token")], client=("203.0.113.9", 1))[0] == 200


def test_the_server_may_start_and_stop_us():
    async def go():
        waiting = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        said = []

        async def receive():
            return waiting.pop(0)

        async def send(message):
            said.append(message["type"])

        await PlainDoors(otherwise=django_stand_in)({"type": "lifespan"}, receive, send)
        return said

    assert asyncio.run(go()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
