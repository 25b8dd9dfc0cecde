"""What a plan's file describes by a name, kept in versions: the highest number is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, models, transaction

from duologue.kit.yaml import Mistake, Mistakes, read_yaml
from duologue.platform.database import locks
from duologue.platform.database.models import InWorkspace

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class NamedVersion(InWorkspace):
    """One version; `data` is what its text says, as JSON, and `source` the text, where it came as one."""

    name = models.CharField(max_length=63)
    number = models.IntegerField()
    data = models.JSONField()
    source = models.TextField(blank=True)
    since = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        abstract = True
        constraints = [models.UniqueConstraint(fields=["workspace", "name", "number"], name="%(class)s_numbers")]


Version = TypeVar("Version", bound=NamedVersion)


def one_at_a_time(workspace: Workspace) -> None:
    """Let whoever keeps a version wait until the transaction that holds this ends; what was looked up after it still holds when kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (locks.VERSIONS, workspace.pk))


@transaction.atomic
def keep(kind: type[Version], *, workspace: Workspace, name: str, data: Any, now: datetime, source: str = "") -> Version:
    """Keep what a text says as a new version; the same said again gives the version there is, in the words it has now."""
    one_at_a_time(workspace)
    newest = in_force(kind, workspace, name)
    if newest is not None and newest.data == data:
        if newest.source != source:
            newest.source = source
            newest.save(update_fields=["source"])
        return newest
    number = newest.number + 1 if newest else 1
    version = kind(workspace=workspace, name=name, number=number, data=data, source=source, since=now)
    version.save()
    return version


def take_away(kind: type[Version], *, workspace: Workspace, name: str) -> int:
    """Take away all versions of a name; return how many there were. Who may name it is asked before, under `one_at_a_time`."""
    gone, _ = kind.within(workspace).filter(name=name).delete()
    return gone


def in_force(kind: type[Version], workspace: Workspace, name: str) -> Version | None:
    """Return the version of this name that is in force, or None."""
    return kind.within(workspace).filter(name=name).order_by("-number").first()


def all_in_force(kind: type[Version], workspace: Workspace) -> list[Version]:
    """Return the version in force of every name, by name."""
    return list(kind.within(workspace).order_by("name", "-number").distinct("name"))


def sources(kind: type[Version], workspace: Workspace) -> dict[str, str]:
    """Return the text in force of every name that came as one."""
    return {row.name: row.source for row in all_in_force(kind, workspace) if row.source}


def named(source: str, said: str, name: str, key: str, file: str = "") -> None:
    """Raise Mistakes where a text calls what it describes otherwise than it is asked for."""
    if said != name:
        line = read_yaml(source, file).line((key,))
        where = f"the file {file} and its `{key}` must agree" if file else f"here it is {name!r}"
        raise Mistakes([Mistake(file, line, f"It calls itself {said!r}; {where}.")])
