"""What an app's first migration makes at once is all that the models name."""

import importlib

import pytest
from django.apps import apps
from django.db import connection

from duologue.platform.database.first import FirstMigration

FLOORS = ["platform", "people", "brand", "strategize", "engage", "measure"]


@pytest.mark.parametrize("floor", FLOORS)
def test_every_floor_is_made_at_once_and_of_nothing_else(floor):
    migration = importlib.import_module(f"duologue.{floor}.migrations.0001_initial").Migration
    assert issubclass(migration, FirstMigration)
    assert {type(step).__name__ for step in migration.operations} <= {"CreateModel", "AddField", "AddIndex", "AddConstraint"}


@pytest.mark.django_db
@pytest.mark.parametrize("floor", FLOORS)
def test_its_tables_have_the_columns_indexes_and_constraints_of_the_models(floor):
    for model in (model for model in apps.get_app_config(floor).get_models() if model._meta.managed):
        with connection.cursor() as cursor:
            columns = {column.name for column in connection.introspection.get_table_description(cursor, model._meta.db_table)}
            named = set(connection.introspection.get_constraints(cursor, model._meta.db_table))
        assert columns == {field.column for field in model._meta.concrete_fields}
        assert {one.name for one in (*model._meta.indexes, *model._meta.constraints)} <= named, model
