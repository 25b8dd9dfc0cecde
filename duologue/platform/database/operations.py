"""Migration steps that Django has no word for."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


class WorkspaceKeys(Operation):
    """Give every table of the app a unique (workspace_id, id) and every link inside a workspace its composite key."""

    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models as they are: only the database changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Add the keys; tables that are not managed bring their own."""
        ours = [m for m in to_state.apps.get_models() if m._meta.app_label == app_label and m._meta.managed and _has_workspace(m)]
        for model in ours:
            if model._meta.pk.name == "id":
                table = model._meta.db_table
                schema_editor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_in_workspace" UNIQUE (workspace_id, id)')
        for model in ours:
            for field in model._meta.concrete_fields:
                if field.is_relation and not field.db_constraint:
                    self._add_key(schema_editor, model._meta.db_table, field)

    def _add_key(self, schema_editor: Any, table: str, field: Any) -> None:
        target = field.related_model._meta.db_table
        schema_editor.execute(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{field.column}_in_workspace" '
            f'FOREIGN KEY (workspace_id, "{field.column}") REFERENCES "{target}" (workspace_id, id) '
            f"DEFERRABLE INITIALLY DEFERRED"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Do nothing: the tables go, and their keys with them."""

    def describe(self) -> str:
        """Say what this step does."""
        return "Hold every link inside its workspace"


def _has_workspace(model: Any) -> bool:
    return any(field.name == "workspace" for field in model._meta.concrete_fields)
