"""What a plan's file describes by a name, kept in versions: the highest number is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models, transaction

from duologue.platform.database.models import InWorkspace

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class NamedVersion(InWorkspace):
    """One version; `data` is what the file says, as JSON."""

    name = models.CharField(max_length=63)
    number = models.IntegerField()
    data = models.JSONField()
    since = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        abstract = True
        constraints = [models.UniqueConstraint(fields=["workspace", "name", "number"], name="%(class)s_numbers")]


Version = TypeVar("Version", bound=NamedVersion)


@transaction.atomic
def keep(kind: type[Version], *, workspace: Workspace, name: str, data: Any, now: datetime) -> Version:
    """Keep what a file says as a new version; the same again gives the version there is."""
    newest = in_force(kind, workspace, name)
    if newest is not None and newest.data == data:
        return newest
    version = kind(workspace=workspace, name=name, number=newest.number + 1 if newest else 1, data=data, since=now)
    version.save()
    return version


def in_force(kind: type[Version], workspace: Workspace, name: str) -> Version | None:
    """Return the version of this name that is in force, or None."""
    return kind.within(workspace).filter(name=name).order_by("-number").first()


def all_in_force(kind: type[Version], workspace: Workspace) -> list[Version]:
    """Return the version in force of every name, by name."""
    return list(kind.within(workspace).order_by("name", "-number").distinct("name"))
