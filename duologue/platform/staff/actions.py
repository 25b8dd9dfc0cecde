"""Taking staff in, changing what they may do, making and revoking keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from duologue.platform.staff.models import Invitation, Key, Membership, Role, SignInLink, Staff
from duologue.platform.staff.rules import AREAS
from duologue.platform.staff.tokens import digest_of, new_token

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

INVITATION_LASTS = timedelta(days=7)
SIGN_IN_LINK_LASTS = timedelta(hours=1)
PREFIX = {Key.Kind.WRITE: "duo_w_", Key.Kind.SITE: "duo_s_", Key.Kind.MANAGE: "duo_m_"}


class StaffRefused(Exception):
    """Members or keys cannot be changed so; the sentence says why."""


def create_key(  # noqa: PLR0917 one line at its callers
    workspace: Workspace, name: str, kind: str, role: str, now: datetime, only: Sequence[str] = ()
) -> tuple[Key, str]:
    """Make a key and return it with its secret, which is shown this once and kept nowhere.

    A write key ignores `role`; a management key acts with it, `only` in these areas where some are named.
    Raises StaffRefused for an unknown kind, role or area.
    """
    if kind not in Key.Kind.values:
        raise StaffRefused(f"A key is of kind write, site or manage, not {kind!r}.")
    if kind == Key.Kind.MANAGE and role not in Role.values:
        raise StaffRefused(f"A management key needs a role: {', '.join(Role.values)}; not {role!r}.")
    if strange := sorted(set(only) - set(AREAS)):
        raise StaffRefused(f"The API has no {strange[0]!r}; a key is for {', '.join(AREAS)}.")
    secret = new_token(PREFIX[Key.Kind(kind)])
    key = Key._rows.create(
        workspace=workspace,
        name=name[:80],
        kind=kind,
        role=role if kind == Key.Kind.MANAGE else "",
        only=sorted(set(only)) if kind == Key.Kind.MANAGE else [],
        shown=secret[:12],
        digest=digest_of(secret),
        created_at=now,
    )
    return key, secret


def revoke_key(workspace: Workspace, *, key_id: int, now: datetime) -> Key | None:
    """Make a key worthless from now on and return it; None where it was of no use before."""
    changed = Key.within(workspace).filter(pk=key_id, revoked_at=None).update(revoked_at=now)
    return Key.within(workspace).get(pk=key_id) if changed else None


def invite(workspace: Workspace, *, email: str, role: str, by: Staff | None, now: datetime) -> tuple[Invitation, str]:
    """Invite someone and return the invitation with the token of its link, which is kept nowhere else.

    Raises StaffRefused for an unknown role and for someone who is a member already.
    """
    address = email.strip().lower()
    if role not in Role.values:
        raise StaffRefused(f"There is no role {role!r}; choose one of {', '.join(Role.values)}.")
    if "@" not in address.strip("@"):
        raise StaffRefused("An invitation needs an e-mail address.")
    if Membership.within(workspace).filter(staff__email=address).exists():
        raise StaffRefused("They are a member of this workspace already; change their role instead.")
    token = new_token()
    invitation = Invitation._rows.create(
        workspace=workspace,
        email=address,
        role=role,
        digest=digest_of(token),
        invited_by=by,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    return invitation, token


@transaction.atomic
def accept(invitation: Invitation, *, now: datetime, staff: Staff | None = None, name: str = "", password: str = "") -> Staff:
    """Join by an invitation, with the account at hand or with a new one. An account of that address is never taken over.

    Raises StaffRefused when the invitation was used meanwhile, or when an account exists and nobody is signed in to it.
    """
    used = Invitation._rows.filter(pk=invitation.pk, accepted_at=None, expires_at__gt=now).update(accepted_at=now)
    if not used:
        raise StaffRefused("This invitation was used already, or is too old. Ask for a new one.")
    if staff is None:
        if Staff.objects.filter(email=invitation.email).exists():
            raise StaffRefused("There is an account for this address already: sign in first, then open the link again.")
        staff = Staff.objects.create_user(invitation.email, password or None, name=name[:120])
    elif staff.email != invitation.email:
        raise StaffRefused("This invitation is for another address. Sign out and open the link again.")
    Membership._rows.get_or_create(workspace_id=invitation.workspace_id, staff=staff, defaults={"role": invitation.role, "joined_at": now})
    return staff


def withdraw_invitation(workspace: Workspace, *, invitation_id: int) -> bool:
    """Make an open invitation worthless."""
    return bool(Invitation.within(workspace).filter(pk=invitation_id, accepted_at=None).delete()[0])


def add_member(workspace: Workspace, *, staff: Staff, role: str, now: datetime) -> Membership:
    """Let an account work in a workspace; where it does already, its role is changed."""
    found: Membership
    found, _ = Membership._rows.update_or_create(
        workspace=workspace, staff=staff, defaults={"role": role}, create_defaults={"role": role, "joined_at": now}
    )
    return found


@transaction.atomic
def set_role(workspace: Workspace, *, staff_id: int, role: str) -> str:
    """Give a member another role, '' lets them go; return the role until now. Raises StaffRefused where no owner would be left."""
    members = {row.staff_id: row for row in Membership.within(workspace).select_for_update()}
    member = members.get(staff_id)
    if member is None:
        raise StaffRefused("They are no member of this workspace.")
    if role and role not in Role.values:
        raise StaffRefused(f"There is no role {role!r}; choose one of {', '.join(Role.values)}.")
    others = any(row.role == Role.OWNER for row in members.values() if row.staff_id != staff_id)
    if member.role == Role.OWNER and role != Role.OWNER and not others:
        raise StaffRefused("A workspace needs an owner: make somebody else one first.")
    if role:
        Membership.within(workspace).filter(pk=member.pk).update(role=role)
    else:
        Membership.within(workspace).filter(pk=member.pk).delete()
    return str(member.role)


def make_sign_in_link(staff: Staff, *, now: datetime) -> str:
    """Return the token of a link that signs this member of staff in once, within the hour."""
    token = new_token()
    SignInLink.objects.create(staff=staff, digest=digest_of(token), expires_at=now + SIGN_IN_LINK_LASTS)
    return token


def use_sign_in_link(link: SignInLink, *, now: datetime) -> bool:
    """Use a link up; say whether this call was the one that did."""
    return bool(SignInLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now).update(used_at=now))
