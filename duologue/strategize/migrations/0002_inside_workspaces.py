"""Links between tables of a workspace can never leave it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from duologue.platform.database.operations import WorkspaceKeys


class Migration(migrations.Migration):
    """Adds the composite keys of the strategize floor."""

    dependencies: ClassVar = [("strategize", "0001_initial"), ("people", "0002_inside_workspaces")]
    operations: ClassVar = [WorkspaceKeys(by_statement=["strategize_segmentmember"])]
