"""`duologue contribution list|show|publish|decline`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from duologue.cli.frame import Refused, many, note, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from duologue.engage.contributions.models import Contribution
    from duologue.platform.workspaces.models import Workspace

NAME = "contribution"
HELP = "Look at what people gave to be shown (photos, quotes, reviews), publish it or decline it."
EXAMPLE = "duologue contribution list"
STATES = ["waiting", "published", "declined", "withdrawn"]
LINE = ("id", "person", "kind", "state", "stars", "permitted", "came_at", "text")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take one of the words."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    listed = words.add_parser("list", help="list those of one state, the newest first")
    listed.add_argument("--state", choices=STATES, default="waiting", metavar="STATE", help=f"{', '.join(STATES)} (default waiting)")
    listed.add_argument("--most", type=many, default=50, metavar="N", help="up to so many (default 50)")
    show = words.add_parser("show", help="show one")
    _numbered(show)
    show.add_argument("--photo", type=Path, metavar="FILE", help="write its photo into a file that is not there yet")
    publish = words.add_parser("publish", help="show it to everybody, where its person agrees")
    _numbered(publish)
    publish.add_argument("--seen", required=True, metavar="MOMENT", help="came_at of what you looked at, as list and show say it")
    publish.add_argument("--as", dest="shown_as", default="", metavar="NAME", help="the name it is shown under (default: none)")
    decline = words.add_parser("decline", help="leave it unshown, or show it no longer")
    _numbered(decline)
    decline.add_argument("--because", required=True, metavar="TEXT", help="why; whoever looks at it next reads it")


def _numbered(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", type=int, metavar="NUMBER")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    workspace = workspace_of(args)
    words = {"list": _list, "show": _show, "publish": _publish, "decline": _decline}
    words[args.word](workspace, args)
    return 0


def _list(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.contributions.models import Contribution

    found = Contribution.within(workspace).filter(state=args.state).order_by("-came_at", "-pk")[: args.most]
    _say(workspace, args, list(found))


def _show(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.contributions.queries import photo

    one = _known(workspace, args.number)
    if args.photo is not None:
        content = photo(workspace, one.pk)
        if content is None:
            raise Refused(f"Contribution {one.pk} has no photo.")
        try:
            args.photo.touch(mode=0o600, exist_ok=False)
            args.photo.write_bytes(content)
        except OSError as trouble:
            raise Refused(f"{args.photo} cannot be written: {trouble.strerror}.") from trouble
    _say(workspace, args, [one], alone=True)


def _publish(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.contributions.actions import publish
    from duologue.platform.workspaces.queries import now

    one = _known(workspace, args.number)
    publish(workspace=workspace, contribution=one.pk, seen=args.seen, shown_as=args.shown_as.strip(), staff=None, now=now(workspace))
    write_down(workspace, "publish contribution", str(one.pk))
    print_json({"id": one.pk, "state": "published"}) if args.json else note("Everybody can see it now, until they take it back.")


def _decline(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.contributions.actions import decline
    from duologue.platform.workspaces.queries import now

    one = _known(workspace, args.number)
    decline(workspace=workspace, contribution=one.pk, reason=args.because, staff=None, now=now(workspace))
    write_down(workspace, "decline contribution", str(one.pk))
    print_json({"id": one.pk, "state": "declined"}) if args.json else note("It is not shown.")


def _known(workspace: Workspace, number: int) -> Contribution:
    from duologue.engage.contributions.models import Contribution

    found = Contribution.within(workspace).filter(pk=number).first() if 0 < number < 2**63 else None
    if found is None:
        raise Refused(f"There is no contribution {number}; see: duologue contribution list")
    return found


def _say(workspace: Workspace, args: argparse.Namespace, rows: Sequence[Contribution], *, alone: bool = False) -> None:
    from duologue.engage.contributions.queries import permitted
    from duologue.people.profiles.queries import persons_of

    whose, allowed = persons_of(workspace, [row.profile_id for row in rows]), permitted(workspace, rows)
    same = ("kind", "state", "stars", "text", "shown_as", "reason")
    told: list[dict[str, Any]] = [
        {
            "id": row.pk,
            "person": whose.get(row.profile_id, 0),
            "permitted": row.pk in allowed,
            "came_at": row.came_at.isoformat(),
            **{name: getattr(row, name) for name in same},
        }
        for row in rows
    ]
    if args.json:
        print_json(told[0] if alone else told)
    else:
        shorten = 2000 if alone else 60
        print_table(list(LINE), [[_short(one[name], shorten) for name in LINE] for one in told])


def _short(value: Any, most: int) -> str:
    return "" if value is None else str(value)[:most].replace("\n", " ")
