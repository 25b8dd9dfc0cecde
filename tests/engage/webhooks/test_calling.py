"""A dialogue asks another program: from the outbox, signed, once, and it goes on by what was answered."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from duologue.engage.models import WebhookCall
from duologue.engage.webhooks.actions import NewCall, call_all, save_webhook
from duologue.engage.webhooks.outbox import LEASE, claim, settle
from duologue.engage.webhooks.rules import MOST_ATTEMPTS, Came, signature
from duologue.people.models import Event
from duologue.people.privacy.actions import erase
from duologue.platform.secrets.actions import put_secret
from duologue.platform.secrets.models import Secret
from tests.engage.runs.conftest import Shop, shop  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)

ASKS = """
dialogue: asks
purpose: promotions
starts: {event: Cart Updated}
turns:
  stock:
    call: stock
    with: {skus: {from: start.skus}, shop: main}
    listen:
      - {ok: any, where: {left: {over: 0}}, then: there}
      - {ok: any, then: gone}
      - {failed: any, then: broken}
  there: {say: hello, only_if: {call.stock.left: {at_least: 2}}, listen: [{silence: 1d, then: end}]}
  gone: {say: again, listen: [{silence: 1d, then: end}]}
  broken: {say: last, listen: [{silence: 1d, then: end}]}
"""


class Program:
    """Another program: it keeps what it was asked and answers as told."""

    def __init__(self):
        self.asked, self.answers = [], []
        self.may_answer = threading.Event()
        self.may_answer.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.asked.append((dict(self.headers.items()), body))
                outer.may_answer.wait()
                status, said = outer.answers.pop(0) if outer.answers else (200, {"left": 3})
                self.send_response(status)
                self.end_headers()
                self.wfile.write(said if isinstance(said, bytes) else json.dumps(said).encode())

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 64

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/stock"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def program():
    made = Program()
    yield made
    made.may_answer.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def asking(shop, program, settings):  # noqa: F811
    settings.WEBHOOKS_PRIVATE = True
    save_webhook(workspace=shop.workspace, name="stock", url=program.url, signing_secret="stock-hook", is_test=True)
    put_secret(shop.workspace, "stock-hook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    shop.add_people(1)
    shop.dialogue(ASKS)
    return shop


def ask(shop):  # noqa: F811
    shop.happen("Cart Updated", shop.people, {"skus": ["a", "b"]})
    shop.turn()


def put_into_outbox(shop):  # noqa: F811
    calls = [NewCall("stock", person, None, "asks", "stock", 0, {}) for person in shop.people]
    call_all(workspace=shop.workspace, calls=calls, now=shop.now)


def test_it_is_asked_signed_and_goes_on_by_the_answer(asking, program):
    ask(asking)
    (headers, body) = program.asked[0]
    headers = {key.lower(): value for key, value in headers.items()}
    assert json.loads(body)["data"] == {
        "dialogue": "asks",
        "turn": "stock",
        "profile": asking.people[0],
        "with": {"skus": ["a", "b"], "shop": "main"},
    }
    assert int(headers["webhook-timestamp"]) == int(asking.now.timestamp())
    signed = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", headers["webhook-id"], asking.now, body)
    assert headers["webhook-signature"] == signed
    assert (asking.where(asking.people[0]), asking.states()) == ("there", {"accepted": 1})
    assert WebhookCall.within(asking.workspace).count() == 0
    asking.adds_up()


@pytest.mark.parametrize(("answers", "turn"), [([(200, {"left": 0})], "gone"), ([(200, {})], "gone"), ([(404, {})], "broken")])
def test_other_answers_lead_elsewhere(asking, program, answers, turn):
    program.answers = answers
    ask(asking)
    assert asking.where(asking.people[0]) == turn


def test_what_fails_for_now_is_tried_again_under_the_same_id(asking, program):
    program.answers = [(503, {}), (429, {}), (200, {"left": 5})]
    ask(asking)
    assert asking.where(asking.people[0]) == "stock"
    asking.advance(minutes=2)
    assert asking.where(asking.people[0]) == "there"
    assert len(program.asked) == 3
    assert len({headers.get("webhook-id") or headers.get("Webhook-Id") for headers, _ in program.asked}) == 1


def test_after_the_last_try_it_has_failed_and_says_why(asking, program):
    program.answers = [(500, {})] * 6
    ask(asking)
    asking.advance(hours=1)
    assert (asking.where(asking.people[0]), len(program.asked)) == ("broken", 6)
    assert Event.within(asking.workspace).get(name="Webhook Failed").properties["reason"] == "status 500"
    asking.adds_up()


def test_private_networks_are_not_called_unless_that_is_allowed(asking, program, settings):
    settings.WEBHOOKS_PRIVATE = False
    ask(asking)
    assert (asking.where(asking.people[0]), program.asked) == ("broken", [])


def test_with_a_virtual_clock_only_test_webhooks_are_called(asking, program):
    save_webhook(workspace=asking.workspace, name="stock", url=program.url)
    ask(asking)
    assert (asking.where(asking.people[0]), program.asked) == ("broken", [])


def test_a_webhook_that_is_gone_has_failed(asking, program):
    save_webhook(workspace=asking.workspace, name="stock", url=program.url, is_test=True).delete()
    ask(asking)
    assert asking.where(asking.people[0]) == "broken"


def test_erasing_a_person_takes_their_calls_out_of_the_outbox(asking, program):
    program.answers = [(503, {})]
    ask(asking)
    assert WebhookCall.within(asking.workspace).count() == 1
    erase(workspace=asking.workspace, person=asking.people[0], now=asking.now)
    assert WebhookCall.within(asking.workspace).count() == 0


@pytest.mark.parametrize("said", [{"left": "\0"}, b"[" * 30_000])
def test_an_answer_that_cannot_be_kept_costs_nobody_else_theirs(asking, program, said):
    asking.add_people(3)
    program.answers = [(200, said)]
    ask(asking)
    assert len(program.asked) == 4
    assert Counter(asking.where(person) for person in asking.people)["there"] == 3
    assert WebhookCall.within(asking.workspace).count() == 0
    asking.adds_up()


def test_what_cannot_be_written_is_settled_apart_and_has_failed(asking):
    asking.add_people(2)
    put_into_outbox(asking)
    due = sorted(claim(workspace=asking.workspace, most=9, now=asking.now), key=lambda one: one.id)
    came = [Came(answer={"left": 1}), Came(answer={"left": "\0"}), Came(answer={"left": 2})]
    settle(workspace=asking.workspace, done=list(zip(due, came, strict=True)), now=asking.now)
    told = Event.within(asking.workspace).filter(name__startswith="Webhook ").order_by("pk")
    assert [event.properties.get("answer") or event.properties["reason"] for event in told] == [
        {"left": 1},
        "its answer cannot be kept",
        {"left": 2},
    ]
    assert WebhookCall.within(asking.workspace).count() == 0


def test_it_is_not_tried_more_often_though_nobody_reported(asking, program):
    program.answers = [(503, {})]
    ask(asking)
    WebhookCall.within(asking.workspace).update(attempt=MOST_ATTEMPTS, due_at=asking.now)
    asking.turn()
    assert (asking.where(asking.people[0]), len(program.asked)) == ("broken", 1)


def test_who_is_erased_while_a_call_is_made_is_not_told_of(asking):
    asking.add_people(1)
    put_into_outbox(asking)
    due = claim(workspace=asking.workspace, most=9, now=asking.now)
    erase(workspace=asking.workspace, person=asking.people[0], now=asking.now)
    settle(workspace=asking.workspace, done=[(one, Came(answer={})) for one in due], now=asking.now)
    assert [event.profile_id for event in answers_told(asking)] == [asking.people[1]]


def test_of_two_who_made_the_same_call_the_first_to_report_is_heard(asking):
    put_into_outbox(asking)
    (slow,) = claim(workspace=asking.workspace, most=9, now=asking.now)
    (quick,) = claim(workspace=asking.workspace, most=9, now=asking.now + LEASE)
    settle(workspace=asking.workspace, done=[(slow, Came(reason="timeout", try_again=True))], now=asking.now + LEASE)
    assert WebhookCall.within(asking.workspace).get().claimed_until == asking.now + LEASE + LEASE
    for one, left in ((quick, 2), (slow, 1)):
        settle(workspace=asking.workspace, done=[(one, Came(answer={"left": left}))], now=asking.now + LEASE)
    assert [event.properties["answer"] for event in answers_told(asking)] == [{"left": 2}]


@pytest.mark.parametrize("sealed", [None, bytes(40)])
def test_nothing_is_called_unsigned_for_want_of_its_secret(asking, program, sealed):
    Secret.within(asking.workspace).update(sealed=sealed) if sealed else put_secret(asking.workspace, "stock-hook", "")
    save_webhook(workspace=asking.workspace, name="open", url=program.url, is_test=True)
    other = [NewCall("open", asking.people[0], None, "asks", "stock", 0, {})]
    call_all(workspace=asking.workspace, calls=other, now=asking.now)
    ask(asking)
    assert (asking.where(asking.people[0]), len(program.asked), len(answers_told(asking))) == ("broken", 1, 1)
    assert Event.within(asking.workspace).get(name="Webhook Failed").properties["reason"] == "its secret is not kept"


def answers_told(shop):  # noqa: F811
    return Event.within(shop.workspace).filter(name="Webhook Answered").order_by("pk")
