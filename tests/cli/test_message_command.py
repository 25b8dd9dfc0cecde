"""`duologue message render` means people by the words that every command takes."""

from datetime import UTC, datetime

import pytest

from duologue.cli.commands.message import _person
from duologue.cli.frame import Refused
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.profiles.actions import add

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_a_person_is_meant_by_number_address_or_any_identifier(workspace):
    ann, ben = add(workspace=workspace, seen_at=[NOW, NOW])
    identifiers = [NewIdentifier(ann, "email", "ann@x.example", "Ann@x.example"), NewIdentifier(ben, "external", str(ann), str(ann))]
    attach(workspace=workspace, identifiers=identifiers, now=NOW)
    assert [_person(workspace, ref) for ref in ("ANN@x.example", f"person:{ann}", str(ben), str(ann))] == [ann, ann, ben, ben]
    with pytest.raises(Refused, match="No one is known as"):
        _person(workspace, "nobody@x.example")
