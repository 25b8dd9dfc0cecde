"""`duologue person show|export|erase`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from duologue.cli.frame import AskedWrongly, Refused, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "person"
HELP = "Show, export or erase what is known about one person."
EXAMPLE = "duologue person show ann@shop.example"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take show, export or erase and whom."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    for word, about in (
        ("show", "what is known, in short"),
        ("export", "all that is held, as JSON, for the person to have"),
        ("erase", "remove it for good and keep the proof"),
    ):
        sub = words.add_parser(word, help=about)
        sub.add_argument("ref", metavar="REF", help="an external id, e-mail address, phone number, or person:NUMBER")
        if word == "erase":
            sub.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from duologue.people.privacy.queries import everything_about, person_of

    workspace = workspace_of(args)
    person = person_of(workspace, args.ref)
    if args.word == "export":
        print_json(everything_about(workspace, person))
    elif args.word == "show":
        _show(args, workspace, person)
    else:
        _erase(args, workspace, person)
    return 0


def _show(args: argparse.Namespace, workspace: Workspace, person: int) -> None:
    from duologue.people.consent.queries import standing
    from duologue.people.profiles.queries import people
    from duologue.platform.workspaces.queries import now

    known = people(workspace, [person])[person]
    stand = standing(workspace, [person])[person]
    allowed = sorted({(said.channel, said.purpose) for said in stand.said if stand.may(said.channel, said.purpose)})
    found: dict[str, Any] = {
        "person": person,
        "profiles": known.profile_ids,
        "name": known.name,
        "locale": known.locale,
        "timezone": known.timezone,
        "country": known.country,
        "identifiers": known.identifiers,
        "facts": known.facts,
        "may": [f"{channel}: {purpose}" for channel, purpose in allowed],
        "paused": stand.paused(now(workspace)),
    }
    if args.json:
        print_json(found)
        return
    facts = {f"fact {key}": value for key, value in sorted(found.pop("facts").items())}
    own = {kind: ", ".join(values) for kind, values in found.pop("identifiers").items()}
    found["may"] = ", ".join(found["may"]) or "nothing"
    print_table(["what", "is"], [[key, value] for key, value in (found | own | facts).items() if value not in ("", [])])


def _erase(args: argparse.Namespace, workspace: Workspace, person: int) -> None:
    from duologue.people.privacy.actions import erase
    from duologue.platform.workspaces.queries import now

    if not args.yes:
        if not sys.stdin.isatty():
            raise AskedWrongly("Erasing cannot be undone; say --yes.")
        if input(f"Erase person {person} for good? Type the number to go on: ").strip() != str(person):
            raise Refused("Nothing was erased.")
    at = now(workspace)
    proof = erase(workspace=workspace, person=person, now=at)
    write_down(workspace, "erase person", str(person), proof=proof.pk)
    if args.json:
        print_json({"proof": proof.pk, "person": person, "removed": proof.holders})
    else:
        removed = sum(proof.holders.values())
        print(f"Person {person} is erased (proof {proof.pk}): {removed} records removed. The lake follows within 24 hours.")
