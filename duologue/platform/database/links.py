"""Links inside a workspace that are proved once for each statement, for tables that take thousands of rows in one.

A foreign key asks and locks for each row. Here one query asks for all rows that a statement wrote, once for each target that
they name; where these are neighbours, their stretch of the target is gone through side by side with the rows. A link that is changed
later is proved row by row, and what is linked to may not be deleted before what links to it.
"""

from __future__ import annotations

from typing import Final

FEW: Final = 50
SPARSE: Final = 4
HELD: Final = """
CREATE FUNCTION {name}_there() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off SET enable_seqscan = off AS $$
DECLARE missing bigint; first bigint; last bigint; many bigint;
BEGIN
    SELECT min("{column}"), max("{column}"), count("{column}") INTO first, last, many FROM fresh;
    IF many = 0 THEN
        RETURN NULL;
    ELSIF many > {few} AND last - first < {sparse} * many THEN
        SELECT f."{column}" INTO missing FROM fresh f
        LEFT JOIN "{target}" t ON t.workspace_id = f.workspace_id AND t.id = f."{column}" AND t.id BETWEEN first AND last
        WHERE f."{column}" IS NOT NULL AND t.id IS NULL LIMIT 1;
    ELSE
        -- OFFSET 0 keeps this a look into the index for each row: a plan made for one row must serve for thousands, and the other way round
        SELECT f."{column}" INTO missing
        FROM (SELECT DISTINCT workspace_id, "{column}" FROM fresh WHERE "{column}" IS NOT NULL) f WHERE NOT EXISTS (
            SELECT FROM "{target}" t WHERE t.workspace_id = f.workspace_id AND t.id = f."{column}" OFFSET 0) LIMIT 1;
    END IF;
    IF missing IS NOT NULL THEN
        RAISE foreign_key_violation USING MESSAGE = format('{table}: there is no %s in this row''s workspace in {target}', missing);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION {name}_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM "{target}" t WHERE t.workspace_id = NEW.workspace_id AND t.id = NEW."{column}";
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE =
            format('{table}: there is no %s in this row''s workspace in {target}', NEW."{column}");
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION {name}_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM gone g WHERE EXISTS (
        SELECT FROM "{table}" f WHERE f.workspace_id = g.workspace_id AND f."{column}" = g.id OFFSET 0) LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = '{target}: rows of {table} lead here';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {name}_there AFTER INSERT ON "{table}" REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION {name}_there();
CREATE TRIGGER {name}_changed AFTER UPDATE OF workspace_id, "{column}" ON "{table}" FOR EACH ROW
    WHEN (NEW."{column}" IS NOT NULL AND (OLD."{column}" IS DISTINCT FROM NEW."{column}" OR OLD.workspace_id <> NEW.workspace_id))
    EXECUTE FUNCTION {name}_changed();
CREATE TRIGGER {name}_left AFTER DELETE ON "{target}" REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION {name}_left();
"""


def held_by_statement(table: str, column: str, target: str) -> str:
    """Return the SQL that holds a link from (workspace_id, column) to (workspace_id, id) of the target, where it is not empty."""
    return HELD.format(name=f"{table}_{column}", table=table, column=column, target=target, few=FEW, sparse=SPARSE)
