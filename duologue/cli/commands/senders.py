"""`duologue senders records|check`: the DNS records of the domain that a brand writes from, and whether they are there."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from duologue.cli.frame import Refused, note, print_json, workspace_of

if TYPE_CHECKING:
    import argparse

    from duologue.engage.channels.email.domains.queries import Domain

NAME = "senders"
HELP = "Show the DNS records that prove a brand's mail, and look whether they are there."
EXAMPLE = "duologue senders check"
MARKS: Final = {"yes": "well  ", "beware": "beware", "no": "NOT   "}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take records or check."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    words.add_parser("records", help="print the records to publish: SPF, DKIM, DMARC")
    words.add_parser("check", help="ask the DNS, and say of each record what is well and what is not; takes eight seconds at most")


def run(args: argparse.Namespace) -> int:
    """Do it; status 1 where a record is not well."""
    from duologue.engage.channels.email.domains.queries import check, domain_of

    workspace = workspace_of(args)
    domain = domain_of(workspace)
    if domain is None:
        raise Refused("The brand book names no sender of e-mail yet: senders: {email: {name: Ada, address: ada@shop.com}}")
    if domain.is_reserved:
        raise Refused(f"{domain.name} is a name for examples, which nobody can own. Put an address of your own domain into the brand book.")
    if args.word == "records":
        return _records(domain, as_json=args.json)
    domain = check(domain)
    if args.json:
        print_json({"domain": domain.name, "records": [asdict(one) for one in domain.verdicts]})
    for one in () if args.json else domain.verdicts:
        print(f"{MARKS[one.well]}  {one.record}: {one.says}" + (f" {one.do}" if one.do else ""))
        for text in one.found if one.well != "yes" else ():
            print(f"        there: {text}")
        if one.wanted:
            print(f"        put:   {one.name} TXT {one.wanted}")
    return int(any(one.well == "no" for one in domain.verdicts))


def _records(domain: Domain, *, as_json: bool) -> int:
    wanted = [one for one in domain.verdicts if one.wanted]
    if as_json:
        print_json([{"record": one.record, "name": one.name, "type": "TXT", "text": one.wanted} for one in wanted])
        return 0
    for one in wanted:
        print(f"{one.name} TXT {one.wanted}")
    if not domain.sending.public_key:
        note(f"Mail from {domain.name} is not signed yet. Make a key: duologue secret dkim {domain.name}")
    return 0
