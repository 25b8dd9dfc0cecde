"""A ready-made dialogue added without a plan folder: as `apply` would have put it in force, or not at all."""

import pytest

from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import in_order, named
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.models import Message
from duologue.engage.ready_made.actions import InTheWay, add
from duologue.kit.yaml import Mistakes
from duologue.platform.workspaces.models import PlanFile
from duologue.strategize.dialogues import ready
from duologue.strategize.dialogues.models import Dialogue
from duologue.strategize.offers.models import Offer
from tests.engage.runs.conftest import shop  # noqa: F401 - a shop with people on a virtual clock
from tests.engage.runs.test_ready_made import BASE, NAMES

pytestmark = pytest.mark.django_db(transaction=True)


def plan_of(files):
    return in_order([named(path, text.encode()) for path, text in files.items()])


@pytest.fixture
def equipped(shop):  # noqa: F811
    apply_files(workspace=shop.workspace, files=plan_of(BASE), now=shop.now)
    return shop


@pytest.mark.parametrize("name", NAMES)
def test_what_is_added_is_what_apply_would_have_put_in_force(equipped, name):
    done = add(workspace=equipped.workspace, name=name, chosen={}, now=equipped.now)
    assert (done.number, Dialogue.within(equipped.workspace).get(name=name).state) == (1, "draft")
    files = {**BASE, **ready.files(name, {})}
    kept = files_in_force(equipped.workspace)
    assert {path: kept[path].decode() for path in files} == files
    assert kept.keys() - files.keys() == {"channels.yaml"}  # the way out that the shop has
    assert not apply_files(workspace=equipped.workspace, files=plan_of(files), now=equipped.now, dry=True).changes


def test_what_is_chosen_is_kept_and_what_is_there_is_used(equipped):
    add(workspace=equipped.workspace, name="birthday", chosen={"hour": "11:00", "worth": "7 GBP"}, now=equipped.now)
    assert b"hour: " in files_in_force(equipped.workspace)["dialogues/birthday.yaml"]
    assert b"worth: 7 GBP" in files_in_force(equipped.workspace)["offers/birthday-treat.yaml"]
    add(workspace=equipped.workspace, name="welcome", chosen={"gift": "birthday-treat"}, now=equipped.now)
    assert not Offer.within(equipped.workspace).filter(name="welcome-gift").exists()


@pytest.mark.parametrize(
    ("name", "chosen", "sentence"),
    [
        ("win-back", {"team": "nobody"}, r"dialogues/win-back.yaml:\d+: There is no team 'nobody'"),
        ("review", {"purpose": "promotions"}, r"dialogues/review.yaml:\d+: .*promotions"),
        ("win-back", {"small_worth": "much"}, r"offers/win-back-small.yaml:\d+: "),
    ],
)
def test_a_choice_that_does_not_fit_is_refused_and_nothing_is_added(equipped, name, chosen, sentence):
    before = PlanFile.within(equipped.workspace).count()
    with pytest.raises(Mistakes, match=sentence):
        add(workspace=equipped.workspace, name=name, chosen=chosen, now=equipped.now)
    there = [kind.within(equipped.workspace).count() for kind in (Message, Offer, Dialogue)]
    assert (there, PlanFile.within(equipped.workspace).count()) == ([0, 0, 0], before)


def test_what_says_something_else_under_the_same_name_is_never_overwritten(equipped):
    text = "subject: Hello\nbody: Here is ours.\n"
    save_message(workspace=equipped.workspace, name="welcome-hello", source=text, now=equipped.now)
    with pytest.raises(InTheWay, match="There is a message named welcome-hello already"):
        add(workspace=equipped.workspace, name="welcome", chosen={}, now=equipped.now)
    assert not Dialogue.within(equipped.workspace).exists()
    add(workspace=equipped.workspace, name="basket", chosen={}, now=equipped.now)
    with pytest.raises(InTheWay, match="There is a dialogue named basket already"):
        add(workspace=equipped.workspace, name="basket", chosen={}, now=equipped.now)


def test_what_is_there_and_says_the_same_is_no_hindrance(equipped):
    texts = ready.files("birthday", {})
    apply_files(
        workspace=equipped.workspace, files=plan_of({"offers/birthday-treat.yaml": texts["offers/birthday-treat.yaml"]}), now=equipped.now
    )
    assert add(workspace=equipped.workspace, name="birthday", chosen={}, now=equipped.now).number == 1


def test_each_choice_says_what_is_chosen():
    kinds = {name: {key: ready.ready_made(name).chooses(key) for key in ready.ready_made(name).asks} for name in NAMES}
    assert kinds["win-back"] == {
        **dict.fromkeys(("small", "large"), "offer"),
        **dict.fromkeys(("small_worth", "large_worth", "link"), "text"),
        "purpose": "purpose",
        "team": "team",
        "audience": "segment",
    }
    assert kinds["recovery"]["lead"] == "team"
    assert kinds["praise"]["shows"] == "purpose"
