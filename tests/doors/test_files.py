"""Files that people bring: whatever is in them, an import ends or is refused with a sentence, and every line is accounted for."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from duologue.kit.pipeline import Refused
from duologue.people.imports import actions
from duologue.people.models import Import

PEOPLE = "kind: people\nsource: list\nidentifiers: {email: '{email}', external: '{id}'}\nfacts: {plan: '{plan}'}\n"
EVENTS = "kind: events\nsource: till\nexternal_id: id\ntime: {column: at, format: '%d.%m.%Y %H:%M', zone: Europe/Berlin}\nevents: [{event: Seen, properties: {n: {from: '{n}', as: number}}}]\n"
cell = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["a@x.example", "7", "01.07.2025 09:00", "31.02.2025 09:00", "1e999", '"', "\x00", "\ufeff", "a\nb", "=1+1", "9" * 400, "@"]
    ),
)
line = st.lists(cell, max_size=6)
few = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))


def written(lines, heading, encoding, packed):
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(heading)
    table.writerows(lines)
    raw = text.getvalue().encode(encoding, errors="replace")
    return gzip.compress(raw) if packed else raw


def take(workspace, path, kind, recipe):
    """Return the import that was made, or None where the file was refused with a sentence."""
    before = Import.within(workspace).count()
    try:
        return actions.import_file(workspace=workspace, path=path, kind=kind, recipe=recipe)
    except Refused as refusal:
        assert refusal.reason
        assert refusal.sentence.endswith(".")
        failed = Import.within(workspace).order_by("-pk").first() if Import.within(workspace).count() > before else None
        assert failed is None or (failed.state, bool(failed.sentence)) == ("failed", True)
        return None


@pytest.fixture
def folder(tmp_path, settings):
    return tmp_path


@few
@given(
    lines=st.lists(line, max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    packed=st.booleans(),
    kind=st.sampled_from([("people", PEOPLE, ["email", "id", "plan"]), ("events", EVENTS, ["id", "at", "n"])]),
)
def test_every_line_is_written_unchanged_or_refused(workspace, folder, lines, encoding, packed, kind):
    name, recipe, heading = kind
    path = folder / "list.csv"
    path.write_bytes(written(lines, heading, encoding, packed))
    job = take(workspace, path, name, recipe)
    if job is None:
        return
    assert job.state == "done"
    if name == "people":
        assert job.rows_written + job.rows_unchanged + job.rows_refused <= job.rows_read
    refused = Path(django_settings.DATA.imports) / f"{workspace.name}-{job.pk}-refused.csv"
    assert refused.exists() == bool(job.rows_refused)
    again = take(workspace, path, name, recipe)
    assert (again.pk, again.rows_written) == (job.pk, job.rows_written)


@few
@given(raw=st.binary(max_size=400), kind=st.sampled_from([("people", PEOPLE), ("events", EVENTS)]))
@example(raw=gzip.compress(b"email,id,plan\n" * 500)[:-20], kind=("people", PEOPLE))
@example(raw=b"\x1f\x8b\x08\x00" + b"\xff" * 60, kind=("people", PEOPLE))
@example(raw=b'email,id,plan\n"' + b"x" * 2_000_000, kind=("people", PEOPLE))
@example(raw=b"\xff\xfee\x00m\x00a", kind=("people", PEOPLE))
@example(raw=b'"' * 3, kind=("people", PEOPLE))
@example(raw=b"email\r\r\nid\rplan\x00", kind=("people", PEOPLE))
def test_bytes_that_are_no_list_are_refused_with_a_sentence(workspace, folder, raw, kind):
    path = folder / "list.csv"
    path.write_bytes(raw)
    take(workspace, path, *kind)


@few
@given(
    raw=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from(
                [
                    b'{"type":"track","event":"A","userId":"u"}',
                    b'{"type":"track","event":"\\u0000","userId":"u"}',
                    b'{"a":' * 3000,
                    b'{"type":"identify","userId":"u","traits":{"email":"\\ud800"}}',
                ]
            ),
        ),
        max_size=6,
    )
)
def test_json_lines_add_up(workspace, folder, raw):
    path = folder / "events.ndjson"
    path.write_bytes(b"\n".join(raw))
    try:
        job = actions.import_events(workspace=workspace, path=path)
    except Refused as refusal:
        assert refusal.sentence.endswith(".")
        return
    lines = [one for one in path.read_bytes().split(b"\n") if one.strip()]
    assert job.rows_written + job.rows_unchanged + job.rows_refused == len(lines)
