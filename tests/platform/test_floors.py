import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

FLOORS = {"platform": 0, "people": 1, "brand": 1, "strategize": 2, "engage": 3, "measure": 4}
OURS = [model for model in apps.get_models() if model._meta.app_label in FLOORS]
LINKS = [(model, field) for model in OURS for field in model._meta.concrete_fields if field.is_relation]


def name_of(link):
    return f"{link[0].__name__}.{link[1].name}"


@pytest.mark.parametrize("link", LINKS, ids=name_of)
def test_links_between_tables_point_down_or_stay(link):
    model, field = link
    here, there = model._meta.app_label, field.related_model._meta.app_label
    assert there in FLOORS
    assert here == there or FLOORS[there] < FLOORS[here]


@pytest.mark.django_db
def test_every_link_inside_a_workspace_is_held_there_by_the_database():
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT conrelid::regclass::text, array_agg(attname::text ORDER BY attname) FROM pg_constraint
               JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) WHERE contype = 'f' GROUP BY pg_constraint.oid, 1"""
        )
        held = {(table, tuple(columns)) for table, columns in cursor.fetchall()}
        cursor.execute("SELECT tgrelid::regclass::text, tgargs FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%there'")
        proved = ((table, column.decode()) for table, columns in cursor.fetchall() for column in bytes(columns).split(b"\0")[:-1])
        held |= {(table, tuple(sorted(["workspace_id", column]))) for table, column in proved}
    in_workspace = [model for model in OURS if any(field.name == "workspace" for field in model._meta.concrete_fields)]
    missing = [
        name_of((model, field))
        for model, field in LINKS
        if model in in_workspace and field.related_model in in_workspace
        if (model._meta.db_table, tuple(sorted(["workspace_id", field.column]))) not in held
    ]
    assert missing == []


@pytest.mark.django_db
def test_the_tables_are_those_the_models_say():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
