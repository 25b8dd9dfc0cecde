"""What is asked often is planned once for each connection."""

import pytest
from django.conf import settings
from django.db import connection

from duologue.platform.workspaces.models import Workspace

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_question_asked_often_is_planned_once_whatever_its_values():
    connection.close()  # another connection, which was asked nothing yet
    for number in range(settings.PREPARE_AFTER + 2):
        assert not Workspace.objects.filter(name=f"nobody-{number}").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [row[0] for row in cursor.fetchall() if '"platform_workspace"."name" = $2' in row[0]]
    assert len(kept) == 1
