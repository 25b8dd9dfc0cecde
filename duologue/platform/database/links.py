"""Links inside a workspace that are proved once for each statement, for tables that take thousands of rows in one.

A foreign key asks and locks for each row. Here the rows that a statement wrote are looked through once to see what their links lead
to. Each target they name is then looked up once; where these are neighbours, their stretch is gone through side by side with the rows.
A link that is changed later is proved row by row, and what is linked to may not be deleted before what links to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FEW: Final = 50
SPARSE: Final = 4
THERE: Final = """
CREATE FUNCTION {table}_there() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off SET enable_seqscan = off AS $$
DECLARE missing bigint; here bigint; other bigint; {variables}
BEGIN
    SELECT min(workspace_id), max(workspace_id), {extremes} INTO here, other, {names} FROM fresh;
    {links}
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_there AFTER INSERT ON "{table}" REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_there({columns});
"""
LINK: Final = """
    IF many_{n} = 0 THEN
        missing := NULL;
    ELSIF first_{n} = last_{n} AND here = other THEN
        SELECT first_{n} INTO missing WHERE NOT EXISTS (
            SELECT FROM "{target}" t WHERE t.workspace_id = here AND t.id = first_{n});
    ELSIF many_{n} > {few} AND last_{n} - first_{n} < {sparse} * many_{n} THEN
        SELECT f."{column}" INTO missing FROM fresh f
        LEFT JOIN "{target}" t ON t.workspace_id = f.workspace_id AND t.id = f."{column}" AND t.id BETWEEN first_{n} AND last_{n}
        WHERE f."{column}" IS NOT NULL AND t.id IS NULL LIMIT 1;
    ELSE
        -- OFFSET 0 keeps this a look into the index for each row: a plan made for one row must serve for thousands, and the other way round
        SELECT f."{column}" INTO missing
        FROM (SELECT DISTINCT workspace_id, "{column}" FROM fresh WHERE "{column}" IS NOT NULL) f WHERE NOT EXISTS (
            SELECT FROM "{target}" t WHERE t.workspace_id = f.workspace_id AND t.id = f."{column}" OFFSET 0) LIMIT 1;
    END IF;
    IF missing IS NOT NULL THEN
        RAISE foreign_key_violation USING MESSAGE = format('{table}: there is no %s in this row''s workspace in {target}', missing);
    END IF;"""
CHANGED: Final = """
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
CREATE TRIGGER {name}_changed AFTER UPDATE OF workspace_id, "{column}" ON "{table}" FOR EACH ROW
    WHEN (NEW."{column}" IS NOT NULL AND (OLD."{column}" IS DISTINCT FROM NEW."{column}" OR OLD.workspace_id <> NEW.workspace_id))
    EXECUTE FUNCTION {name}_changed();
CREATE TRIGGER {name}_left AFTER DELETE ON "{target}" REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION {name}_left();
"""


def held_by_statement(table: str, links: Mapping[str, str]) -> str:
    """Return the SQL that holds links from (workspace_id, column) to (workspace_id, id) of a target, where they are not empty.

    `links` gives the target of each column. The trigger that proves them names the columns as its arguments.
    """
    numbered = list(enumerate(links.items()))
    there = THERE.format(
        table=table,
        variables=" ".join(f"first_{n} bigint; last_{n} bigint; many_{n} bigint;" for n, _ in numbered),
        extremes=", ".join(f'min("{column}"), max("{column}"), count("{column}")' for column in links),
        names=", ".join(f"first_{n}, last_{n}, many_{n}" for n, _ in numbered),
        links="".join(
            LINK.format(n=n, table=table, column=column, target=target, few=FEW, sparse=SPARSE) for n, (column, target) in numbered
        ),
        columns=", ".join(f"'{column}'" for column in links),
    )
    later = (CHANGED.format(name=f"{table}_{column}", table=table, column=column, target=target) for column, target in links.items())
    return "".join([there, *later])
