"""`duologue perks redeem`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.engage.perks.claims import Claim

NAME = "perks"
HELP = "Redeem codes from a CSV file of a till: code, order and, where it is known, worth."
EXAMPLE = "duologue perks redeem till.csv"
AT_ONCE = 1000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take redeem FILE."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    redeem = words.add_parser("redeem", help="redeem each code once; the same file again changes nothing")
    redeem.add_argument("file", type=Path, metavar="FILE", help="a CSV file in UTF-8 with the columns code, order and worth")


def run(args: argparse.Namespace) -> int:
    """Do it."""
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
