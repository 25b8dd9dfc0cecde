"""Ready-made dialogues: which there are, what each says and asks, and adding one with one's choices as a draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.views.decorators.http import require_GET, require_POST

from duologue.engage.conversations.models import Team
from duologue.engage.ready_made.actions import InTheWay, add
from duologue.kit.text import one_line
from duologue.kit.yaml import Mistakes, read_yaml
from duologue.people.consent.queries import purposes
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue
from duologue.strategize.dialogues.ready import NotReady, files, names, ready_made
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.offers.models import Offer
from duologue.strategize.segments.models import Segment
from duologue.web.access import inside
from duologue.web.pages import member, page, said
from duologue.web.strategize import script
from duologue.web.strategize.options import options_of_questions
from duologue.web.strategize.sayings import message_says, survey_says

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.ready import ReadyMade

PLACE: Final = "strategize/dialogues"
LONGEST: Final = 200
COUNTED: Final = ("messages", "surveys", "offers", "segments")
NEEDED: Final = {
    "purpose": "There is no purpose yet: write one into purposes.yaml of your plan folder.",
    "team": "There is no team yet: write one into teams.yaml of your plan folder.",
}


@dataclass(slots=True)
class Choice:
    """One thing to choose: what is meant, what is chosen now, and among what, by value; where any text will do, among nothing."""

    name: str
    asks: str
    value: str
    among: dict[str, str] = field(default_factory=dict)
    lacks: str = ""


@require_GET
@inside(Right.LOOK)
def gallery(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the ready-made dialogues: what each is for, and what it brings along."""
    there = set(Dialogue.within(workspace).values_list("name", flat=True))
    rows = [(made, _brings(name), name in there) for name in names() for made in [ready_made(name)]]
    return page(request, workspace, "strategize/ready_made.html", place=PLACE, rows=rows)


@require_GET
@inside(Right.LOOK)
def one(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show what a ready-made dialogue says, turn by turn, and what is to be chosen; what was chosen already comes with the address."""
    made = _made(name)
    return _shown(request, workspace, made, _choices(workspace, made, request.GET.dict()))


@require_POST
@inside(Right.PUBLISH)
def take(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Add a ready-made dialogue as a draft, or say why it cannot be."""
    made = _made(name)
    given = request.POST.dict()
    chosen = {key: value for key in made.asks if (value := one_line(given.get(key, ""), most=LONGEST)) and value != str(made.defaults[key])}
    try:
        done = add(workspace=workspace, name=name, chosen=chosen, now=now(workspace), staff=member(request))
    except (InTheWay, Mistakes) as refused:
        return _shown(request, workspace, made, _choices(workspace, made, given), refused)
    note(workspace, str(request.user), "add ready-made dialogue", name, {"chosen": chosen, "version": done.number}, staff=member(request))
    return said(
        request, "It is added, as a draft: read its words, change them, then start it.", "strategize:dialogue", workspace.name, name
    )


def _made(name: str) -> ReadyMade:
    try:
        return ready_made(name)
    except NotReady:
        raise Http404 from None


def _shown(
    request: HttpRequest, workspace: Workspace, made: ReadyMade, choices: list[Choice], refused: InTheWay | Mistakes | None = None
) -> HttpResponse:
    """Show one; its script is that of its files as they are with what can be chosen just now."""
    texts = files(made.name, {})
    plan = read_dialogue(texts[f"dialogues/{made.name}.yaml"])
    written = {path: read_yaml(text).data for path, text in texts.items()}
    saying = {name: message_says(name, data) for name, data in _of("messages", written)}
    saying |= {name: survey_says(name, data) for name, data in _of("surveys", written) if name not in saying}
    asked = {name: options_of_questions(data.get("questions")) for name, data in _of("surveys", written)}
    context: dict[str, Any] = {
        "made": made,
        "choices": choices,
        "lacks": any(choice.lacks for choice in choices),
        "turns": script.turns(plan, None, saying, asked),
        "plan": plan,
        "starts": script.starts(plan),
        "goal": script.goal(plan),
        "is_there": Dialogue.within(workspace).filter(name=made.name).exists(),
        "refused": [str(mistake) for mistake in refused.mistakes] if isinstance(refused, Mistakes) else [str(refused)] if refused else [],
    }
    answer = page(request, workspace, "strategize/ready_made_one.html", place=PLACE, **context)
    answer.status_code = 422 if refused else 200
    return answer


def _of(folder: str, written: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(path.partition("/")[2].removesuffix(".yaml"), data) for path, data in written.items() if path.startswith(f"{folder}/")]


def _choices(workspace: Workspace, made: ReadyMade, given: dict[str, str]) -> list[Choice]:
    """Return what a ready-made dialogue asks, with what is there to choose from."""
    there = _there(workspace)
    found = []
    for key, asks in made.asks.items():
        kind, usual = made.chooses(key), str(made.defaults[key])
        among = dict(there.get(kind, {}))
        if kind in {"offer", "segment"}:
            among = {usual: "the one that comes with it", **{name: title for name, title in among.items() if name != usual}}
        value = given.get(key) or (usual if not among or usual in among else next(iter(among)))
        found.append(Choice(key, asks, value, among, NEEDED[kind] if kind in NEEDED and not among else ""))
    return found


def _there(workspace: Workspace) -> dict[str, dict[str, str]]:
    """Return what a workspace has to choose from, by kind, each by name with what it is called."""
    return {
        "purpose": {name: f"{one.title or name}, by {one.basis}" for name, one in purposes(workspace).items()},
        "team": {name: name for name in Team.within(workspace).order_by("name").values_list("name", flat=True)},
        "offer": {name: name for name in Offer.within(workspace).order_by("name").values_list("name", flat=True)},
        "segment": {name: name for name in Segment.within(workspace).order_by("name").values_list("name", flat=True)},
    }


def _brings(name: str) -> list[tuple[int, str]]:
    """Return how many messages, surveys, offers and segments a ready-made dialogue brings, where it brings any."""
    paths = list(files(name, {}))
    counted = [(sum(path.startswith(f"{folder}/") for path in paths), folder.removesuffix("s")) for folder in COUNTED]
    return [(number, what) for number, what in counted if number]
