from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duologue.people.models import Profile
from duologue.platform.workspaces import actions, queries
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.rules import RESERVED, mistake_in_name


def test_a_virtual_clock_says_what_it_was_set_to(workspace):
    assert queries.now(workspace) == datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_rows_can_only_be_reached_within_a_workspace(workspace):
    assert not hasattr(Profile, "objects")
    assert Profile.within(workspace).count() == 0


def test_a_virtual_clock_goes_forward_only(workspace):
    stood = queries.now(workspace)
    actions.set_clock(workspace, stood + timedelta(hours=1))
    actions.set_clock(workspace, stood)
    assert queries.now(workspace) == stood + timedelta(hours=1)


def test_a_live_clock_cannot_be_set_and_going_live_is_for_good(workspace):
    assert actions.go_live(workspace)
    assert not actions.go_live(workspace)
    assert not workspace.is_virtual
    with pytest.raises(actions.WorkspaceRefused, match="live"):
        actions.set_clock(workspace, datetime(2027, 1, 1, tzinfo=UTC))
    assert queries.now(workspace).year >= 2024


def test_stopping_all_sending_keeps_the_first_reason(workspace):
    now = queries.now(workspace)
    assert actions.stop_all(workspace, because="wrong price", now=now)
    assert not actions.stop_all(workspace, because="again", now=now + timedelta(hours=1))
    assert (workspace.sending_stopped_at, workspace.sending_stopped_because) == (now, "wrong price")
    assert actions.resume_all(workspace)
    assert workspace.sending_stopped_at is None


@pytest.mark.parametrize("name", ["shop", "corner-shop", "a", "9lives", "x" * 63])
def test_plain_words_are_names(name):
    assert mistake_in_name(name) is None


@pytest.mark.parametrize("name", ["", "Shop", "my shop", "-shop", "shop-", "x" * 64, "caf\u00e9", "shop\n", "../up", *sorted(RESERVED)])
def test_what_is_no_name_or_is_kept_for_an_address_is_refused(name, db):
    with pytest.raises(actions.WorkspaceRefused, match="cannot be called"):
        actions.create_workspace(name=name)


def test_a_name_is_taken_once(workspace):
    with pytest.raises(actions.WorkspaceRefused, match="already"):
        actions.create_workspace(name=workspace.name)


def test_a_workspace_that_is_asked_for_often_is_read_once_in_some_seconds(workspace, monkeypatch):
    present = queries.time.monotonic()
    assert queries.lately({workspace.pk, 0}) == {workspace.pk: workspace}
    Workspace.objects.filter(pk=workspace.pk).update(title="Fern")
    with CaptureQueriesContext(connection) as asked:
        assert queries.lately({workspace.pk})[workspace.pk].title == workspace.title
    assert len(asked) == 0
    monkeypatch.setattr(queries.time, "monotonic", lambda: present + queries.KEPT_FOR + 1)
    assert queries.lately({workspace.pk})[workspace.pk].title == "Fern"
