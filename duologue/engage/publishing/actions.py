"""Publishing dialogues: everything they name must be there, and its version is pinned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duologue.brand.book import queries as book
from duologue.brand.personas import queries as personas
from duologue.engage.channels.models import Relay
from duologue.engage.conversations.models import Team
from duologue.engage.messages.models import Message
from duologue.engage.messages.queries import current_numbers
from duologue.engage.webhooks.queries import names as webhooks
from duologue.kit.yaml import Mistake, read_yaml, suggestion
from duologue.people.consent.queries import purposes, topics
from duologue.strategize.campaigns import queries as campaigns
from duologue.strategize.dialogues import actions, surveys
from duologue.strategize.dialogues.models import Dialogue, SurveyVersion
from duologue.strategize.dialogues.rules.naming import Names, misfits, named
from duologue.strategize.dialogues.rules.parts import BEST, SAME
from duologue.strategize.dialogues.rules.read import Mistakes, read_dialogue
from duologue.strategize.dialogues.rules.reads import lines_of
from duologue.strategize.occasions.queries import occasions
from duologue.strategize.offers import queries as offers
from duologue.strategize.offers.models import Offer
from duologue.strategize.placements.queries import placements
from duologue.strategize.segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from duologue.kit.yaml import Document, Place
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import DialogueVersion
    from duologue.strategize.dialogues.rules.plan import Plan


WHERE = {
    "message": "messages/{}.yaml",
    "survey": "surveys/{}.yaml",
    "offer": "offers/{}.yaml",
    "team": "teams.yaml",
    "topic": "topics.yaml",
    "segment": "segments/{}.yaml",
    "dialogue": "dialogues/{}.yaml",
    "webhook": "webhooks.yaml",
}


@dataclass(slots=True, frozen=True)
class Published:
    """What became of one dialogue's text: the version in force, whether that is a new one, and what to be warned of."""

    number: int
    is_new: bool
    was_there: bool
    warnings: list[str]


@dataclass(slots=True, frozen=True)
class Around:
    """Where a dialogue is handed in; `broken` are the paths of files that could not be taken, whose names are not missed.

    `together` are the dialogues of the same folder, which may enter each other.
    """

    workspace: Workspace
    now: datetime
    staff: Staff | None
    broken: frozenset[str]
    together: frozenset[str] = frozenset()


@dataclass(slots=True, frozen=True)
class Text:
    """A dialogue's text, the name it is kept by, and where in a plan folder it stands."""

    name: str
    text: str

    @property
    def path(self) -> str:
        return f"dialogues/{self.name}.yaml"


def publish(around: Around, file: Text, *, beside_draft: bool = False) -> Published:
    """Keep a dialogue's text as the draft and publish it; raises Mistakes for all it names that is not there.

    With the same text and the same versions of what it names, nothing changes. Those under way finish on their version.
    With `beside_draft`, a draft that says something else than what was in force stays as it is.
    """
    workspace = around.workspace
    plan, warnings = checked(around, file)
    names = named(plan)
    pins = {
        "messages": current_numbers(workspace, names.messages),
        "surveys": surveys.numbers(workspace, names.surveys),
        "offers": offers.numbers(workspace, names.offers),
    }
    before = Dialogue.within(workspace).filter(name=file.name).values_list("current", flat=True).first()
    try:
        version = _put_in_force(around, file, pins, beside_draft=beside_draft)
    except actions.DialogueRefused as refusal:
        raise Mistakes([Mistake(file.path, 1, str(refusal))]) from None
    return Published(version.number, version.number != before, bool(before), warnings)


def _put_in_force(around: Around, file: Text, pins: actions.Pins, *, beside_draft: bool) -> DialogueVersion:
    workspace, now, staff = around.workspace, around.now, around.staff
    if beside_draft:
        return actions.publish_beside_draft(workspace=workspace, name=file.name, source=file.text, pins=pins, now=now, staff=staff)
    actions.save_draft(workspace=workspace, name=file.name, source=file.text)
    return actions.publish(workspace=workspace, name=file.name, pins=pins, now=now, staff=staff)


def checked(around: Around, file: Text) -> tuple[Plan, list[str]]:
    """Return the plan that a dialogue's text describes, and what to be warned of; raises Mistakes for all that is wrong in it."""
    plan = read_dialogue(file.text, file.path)
    document = read_yaml(file.text, file.path)
    if plan.dialogue != file.name:
        document.refuse(("dialogue",), f"It calls itself {plan.dialogue!r}; the file {file.path} and its `dialogue` must agree.")
    _check_names(document, plan, named(plan), around)
    document.settle()
    return plan, _warnings(around.workspace, plan, file)


def _check_names(document: Document, plan: Plan, names: Names, around: Around) -> None:
    workspace = around.workspace
    if "purposes.yaml" not in around.broken:
        bases = {name: purpose.basis for name, purpose in purposes(workspace).items()}
        for place, sentence in misfits(plan, bases):
            document.refuse(place, sentence)
    there = {
        "message": set(Message.within(workspace).values_list("name", flat=True)),
        "survey": set(SurveyVersion.within(workspace).values_list("name", flat=True)),
        "offer": set(Offer.within(workspace).values_list("name", flat=True)),
        "team": set(Team.within(workspace).values_list("name", flat=True)),
        "topic": set(topics(workspace)),
        "segment": set(Segment.within(workspace).values_list("name", flat=True)),
        "webhook": webhooks(workspace),
        "dialogue": set(Dialogue.within(workspace).values_list("name", flat=True)) | around.together,
    }
    for place, what, name in _named_in(document, plan, names):
        where = WHERE[what].format(name)
        if name not in there[what] and where not in around.broken:
            near = suggestion(name, there[what])
            document.refuse(place, f"There is no {what} {name!r}{near or f'; write it into {where}.'}")


def _named_in(document: Document, plan: Plan, names: Names) -> Iterator[tuple[Place, str, str]]:
    """Yield all that a plan names in other rooms: where, what, and by which name."""
    if plan.topic:
        yield ("topic",), "topic", plan.topic
    for turn in plan.turns.values():
        here: Place = ("turns", turn.name)
        if turn.message:
            yield (*here, "say"), "message", turn.message
        if turn.topic and turn.topic != plan.topic:
            yield (*here, "topic"), "topic", turn.topic
        if turn.survey:
            yield (*here, "ask"), "survey", turn.survey
        for offer in turn.gives:
            yield (*here, "give"), "offer", offer
        if turn.team:
            yield (*here, turn.does), "team", turn.team
        if turn.call:
            yield (*here, "call"), "webhook", turn.call
        if turn.enters and turn.enters != plan.dialogue:
            yield (*here, "enter"), "dialogue", turn.enters
    for segment in sorted(names.segments):
        yield ("audience",) if segment == plan.audience else _place_of(document, segment), "segment", segment


def _place_of(document: Document, word: str) -> Place:
    """Return where a word stands first in a document."""

    def places(value: object, place: Place) -> Iterable[Place]:
        if isinstance(value, dict):
            for key, one in value.items():
                yield from places(one, (*place, key))
        elif isinstance(value, list):
            for index, one in enumerate(value):
                yield from places(one, (*place, index))
        elif value == word:
            yield place

    return next(iter(places(document.data, ())), ())


def _warnings(workspace: Workspace, plan: Plan, file: Text) -> list[str]:
    channels = set(Relay.within(workspace).filter(is_enabled=True).values_list("channel", flat=True))
    used = dict.fromkeys(channel for turn in plan.turns.values() if turn.speaks for channel in turn.by)
    found = [
        f"{file.path}: the channel {channel} has no way out here yet; it is passed over."
        for channel in used
        if channel not in channels and channel not in {SAME, BEST}
    ]
    persona = plan.serves.get("persona")
    if persona and personas.current(workspace, persona) is None:
        found.append(f"{file.path}: it serves the persona {persona}, which is not described.")
    promise = plan.serves.get("promise")
    if promise and promise not in {one.name for one in book.current(workspace).promises}:
        found.append(f"{file.path}: it serves the promise {promise}, which the brand book does not make.")
    return [*found, *_undescribed(workspace, plan, file), *_about_its_campaign(workspace, plan, file)]


def _undescribed(workspace: Workspace, plan: Plan, file: Text) -> list[str]:
    """Return what to be warned of where a placement that starts a dialogue, or an occasion that it listens for, has no file."""
    starting = [trigger.name for trigger in plan.starts if trigger.kind == "placement"]
    there = {one.placement.placement for one in placements(workspace)} if starting else set()
    found = [f"{file.path}: it is started by the placement {name}, which is not described." for name in starting if name not in there]
    awaited = dict.fromkeys(str(line.what) for _, line in lines_of(plan) if line.hears == "attended" and line.what != "any")
    known = {one.occasion.occasion for one in occasions(workspace)} if awaited else set()
    return found + [f"{file.path}: it listens for the occasion {name}, which is not described." for name in awaited if name not in known]


def _about_its_campaign(workspace: Workspace, plan: Plan, file: Text) -> list[str]:
    """Return what to be warned of where a dialogue's campaign is not described, or where it lets people in outside of its period."""
    name = plan.serves.get("campaign")
    if not name:
        return []
    found = campaigns.current(workspace, name)
    if found is None:
        return [f"{file.path}: it serves the campaign {name}, which is not described."]
    period, warnings = found.campaign.period, []
    if period.since and plan.opens and plan.opens < period.since:
        warnings.append(f"{file.path}: it lets people in from {plan.opens}, and its campaign {name} begins on {period.since}.")
    if period.to and plan.closes and plan.closes > period.to:
        warnings.append(f"{file.path}: it lets people in until {plan.closes}, and its campaign {name} ends on {period.to}.")
    return warnings
