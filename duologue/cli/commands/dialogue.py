"""`duologue dialogue check|start|pause|resume|end|status|simulate|play|move NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.cli.frame import AskedWrongly, Refused, print_json, print_table, progress, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.engage.runs.rules.forecast import Forecast
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

NAME = "dialogue"
HELP = "Start, pause, resume or end a dialogue, see how it stands, or simulate it before launch."
EXAMPLE = "duologue dialogue simulate win-back --people 1000 --rate invite.clicked=8%"
WORDS = {
    "check": "show what would become of everyone in its audience if it were started now",
    "start": "make it live and admit everyone in its audience; or begin it by hand for some people",
    "pause": "say nothing more until it is resumed; responses are still heard",
    "resume": "go on with a paused dialogue",
    "end": "end it for good: everyone under way leaves it",
    "status": "show people, runs and turns",
    "move": "move those under way on an older version to the one in force",
    "simulate": "play it in virtual time with invented people",
    "play": "send all its letters to a colleague, days as seconds; nobody's figures know of it",
    "ready-made": "list the dialogues to start from, or write one into a plan folder",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take a word and the dialogue's name."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    for word, about in WORDS.items():
        sub = words.add_parser(word, help=about, description=about)
        if word == "ready-made":
            sub.add_argument("name", metavar="NAME", nargs="?", help="the dialogue; without it all are listed")
            sub.add_argument("--into", metavar="DIR", help="the plan folder to write it into; without it the choices are shown")
            sub.add_argument("--set", action="append", default=[], metavar="CHOICE=VALUE", help="for example team=care; may be repeated")
            continue
        sub.add_argument("name", metavar="NAME", help="the dialogue")
        if word == "start":
            sub.add_argument("--person", action="append", default=[], metavar="REF", help="begin it by hand for this person")
        if word == "pause":
            sub.add_argument("--because", default="", metavar="TEXT", help="why, as colleagues will read it")
        if word == "play":
            sub.add_argument("--to", metavar="ADDRESS", required=True, help="the address of a member of the workspace")
            sub.add_argument("--answers", choices=["nothing", "first"], default="nothing", help="how one answers (default: nothing)")
        if word == "simulate":
            sub.add_argument("--people", type=int, default=1000, help="how many people to invent (default: 1000)")
            sub.add_argument("--rate", action="append", default=[], metavar="TURN.RESPONSE=SHARE", help="for example invite.clicked=8%%")
            sub.add_argument(
                "--value",
                type=int,
                default=None,
                metavar="MINOR",
                help="what reaching the goal is worth, in minor units (default: its average)",
            )
            sub.add_argument(
                "--perk", type=int, default=None, metavar="MINOR", help="what one perk costs, in minor units (default: as the offer says)"
            )


def NEEDS_DATABASE(args: argparse.Namespace) -> bool:  # noqa: N802 - as the frame calls it
    """Say whether the database is needed: not to write plan files."""
    return bool(args.word != "ready-made")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.word == "ready-made":
        from duologue.cli.plans.ready import write_or_list

        return write_or_list(args)
    from duologue.engage.runs.actions import NotPossible
    from duologue.strategize.dialogues.actions import DialogueRefused

    workspace = workspace_of(args)
    try:
        return int(globals()[f"_{args.word}"](workspace, args))
    except (NotPossible, DialogueRefused) as refusal:
        raise Refused(str(refusal)) from None


def _now(workspace: Workspace) -> Any:
    from duologue.platform.workspaces.queries import now

    return now(workspace)


def _tell(args: argparse.Namespace, sentence: str, **values: Any) -> int:
    if args.json:
        print_json({"dialogue": args.name, **values})
    else:
        print(sentence)
    return 0


def _write_down(workspace: Workspace, args: argparse.Namespace, **detail: Any) -> None:
    """Keep in the audit log what was done from here."""
    write_down(workspace, f"{args.word} dialogue", args.name, **detail)


def _check(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.engage.runs.launch import launch_sheet

    with progress("people weighed") as weighed:
        sheet = launch_sheet(workspace=workspace, name=args.name, now=_now(workspace), told=weighed)
    if args.json:
        figures = {
            "people": sheet.people,
            "now": sheet.now,
            "later": dict(sheet.later),
            "never": dict(sheet.never),
            "also": dict(sheet.also),
        }
        return _tell(args, "", **figures)
    rows = [["in the audience", sheet.people], ["would hear from it", sheet.now]]
    rows += [[f"later: {why}", count] for why, count in sheet.later.most_common()]
    rows += [[f"not: {why}", count] for why, count in sheet.never.most_common()]
    rows += [[f"of those who would, also hear from {other} within a day", count] for other, count in sheet.also.most_common()]
    print_table(["people", "number"], rows)
    return 0


def _start(workspace: Workspace, args: argparse.Namespace) -> int:
    if args.person:
        return _start_by_hand(workspace, args)
    from duologue.engage.runs.actions import start_dialogue

    with progress("people considered") as considered:
        began = start_dialogue(workspace=workspace, name=args.name, now=_now(workspace), on_batch=considered)
    _write_down(workspace, args, runs=began)
    return _tell(args, f"{args.name} is live; {began} began.", began=began)


def _start_by_hand(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.engage.runs.actions import start_by_hand
    from duologue.people.privacy.queries import person_of

    persons = [person_of(workspace, reference) for reference in args.person]
    began = start_by_hand(workspace=workspace, name=args.name, persons=persons, now=_now(workspace))
    _write_down(workspace, args, by_hand=began)
    rest = f"; {len(persons) - began} did not: see duologue dialogue status {args.name}" if began < len(persons) else ""
    return _tell(args, f"{args.name} began for {began}{rest}.", began=began)


def _pause(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.engage.runs.actions import pause

    changed = pause(workspace=workspace, name=args.name, because=args.because, now=_now(workspace))
    if changed:
        _write_down(workspace, args, because=args.because)
    return _tell(args, f"{args.name} is paused." if changed else f"{args.name} was not live.", changed=changed)


def _resume(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.engage.runs.actions import resume

    changed = resume(workspace=workspace, name=args.name, now=_now(workspace))
    if changed:
        _write_down(workspace, args)
    return _tell(args, f"{args.name} goes on." if changed else f"{args.name} was not paused.", changed=changed)


def _end(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.engage.runs.actions import end_dialogue

    left = end_dialogue(workspace=workspace, name=args.name, now=_now(workspace))
    _write_down(workspace, args, left=left)
    return _tell(args, f"{args.name} has ended; {left} left it.", left=left)


def _move(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.engage.runs.actions import move_under_way

    moved = move_under_way(workspace=workspace, name=args.name, now=_now(workspace))
    _write_down(workspace, args, moved=moved)
    return _tell(args, f"{moved} moved to the version in force.", moved=moved)


def _status(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.engage.runs import queries
    from duologue.strategize.dialogues.models import Dialogue

    dialogue = Dialogue.within(workspace).filter(name=args.name).first()
    if dialogue is None:
        raise Refused(f"There is no dialogue named {args.name}.")
    status = queries.status(workspace, dialogue.pk)
    if args.json:
        print_json({"dialogue": args.name, "state": dialogue.state, "version": dialogue.current, **status})
        return 0
    people = status["people"]
    print(f"{args.name}: {dialogue.state}, version {dialogue.current}")
    rows = [["considered", people["considered"]], ["held out", people["held_out"]]]
    rows += [[f"not started: {reason}", count] for reason, count in sorted(people["not_started"].items())]
    rows += [["under way", people["under_way"]]] + [[f"ended: {reason}", count] for reason, count in sorted(people["ended"].items())]
    print_table(["people", "number"], rows)
    print_table(["turn", "here", "left"], [[turn, counts["here"], counts["left"]] for turn, counts in status["turns"].items()])
    calendar = status["calendar"]
    if calendar["next_at"]:
        print(f"next by the calendar: {calendar['next_at']:%Y-%m-%d %H:%M} UTC")
    for turn, way in calendar["settled"].items():
        print(f"settled: {turn} leads to {way}")
    return 0


def _simulate(workspace: Workspace, args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from duologue.engage.runs.assuming import cost_of_a_perk, value_of_a_goal
    from duologue.engage.runs.rules.assumed import Assumptions
    from duologue.engage.runs.simulate import simulate
    from duologue.strategize.segments.queries import members

    if not 1 <= args.people <= 100_000:
        raise AskedWrongly("--people takes from 1 to 100000.")
    plan = _plan(workspace, args.name)
    audience = len(members(workspace, plan.audience)) if plan.audience and not plan.starts else None
    moment = _now(workspace)
    value = value_of_a_goal(workspace, plan, moment) if args.value is None else args.value
    assumed = Assumptions(
        people=args.people,
        audience=audience or None,
        rates=dict(_rate(text) for text in args.rate),
        value=value,
        perk_worth=cost_of_a_perk(workspace, plan, value) if args.perk is None else args.perk,
        zone=workspace.timezone,
        seed=workspace.seed,
    )
    forecast = simulate(plan, assumed, moment)
    if args.json:
        print_json({"dialogue": args.name, **asdict(forecast)})
    else:
        _print_forecast(forecast)
    return 0


def _play(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.engage.messages.trying_out import NotTried
    from duologue.engage.runs.playing import play_to

    plan = _plan(workspace, args.name)
    try:
        letters = play_to(workspace=workspace, plan=plan, to=args.to, person=None, answers=args.answers, now=_now(workspace))
    except NotTried as refusal:
        raise Refused(str(refusal)) from None
    _write_down(workspace, args, to=args.to)
    return _tell(args, f"{letters} of its letters go to {args.to}, a day for each second.", letters=letters)


def _plan(workspace: Workspace, name: str) -> Plan:
    """Return the published plan, or else what the draft would be."""
    from duologue.kit.yaml import Mistakes
    from duologue.strategize.dialogues import queries
    from duologue.strategize.dialogues.models import Dialogue
    from duologue.strategize.dialogues.rules.read import read_dialogue

    version = queries.current(workspace, name)
    if version is not None:
        return queries.plan_of(version)
    dialogue = Dialogue.within(workspace).filter(name=name).first()
    if dialogue is None:
        raise Refused(f"There is no dialogue named {name}.")
    try:
        return read_dialogue(dialogue.draft, f"{name}.yaml")
    except Mistakes as mistakes:
        raise Refused(str(mistakes)) from None


def _rate(text: str) -> tuple[str, float]:
    key, _, share = text.rpartition("=")
    try:
        value = float(share.rstrip("%")) / (100 if share.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not key or not 0 <= value <= 1:
        raise AskedWrongly(f"--rate takes TURN.RESPONSE=SHARE, for example invite.clicked=8%, not {text!r}.")
    return key, value


def _print_forecast(forecast: Forecast) -> None:
    assumed = forecast.assumptions
    print(f"{forecast.people} people, {forecast.held_out} held out, {forecast.deliveries} messages over {forecast.longest_days} days")
    print_table(["day", "messages"], [[day, count] for day, count in forecast.by_day.items()])
    print_table(["response", "people"], [[what, count] for what, count in sorted(forecast.responses.items())])
    print_table(["ended", "people"], [[why, count] for why, count in sorted(forecast.ended.items())])
    print(f"goal reached {forecast.goals} times, revenue {forecast.revenue}, cost {forecast.cost} (minor units)")
    print(f"Assumed: {assumed['people_simulated']} invented people; everyone has {assumed['everyone_has']}.")
    print(f"Assumed: a goal is worth {assumed['value_of_a_goal']}, a perk costs {assumed['worth_of_a_perk']} (minor units).")
    if assumed["begins_with"]:
        print("Assumed: a run begins with " + ", ".join(f"{key} {value}" for key, value in assumed["begins_with"].items()))
    print("Assumed: " + ", ".join(f"{key} {value}" for key, value in assumed["response_rates"].items()))
