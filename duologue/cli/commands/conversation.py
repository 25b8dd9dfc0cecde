"""`duologue conversation list|show|answer|note|assign|close`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from duologue.cli.frame import AskedWrongly, Refused, many, note, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.engage.conversations.models import Conversation
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace

NAME = "conversation"
HELP = "See what waits for an answer in the inbox, answer it, give it to somebody, close it."
EXAMPLE = "duologue conversation list --team care"
LINE = ("id", "name", "team", "is_complaint", "assigned", "due_at", "last_words")
MOST_WORDS = 20_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take one of the words."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    listed = words.add_parser("list", help="list open ones, what is due first at the head")
    listed.add_argument("--closed", action="store_true", help="list closed ones instead, last touched first")
    listed.add_argument("--team", metavar="TEAM")
    listed.add_argument("--most", type=many, default=50, metavar="N", help="up to so many (default 50)")
    _numbered(words.add_parser("show", help="show what was said, oldest first"))
    answer = words.add_parser("answer", help="answer by the way the person last wrote on")
    _numbered(answer)
    answer.add_argument("text", metavar="TEXT", help="what is said; - reads it from standard input")
    aside = words.add_parser("note", help="write something beside it that only staff see")
    _numbered(aside)
    aside.add_argument("text", metavar="TEXT", help="what is noted; - reads it from standard input")
    assign = words.add_parser("assign", help="give it to a colleague, or to nobody")
    _numbered(assign)
    assign.add_argument("--to", required=True, metavar="EMAIL", help="the colleague's address, or: nobody")
    close = words.add_parser("close", help="close it, and lift the pause that a complaint set")
    _numbered(close)
    close.add_argument("--outcome", required=True, metavar="WORD", help="how it ended; the dialogue that handed it over hears this word")


def _numbered(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", type=int, metavar="NUMBER")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    workspace = workspace_of(args)
    words = {"list": _list, "show": _show, "answer": _answer, "note": _note, "assign": _assign, "close": _close}
    words[args.word](workspace, args)
    return 0


def _list(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.conversations.queries import inbox

    state = "closed" if args.closed else "open"
    rows = [
        {name: getattr(one, name) for name in (*LINE, "person", "outcome")}
        for one in inbox(workspace, state=state, team=args.team, limit=args.most)
    ]
    if args.json:
        print_json(rows)
    else:
        print_table(list(LINE), [[_short(row[name]) for name in LINE] for row in rows])


def _show(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.conversations.queries import entries

    one = _known(workspace, args.number)
    fields = ("at", "direction", "channel", "subject", "text", "trouble")
    said = [{name: getattr(entry, name) for name in fields} for entry in entries(workspace, one.pk)]
    about = {"id": one.pk, "state": one.state, "team": one.team, "is_complaint": one.is_complaint, "outcome": one.outcome}
    if args.json:
        print_json({**about, "assigned": str(one.assigned or ""), "entries": said})
        return
    print_table(list(about), [list(about.values())])
    for entry in said:
        words = (f"{entry['at']:%Y-%m-%d %H:%M} UTC", entry["direction"], entry["channel"], entry["subject"])
        head = " ".join(word for word in (*words, f"({entry['trouble']})" if entry["trouble"] else "") if word)
        print(f"\n{head}\n{entry['text']}")


def _answer(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.conversations.actions import answer
    from duologue.platform.workspaces.queries import now

    one = _known(workspace, args.number)
    delivery = answer(workspace=workspace, conversation=one.pk, text=_words(args.text), now=now(workspace))
    _done(workspace, args, "answer conversation", {"delivery": delivery}, "The answer is on its way.")


def _note(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.conversations import actions
    from duologue.platform.workspaces.queries import now

    one = _known(workspace, args.number)
    entry = actions.note(workspace=workspace, conversation=one.pk, text=_words(args.text), now=now(workspace))
    _done(workspace, args, "note conversation", {"entry": entry.pk}, "Noted; only staff see it.")


def _assign(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.conversations.actions import assign

    one = _known(workspace, args.number)
    to = None if args.to == "nobody" else _colleague(workspace, args.to)
    assign(workspace=workspace, conversation=one.pk, to=to, was=one.assigned_id)
    _done(workspace, args, "assign conversation", {"to": str(to) if to else "nobody"}, f"It belongs to {to or 'nobody'} now.")


def _close(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.conversations.actions import close
    from duologue.platform.workspaces.queries import now

    one, outcome = _known(workspace, args.number), args.outcome.strip()
    if not 0 < len(outcome) <= 40:
        raise AskedWrongly("--outcome is a word of up to 40 letters, such as resolved.")
    if not close(workspace=workspace, conversation=one.pk, outcome=outcome, now=now(workspace)):
        raise Refused(f"Conversation {one.pk} is closed already: {one.outcome}.")
    _done(workspace, args, "close conversation", {"closed": True, "outcome": outcome}, f"Closed: {outcome}.")


def _done(workspace: Workspace, args: argparse.Namespace, action: str, said: dict[str, Any], sentence: str) -> None:
    write_down(workspace, action, str(args.number), **{name: value for name, value in said.items() if name != "closed"})
    print_json(said) if args.json else note(sentence)


def _known(workspace: Workspace, number: int) -> Conversation:
    from duologue.engage.conversations.queries import conversation

    found = conversation(workspace, number) if 0 < number < 2**63 else None
    if found is None:
        raise Refused(f"There is no conversation {number}; see: duologue conversation list")
    return found


def _colleague(workspace: Workspace, address: str) -> Staff:
    from duologue.platform.staff.queries import members
    from duologue.platform.staff.rules import Right, may

    found = next((one for one in members(workspace) if one.staff.email == address.lower() and may(one.role, Right.CARE)), None)
    if found is None:
        raise Refused(f"Nobody with the address {address} answers here; see: duologue staff list")
    return found.staff


def _words(text: str) -> str:
    said = (sys.stdin.read(MOST_WORDS + 1) if text == "-" else text).strip()
    if not said or len(said) > MOST_WORDS or "\x00" in said:
        raise AskedWrongly(f"What is said has 1 to {MOST_WORDS:,} letters.")
    return said


def _short(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat(timespec="minutes")
    return value[:60].replace("\n", " ") if isinstance(value, str) else value
