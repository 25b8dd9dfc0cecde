"""The tables of the ground."""

from duologue.platform.audit.models import AuditEntry
from duologue.platform.backup.models import Installation
from duologue.platform.outbound.models import Answered
from duologue.platform.registry.models import Cursor, ShardLease, ShardOwner
from duologue.platform.secrets.models import Secret
from duologue.platform.staff.models import Invitation, Key, Membership, Role, SignInLink, Staff
from duologue.platform.workspaces.models import PlanFile, Workspace

__all__ = [
    "Answered",
    "AuditEntry",
    "Cursor",
    "Installation",
    "Invitation",
    "Key",
    "Membership",
    "PlanFile",
    "Role",
    "Secret",
    "ShardLease",
    "ShardOwner",
    "SignInLink",
    "Staff",
    "Workspace",
]
