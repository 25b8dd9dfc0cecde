"""What a simulated person does with a message: pure, a list of intended acts, each after a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.cli.demo.behaviour import Human

UNSUBSCRIBES = 0.012
REPORTS_SPAM = 0.0008


@dataclass(frozen=True, slots=True)
class Act:
    """Something to be done `after` a while. `kind`: click, answer, reply, buy, unsubscribe or report_spam."""

    kind: str
    after: timedelta
    value: str = ""


def reactions(human: Human, turn: str, which: int) -> Iterator[Act]:
    """Return what this person will do about the first, second … message of a turn ("dialogue/turn")."""
    draw = human.chance.draw(human.number, turn, which, "act")
    soon = timedelta(hours=1) + timedelta(hours=16) * human.chance.draw(human.number, turn, which, "soon")
    if human.is_persuadable and turn.startswith("win-back/"):
        yield from _persuadable(turn, draw, soon)
        return
    tired = human.chance.draw(human.number, turn, which, "tired")
    if tired < REPORTS_SPAM:
        yield Act("report_spam", soon)
    elif tired < REPORTS_SPAM + UNSUBSCRIBES:
        yield Act("unsubscribe", soon)
    elif human.reads_mail:
        yield from _ordinary(turn, draw, soon)


def _persuadable(turn: str, draw: float, soon: timedelta) -> Iterator[Act]:
    if turn == "win-back/invite" and draw < 0.65:
        yield Act("click", soon)
    elif turn == "win-back/invite" and draw < 0.8:
        yield Act("reply", soon, "Yes please, that sounds lovely.")
    elif turn == "win-back/why":
        yield Act("answer", soon, "reason=busy" if draw < 0.6 else "reason=price")
    elif turn == "win-back/gift":
        yield Act("buy", soon + timedelta(days=4 * draw), "10%")


def _ordinary(turn: str, draw: float, soon: timedelta) -> Iterator[Act]:
    if turn == "welcome/hello":
        if draw < 0.34:
            yield Act("click", soon)
        elif draw < 0.37:
            yield Act("reply", soon, "Hello Ada, do you post to Ireland as well?")
        elif draw < 0.39:
            yield Act("reply", soon, "Thanks, what a nice hello!")
    elif turn == "welcome/ask" and draw < 0.42:
        taste = ("gifts", "letters", "home")[int(draw * 7) % 3]
        yield Act("answer", soon, f"taste={taste}")
    elif turn == "welcome/five" and draw < 0.25:
        yield Act("buy", soon + timedelta(days=9 * draw), "5")
    elif turn == "win-back/invite":
        if draw < 0.12:
            yield Act("click", soon)
        elif draw < 0.13:
            yield Act("reply", soon, "No thanks, I have enough notebooks for two lives.")
    elif turn == "win-back/why" and draw < 0.15:
        yield Act("answer", soon, "reason=moved" if draw < 0.02 else "reason=range")
    elif turn == "after-parcel/how":
        yield from _about_the_parcel(draw, soon)
    elif turn == "after-parcel/glad" and draw < 0.2:
        yield Act("click", soon)


def _about_the_parcel(draw: float, soon: timedelta) -> Iterator[Act]:
    if draw < 0.20:
        yield Act("answer", soon, "parcel=lovely&words=So well wrapped that I nearly kept it.")
    elif draw < 0.28:
        yield Act("answer", soon, "parcel=fine")
    elif draw < 0.295:
        yield Act("answer", soon, "parcel=poor&words=The corner of the box was wet.")
    elif draw < 0.31:
        yield Act("reply", soon, "I am disappointed. The candle arrived broken, and nobody answered my call.")
    elif draw < 0.325:
        yield Act("reply", soon, "Could you tell me when the seed boxes are back?")
