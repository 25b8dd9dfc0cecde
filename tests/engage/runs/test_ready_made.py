"""Each ready-made dialogue is planned, simulated, dumped byte for byte, and lives through a virtual month."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from duologue.brand.catalogue.models import Product
from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import in_order, named
from duologue.engage.conversations.actions import close
from duologue.engage.conversations.models import Conversation
from duologue.engage.models import Delivery, KeptMail, Run
from duologue.engage.runs import actions, queries
from duologue.engage.runs.rules.assumed import Assumptions
from duologue.engage.runs.simulate import simulate
from duologue.people.consent.actions import NewStatement, state
from duologue.strategize.dialogues import ready
from duologue.strategize.dialogues.rules.read import read_dialogue

pytestmark = pytest.mark.django_db(transaction=True)

BASE = {
    "brand.yaml": "name: Tea & Post\nsenders: {email: {name: May, address: may@shop.example}}\nfooter: Tea & Post, 3 Mill Lane, Bristol\n",
    "purposes.yaml": """\
promotions: {title: Offers, basis: consent}
newsletter: {title: Letters, basis: consent}
bookings: {title: Bookings, basis: contract}
orders: {title: Orders, basis: contract}
service: {title: Service, basis: contract}
voices: {title: Showing what you say, shows: true}
""",
    "teams.yaml": "care: {emails: [care@shop.example]}\nevents: {emails: []}\n",
}
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NAMES = ["basket", "birthday", "event", "no-answer", "praise", "recovery", "referral", "replenishment", "review", "welcome", "win-back"]


def put_in_force(shop, name, **chosen):
    files = {**BASE, **ready.files(name, chosen)}
    plan = in_order([named(path, text.encode()) for path, text in files.items()])
    outcome = apply_files(workspace=shop.workspace, files=plan, now=shop.now)
    assert not [warning for warning in outcome.warnings if "channel" in warning and "best" not in warning and "same" not in warning]
    return files


def mails(shop, person):
    return list(KeptMail.within(shop.workspace).filter(recipient=f"p{person}@example.com").order_by("id").values_list("subject", flat=True))


def answer(shop, person, survey, **answers):
    shop.happen("Survey Answered", [person], {"survey": survey, "answers": answers})
    shop.turn()


def close_all(shop, outcome="solved"):
    for conversation in Conversation.within(shop.workspace).filter(state="open"):
        close(workspace=shop.workspace, conversation=conversation.pk, outcome=outcome, now=shop.now)
    shop.turn()


def test_there_are_eleven():
    assert ready.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_asks_for_all_that_it_chooses_and_explains_it(name):
    made = ready.ready_made(name)
    assert set(made.asks) == set(made.defaults)
    assert made.about
    files = ready.files(name, {})
    assert not [path for path, text in files.items() if "$" in text and not path.startswith("dialogues/")]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_simulated_to_its_ends(name):
    text = ready.files(name, {})[f"dialogues/{name}.yaml"]
    plan = read_dialogue(text, f"{name}.yaml")
    forecast = simulate(plan, Assumptions(people=200, rates={"closed": 0.9, "overdue": 0.1}), NOON)
    assert sum(forecast.ended.values()) == round(200 * (1 - plan.holdout))
    assert "loop" not in forecast.ended
    assert "never" not in forecast.ended


@pytest.mark.parametrize("name", NAMES)
def test_it_is_put_in_force_and_dumped_byte_for_byte(shop, name):
    files = put_in_force(shop, name)
    dumped = files_in_force(shop.workspace)
    assert dumped.keys() - files.keys() == {"channels.yaml"}  # the mailbox that the test itself put in
    assert {path: dumped[path] for path in files} == {path: text.encode() for path, text in files.items()}


def test_what_is_chosen_is_what_it_does(shop):
    files = put_in_force(shop, "birthday", hour="11:00", purpose="newsletter", worth="7 GBP")
    plan = read_dialogue(files["dialogues/birthday.yaml"])
    assert (plan.purpose, plan.starts[0].at) == ("newsletter", "11:00")
    assert "worth: 7 GBP" in files["offers/birthday-treat.yaml"]
    assert "offers/birthday-treat.yaml" not in ready.files("birthday", {"treat": "ten-percent"})
    for wrong in ({"hours": "11:00"},):
        with pytest.raises(ready.NotReady, match="did you mean 'hour'"):
            ready.files("birthday", wrong)
    with pytest.raises(ready.NotReady, match="did you mean 'birthday'"):
        ready.ready_made("birthdy")


def month(shop, name, **chosen):
    put_in_force(shop, name, **chosen)
    actions.start_dialogue(workspace=shop.workspace, name=name, now=shop.now)
    shop.turn()


def over(shop, name, days=31):
    shop.advance(days=days)
    shop.adds_up()
    row = Run.within(shop.workspace).filter(dialogue__name=name).first()
    return queries.status(shop.workspace, row.dialogue_id)


def test_a_month_of_welcome(shop):
    keen, silent = shop.add_people(2, consent=False)
    month(shop, "welcome")
    shop.happen("Consent Requested", [keen, silent], {"purpose": "newsletter"})
    shop.turn()
    shop.state([keen], "granted", "newsletter")
    shop.turn()
    shop.advance(days=2, hours=1)
    answer(shop, keen, "welcome-question", likes=["ideas"])
    status = over(shop, "welcome")
    assert mails(shop, keen) == [
        "Please say yes once more",
        "Hello, and what you can expect",
        "One question",
        "Thank you, and here is something for you",
    ]
    assert mails(shop, silent) == ["Please say yes once more"] * 2
    assert status["people"]["ended"] == {"end": 2}


def test_a_month_of_baskets(shop):
    quick, large, sold_out = shop.add_people(3)
    month(shop, "basket")
    Product(workspace=shop.workspace, key="tea", name="Tea", currency="GBP", stock=0).save()
    shop.know("minutes_to_decide", [quick], 60)
    basket = {"cart_id": "c1", "total": 20, "products": [{"product_id": "cup"}]}
    shop.happen("Cart Updated", [quick], basket)
    shop.happen("Cart Updated", [large], {**basket, "cart_id": "c2", "total": 90})
    shop.happen("Cart Updated", [sold_out], {**basket, "cart_id": "c3", "products": [{"product_id": "tea"}]})
    shop.turn()
    shop.advance(hours=2)
    shop.happen("Order Completed", [quick], {"order_id": "1", "cart_id": "c1", "revenue": 20})
    shop.turn()
    over(shop, "basket")
    runs = dict(Run.within(shop.workspace).values_list("profile_id", "ended_reason"))
    said = {
        quick: ["Your basket is still here"],
        large: ["Your basket is still here", "A little off your basket"],
        sold_out: ["What was in your basket is sold out"],
    }
    assert {person: mails(shop, person) for person in runs} == {person: said[person] for person in runs}
    assert runs.get(quick, "goal") == "goal"


def test_a_month_of_win_back(shop):
    shop.add_people(20)
    for person in shop.people:
        shop.happen("Order Completed", [person], {"order_id": str(person), "revenue": 30}, at=shop.now - timedelta(days=120))
    month(shop, "win-back")
    status = over(shop, "win-back")
    turns = Delivery.within(shop.workspace).filter(state="accepted").values_list("turn", flat=True)
    assert {"invite", "why"} < set(turns)
    assert set(turns) & {"news", "small", "large"}
    assert status["people"]["under_way"] == 0
    assert status["people"]["held_out"] + sum(status["people"]["ended"].values()) == 20


def test_a_month_of_birthdays(shop):
    shop.add_people(10)
    shop.know("birthday", shop.people[:9], "1990-01-12")
    month(shop, "birthday")
    status = over(shop, "birthday")
    assert status["people"]["considered"] == 9
    wished = [person for person in shop.people if mails(shop, person)]
    assert all(mails(shop, person) == ["Happy birthday", "Your birthday treat ends in three days"] for person in wished)
    assert len(wished) + status["people"]["held_out"] == 9


def test_a_month_of_an_event(shop):
    came, missed, cancelled = shop.add_people(3)
    month(shop, "event")
    starts, ends = shop.now + timedelta(days=7), shop.now + timedelta(days=7, hours=2)
    booked = {"occasion": "tasting", "starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
    shop.happen("Place Booked", shop.people, booked)
    shop.turn()
    shop.happen("Booking Cancelled", [cancelled], {"occasion": "tasting"})
    shop.turn()
    shop.advance(days=7, hours=1)
    shop.happen("Attended", [came], {"occasion": "tasting"})
    shop.advance(hours=22)
    answer(shop, came, "event-survey", nps=9)
    status = over(shop, "event")
    assert mails(shop, came) == ["Your place is booked", "See you tomorrow", "How was it?"]
    assert mails(shop, missed) == ["Your place is booked", "See you tomorrow", "We missed you"]
    assert mails(shop, cancelled) == ["Your place is booked", "Your place is given up"]
    assert status["people"]["ended"] == {"end": 3}


def test_a_month_of_referrals(shop):
    happy, buyer, silent = shop.add_people(3)
    month(shop, "referral")
    shop.happen("Message Replied", [happy], {"intent": "praise", "words": []})
    shop.happen("Order Completed", [buyer], {"order_id": "1", "revenue": 120})
    shop.happen("Order Completed", [silent], {"order_id": "2", "revenue": 20})
    shop.turn()
    shop.advance(days=2)
    shop.happen("Friend Ordered", [happy], {"friend": "f1", "check": "clear"})
    shop.happen("Friend Ordered", [buyer], {"friend": "f2", "check": "clear"})
    shop.turn()
    shop.advance(days=3)
    shop.happen("Friend Returned", [buyer], {"friend": "f2"})
    status = over(shop, "referral")
    assert mails(shop, happy) == ["For a friend of yours", "Thank you for your friend"]
    assert (mails(shop, buyer), mails(shop, silent)) == (["For a friend of yours"], [])
    assert status["people"]["considered"] == 2


def test_a_month_of_complaints(shop):
    solved, forgotten = shop.add_people(2)
    month(shop, "recovery")
    shop.happen("Message Replied", [solved], {"intent": "complaint", "words": [], "text": "It broke."})
    shop.turn()
    shop.advance(hours=1)
    close_all(shop)
    shop.happen("Review Posted", [forgotten], {"stars": 1})
    shop.turn()
    shop.advance(days=4)
    answer(shop, solved, "recovery-solved", solved="yes")
    over(shop, "recovery")
    assert mails(shop, solved) == ["We have heard you", "Was it solved?", "Thank you for telling us"]
    assert mails(shop, forgotten) == ["We have heard you"]
    told = KeptMail.within(shop.workspace).filter(recipient="care@shop.example").values_list("subject", flat=True)
    assert list(told) == ["A complaint waits"] * 2
    assert shop.where(forgotten) == "care"


def test_a_month_of_reviews(shop):
    glad, cross, silent = shop.add_people(3)
    month(shop, "review")
    shop.happen("Order Delivered", shop.people, {"order_id": "1"})
    shop.turn()
    shop.advance(days=8)
    answer(shop, glad, "review-stars", stars=5)
    answer(shop, cross, "review-stars", stars=2)
    close_all(shop)
    status = over(shop, "review")
    assert mails(shop, glad) == ["How do you like it?", "Would you say so?"]
    assert mails(shop, cross) == ["How do you like it?"]
    assert mails(shop, silent) == ["How do you like it?"] * 2
    assert sum(status["people"]["ended"].values()) == 3


def test_a_month_of_praise(shop):
    glad, writes, silent = shop.add_people(3)
    month(shop, "praise")
    shop.happen("Message Replied", shop.people, {"intent": "praise", "words": []})
    shop.turn()
    answer(shop, glad, "praise-words", quote="Lovely", photo=True)
    shop.happen("Message Replied", [writes], {"intent": "praise", "words": []})
    shop.turn()
    with transaction.atomic():
        state(workspace=shop.workspace, statements=[NewStatement(writes, "public", "voices", "granted", shop.now, "page")], now=shop.now)
    over(shop, "praise")
    first, last = "Thank you. May others read it?", "Thank you for your words"
    assert [mails(shop, one) for one in (glad, silent)] == [[first, last], [first]]
    assert mails(shop, writes) == [first, "May we show what you wrote?", last]


def test_a_month_of_replenishment(shop):
    fast, slow, again = shop.add_people(3)
    month(shop, "replenishment")
    shop.know("days_between_orders", [fast, again], 20)
    shop.happen("Order Completed", shop.people, {"order_id": "1", "revenue": 20})
    shop.turn()
    shop.advance(days=10)
    shop.happen("Order Completed", [again], {"order_id": "2", "revenue": 20})
    shop.turn()
    over(shop, "replenishment", days=20)
    assert mails(shop, fast) == ["Running low?", "Still enough?"]
    assert mails(shop, slow) == ["Running low?", "Still enough?"]
    assert mails(shop, again) == ["Running low?"]


def test_a_month_without_an_answer(shop):
    silent, answers = shop.add_people(2)
    month(shop, "no-answer")
    actions.start_by_hand(workspace=shop.workspace, name="no-answer", persons=shop.people, now=shop.now)
    shop.turn()
    shop.happen("Message Replied", [answers], {"intent": "other", "words": []})
    shop.turn()
    close_all(shop)
    status = over(shop, "no-answer")
    assert mails(shop, silent) == ["A question that we need your answer for", *["We still need your answer"] * 2]
    assert mails(shop, answers) == ["A question that we need your answer for"]
    assert KeptMail.within(shop.workspace).filter(recipient="care@shop.example", subject="No answer").count() == 1
    assert sum(status["people"]["ended"].values()) == 2
