"""A data folder of its own, and a backup of an installation."""

import pytest
from django.conf import settings

from duologue.platform.database.folder import DataFolder
from tests.cli.restore.line import run


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder of its own."""
    monkeypatch.setattr(settings, "DATA", DataFolder(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def backup(folder, tmp_path, transactional_db):
    """The backup of an installation with one workspace in which nothing happened."""
    assert run("workspace", "create", "shop") == 0
    assert run("backup", tmp_path / "one.backup", "--json") == 0
    return tmp_path / "one.backup"
