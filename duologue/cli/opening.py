"""The first day: somebody has to be let in first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.cli.frame import Refused, write_down
from duologue.people.consent.apart import note_all
from duologue.platform.backup.generation import rise, why_not_start
from duologue.platform.staff.actions import add_member, make_sign_in_link
from duologue.platform.staff.models import Role, Staff
from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from datetime import datetime

FIRST_OWNER = "owner@localhost"
FIRST_WORKSPACE = "main"


def stand_together() -> None:
    """Make sure that database and data folder belong together, and give both the number of this start. Raises Refused."""
    if sentence := why_not_start():
        raise Refused(sentence)
    rise()
    note_all()  # what a cut kept off the list that lies apart


@transaction.atomic
def open_house(*, now: datetime) -> str:
    """Where no account exists, make the first owner of all workspaces (and a workspace); return a sign-in token, or ''.

    Until the owner has set a password, every start gives a new link.
    """
    owner = Staff.objects.filter(email=FIRST_OWNER).first()
    if owner is not None and owner.has_usable_password():
        return ""
    if owner is None:
        if Staff.objects.exists():
            return ""
        owner = Staff.objects.create_user(FIRST_OWNER, name="Owner", is_operator=True)
    if not Workspace.objects.exists():
        write_down(create_workspace(name=FIRST_WORKSPACE, title="My brand"), "create workspace", FIRST_WORKSPACE)
    for room in Workspace.objects.all():
        add_member(room, staff=owner, role=Role.OWNER, now=now)
    write_down(None, "make sign-in link", f"staff {owner.pk}")
    return make_sign_in_link(owner, now=now)


def let_operators_in(room: Workspace, *, now: datetime) -> None:
    """Make everyone who runs this installation an owner of a new workspace."""
    for operator in Staff.objects.filter(is_operator=True, is_active=True):
        add_member(room, staff=operator, role=Role.OWNER, now=now)
