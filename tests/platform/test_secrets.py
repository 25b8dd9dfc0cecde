import pytest

from duologue.platform.secrets.actions import put_secret
from duologue.platform.secrets.models import Secret
from duologue.platform.secrets.queries import get_secret, names
from duologue.platform.secrets.sealing import NotOurSeal
from duologue.platform.workspaces.actions import create_workspace


def test_a_secret_comes_back_and_is_sealed_at_rest(workspace):
    put_secret(workspace, "relay", "correct horse")
    assert get_secret(workspace, "relay") == "correct horse"
    assert b"horse" not in bytes(Secret.within(workspace).get().sealed)


def test_the_later_secret_takes_the_place_of_the_earlier_and_an_empty_one_forgets_it(workspace):
    put_secret(workspace, "relay", "one")
    put_secret(workspace, "relay", "two")
    assert (get_secret(workspace, "relay"), names(workspace)) == ("two", ["relay"])
    put_secret(workspace, "relay", "")
    assert get_secret(workspace, "relay") is None


def test_a_row_copied_into_another_workspace_does_not_open(workspace):
    put_secret(workspace, "relay", "one")
    other = create_workspace(name="other")
    Secret._rows.create(
        workspace=other, name="relay", sealed=Secret.within(workspace).get().sealed, changed_at=Secret.within(workspace).get().changed_at
    )
    with pytest.raises(NotOurSeal, match="installation key"):
        get_secret(other, "relay")


def test_another_installation_key_opens_nothing(workspace, settings):
    put_secret(workspace, "relay", "one")
    settings.SECRET_KEY = "another key altogether"
    with pytest.raises(NotOurSeal):
        get_secret(workspace, "relay")
