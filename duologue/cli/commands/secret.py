"""`duologue secret put|dkim|list|forget`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from duologue.cli.frame import AskedWrongly, Refused, note, print_json, print_table, typed_or_piped, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "secret"
HELP = "Keep passwords that plan files name, and keys that sign mail; what is kept is never shown."
EXAMPLE = "duologue secret put mail-password < password.txt"
NAMES = re.compile(r"[a-z0-9][a-z0-9_.-]{0,78}")
DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}")
SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
LONGEST = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take put, dkim, list or forget."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    put = words.add_parser("put", help="keep what standard input says, under a name")
    put.add_argument("name", metavar="NAME", help="small letters, digits, dashes, dots; plan files say it as password_secret")
    dkim = words.add_parser("dkim", help="make and keep a key that signs a domain's mail, and print its DNS record")
    dkim.add_argument("domain", metavar="DOMAIN", help="the domain of the sender's address")
    dkim.add_argument("--selector", default="duologue", metavar="WORD", help="under which name the record stands (default: duologue)")
    dkim.add_argument("--algorithm", choices=["rsa", "ed25519"], default="rsa", help="default: rsa, which every provider reads")
    words.add_parser("list", help="list the names, never what is kept")
    forget = words.add_parser("forget", help="forget a secret")
    forget.add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    workspace = workspace_of(args)
    if args.word == "list":
        _list(workspace, as_json=args.json)
    elif args.word == "dkim":
        _dkim(workspace, args)
    elif args.word == "forget":
        _forget(workspace, args.name)
    else:
        _put(workspace, args.name)
    return 0


def _put(workspace: Workspace, name: str) -> None:
    from duologue.platform.secrets.actions import put_secret

    if not NAMES.fullmatch(name):
        raise AskedWrongly(f"{name!r} is no name for a secret; take small letters, digits, dashes and dots.")
    value = typed_or_piped(f"{name}: ", LONGEST)
    if not value or len(value) > LONGEST:
        raise AskedWrongly(f"A secret has from 1 to {LONGEST} characters; to forget one: duologue secret forget {name}")
    put_secret(workspace, name, value)
    write_down(workspace, "put secret", name)
    note(f"Kept as {name}.")


def _dkim(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.channels.email.actions import make_dkim_key

    domain = args.domain.lower()
    if not DOMAIN.fullmatch(domain) or not SELECTOR.fullmatch(args.selector):
        raise AskedWrongly("Write a domain as in shop.example, and a selector of small letters, digits and dashes.")
    name, record = make_dkim_key(workspace=workspace, domain=domain, selector=args.selector, algorithm=args.algorithm)
    write_down(workspace, "make mail signing key", domain)
    if args.json:
        print_json({"name": name, "type": "TXT", "record": record})
        return
    print(f"{name} TXT {record}")
    note(f"Mail from {domain} is signed from now on. Publish this record first; an earlier key of {domain} is replaced.")


def _list(workspace: Workspace, *, as_json: bool) -> None:
    from duologue.platform.secrets.queries import names

    found = names(workspace)
    if as_json:
        print_json(found)
    else:
        print_table(["name"], [[name] for name in found])


def _forget(workspace: Workspace, name: str) -> None:
    from duologue.platform.secrets.actions import put_secret
    from duologue.platform.secrets.queries import names

    if name not in names(workspace):
        raise Refused(f"No secret is kept as {name!r}; see: duologue secret list")
    put_secret(workspace, name, "")
    write_down(workspace, "forget secret", name)
    note(f"{name} is forgotten.")
