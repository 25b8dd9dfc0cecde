"""Real processes, killed without warning while they play a virtual clock: nothing is lost and nothing is sent twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from duologue.engage.models import Delivery, KeptMail, Run
from duologue.engage.runs import queries
from duologue.platform.workspaces.queries import now
from tests.engage.runs.conftest import shop  # noqa: F401 the same small shop

PLAN = """
dialogue: crash
purpose: promotions
audience: everyone
turns:
  first: {say: hello, listen: [{silence: 6h, then: second}]}
  second: {say: again, listen: [{silence: 6h, then: third}]}
  third: {give: ten, say: gift, listen: [{withheld: any, then: end}, {silence: 12h, then: end}]}
"""
PEOPLE = 120
KILLS = 4


def environment():
    into = connection.settings_dict
    url = f"postgresql://{into['USER']}@/{into['NAME']}?host={into['HOST']}&port={into['PORT'] or 5432}"
    return {**os.environ, "DATABASE_URL": url}


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_killed_at_random_it_goes_on_and_sends_nothing_twice(shop):  # noqa: F811
    shop.add_people(PEOPLE)
    shop.offer("ten", lasts="5d", limits={"all": 100})
    shop.segment("everyone", shop.people)
    dialogue = shop.dialogue(PLAN)
    to = shop.now + timedelta(days=3)
    line = [sys.executable, "-m", "duologue", "clock", "advance", "--to", to.isoformat(), "--workspace", "shop"]
    chance = random.Random(7)
    for _ in range(KILLS):
        process = subprocess.Popen(line, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sent = Delivery.within(shop.workspace).filter(state="accepted").count()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            if Delivery.within(shop.workspace).filter(state__in=["accepted", "handing_over"]).count() > sent:
                break  # it is at work
            time.sleep(0.01)
        time.sleep(chance.random() * 0.4)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert queries.unbalanced(shop.workspace) == []
    for _ in range(3):  # what a dead sender left is settled once its time is over
        subprocess.run(line, env=environment(), check=True, stdout=subprocess.DEVNULL, timeout=300)
        if now(shop.workspace) >= to and not Delivery.within(shop.workspace).filter(state__in=["handing_over", "queued"]).exists():
            break
        to += timedelta(hours=1)
        line[line.index("--to") + 1] = to.isoformat()
    kept = Counter(KeptMail.within(shop.workspace).values_list("delivery_id", flat=True))
    assert set(kept.values()) == {1}
    states = Counter(Delivery.within(shop.workspace).values_list("state", flat=True))
    assert set(states) <= {"accepted", "uncertain", "withheld"}
    assert sum(states.values()) == 3 * PEOPLE
    assert states["withheld"] == 20
    assert len(kept) >= states["accepted"]
    runs = queries.runs_of(shop.workspace, dialogue.pk)
    assert (runs["started"], runs["under_way"], runs["ended"]) == (PEOPLE, 0, {"end": PEOPLE})
    assert Run.within(shop.workspace).values("person").distinct().count() == PEOPLE
    assert queries.unbalanced(shop.workspace) == []
