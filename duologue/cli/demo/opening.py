"""Opening the demo's shop: workspace, plan, people, a year, and what makes it live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from duologue.cli.demo.play import Scale, Year, joining, order
from duologue.cli.frame import write_down
from duologue.cli.plans.applying import apply_files
from duologue.cli.plans.folder import read_folder
from duologue.cli.worker.clock import advance
from duologue.engage.runs.actions import start_dialogue
from duologue.measure.growth.actions import keep as keep_growth
from duologue.measure.letters.actions import read_mondays
from duologue.measure.reports.tasks import count_grown
from duologue.platform.staff.actions import add_member, make_sign_in_link
from duologue.platform.staff.models import Role, Staff
from duologue.platform.workspaces.actions import create_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.platform.workspaces.models import Workspace

NAME = "fern-and-feather"
PLAN = Path(__file__).parent / "plan"
OWNER = "ada@fern-and-feather.example"
SEED = 12
LETTERS = timedelta(days=21)  # the weeks of which Ada has her Monday letters


@dataclass(frozen=True, slots=True)
class Played:
    """What a play came to: the workspace, and the truth about the win-back that its report tries to find."""

    workspace: Workspace
    true_lift: float


def play(*, end: datetime, scale: Scale, seed: int = SEED, name: str = NAME, progress: Callable[[datetime], None] | None = None) -> Played:
    """Play the shop's year up to `end`, in virtual time, through the same doors as a real shop's."""
    begin = (end - timedelta(days=scale.days)).replace(minute=0, second=0, microsecond=0)
    workspace = create_workspace(name=name, title="Fern & Feather", clock_at=begin, timezone="Europe/London", locale="en-GB", seed=seed)
    write_down(workspace, "create workspace", name, seed=seed)
    apply_files(workspace=workspace, files=read_folder(PLAN), now=begin)
    year = Year(workspace, begin, end, scale, seed, progress or (lambda _at: None))
    year.populate()
    _tell_the_past(year, begin)
    advance(workspace, begin)
    _look_at_tables()
    for dialogue in scale.dialogues:
        start_dialogue(workspace=workspace, name=dialogue, now=begin)
    read_mondays(workspace=workspace, staff=_ada(workspace, begin).pk, now=max(begin, end - LETTERS))
    year.schedule_habits()
    year.run()
    count_grown(workspace, end)
    keep_growth(workspace=workspace, now=end)
    return Played(workspace, year.true_lift())


def owner_link(workspace: Workspace, now: datetime) -> str:
    """Let Ada in: make her account where there is none, and return the token of a one-time sign-in link."""
    staff = _ada(workspace, now)
    write_down(None, "make sign-in link", f"staff {staff.pk}")
    return make_sign_in_link(staff, now=now)


def _ada(workspace: Workspace, now: datetime) -> Staff:
    staff = Staff.objects.filter(email=OWNER).first() or Staff.objects.create_user(OWNER, name="Ada", is_operator=True)
    add_member(workspace, staff=staff, role=Role.OWNER, now=now)
    return staff


def _look_at_tables() -> None:
    """Let PostgreSQL count what has come at once: what is planned before it has done so by itself is planned for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _tell_the_past(year: Year, begin: datetime) -> None:
    """Hand in the customers the shop had before, with what they bought, as a shop does that moves in."""
    told = []
    for human in year.humans.values():
        if human.joined_at < begin:
            told += [event for _, event in joining(human, is_new=False)]
            told += [order(human, at, f"p{number}") for number, at in enumerate(human.orders_between(human.joined_at, begin))]
    year.doors.tell(told, begin)
