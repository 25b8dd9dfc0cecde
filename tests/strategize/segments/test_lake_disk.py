"""What the lake is made of is on the disk before anything goes that it was made of until then."""

import os
from pathlib import Path

import pytest
from django.db import transaction
from segment_builders import NOW, days, happened, people

from duologue.platform.lake import actions as lake
from duologue.platform.lake.tables import opened
from duologue.strategize.segments import history

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def synced(workspace, tmp_path, settings, monkeypatch):
    """Two people with two files each; a list of (path that went to the disk, what lay in the lake then)."""
    settings.LAKE_URL = f"{tmp_path}/ada's lake"
    persons = people(workspace, 2)
    for _ in range(2):
        happened(workspace, [(person, "Viewed", {}, days(700)) for person in persons])
        history.LakeFollower(events=1).follow(workspace=workspace, now=NOW)
    seen, sync = [], os.fsync

    def watched(number):
        sync(number)
        seen.append((Path(f"/proc/self/fd/{number}").readlink(), lying(settings.LAKE_URL)))

    monkeypatch.setattr(os, "fsync", watched)
    return seen


def lying(folder):
    return {path for path in Path(folder).rglob("*") if path.is_file()}


def erase_one(workspace):
    with transaction.atomic():
        lake.wait_for_lock(workspace)
        lake.erase(workspace=workspace, profiles=[opened(workspace).to_pyarrow_table()["profile_id"][0].as_py()])


def put_together(workspace):
    with transaction.atomic():
        lake.wait_for_lock(workspace)
        assert lake.tidy(workspace=workspace)


@pytest.mark.parametrize("change", [erase_one, put_together])
def test_what_is_written_anew_is_on_the_disk_before_the_old_goes(workspace, synced, settings, monkeypatch, change):
    monkeypatch.setattr(lake, "FILES_BEFORE_TIDYING", 2)
    before = lying(settings.LAKE_URL)
    change(workspace)
    after = lying(settings.LAKE_URL)
    made = {path for path in after - before if path.suffix == ".parquet"}
    checkpoints = {path for path in made if "_delta_log" in path.parts}
    assert made - checkpoints
    assert checkpoints
    log = {path for path in before if "_delta_log" in path.parts}
    assert log - after
    for path in made:
        to_stay = log if path in checkpoints else before
        assert any(one == path and to_stay <= there for one, there in synced), path
    folders = {path.parent for path in made}
    assert folders | {folder.parent for folder in folders} <= {path for path, _ in synced}
