"""Links between tables of a workspace can never leave it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from duologue.people.consent.ages import WEIGHED
from duologue.platform.database import locks
from duologue.platform.database.links import held_by_statement
from duologue.platform.database.operations import WorkspaceKeys

BY_STATEMENT = ("people_identifier", "people_fact", "people_searchword", "people_consentstatement", "people_consentnow")

TABLES = """
CREATE SEQUENCE people_event_id_seq;
CREATE SEQUENCE people_write_id_seq;
CREATE TABLE people_event (
    workspace_id bigint NOT NULL,
    profile_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('people_event_id_seq'),
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    name text NOT NULL,
    properties jsonb NOT NULL,
    source text NOT NULL,
    write_id bigint NOT NULL,
    run_id bigint,
    delivery_id bigint,
    PRIMARY KEY (workspace_id, profile_id, occurred_at, id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX people_event_write ON people_event (write_id);
CREATE TABLE people_event_older PARTITION OF people_event DEFAULT;
CREATE TABLE people_seenkey (
    workspace_id bigint NOT NULL, key bytea NOT NULL, seen_at timestamptz NOT NULL, PRIMARY KEY (workspace_id, key)
) PARTITION BY HASH (workspace_id, key);
CREATE TABLE people_seenkey_0 PARTITION OF people_seenkey FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE people_seenkey_1 PARTITION OF people_seenkey FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE people_seenkey_2 PARTITION OF people_seenkey FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE people_seenkey_3 PARTITION OF people_seenkey FOR VALUES WITH (MODULUS 4, REMAINDER 3);
CREATE TABLE people_importkey (
    workspace_id bigint NOT NULL, key bytea NOT NULL, content bytea NOT NULL, PRIMARY KEY (workspace_id, key)
);
CREATE FUNCTION people_number_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- held until the commit is visible, so the next one reads this number; max + 1 leaves no gap after a rollback
    PERFORM pg_advisory_xact_lock(NUMBERING, NEW.workspace_id::int);
    UPDATE people_batch SET batch_no = 1 + coalesce(
        (SELECT max(batch_no) FROM people_batch WHERE workspace_id = NEW.workspace_id), 0)
    WHERE write_id = NEW.write_id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER people_number_batch AFTER INSERT ON people_batch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION people_number_batch();
""".replace("NUMBERING", str(locks.NUMBERING))

AGES = f"""
CREATE INDEX facts_of_age ON people_fact (workspace_id, profile_id) WHERE key IN ({", ".join(f"'{key}'" for key in sorted(WEIGHED))})
"""


class Migration(migrations.Migration):
    """Adds the composite keys of the people floor."""

    dependencies: ClassVar = [("people", "0001_initial")]
    operations: ClassVar = [
        WorkspaceKeys(by_statement=BY_STATEMENT),
        migrations.RunSQL(TABLES),
        migrations.RunSQL(AGES),
        migrations.RunSQL(held_by_statement("people_event", {"profile_id": "people_profile"})),
    ]
