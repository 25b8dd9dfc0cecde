"""duologue report NAME."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from duologue.cli.frame import Refused, print_json, workspace_of

if TYPE_CHECKING:
    import argparse

NAME = "report"
HELP = "what came of a dialogue: people, deliveries, conversions, lift"
EXAMPLE = "duologue report win-back --json"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's words."""
    parser.add_argument("dialogue", help="the dialogue's name")
    parser.add_argument("--csv", action="store_true", help="one line per figure, for a spreadsheet")


def run(args: argparse.Namespace) -> int:
    """Count and print."""
    from duologue.measure.reports import queries, rules
    from duologue.platform.workspaces.queries import now

    workspace = workspace_of(args)
    try:
        report = queries.report(workspace, args.dialogue, now(workspace))
    except queries.NoSuchDialogue as missing:
        raise Refused(str(missing)) from missing
    if args.json:
        print_json(report)
    elif args.csv:
        sys.stdout.write(rules.as_csv(report))
    else:
        _print_for_people(report)
    return 0


def _print_for_people(report: dict[str, Any]) -> None:
    people, deliveries = report["people"], report["deliveries"]
    print(f"{report['dialogue']} ({report['state']}), as of {report['at'][:16]} UTC")
    print(f"  people      {_sum(people, 'considered')}")
    print(f"  runs        {_sum(report['runs'], 'started')}")
    print(f"  deliveries  {_sum({k: v for k, v in deliveries.items() if k not in _PARTS_OF_ACCEPTED}, 'planned')}")
    print(f"              of accepted: {', '.join(f'{deliveries[part]:,} {part}' for part in _PARTS_OF_ACCEPTED)}")
    for name, turn in report["turns"].items():
        left = ", ".join(f"{line['people']:,} {line['heard']} → {line['then']}" for line in turn["left"])
        print(f"  {name:<11} {turn['entered']:,} entered, {turn['there_now']:,} there now{'; ' + left if left else ''}")
    conversions = report["conversions"]
    print(
        f"  sales       {conversions['number']:,} by {conversions['people']:,} people, {_money(report['revenue'], report)} net of refunds"
    )
    cost = report["cost"]
    print(f"  cost        {_money(cost['total'], report)}")
    print(f"  lift        {report['lift']['sentence']}")
    for turn, tried in report["doses"].items():
        print(f"  {turn:<11} {tried['sentence']}")


_PARTS_OF_ACCEPTED = ("bounced", "confirmed", "responded")


def _sum(parts: dict[str, Any], whole: str) -> str:
    shown = []
    for name, value in parts.items():
        if name == whole:
            continue
        if isinstance(value, dict):
            reasons = ", ".join(f"{reason} {number:,}" for reason, number in value.items())
            shown.append(f"{sum(value.values()):,} {name.replace('_', ' ')}{f' ({reasons})' if reasons else ''}")
        else:
            shown.append(f"{value:,} {name.replace('_', ' ')}")
    return f"{parts[whole]:,} {whole} = {' + '.join(shown)}"


def _money(minor_units: int, report: dict[str, Any]) -> str:
    from duologue.kit.money import major

    return f"{major(minor_units, report['currency']):,} {report['currency']}"
