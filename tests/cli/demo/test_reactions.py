"""What the demo's people do is drawn from the seed and from what they were told, so that one seed plays one year."""

from datetime import UTC, datetime

from duologue.cli.demo.behaviour import Chance, Human
from duologue.cli.demo.reactions import reactions

JOINED = datetime(2026, 1, 1, tzinfo=UTC)
TURNS = ("welcome/hello", "welcome/ask", "win-back/invite", "win-back/why", "win-back/gift", "after-parcel/how")


def acts(seed, which):
    humans = [Human(number, Chance(seed), JOINED) for number in range(1, 200)]
    return [list(reactions(human, turn, which)) for human in humans for turn in TURNS]


def test_the_same_message_gets_the_same_reaction_and_another_one_its_own():
    assert acts(3, 1) == acts(3, 1)
    assert acts(3, 1) != acts(3, 2)
    assert acts(3, 1) != acts(4, 1)
