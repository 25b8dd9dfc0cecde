"""Every job that a floor names is there when the process that works on jobs starts."""

from importlib import import_module

from procrastinate.contrib.django import app

from duologue.platform.jobs.app import registered


def test_every_floor_names_where_its_jobs_are():
    for module in registered():
        import_module(module)
    assert {"tidy_intake", "forget_what_expired", "count_reports", "admit_audience"} <= {name.rpartition(".")[2] for name in app.tasks}
