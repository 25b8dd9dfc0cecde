from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from duologue.api.callbacks import app
from duologue.api.together import Overloaded, Together
from duologue.cli.worker.loop import Loop
from duologue.engage.conversations import clicks, spool
from duologue.engage.conversations.judging import Click, judged
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.links import link_targets
from duologue.engage.messages.models import Delivery
from duologue.people.consent.actions import save_purpose
from duologue.people.intake.queries import processed_until
from duologue.people.profiles.actions import NewFact, add, learn
from duologue.platform.database import away
from duologue.platform.database.clock import database_now
from duologue.platform.database.folder import DataFolder
from duologue.platform.secrets.signing import sign
from duologue.platform.workspaces.actions import go_live

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("click", "human"),
    [
        (Click("GET", FIREFOX, NOW, 1), "true"),
        (Click("HEAD", FIREFOX, NOW, 1), "false"),
        (Click("GET", "Mozilla/5.0 (compatible; bingbot/2.0)", NOW, 1), "false"),
        (Click("GET", "Mozilla/5.0 (Windows) BarracudaSentinel (EE)", NOW, 1), "false"),
        (Click("GET", "python-requests/2", NOW, 1), "false"),
        (Click("GET", "", NOW, 1), "unknown"),
        (Click("GET", "Something/1", NOW, 1), "unknown"),
        (Click("GET", FIREFOX, NOW, 1, accepted_at=NOW - SECOND), "false"),
        (Click("GET", FIREFOX, NOW, 1, accepted_at=NOW - 60 * SECOND), "true"),
        (Click("GET", FIREFOX, NOW, 3, others=[(NOW - SECOND, 1), (NOW - SECOND, 2)]), "false"),
        (Click("GET", FIREFOX, NOW, 1, others=[(NOW - SECOND, 1), (NOW - SECOND, 1)]), "true"),
        (Click("GET", FIREFOX, NOW, 3, others=[(NOW - 60 * SECOND, 1), (NOW - 50 * SECOND, 2)]), "true"),
        (Click("GET", FIREFOX, NOW, 1, purpose="prefetch"), "false"),
    ],
)
def test_persons_and_machines(click, human):
    assert judged(click) == human


@pytest.fixture
def delivery(transactional_db, workspace):

    save_purpose(workspace=workspace, name="newsletter")
    source = "message: hello\npurpose: newsletter\nemail:\n  subject: Hello\n  body: |\n    Look [here](https://shop.example/new) and [there](https://shop.example/old).\n"
    version = save_message(workspace=workspace, name="hello", source=source, now=NOW)
    profile = add(workspace=workspace, seen_at=[NOW])[0]
    made = Delivery(
        workspace=workspace, person=profile, profile_id=profile, shard=1, turn="hello", channel="email", purpose="newsletter", state="accepted",
        due_at=NOW, too_late_at=NOW, planned_at=NOW, accepted_at=NOW, address="a@b.example", message_version=version,
    )  # fmt: skip
    made.save()
    return made


def ask(path, method="GET", agent=FIREFOX):
    answers = []

    async def send(message):
        answers.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"user-agent", agent.encode())]}
    asyncio.run(app.application(scope, None, send))
    return answers[0]["status"], dict(answers[0]["headers"]), answers[1]["body"]


def told(workspace):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, properties FROM people_event WHERE workspace_id = %s ORDER BY id", (workspace.pk,))
        return [(name, json.loads(p) if isinstance(p, str) else p) for name, p in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_a_click_leads_on_and_is_told(workspace, delivery):
    status, headers, _ = ask(f"/l/{sign('click', workspace.pk, delivery.pk, 1)}")
    assert status == 302
    assert headers[b"location"].startswith(b"https://shop.example/new")
    ((name, properties),) = told(workspace)
    assert (name, properties["human"], properties["footer"], properties["turn"]) == ("Link Clicked", "true", False, "hello")
    delivery.refresh_from_db()
    assert delivery.responded_at == NOW


@pytest.mark.django_db(transaction=True)
def test_a_machines_click_is_told_as_one_and_counts_as_no_response(workspace, delivery):
    assert ask(f"/l/{sign('click', workspace.pk, delivery.pk, 1)}", agent="curl/8")[0] == 302
    assert told(workspace)[0][1]["human"] == "false"
    delivery.refresh_from_db()
    assert delivery.responded_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("made", ["forged", "other use", "no such link", "no such delivery"])
def test_links_we_did_not_make_lead_nowhere(workspace, delivery, made):
    good = sign("click", workspace.pk, delivery.pk, 1)
    token = {
        "forged": good[:-3] + "AAA",
        "other use": sign("page", workspace.pk, delivery.pk, 1),
        "no such link": sign("click", workspace.pk, delivery.pk, 99),
        "no such delivery": sign("click", workspace.pk, delivery.pk + 1000, 1),
    }[made]
    assert ask(f"/l/{token}")[0] == 404
    assert told(workspace) == []


@pytest.mark.django_db(transaction=True)
def test_an_opening_is_told_once_and_the_picture_always_shown(workspace, delivery):
    token = sign("open", workspace.pk, delivery.pk)
    for path in (f"/o/{token}", f"/o/{token}", "/o/nonsense"):
        status, headers, body = ask(path)
        assert (status, headers[b"content-type"], body[:3]) == (200, b"image/gif", b"GIF")
    assert [name for name, _ in told(workspace)] == ["Message Opened"]


@pytest.mark.django_db(transaction=True)
def test_with_the_database_away_known_links_lead_on_and_the_click_is_told_later(workspace, delivery, settings, tmp_path, monkeypatch):

    settings.DATA = DataFolder(tmp_path)
    path = f"/l/{sign('click', workspace.pk, delivery.pk, 1)}"
    ask(path)

    def gone(*_):
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr(clicks, "link_targets", gone)
        patch.setattr(away, "LOOK_AGAIN", 0.0)
        assert ask(path)[0] == 302
        status, headers, body = ask(f"/l/{sign('click', workspace.pk, delivery.pk, 2)}")
        assert (status, headers[b"retry-after"], b"try again" in body) == (503, b"5", True)
        assert not away.is_away()
    assert len(told(workspace)) == 1
    Loop(only="worker", poll=0).turn()
    assert clicks.tell_spooled() == 0
    assert len(told(workspace)) == 2
    assert list(spool.folder().iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_once_the_database_is_back_it_is_asked_again_however_steadily_clicks_come(workspace, delivery, settings, tmp_path, monkeypatch):
    settings.DATA = DataFolder(tmp_path)
    path = f"/l/{sign('click', workspace.pk, delivery.pk, 1)}"
    ask(path)
    monkeypatch.setattr(away, "LOOK_AGAIN", 0.3)
    away.noticed_away()
    answers = []
    while len(answers) < 30 and len(told(workspace)) < 2:
        time.sleep(0.05)
        answers.append(ask(path)[0])
    assert set(answers) == {302}
    assert not away.is_away()
    assert ask(f"/l/{sign('click', workspace.pk, delivery.pk, 2)}")[0] == 302


@pytest.mark.django_db(transaction=True)
def test_more_clicks_than_can_wait_are_asked_to_come_again(workspace, delivery, monkeypatch):
    async def too_many(*_):
        raise Overloaded

    monkeypatch.setattr(Together, "add", too_many)
    status, headers, body = ask(f"/l/{sign('click', workspace.pk, delivery.pk, 1)}")
    assert (status, headers[b"retry-after"], b"try again" in body) == (503, b"5", True)


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_does_not_make_it_away(workspace, delivery, settings, tmp_path, monkeypatch):
    settings.DATA = DataFolder(tmp_path)

    def wrong(*_):
        raise ProgrammingError("a mistake of ours")

    with monkeypatch.context() as patch:
        patch.setattr(clicks, "link_targets", wrong)
        assert ask(f"/l/{sign('click', workspace.pk, delivery.pk, 1)}")[0] == 503
    assert ask(f"/l/{sign('click', workspace.pk, delivery.pk, 1)}")[0] == 302


@pytest.mark.django_db(transaction=True)
def test_clicks_that_come_together_are_judged_one_after_the_other_in_as_many_queries_as_one(workspace, delivery):
    def followed(*links):
        return [clicks.Followed((workspace.pk, delivery.pk, link), "GET", FIREFOX) for link in links]

    clicks.follow(followed(1))
    with CaptureQueriesContext(connection) as one:
        clicks.follow(followed(1))
    with CaptureQueriesContext(connection) as many:
        targets = clicks.follow(followed(2, 1, 9, 2))
    assert [target and target.url.partition("?")[0] for target in targets] == [
        "https://shop.example/old", "https://shop.example/new", None, "https://shop.example/old",
    ]  # fmt: skip
    assert len(many) == len(one)
    assert [properties["no"] for name, properties in told(workspace)] == [1, 1, 2, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_kept_click_counts_from_when_it_was_made(workspace, delivery, settings, tmp_path):
    settings.DATA = DataFolder(tmp_path)
    go_live(workspace)
    before = database_now()
    spool.keep({"numbers": [workspace.pk, delivery.pk, 1], "method": "GET", "agent": FIREFOX, "purpose": ""})
    (kept,) = spool.folder().iterdir()
    made = json.loads(kept.read_text()) | {"at": (before - timedelta(hours=2)).isoformat()}
    kept.write_text(json.dumps(made) + "\n")
    clicks.tell_spooled()
    with connection.cursor() as cursor:
        cursor.execute("SELECT occurred_at, received_at FROM people_event WHERE workspace_id = %s", (workspace.pk,))
        ((occurred_at, received_at),) = cursor.fetchall()
    assert occurred_at == received_at == before - timedelta(hours=2)


@pytest.mark.django_db(transaction=True)
def test_kept_clicks_of_many_moments_are_noted_in_as_many_queries_as_one(workspace, delivery, settings, tmp_path):
    settings.DATA = DataFolder(tmp_path)
    go_live(workspace)
    before = database_now()
    letters = copies(delivery, 5)

    def kept(some):
        """Keep two clicks of each, the second an hour or more before the first."""
        spool.keep(*({"numbers": [workspace.pk, one.pk, 1], "method": "GET", "agent": FIREFOX} for one in some for _ in range(2)))
        (file,) = spool.folder().iterdir()
        hours = [hour for place in range(len(some)) for hour in (1, 2 + place / 4)]
        made = [json.loads(line) for line in file.read_text().splitlines()]
        dated = [one | {"at": (before - timedelta(hours=hour)).isoformat()} for one, hour in zip(made, hours, strict=True)]
        file.write_text("".join(json.dumps(one) + "\n" for one in dated))

    kept(letters[:1])
    clicks.tell_spooled()
    kept(letters[1:2])
    with CaptureQueriesContext(connection) as one:
        assert clicks.tell_spooled() == 2
    kept(letters[2:])
    with CaptureQueriesContext(connection) as many:
        assert clicks.tell_spooled() == 6
    assert len(many) == len(one)
    responded = [Delivery.within(workspace).get(pk=letter.pk).responded_at for letter in letters]
    assert responded[2:] == [before - timedelta(hours=hours) for hours in (2, 2.25, 2.5)]


@pytest.mark.django_db(transaction=True)
def test_personal_links_of_many_are_filled_in_by_as_many_queries_as_one(workspace, delivery):
    source = "message: mine\nemail: {subject: Mine, body: '[Mine](https://shop.example/{{ person.town | default: \"all\" }}/tea)'}\n"
    version = save_message(workspace=workspace, name="mine", source=source, now=NOW)
    letters = copies(delivery, 6, message_version=version)
    towns = ["Graz", "Linz & more", "Wels", "Graz", "Lech", "Enns"]
    facts = [NewFact(one.profile_id, "town", town, "form", NOW) for one, town in zip(letters, towns, strict=True)]
    learn(workspace=workspace, facts=facts, now=NOW)

    def asked(some):
        with CaptureQueriesContext(connection) as queries:
            found = link_targets(workspace, [(one.pk, 1) for one in some])
        return [found[one.pk, 1].url.partition("?")[0] for one in some], len(queries)

    asked(letters[:1])
    assert asked(letters[:1])[1] == asked(letters[1:])[1]
    assert asked(letters)[0] == [f"https://shop.example/{quote(town, safe='')}/tea" for town in towns]


def copies(delivery, count, **other):
    """Make letters like one, each to somebody else."""
    made = []
    for profile in add(workspace=delivery.workspace, seen_at=[NOW] * count):
        about = {field.attname: getattr(delivery, field.attname) for field in Delivery._meta.concrete_fields}
        about |= {"id": None, "person": profile, "profile_id": profile, **other}
        made.append(Delivery(**{key: value for key, value in about.items() if not (key == "message_version_id" and other)}))
        made[-1].save()
    return made


@pytest.mark.django_db(transaction=True)
def test_no_silence_is_concluded_past_a_click_that_is_being_written(workspace, delivery, monkeypatch):
    go_live(workspace)
    workspace.refresh_from_db()
    wrote, seen = clicks.timeline.write, []

    def while_somebody_concludes(*, workspace, events, now):
        with ThreadPoolExecutor(1) as thread:
            thread.submit(conclude, workspace, now).result()
        wrote(workspace=workspace, events=events, now=now)

    def conclude(workspace, clicked_at):
        seen.append((processed_until(workspace, database_now()), clicked_at))
        connection.close()

    monkeypatch.setattr(clicks.timeline, "write", while_somebody_concludes)
    assert ask(f"/l/{sign('click', workspace.pk, delivery.pk, 1)}")[0] == 302
    ((until, clicked_at),) = seen
    assert until <= clicked_at
