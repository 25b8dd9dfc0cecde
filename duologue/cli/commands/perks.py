"""`duologue perks redeem | withdraw | liability | check`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.engage.perks.claims import Claim

NAME = "perks"
HELP = "Redeem codes from a till's CSV file, withdraw a perk, say what is owed, look for abuse."
EXAMPLE = "duologue perks redeem till.csv"
AT_ONCE = 1000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take redeem FILE, withdraw PERK, liability or check."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    redeem = words.add_parser("redeem", help="redeem each code once; the same file again changes nothing")
    redeem.add_argument("file", type=Path, metavar="FILE", help="a CSV file in UTF-8 with the columns code, order and worth")
    withdraw = words.add_parser("withdraw", help="take a perk back that is still open, by its number on the person's page")
    withdraw.add_argument("perk", type=int, metavar="PERK")
    withdraw.add_argument("--because", required=True, metavar="TEXT", help="why; its person may read it")
    liability = words.add_parser("liability", help="what is out and may still be brought, by offer and by when it ends")
    liability.add_argument("--csv", action="store_true", help="as CSV, one offer on each line")
    words.add_parser("check", help="whether the books agree, and what may be abuse; status 1 where the books do not")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    return {"redeem": _redeem, "withdraw": _withdraw, "liability": _liability, "check": _check}[args.word](args)


def _withdraw(args: argparse.Namespace) -> int:
    from duologue.engage.perks.lives import withdraw
    from duologue.platform.workspaces.queries import now

    workspace = workspace_of(args)
    if not withdraw(workspace=workspace, perks=[args.perk], reason=args.because, now=now(workspace)):
        raise Refused(f"There is no open perk {args.perk}: what is used or over cannot be withdrawn.")
    write_down(workspace, "withdraw perk", str(args.perk), because=args.because)
    print_json({"withdrawn": args.perk}) if args.json else print(f"Perk {args.perk} is withdrawn.")
    return 0


def _liability(args: argparse.Namespace) -> int:
    from duologue.engage.perks.liability import SPANS, as_csv, as_json, liability
    from duologue.kit.money import major
    from duologue.platform.workspaces.queries import now

    workspace = workspace_of(args)
    owed = liability(workspace, now(workspace))
    if args.json:
        print_json(as_json(owed))
    elif args.csv:
        print(as_csv(owed, workspace.currency), end="")
    else:
        money = workspace.currency
        print_table(
            ["offer", "perks", f"worth {money}", f"set aside {money}", "points", "7 days", "30 days", "90 days", "later", "never"],
            [
                [one.offer, one.perks, major(one.worth, money), major(one.cost, money), one.points, *(getattr(one, span) for span in SPANS)]
                for one in owed
            ],
        )
    return 0


def _check(args: argparse.Namespace) -> int:
    from duologue.engage.perks.balances import out_of_balance
    from duologue.engage.perks.queries import unbalanced
    from duologue.engage.perks.suspicions import suspicions
    from duologue.engage.perks.tries import stopped
    from duologue.platform.workspaces.queries import now

    workspace = workspace_of(args)
    at = now(workspace)
    wrong = [*out_of_balance(workspace), *(f"The counters of {name} differ from its perks." for name, *_ in unbalanced(workspace))]
    alike = [{"kind": one.kind, "what": one.what, "offer": one.offer, "people": one.persons} for one in suspicions(workspace, at)]
    tried = [{"way": one.way, "unknown": one.unknown, "at": one.stopped_at} for one in stopped(workspace, at)]
    if args.json:
        print_json({"wrong": wrong, "alike": alike, "tried": tried})
    else:
        for sentence in wrong or ["The books agree."]:
            print(sentence)
        for found in alike:
            print(f"{len(found['people'])} people got {found['offer']} by one {found['kind']}, {found['what']}: {found['people'][:10]}")
        for row in tried:
            print(f"Asked to wait at {row['at']:%Y-%m-%d %H:%M} UTC after {row['unknown']} unknown codes: {row['way']}")
    return 1 if wrong else 0


def _redeem(args: argparse.Namespace) -> int:
    from duologue.engage.perks.redeeming import redeem_all
    from duologue.platform.workspaces.queries import now

    workspace = workspace_of(args)
    claims, refused = _read(args.file, workspace.currency)
    redeemed = 0
    for begin in range(0, len(claims), AT_ONCE):
        some = claims[begin : begin + AT_ONCE]
        answers = redeem_all(workspace=workspace, claims=[claim for _, claim in some], now=now(workspace))
        redeemed += sum(answer.ok for answer in answers)
        refused += [(line, answer.reason) for (line, _), answer in zip(some, answers, strict=True) if not answer.ok]
    if redeemed:
        write_down(workspace, "redeem perks", args.file.name, perks=redeemed)
    if args.json:
        print_json({"redeemed": redeemed, "refused": [{"line": line, "sentence": why} for line, why in sorted(refused)]})
        return 0
    print_table(["codes", "number"], [["redeemed", redeemed], ["refused", len(refused)]])
    for line, why in sorted(refused)[:20]:
        note(f"line {line}: {why}")
    return 0


def _read(path: Path, currency: str) -> tuple[list[tuple[int, Claim]], list[tuple[int, str]]]:
    """Return what can be asked for, and what cannot and why, each with its line."""
    from duologue.engage.perks.claims import Claim
    from duologue.kit.money import minor

    claims: list[tuple[int, Claim]] = []
    wrong: list[tuple[int, str]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file)
            if not {"code", "order"} <= set(lines.fieldnames or ()):
                raise Refused(f"{path} needs the columns code and order; worth may stand beside them.")
            for row in lines:
                code, order, worth = ((row.get(name) or "").replace("\x00", "").strip() for name in ("code", "order", "worth"))
                try:
                    sum_ = minor(worth, currency) if worth else 0
                except ValueError:
                    sum_ = -1
                if not code or not order or sum_ < 0:
                    wrong.append((lines.line_num, "A code and an order's number are needed, and worth is a sum such as 4.50, or nothing."))
                else:
                    claims.append((lines.line_num, Claim(code, order, sum_)))
    except (OSError, UnicodeDecodeError, csv.Error) as mistake:
        raise Refused(f"{path} cannot be read: {mistake}.") from mistake
    return claims, wrong
