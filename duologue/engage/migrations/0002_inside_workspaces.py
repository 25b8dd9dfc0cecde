"""Links between tables of a workspace can never leave it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from duologue.platform.database.operations import WorkspaceKeys

BY_STATEMENT = ("engage_admission", "engage_attempt", "engage_delivery", "engage_run", "engage_runstep")


class Migration(migrations.Migration):
    """Adds the composite keys of the engage floor."""

    dependencies: ClassVar = [("engage", "0001_initial"), ("strategize", "0002_inside_workspaces"), ("people", "0002_inside_workspaces")]
    operations: ClassVar = [
        # room on each page for what a delivery becomes, so that it changes in its place
        migrations.RunSQL("ALTER TABLE engage_delivery SET (fillfactor = 50)", migrations.RunSQL.noop),
        WorkspaceKeys(by_statement=["engage_admission", "engage_attempt", "engage_delivery", "engage_run", "engage_runstep"]),
    ]
