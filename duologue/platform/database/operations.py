"""Migration steps that Django has no word for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

from duologue.platform.database.links import held_by_statement

if TYPE_CHECKING:
    from collections.abc import Collection

NEEDLESS_INDEXES = """
SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = %s::regclass AND i.indnkeyatts = 1 AND NOT i.indisunique AND i.indpred IS NULL AND EXISTS (
    SELECT FROM pg_index o JOIN pg_attribute w ON w.attrelid = o.indrelid AND w.attname = 'workspace_id'
    WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid AND o.indpred IS NULL AND o.indkey[0] = w.attnum
    AND o.indnkeyatts > 1 AND (a.attname = 'workspace_id' OR o.indkey[1] = a.attnum))
"""
WORKSPACE_KEYS = """
SELECT conname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.conrelid = %s::regclass AND c.contype = 'f' AND cardinality(c.conkey) = 1 AND a.attname = 'workspace_id'
"""
ONE_KEY = 'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_pkey", ADD CONSTRAINT "{table}_pkey" PRIMARY KEY (id, workspace_id)'


class WorkspaceKeys(Operation):
    """Let the primary key of every table of the app hold the workspace too, and give every link inside one its composite key.

    One index then finds a row by its number alone and proves a link's pair of workspace and number.

    What these make needless goes, for every row written pays for it: the key to the workspace where a composite key leads there
    by way of another row, and the index on one column where another begins with the workspace and that column.
    """

    reversible = True

    def __init__(self, *, by_statement: Collection[str] = ()) -> None:
        """Take the tables whose links are proved once for each statement, for they take thousands of rows in one."""
        self.by_statement = by_statement

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models as they are: only the database changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Add the keys; tables that are not managed bring their own."""
        ours = [m for m in to_state.apps.get_models() if m._meta.app_label == app_label and m._meta.managed and _has_workspace(m)]
        for model in ours:
            if model._meta.pk.name == "id":
                table = model._meta.db_table
                schema_editor.execute(ONE_KEY.format(table=table))
        for model in ours:
            self._add_keys(schema_editor, model._meta.db_table, model._meta.concrete_fields)
        for model in ours:
            self._drop_needless(schema_editor, model)

    def _drop_needless(self, schema_editor: Any, model: Any) -> None:
        table = model._meta.db_table
        inside = any(field.is_relation and not field.db_constraint and not field.null for field in model._meta.concrete_fields)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(NEEDLESS_INDEXES, [f'"{table}"'])
            indexes = [row[0] for row in cursor.fetchall()]
            cursor.execute(WORKSPACE_KEYS, [f'"{table}"'])
            keys = [row[0] for row in cursor.fetchall()] if inside else []
        for index in indexes:
            schema_editor.execute(f"DROP INDEX {index}")
        for key in keys:
            schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{key}"')

    def _add_keys(self, schema_editor: Any, table: str, fields: Collection[Any]) -> None:
        links = {field.column: field.related_model._meta.db_table for field in fields if field.is_relation and not field.db_constraint}
        if links and table in self.by_statement:
            schema_editor.execute(held_by_statement(table, links), params=None)
            return
        for column, target in links.items():
            schema_editor.execute(
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{column}_in_workspace" '
                f'FOREIGN KEY (workspace_id, "{column}") REFERENCES "{target}" (workspace_id, id) '
                f"DEFERRABLE INITIALLY DEFERRED"
            )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Do nothing: the tables go, and their keys with them."""

    def describe(self) -> str:
        """Say what this step does."""
        return "Hold every link inside its workspace"


def _has_workspace(model: Any) -> bool:
    return any(field.name == "workspace" for field in model._meta.concrete_fields)
