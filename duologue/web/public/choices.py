"""What a person can choose on the preference page, what stands now, and what a form asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from duologue.engage.contributions.rules import PUBLIC
from duologue.engage.conversations.agreeing import says_yes_already
from duologue.people.consent.queries import purposes, standing, topics, wishes
from duologue.people.consent.rules import Wishes, topic_fact
from duologue.people.names.rules import CALLED, what_to_call
from duologue.web.public.leaving import DAYS
from duologue.web.public.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duologue.people.consent.rules import Standing
    from duologue.web.public.access import Visit

PACES: Final = {"any": 0, "week": 7, "month": 30}
HOURS: Final = {
    "any": "",
    "morning": "07:00-12:00",
    "afternoon": "12:00-18:00",
    "evening": "18:00-22:00",
    "weekend": "Sa-Su 09:00-20:00",
}
BY: Final = {
    PUBLIC: "by_public",
    "email": "by_email",
    "sms": "by_sms",
    "whatsapp": "by_whatsapp",
    "phone": "by_phone",
    "voice": "by_phone",
    "post": "by_post",
}
ENDS: Final = "none"


@dataclass(slots=True, frozen=True)
class Choice:
    """A box: a purpose on a channel, or a topic, and whether it is ticked now. `channel` is in the person's words."""

    field: str
    name: str
    title: str
    about: str
    ticked: bool
    by: str = ""
    channel: str = ""


@dataclass(slots=True)
class Choices:
    """All that the page offers, as it stands."""

    purposes: list[Choice]
    topics: list[Choice]
    wish: Wishes
    language: str
    snoozed_until: datetime | None
    called: str = ""
    lacks_parent: bool = False

    @property
    def boxes(self) -> dict[str, Choice]:
        return {one.field: one for one in (*self.purposes, *self.topics)}

    @property
    def pace(self) -> str:
        return str(self.wish.pace_days)

    @property
    def hours(self) -> str:
        return next((name for name, window in HOURS.items() if window == self.wish.hours), "")


@dataclass(slots=True)
class Asked:
    """What a form asks for: boxes as they are to stand, and of the rest what it names. `faults` says by field what cannot be taken.

    `to_agree` are the boxes for which the person's yes is asked for at their own address, with what to say of each.
    """

    boxes: dict[str, bool] = field(default_factory=dict)
    pause: str = ""
    pace: str = ""
    hours: str = ""
    language: str = ""
    called: str | None = None
    faults: dict[str, str] = field(default_factory=dict)
    to_agree: dict[str, str] = field(default_factory=dict)


def choices_of(visit: Visit) -> Choices:
    """Return what the person can choose.

    A link proves one address. So on its own channel everything can be chosen, and what is to be more is asked for once more at that
    address; on another, what is allowed there can be taken back.
    """
    person = visit.origin.person
    stands = standing(visit.workspace, [person])[person]
    boxes = []
    is_young = stands.was_young(visit.now)
    for name, purpose in purposes(visit.workspace).items():
        if purpose.basis != "consent":
            continue
        for channel in _shown(stands, name) if purpose.shows else _channels(visit, stands, name):
            by = visit.words.get(BY.get(channel, ""), channel)
            ticked = channel != visit.origin.channel or says_yes_already(stands, channel, name, visit.now)
            boxes.append(Choice(f"{channel}:{name}", name, purpose.title, purpose.about, ticked, by, channel))
    about = [
        Choice(f"topic:{name}", name, topic.title, topic.about, visit.person.facts.get(topic_fact(name)) is not False)
        for name, topic in topics(visit.workspace).items()
    ]
    wish = wishes(visit.workspace, [person]).get(person) or Wishes()
    snoozes = [one.until for one in stands.pauses if one.because == "snoozed" and one.until is not None and one.holds(visit.now)]
    young = is_young and any(stands.lacks_parent(one.channel, one.name) for one in boxes)
    called = visit.person.facts.get(CALLED)
    return Choices(boxes, about, wish, visit.language, max(snoozes, default=None), called if isinstance(called, str) else "", young)


def _shown(stands: Standing, purpose: str) -> Sequence[str]:
    """Return where what the person gave is shown: to everybody, or nowhere. That can be taken back, and is granted where it is given."""
    return [PUBLIC] if stands.said_yes(PUBLIC, purpose) else []


def _channels(visit: Visit, stands: Standing, purpose: str) -> Sequence[str]:
    own = visit.origin.channel
    others = {one.channel for one in stands.said if one.purpose == purpose and one.channel in BY} - {own}
    return [own, *sorted(channel for channel in others if stands.said_yes(channel, purpose))]


def read_choices(here: Choices, given: Mapping[str, Sequence[str]]) -> Asked:
    """Return what a form asks for, checked against what there is to choose. What it does not name stays as it is.

    `shown` names the boxes that its page had: one that is new since then is not taken for one that was left empty.
    """
    boxes = here.boxes
    seen = set(given.get("shown", boxes))
    asked = Asked(boxes={name: name in given for name in boxes if name in seen})
    gone = [name for name in given if ":" in name and name not in boxes]
    if gone:
        asked.faults["boxes"] = "choice_gone"
    allowed = {
        "pause": {"", ENDS, *DAYS},
        "pace": {"", here.pace, *map(str, PACES.values())},
        "hours": {"", here.hours, *HOURS},
        "language": {"", here.language, *LANGUAGES},
    }
    for name, known in allowed.items():
        value = next(iter(given.get(name, ())), "")
        setattr(asked, name, value)
        if value not in known:
            asked.faults[name] = "not_an_option"
    if CALLED in given:
        asked.called = " ".join(given[CALLED][0].replace("\x00", "").split())
        if asked.called and not what_to_call({CALLED: asked.called}):
            asked.faults[CALLED] = "not_a_name"
    return asked
