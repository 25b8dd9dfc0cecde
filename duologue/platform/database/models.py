"""What every table of a workspace has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


class InWorkspace(models.Model):
    """A row of one workspace. There is no `objects`: the only way to rows is `within(workspace)`."""

    workspace = models.ForeignKey("platform.Workspace", on_delete=models.CASCADE, related_name="+")

    _rows: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
        default_manager_name = "_rows"

    @classmethod
    def within(cls, workspace: Workspace) -> models.QuerySet[Self]:
        """Return the rows of this workspace and of no other."""
        return cls._rows.filter(workspace=workspace)


def link(to: str, **options: Any) -> models.ForeignKey[Any, Any]:
    """Return a foreign key inside one workspace.

    The database holds it as (workspace_id, column) → (workspace_id, id), made by `WorkspaceKeys` in the app's
    second migration, so that no row can ever point into another workspace.
    """
    return models.ForeignKey(to, **{"on_delete": models.DO_NOTHING, "db_constraint": False, "related_name": "+", **options})
