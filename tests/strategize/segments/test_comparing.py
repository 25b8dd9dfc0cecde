import pytest
from django.db import connection, transaction
from segment_builders import NOW, days, happened, people

from duologue.cli import command
from duologue.people.models import Erasure
from duologue.strategize.segments import history
from duologue.strategize.segments.comparing import Month, compare

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_months(workspace, tmp_path, settings):
    settings.LAKE_URL = str(tmp_path)
    one, two = people(workspace, 2)
    happened(workspace, [(one, "A", {"revenue": 1}, days(40)), (two, "Ä: Ö", {}, days(1)), (two, "B", {}, days(0))])
    history.LakeFollower(events=1).follow(workspace=workspace, now=NOW)
    return one, two


def test_what_the_lake_says_it_holds_is_what_the_timeline_holds(workspace, two_months):
    happened(workspace, [(two_months[0], "C", {}, days(0))])  # not in the lake yet
    assert compare(workspace) == [Month("2025-11", 1, 1, equal=True), Month("2026-01", 2, 2, equal=True)]
    assert command.run(["lake", "check"]) == 0


@pytest.mark.parametrize(
    "damage", ["DELETE FROM people_event WHERE name = 'B'", "UPDATE people_event SET name = 'D' WHERE name = 'B'"], ids=["lost", "changed"]
)
def test_a_difference_is_found_in_its_month(workspace, two_months, damage, capsys):
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert [(one.month, one.equal) for one in compare(workspace)] == [("2025-11", True), ("2026-01", False)]
    assert command.run(["lake", "check"]) == 1
    assert "in 2026-01." in capsys.readouterr().err


def test_who_was_erased_and_waits_for_the_lake_is_no_difference(workspace, two_months):
    one, _ = two_months
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_event WHERE profile_id = %s", (one,))
        Erasure(workspace=workspace, person=one, profiles=[one], asked_at=NOW).save()
    assert compare(workspace) == [Month("2026-01", 2, 2, equal=True)]
    assert history.clean_lake(workspace, NOW) == 1
    assert compare(workspace) == [Month("2026-01", 2, 2, equal=True)]
