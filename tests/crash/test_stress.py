"""Processes killed at random while events, imports and letters are under way: nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from duologue.platform.database.embedded import held
from duologue.platform.database.folder import DataFolder
from tests.crash.stress import CONNECTIONS, House

HERE = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


@pytest.fixture
def data_folder(tmp_path, settings):
    settings.DATA = DataFolder(tmp_path)
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_a_few_deaths_and_a_relay_that_breaks_off(data_folder):
    house = House(seed="short", people=40, lines=200, breaks=5, folder=data_folder, worker=2, sender=3)
    try:
        house.open()
        for _ in range(6):
            time.sleep(house.chance.random() * 0.3)
            house.kill_one()
        house.come_to_rest()
        states = house.reconcile()
    finally:
        house.close()
    assert states["accepted"] > 0


@contextmanager
def own_database():
    """A database of its own, which may die, in place of the run's."""
    folder = Path(tempfile.mkdtemp(prefix="duologue-stress-"))
    folder.chmod(0o755)
    data, usual = DataFolder(folder), (settings.DATA, {name: connection.settings_dict[name] for name in HERE})
    with held(data, durable=False, note=lambda _sentence: None) as server:
        connection.close()
        connection.close_pool()
        settings.DATA = data
        connection.settings_dict.update({name: data.database()[name] for name in HERE})
        try:
            yield server, folder
        finally:
            connection.close()
            connection.close_pool()
            settings.DATA, place = usual
            connection.settings_dict.update(place)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("kills", "workers", "senders"), [(140, 2, 3), (60, 8, 1)], ids=["three-senders", "eight-workers"])
def test_two_hundred_deaths(django_db_setup, django_db_blocker, kills, workers, senders):
    """The database among them."""
    from django.core.management import call_command

    seed = os.environ.get("DUOLOGUE_SEED", "long")
    with django_db_blocker.unblock(), own_database() as (server, folder):
        call_command("migrate", verbosity=0, interactive=False)
        house = House(
            seed=f"{seed} {workers}", people=4_000, lines=4_000, breaks=2, folder=folder, server=server, worker=workers, sender=senders
        )
        try:
            house.open()
            for _ in range(kills):
                time.sleep(house.chance.random())
                house.kill_one()
            house.come_to_rest()
            states = house.reconcile()
        finally:
            house.close()
    assert house.deaths.total() == kills
    assert states["accepted"] > 100
    assert states["uncertain"] <= house.deaths["sender"] * CONNECTIONS + house.far_end.broken.total()
