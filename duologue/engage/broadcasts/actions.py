"""Keeping broadcasts, and sending them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from duologue.engage.broadcasts.queries import find
from duologue.engage.broadcasts.rules.texts import dialogue_text, is_broadcast, message_text
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.models import Message, MessageVersion
from duologue.engage.messages.queries import current_numbers
from duologue.engage.runs.audiences import zones
from duologue.engage.runs.jobs import start_soon
from duologue.engage.runs.models import Admission
from duologue.engage.runs.moving import NotPossible, current_version
from duologue.kit.clock import zone_named
from duologue.people.consent.queries import purposes
from duologue.strategize.dialogues.actions import DialogueRefused, publish, save_draft
from duologue.strategize.dialogues.models import Dialogue
from duologue.strategize.dialogues.rules import calendar
from duologue.strategize.dialogues.rules.naming import misfits
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.segments.models import Segment

if TYPE_CHECKING:
    from duologue.engage.broadcasts.rules.texts import Broadcast
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

MINUTE = timedelta(minutes=1)


@transaction.atomic
def save(*, workspace: Workspace, broadcast: Broadcast, now: datetime, staff: Staff | None = None, is_new: bool = False) -> Dialogue:
    """Keep a broadcast as a dialogue of one turn, with its message, and publish both; nobody is written to.

    Raises NotPossible with a sentence, or Mistakes, where it cannot be kept; then nothing is.
    """
    there = Dialogue.within(workspace).filter(name=broadcast.name).first()
    if is_new and (there or (broadcast.own and Message.within(workspace).filter(name=broadcast.name).exists())):
        raise NotPossible(f"There is a dialogue or a message named {broadcast.name} already; give this one another name.")
    if there is not None and not may_change(workspace, there):
        raise NotPossible("It has begun to leave, so what it says stays. Copy it into a new one.")
    broadcast = _dated(workspace, broadcast, now)
    if broadcast.own:
        save_message(workspace=workspace, name=broadcast.name, source=message_text(broadcast), now=now)
    text = dialogue_text(broadcast)
    plan = read_dialogue(text, f"dialogues/{broadcast.name}.yaml")
    _check(workspace, plan)
    save_draft(workspace=workspace, name=broadcast.name, source=text)
    names = {turn.message for turn in plan.turns.values() if turn.message}
    pins = {"messages": current_numbers(workspace, names), "surveys": {}, "offers": {}}
    publish(workspace=workspace, name=broadcast.name, pins=pins, now=now, staff=staff)
    return Dialogue.within(workspace).get(name=broadcast.name)


@transaction.atomic
def send(*, workspace: Workspace, name: str, now: datetime, staff: Staff | None = None) -> None:
    """Make a broadcast live: it leaves at its moment, or with the next minute where that has passed. Raises NotPossible."""
    found = find(workspace, name, now)
    if found is None:
        raise NotPossible(f"There is no broadcast named {name}.")
    if found.broadcast is not None and found.broadcast.when == "now":
        if not may_change(workspace, found.dialogue):
            raise NotPossible("It has begun already.")
        save(workspace=workspace, broadcast=found.broadcast, now=now, staff=staff)
    plan = current_version(workspace, name).plan
    if not is_broadcast(plan):
        raise NotPossible(f"{name} is no broadcast.")
    if missed := passed(workspace, plan, now):
        where = ", ".join(missed[:3]) + (" and elsewhere" if len(missed) > 3 else "")
        raise NotPossible(f"That hour has passed already in {where}. Choose a later one, or the workspace's clock for everybody.")
    try:
        start_soon(workspace=workspace, name=name, now=now)
    except DialogueRefused as refused:
        raise NotPossible(str(refused)) from None


def passed(workspace: Workspace, plan: Plan, now: datetime) -> list[str]:
    """Return the zones people live in where a broadcast's one moment lies in the past."""
    clocks = calendar.clocks(plan, zones(workspace), workspace.timezone)
    return [zone for zone in clocks if calendar.next_moment(plan.starts, [zone], now) is None]


def may_change(workspace: Workspace, dialogue: Dialogue) -> bool:
    """Say whether a broadcast may still be written anew: it is a draft, or paused before anybody was considered."""
    if dialogue.state == Dialogue.State.DRAFT:
        return True
    return dialogue.state == Dialogue.State.PAUSED and not Admission.within(workspace).filter(dialogue=dialogue).exists()


def _dated(workspace: Workspace, broadcast: Broadcast, now: datetime) -> Broadcast:
    """Give a broadcast that leaves at once the next full minute on the workspace's clock."""
    if broadcast.when != "now":
        return broadcast
    local = (now + MINUTE).astimezone(zone_named(workspace.timezone))
    return replace(broadcast, day=local.date().isoformat(), time=f"{local:%H:%M}", clock="workspace")


def _check(workspace: Workspace, plan: Plan) -> None:
    """Raise NotPossible for what a plan names that is not there."""
    bases = {name: purpose.basis for name, purpose in purposes(workspace).items()}
    for _, sentence in misfits(plan, bases):
        raise NotPossible(sentence)
    if not Segment.within(workspace).filter(name=plan.audience).exists():
        raise NotPossible(f"There is no segment {plan.audience!r}; choose who is to get it.")
    for turn in plan.turns.values():
        version = MessageVersion.within(workspace).filter(message__name=turn.message).order_by("-number").first()
        if version is None:
            raise NotPossible(f"There is no message {turn.message!r}.")
        known = {"plain", *version.data["message"].get("variants", {})}
        if turn.test and (missing := [one for one in turn.test.of if one not in known]):
            raise NotPossible(f"The message {turn.message} has no variant {missing[0]!r}; it has {', '.join(sorted(known))}.")
