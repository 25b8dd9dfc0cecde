"""Finding members, keys and open links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.platform.staff.models import Invitation, Key, Membership, SignInLink, Staff
from duologue.platform.staff.tokens import digest_of

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def key_for(secret: str) -> Key | None:
    """Return the key, with its workspace, that this secret opens; None for any other and for a revoked one."""
    if not secret or len(secret) > 200:
        return None
    return Key._rows.select_related("workspace").filter(digest=digest_of(secret), revoked_at=None).first()


def keys(workspace: Workspace) -> list[Key]:
    """Return the keys of a workspace, the revoked ones last."""
    return list(Key.within(workspace).order_by("revoked_at", "name", "pk"))


def members(workspace: Workspace) -> list[Membership]:
    """Return who works in a workspace, with their accounts."""
    return list(Membership.within(workspace).select_related("staff").order_by("staff__email"))


def memberships_of(staff: Staff) -> list[Membership]:
    """Return the workspaces someone works in, each with the role held there."""
    return list(Membership._rows.filter(staff=staff).select_related("workspace").order_by("workspace__name"))


def open_invitations(workspace: Workspace, now: datetime) -> list[Invitation]:
    """Return invitations that can still be accepted."""
    return list(Invitation.within(workspace).filter(accepted_at=None, expires_at__gt=now).order_by("-created_at"))


def invitation_for(token: str, now: datetime) -> Invitation | None:
    """Return the open invitation of a link, or None when it is unknown, used or too old."""
    rows = Invitation._rows.select_related("workspace", "invited_by")
    return rows.filter(digest=digest_of(token), accepted_at=None, expires_at__gt=now).first()


def sign_in_link_for(token: str, now: datetime) -> SignInLink | None:
    """Return the unused sign-in link, or None."""
    return SignInLink.objects.select_related("staff").filter(digest=digest_of(token), used_at=None, expires_at__gt=now).first()
