import json
from argparse import Namespace

import pytest

from duologue.cli.commands import segment as command
from duologue.cli.frame import Refused
from duologue.people.profiles.actions import add
from duologue.platform.workspaces.queries import now
from duologue.strategize.segments.actions import save_segment


def asked(word, name, **options):
    return Namespace(word=word, name=name, workspace="shop", **{"json": True, **options})


@pytest.mark.django_db(transaction=True)
def test_count_and_export(workspace, capsys):
    at = now(workspace)
    people = add(workspace=workspace, seen_at=[at, at])
    save_segment(workspace=workspace, name="all", source_yaml="where: {person.country: {known: false}}", now=at)
    assert command.run(asked("count", "all")) == 0
    assert json.loads(capsys.readouterr().out) == {"segment": "all", "people": 2, "mended": 0, "counted_at": at.isoformat()}
    assert command.run(asked("export", "all", json=False)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("person,email")
    assert [line.split(",")[0] for line in lines[1:]] == [str(person) for person in people]


@pytest.mark.django_db(transaction=True)
def test_an_unknown_segment_is_refused_with_a_sentence(workspace):
    with pytest.raises(Refused, match="There is no segment 'nobody' in shop"):
        command.run(asked("count", "nobody"))
