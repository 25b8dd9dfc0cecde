"""Accounts, their roles in workspaces, invitations, and keys for machines."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from duologue.platform.database.models import InWorkspace


class Role(models.TextChoices):
    """What a member may do; each role's rights are listed in `rules`."""

    OWNER = "owner"
    EDITOR = "editor"
    ANALYST = "analyst"
    CARE = "care"
    GUEST = "guest"


class StaffManager(BaseUserManager["Staff"]):
    """Finds accounts by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Staff:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Staff:
        """Make an account; without a password it can only be entered by a sign-in link."""
        staff = self.model(email=email.strip().lower(), **fields)
        staff.set_password(password)
        staff.save()
        return staff


class Staff(AbstractBaseUser):
    """Someone who works here. An operator may make workspaces; all else comes from memberships."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    theme = models.CharField(max_length=5, default="auto")

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Rights come from roles in workspaces, never from Django's permissions."""
        return False


class Membership(InWorkspace):
    """A member of a workspace and the one role held there."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    joined_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "staff"], name="one_role_per_member")]


class Invitation(InWorkspace):
    """An open invitation; only the digest of its token is kept."""

    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role)
    digest = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)


class SignInLink(models.Model):
    """A link that signs one member of staff in, once."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Key(InWorkspace):
    """A machine's key: a write key may only send events in, a management key acts with a role.

    A site key stands in public pages: it tells what a visitor does, and nothing that anybody could misuse about somebody else.
    """

    class Kind(models.TextChoices):
        WRITE = "write"
        SITE = "site"
        MANAGE = "manage"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=6, choices=Kind)
    role = models.CharField(max_length=10, choices=Role, blank=True)
    only = models.JSONField(default=list, help_text="Of a management key: the areas of the API it is for; none for all.")
    shown = models.CharField(max_length=12, help_text="The first characters, to recognise it by.")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
