"""Signing up as the how-to describes it: a form, the question at the address, the answer, the first letter."""

from pathlib import Path

import pytest
from django.urls import reverse

from duologue.cli.plans.applying import apply_files
from duologue.cli.plans.folder import read_folder
from duologue.cli.worker.once import turn_the_wheel
from duologue.engage.channels.models import KeptMail
from duologue.engage.messages.models import Delivery
from duologue.engage.runs.actions import start_dialogue
from duologue.people.consent.models import ConsentNow, ConsentStatement
from duologue.platform.secrets.signing import sign
from duologue.platform.workspaces.queries import now
from duologue.web.public import machines
from tests.docs.pages import File, steps

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "sites.md"
FORM = {"email": "ann@example.com", "first_name": "Ann", "consent-newsletter": "yes"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(workspace, tmp_path):
    for step in steps(PAGE):
        if isinstance(step, File):
            path = tmp_path / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.content)
    apply_files(workspace=workspace, files=read_folder(tmp_path / "plan"), now=now(workspace))
    start_dialogue(workspace=workspace, name="sign-up", now=now(workspace))
    machines._seen.clear()
    return workspace


@pytest.mark.parametrize(("answer", "state", "letters"), [("yes", "granted", ["ask", "hello"]), ("no", "refused", ["ask"])])
def test_nothing_but_the_question_comes_before_the_answer(shop, client, answer, state, letters):
    client.post("/at/shop/tea-letter", FORM, headers={"Origin": "https://shop.example"})
    turn_the_wheel(shop, now(shop))
    asked = Delivery.within(shop).get()
    assert (asked.turn, asked.state, asked.basis) == ("ask", "accepted", "confirmation")
    assert "Is this you?" in bytes(KeptMail.within(shop).get().content).decode()
    assert not ConsentNow.within(shop).exists()
    link = reverse("public:survey", args=[sign("page", shop.pk, asked.pk)])
    assert client.get(link).status_code == 200
    client.post(link, {"answer": answer})
    turn_the_wheel(shop, now(shop))
    said = ConsentStatement.within(shop).get()
    assert (said.state, said.proof) == (state, {"delivery": asked.pk})
    assert "The tea letter" in said.wording
    assert list(Delivery.within(shop).order_by("pk").values_list("turn", flat=True)) == letters


def test_whoever_is_entered_again_and_again_is_asked_once(shop, client):
    for name in ("Ann", "Anna", "Annie"):
        client.post("/at/shop/tea-letter", FORM | {"first_name": name}, headers={"Origin": "https://shop.example"})
        turn_the_wheel(shop, now(shop))
    assert Delivery.within(shop).count() == 1
