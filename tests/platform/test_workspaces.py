from datetime import UTC, datetime

from duologue.people.models import Profile
from duologue.platform.workspaces import queries


def test_a_virtual_clock_says_what_it_was_set_to(workspace):
    assert queries.now(workspace) == datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_rows_can_only_be_reached_within_a_workspace(workspace):
    assert not hasattr(Profile, "objects")
    assert Profile.within(workspace).count() == 0
