"""`duologue staff invite|link|list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

NAME = "staff"
HELP = "Invite people who work here, list them, or make a link that signs one in."
EXAMPLE = "duologue staff invite ann@example.com --role editor"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take invite, link or list."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    invite = words.add_parser("invite", help="print an invitation's link")
    invite.add_argument("email", metavar="EMAIL")
    invite.add_argument("--role", default="editor", help="owner, editor, analyst, care or guest (default: editor)")
    link = words.add_parser("link", help="print a link that signs somebody in, once, within the hour")
    link.add_argument("email", metavar="EMAIL")
    words.add_parser("list", help="list the members of the workspace")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.word == "list":
        _list(args)
        return 0
    address = _invite(args) if args.word == "invite" else _link(args.email)
    if args.json:
        print_json({"link": address})
    else:
        print(address)
    return 0


def _list(args: argparse.Namespace) -> None:
    from duologue.platform.staff.queries import members

    rows = [[row.staff.email, row.staff.name, row.role] for row in members(workspace_of(args))]
    if args.json:
        print_json([dict(zip(("email", "name", "role"), row, strict=True)) for row in rows])
    else:
        print_table(["email", "name", "role"], rows)


def _invite(args: argparse.Namespace) -> str:
    from django.conf import settings

    from duologue.platform.database.clock import database_now
    from duologue.platform.staff import actions

    room = workspace_of(args)
    try:
        invitation, token = actions.invite(room, email=args.email, role=args.role, by=None, now=database_now())
    except actions.StaffRefused as refusal:
        raise Refused(str(refusal)) from None
    write_down(room, "invite member", f"invitation {invitation.pk}", role=args.role)
    note("Send them this link; it is good for a week.")
    return f"{settings.PUBLIC_URL}/accounts/join/{token}/"


def _link(email: str) -> str:
    from django.conf import settings

    from duologue.platform.database.clock import database_now
    from duologue.platform.staff.actions import make_sign_in_link
    from duologue.platform.staff.models import Staff

    member = Staff.objects.filter(email=email.strip().lower(), is_active=True).first()
    if member is None:
        raise Refused(f"Nobody who works here has the address {email}.")
    write_down(None, "make sign-in link", f"staff {member.pk}")
    return f"{settings.PUBLIC_URL}/accounts/enter/{make_sign_in_link(member, now=database_now())}/"
