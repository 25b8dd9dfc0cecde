"""`duologue webhook add|list|change|pause|resume|secret|again|untaken|try|forget`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from duologue.cli.frame import AskedWrongly, Refused, note, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from duologue.platform.workspaces.models import Workspace

NAME = "webhook"
HELP = "Tell other programs what happens, by signed webhooks."
EXAMPLE = 'duologue webhook add crm https://crm.example/hooks --event "Order Completed" --event "Consent Withdrawn"'


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take one of the words."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    add = words.add_parser("add", help="tell a program of events from now on, and print the secret its calls are signed with")
    _named(add)
    add.add_argument("url", metavar="URL", help="where the calls go; https, and not in a private network")
    _wished(add, needed=True)
    change = words.add_parser("change", help="change what is said of one; its place in the timeline stays")
    _named(change)
    change.add_argument("--url", metavar="URL")
    _wished(change, needed=False)
    words.add_parser("list", help="list them with what waits, never a secret")
    for word, what in (
        ("pause", "tell it nothing for the time being; what happens waits for it"),
        ("resume", "go on where it stands"),
        ("secret", "sign with a new secret and print it; for 24 hours the former one signs too"),
        ("try", "make one signed call of type duologue.try, and say what was answered"),
        ("forget", "tell it no more"),
    ):
        _named(words.add_parser(word, help=what))
    again = words.add_parser("again", help="tell it again, in order and under the same ids")
    _named(again)
    place = again.add_mutually_exclusive_group(required=True)
    place.add_argument("--since", metavar="MOMENT", help="all that was written since, such as 2026-11-22T08:00:00+00:00")
    place.add_argument("--from", dest="message", metavar="ID", help="from the event with this webhook-id on")
    untaken = words.add_parser("untaken", help="list the events it did not take at any try")
    _named(untaken)
    untaken.add_argument("--again", action="store_true", help="send them again, once")


def _named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")


def _wished(parser: argparse.ArgumentParser, *, needed: bool) -> None:
    parser.add_argument("--event", action="append", metavar="EVENT", required=needed, help="an event as the timeline names it; * for all")
    parser.add_argument("--addresses", action="store_true", default=None, help="tell e-mail addresses and phone numbers too")
    parser.add_argument("--test", action="store_true", default=None, help="tell it while the clock is virtual")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    workspace = workspace_of(args)
    words: dict[str, Callable[[Workspace, argparse.Namespace], None]] = {
        "add": _add,
        "change": _change,
        "list": _list,
        "pause": _pause,
        "resume": _resume,
        "secret": _secret,
        "again": _again,
        "untaken": _untaken,
        "try": _try,
        "forget": _forget,
    }
    words[args.word](workspace, args)
    return 0


def _add(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.endpoints.actions import add_endpoint
    from duologue.platform.workspaces.queries import now

    secret = add_endpoint(
        workspace=workspace,
        name=args.name,
        url=args.url,
        events=args.event,
        addresses=bool(args.addresses),
        is_test=bool(args.test),
        now=now(workspace),
    )
    write_down(workspace, "add webhook", args.name, events=args.event, addresses=bool(args.addresses))
    _show(args, secret, "It is told from now on. This secret signs its calls; it is shown this once.")


def _change(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.endpoints.actions import change_endpoint
    from duologue.platform.workspaces.queries import now

    changed = change_endpoint(
        workspace=workspace,
        name=args.name,
        url=args.url,
        events=args.event,
        addresses=args.addresses,
        is_test=args.test,
        now=now(workspace),
    )
    write_down(workspace, "change webhook", args.name, **changed)
    note("Changed.")


HEADINGS: Final = ("name", "url", "events", "told", "behind", "untaken", "paused", "trouble")


def _list(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.endpoints.queries import as_lines

    found = as_lines(workspace)
    if args.json:
        print_json(found)
        return
    rows: list[list[Any]] = [
        [", ".join(one[key]) if key == "events" else ("yes" if one[key] else "") if key == "paused" else one[key] for key in HEADINGS]
        for one in found
    ]
    print_table(list(HEADINGS), rows)


def _pause(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.endpoints.actions import pause_endpoint
    from duologue.platform.workspaces.queries import now

    pause_endpoint(workspace=workspace, name=args.name, now=now(workspace))
    write_down(workspace, "pause webhook", args.name)
    note(f"{args.name} is told nothing until: duologue webhook resume {args.name}")


def _resume(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.endpoints.actions import resume_endpoint
    from duologue.platform.workspaces.queries import now

    resume_endpoint(workspace=workspace, name=args.name, now=now(workspace))
    write_down(workspace, "resume webhook", args.name)
    note(f"{args.name} is told on from where it stands.")


def _secret(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.endpoints.actions import new_secret
    from duologue.platform.workspaces.queries import now

    secret = new_secret(workspace=workspace, name=args.name, now=now(workspace))
    write_down(workspace, "change webhook secret", args.name)
    _show(args, secret, "For 24 hours the former secret signs too.")


def _again(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.endpoints.actions import tell_again
    from duologue.platform.workspaces.queries import now

    try:
        since = datetime.fromisoformat(args.since) if args.since else None
    except ValueError:
        raise AskedWrongly(f"{args.since!r} is no moment; write it like 2026-11-22T08:00:00+00:00.") from None
    tell_again(workspace=workspace, name=args.name, since=since, message=args.message or "", now=now(workspace))
    write_down(workspace, "tell webhook again", args.name, since=args.since or args.message)
    note(f"{args.name} is told again from there, under the same ids.")


def _untaken(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.endpoints.actions import send_untaken_again
    from duologue.engage.endpoints.queries import endpoint, untaken
    from duologue.engage.endpoints.rules import message_id
    from duologue.platform.workspaces.queries import now

    if args.again:
        number = send_untaken_again(workspace=workspace, name=args.name, now=now(workspace))
        write_down(workspace, "send untaken again", args.name, events=number)
        note(f"{number} are sent again.")
        return
    one = endpoint(workspace, args.name)
    if one is None:
        raise Refused(f"There is no endpoint {args.name!r}; see: duologue webhook list")
    rows = [
        {
            "id": message_id(row.write_id, row.event_id, row.name, row.occurred_at),
            "event": row.name,
            "occurred_at": row.occurred_at,
            "set_aside_at": row.set_aside_at,
            "reason": row.reason,
        }
        for row in untaken(workspace, one, most=10_000)
    ]
    if args.json:
        print_json(rows)
    else:
        print_table(["id", "event", "occurred", "set aside", "reason"], [list(row.values()) for row in rows])


def _try(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.endpoints.trying import try_out
    from duologue.platform.workspaces.queries import now

    failure = try_out(workspace=workspace, name=args.name, now=now(workspace))
    if failure is not None:
        raise Refused(f"It did not take the call: {failure.reason}.")
    note("It took the call.")


def _forget(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.endpoints.actions import forget_endpoint

    if not forget_endpoint(workspace=workspace, name=args.name):
        raise Refused(f"There is no endpoint {args.name!r}; see: duologue webhook list")
    write_down(workspace, "forget webhook", args.name)
    note(f"{args.name} is told no more.")


def _show(args: argparse.Namespace, secret: str, sentence: str) -> None:
    if args.json:
        print_json({"name": args.name, "secret": secret})
        return
    print(secret)
    note(sentence)
