"""The eight real dialogues: put in force as they are, dumped byte for byte, and run through in an example workspace."""

from datetime import timedelta
from pathlib import Path

import pytest

from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import read_folder
from duologue.engage.conversations.actions import close
from duologue.engage.conversations.models import Conversation
from duologue.engage.models import Delivery, KeptMail, Run
from duologue.engage.runs import actions, queries
from duologue.platform.workspaces.models import Workspace
from duologue.strategize.models import Dialogue

pytestmark = pytest.mark.django_db(transaction=True)
PLAN = Path(__file__).parents[3] / "examples" / "eight-dialogues" / "plan"
REAL = {path.stem: path for path in (Path(__file__).parents[2] / "data" / "dialogues").glob("*.yaml")}
NAMES = ["basket", "birthday", "recovery", "referral-reward", "spring-radio", "tasting", "welcome", "win-back"]


@pytest.fixture
def brand(shop):
    Workspace.objects.filter(pk=shop.workspace.pk).update(currency="EUR", timezone="Europe/Vienna")
    shop.workspace.refresh_from_db()
    shop.outcome = apply_files(workspace=shop.workspace, files=read_folder(PLAN), now=shop.now)
    return shop


def mails(brand, person):
    rows = KeptMail.within(brand.workspace).filter(recipient=f"p{person}@example.com").order_by("id")
    return list(rows.values_list("subject", flat=True))


def start(brand, name):
    actions.start_dialogue(workspace=brand.workspace, name=name, now=brand.now)
    brand.turn()


def how(brand, name):
    brand.adds_up()
    return queries.people_of(brand.workspace, Dialogue.within(brand.workspace).get(name=name).pk)


def ran(brand, name, person):
    return Run.within(brand.workspace).filter(dialogue__name=name, profile_id=person).latest("id")


def test_the_example_holds_the_real_dialogues_as_they_are():
    texts = {path.read_bytes() for path in REAL.values()}
    assert {path.read_bytes() for path in (PLAN / "dialogues").iterdir()} == texts
    assert sorted(path.stem for path in (PLAN / "dialogues").iterdir()) == NAMES


def test_they_are_put_in_force_and_dumped_byte_for_byte(brand):
    dumped, files = files_in_force(brand.workspace), {file.path: file.content for file in read_folder(PLAN)}
    assert dumped.keys() - files.keys() <= {"channels.yaml"}  # the mailbox that the test itself put in
    assert {path: dumped[path] for path in files} == files
    passed_over = {warning.split(" the channel ")[1].split()[0] for warning in brand.outcome.warnings if " the channel " in warning}
    assert passed_over == {"sms", "push", "site", "post"}
    assert not apply_files(workspace=brand.workspace, files=read_folder(PLAN), now=brand.now).changes


def test_welcome(brand):
    (vegan,) = brand.add_people(1, consent=False)
    start(brand, "welcome")
    brand.happen("Consent Requested", [vegan], {"purpose": "newsletter"})
    brand.turn()
    brand.state([vegan], "granted", "newsletter")
    brand.turn()
    brand.happen("Survey Answered", [vegan], {"survey": "diet", "answers": {"diet": "vegan"}})
    brand.advance(days=31)
    assert mails(brand, vegan) == [
        "Please say yes once more",
        "Hello from the kitchen",
        "One question",
        "Five dinners without meat",
        "Five euros for your first box",
    ]
    assert how(brand, "welcome")["ended"] == {"end": 1}


def test_basket(brand):
    people = brand.add_people(6)
    brand.know("minutes_to_decide", people[:1], 60)
    start(brand, "basket")
    brand.happen("Cart Updated", people[:5], {"cart_id": "c", "total": 80, "products": [{"product_id": "box-2"}, {"product_id": "knife"}]})
    brand.happen("Cart Updated", people[5:], {"cart_id": "d", "total": 80, "products": [{"product_id": "knife"}]})
    brand.advance(days=31)
    standing = how(brand, "basket")
    assert standing["held_out"] + sum(standing["ended"].values()) == 6
    said = {tuple(mails(brand, person)) for person in people[:5]}
    assert said <= {("Your basket is still here", "A little off your basket"), ()}
    assert mails(brand, people[5]) in (["What comes close"], [])
    went = set(brand_steps(brand, "basket"))
    assert {"think", "stock", "remind", "worth-it", "sweeten"} <= went


def brand_steps(brand, name):
    from duologue.engage.models import RunStep

    dialogue = Dialogue.within(brand.workspace).get(name=name).pk
    return RunStep.within(brand.workspace).filter(dialogue_id=dialogue).values_list("turn", flat=True)


def test_win_back(brand):
    people = brand.add_people(60)
    long_ago = brand.now - timedelta(days=120)
    for number, person in enumerate(people):
        brand.happen("Order Completed", [person], {"order_id": str(number), "revenue": 200}, at=long_ago)
    brand.know("staff", people[:1], value=True)
    brand.turn()
    start(brand, "win-back")
    brand.advance(days=1)
    for person in Run.within(brand.workspace).filter(turn="invite").values_list("profile_id", flat=True):
        brand.click(person, "invite")
    brand.advance(days=30)
    standing = how(brand, "win-back")
    assert standing["not_started"] == {"excepted": 1}
    assert 0 < standing["held_out"] < 20
    assert standing["under_way"] == 0
    turns = Delivery.within(brand.workspace).filter(state="accepted").values_list("turn", flat=True)
    assert {"invite", "news", "small", "large", "last"} <= set(turns)


def test_tasting(brand):
    came, missed = brand.add_people(2)
    brand.state([came], "granted", "promotions")
    start(brand, "tasting")
    at = brand.now + timedelta(days=10)
    booked = {"occasion": "t1", "starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=2)).isoformat(), "zone": "Europe/Vienna"}
    brand.happen("Place Booked", [came, missed], booked)
    brand.turn()
    brand.advance(days=10, hours=1)
    brand.happen("Attended", [came], {"occasion": "t1"})
    brand.advance(days=1)
    brand.happen("Survey Answered", [came], {"survey": "tasting", "answers": {"nps": 10}})
    brand.turn()
    brand.happen("Survey Answered", [came], {"survey": "photo-and-quote", "answers": {"quote": "Go."}})
    brand.advance(days=20)
    assert mails(brand, missed) == ["Your place is booked", "See you tomorrow", "We missed you"]
    assert mails(brand, came)[:2] == ["Your place is booked", "See you tomorrow"]
    assert mails(brand, came)[-1] == "Thank you, and fifty points"
    assert how(brand, "tasting")["ended"] == {"end": 2}


def test_referral_reward(brand):
    clear, doubtful, returned = brand.add_people(3)
    start(brand, "referral-reward")
    event = {"first": True, "order_at": brand.now.isoformat(), "total": 30}
    brand.happen("Friend Ordered", [clear], {**event, "friend": "f1", "check": "clear"})
    brand.happen("Friend Ordered", [doubtful], {**event, "friend": "f2", "check": "doubtful"})
    brand.happen("Friend Ordered", [returned], {**event, "friend": "f3", "check": "clear"})
    brand.turn()
    brand.happen("Friend Returned", [returned], {"friend": "f3"})
    brand.advance(days=15)
    for conversation in Conversation.within(brand.workspace).filter(state="open"):
        close(workspace=brand.workspace, conversation=conversation.pk, outcome="fine", now=brand.now)
    brand.advance(days=31)
    assert mails(brand, clear) == mails(brand, doubtful) == ["Thank you for your friend"]
    assert mails(brand, returned) == []
    assert how(brand, "referral-reward")["ended"] == {"end": 3}


def test_recovery(brand):
    solved, waiting = brand.add_people(2)
    start(brand, "recovery")
    brand.happen("Review Posted", [waiting], {"stars": 1})
    brand.happen("Message Replied", [solved], {"intent": "complaint", "words": [], "fault": "ours"})
    brand.turn()
    conversation = Conversation.within(brand.workspace).get(person=solved)
    close(workspace=brand.workspace, conversation=conversation.pk, outcome="solved", now=brand.now)
    brand.advance(days=5)
    brand.happen("Survey Answered", [solved], {"survey": "was-it-solved", "answers": {"solved": "yes"}})
    brand.advance(days=26)
    assert mails(brand, solved)[-1] == "Thank you for telling us"
    assert ran(brand, "recovery", waiting).turn == "care"
    told = KeptMail.within(brand.workspace).filter(recipient="lead@sage-and-salt.example")
    assert list(told.values_list("subject", flat=True)) == ["A complaint waits"] * 2
    brand.adds_up()


def test_birthday(brand):
    people = brand.add_people(8)
    brand.know("birthday", people, "1990-01-12")
    brand.know("age", people[:7], 35)
    brand.know("age", people[7:], 15)  # of age in Austria, and too young for this dialogue
    for number in range(3):
        brand.happen("Order Completed", people, {"order_id": str(number), "revenue": 20})
    brand.turn()
    start(brand, "birthday")
    brand.advance(days=31)
    standing = how(brand, "birthday")
    assert standing["held_out"] + sum(standing["ended"].values()) == 8
    wished = [person for person in people[:7] if mails(brand, person)]
    assert wished
    assert all(mails(brand, person) == ["Happy birthday", "Your treat ends soon"] for person in wished)
    at = KeptMail.within(brand.workspace).filter(subject="Happy birthday").values_list("at", flat=True)
    assert {moment.strftime("%m-%d %H:%M") for moment in at} == {"01-12 08:00"}  # nine in Vienna


def test_spring_radio(brand):
    (listener,) = brand.add_people(1)
    start(brand, "spring-radio")
    brand.happen("Code Scanned", [listener], {"code": "FM4", "placement": "spring-radio"})
    brand.turn()
    assert Run.within(brand.workspace).count() == 0  # it runs from March on
    brand.advance(days=425)
    brand.happen("Code Scanned", [listener], {"code": "FM4", "placement": "spring-radio"})
    brand.turn()
    run = ran(brand, "spring-radio", listener)
    assert run.ended_reason == "end"  # the quiz has no way out but the site, and is passed over as if nobody had answered
    assert run.data["start"]["placement"] == "spring-radio"
    assert how(brand, "spring-radio")["ended"] == {"end": 1}
