"""An app's first migration, made at once."""

from __future__ import annotations

from typing import Any

from django.db.migrations import CreateModel, Migration


class FirstMigration(Migration):
    """Makes every table of the app as it is when the migration has ended, with its indexes and constraints.

    Django takes one step after the other, and describes all tables that lead to each other anew for each: nearly all
    of the seconds that making the tables took.
    """

    def apply(self, project_state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:  # noqa: FBT001, FBT002  Django's
        """Return the state after all steps, of which those that are not about a table's making add nothing to it."""
        project_state.__dict__.pop("apps", None)  # described once, below
        after = self.mutate_state(project_state, preserve=False)
        for step in self.operations:
            if isinstance(step, CreateModel):
                step.database_forwards(self.app_label, schema_editor, project_state, after)
        return after
