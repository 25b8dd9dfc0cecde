"""A dialogue that is being written: as a script, and what is to be known before it is put in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.engage.conversations.models import Team
from duologue.engage.messages.models import Message
from duologue.engage.publishing.actions import Around, Text, checked
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue
from duologue.web.strategize import script
from duologue.web.strategize.options import options_in
from duologue.web.strategize.sayings import sayings

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

BEGINNING: Final = """dialogue: thank-you
about: Thanks those who ordered, and hears what they say
purpose: promotions
starts: [{event: Order Completed}]
turns:
  thanks:
    say: thanks
    by: [email]
    listen:
      - {replied: any, then: look}
      - {silence: 7d, then: end}
  look:
    hand_over: care
    listen:
      - {closed: any, then: end}
"""
INSERTS: Final = (
    ("a link is clicked", "{clicked: any, then: end}"),
    ("nothing comes back", "{silence: 3d, then: end}"),
    ("they write back", "{replied: any, then: end}"),
    ("they answer a survey", "{answered: any, then: end}"),
    ("they take what was given", "{redeemed: any, then: end}"),
    ("they do something", "{event: Order Completed, then: end}"),
    ("they join a segment", "{joined: big-spenders, then: end}"),
)


def beginning(workspace: Workspace) -> str:
    """Return an example that names a message and a team of this workspace, where it has any."""
    message = Message.within(workspace).order_by("name").values_list("name", flat=True).first()
    team = Team.within(workspace).order_by("name").values_list("name", flat=True).first()
    return BEGINNING.replace("say: thanks", f"say: {message or 'thanks'}").replace("hand_over: care", f"hand_over: {team or 'care'}")


def text(workspace: Workspace, name: str) -> str | None:
    """Return a dialogue's draft; None where there is none of this name."""
    return Dialogue.within(workspace).filter(name=name).values_list("draft", flat=True).first()


def shown(workspace: Workspace, name: str, source: str) -> dict[str, Any]:
    """Return a dialogue as a script, with what to be warned of. Raises Mistakes, also for what it names and is not there."""
    plan, warnings = checked(Around(workspace, now(workspace), None, frozenset()), Text(name, source))
    turns = script.turns(plan, None, sayings(workspace, plan, None), options_in(workspace, plan))
    here = f"{Text(name, source).path}: "
    said = [warning.removeprefix(here) for warning in warnings]
    return {"plan": plan, "turns": turns, "starts": script.starts(plan), "goal": script.goal(plan), "warnings": said}
