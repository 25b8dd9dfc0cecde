"""What keeps the catalogue up to date: the addresses it is fetched from (feeds.yaml), and what of it is worth telling (watch.yaml)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from duologue.brand.catalogue.actions import keep_watch
from duologue.brand.catalogue.feeds import save_feed
from duologue.brand.catalogue.models import Feed, Watch
from duologue.brand.catalogue.rules import LEAST_DROP, LITTLE_STOCK, LOOKED_WITHIN
from duologue.cli.plans.singles import named_maps
from duologue.kit.clock import parse_duration
from duologue.kit.pipeline import Refused
from duologue.kit.yaml import Mistake, Mistakes, amended, read_yaml

if TYPE_CHECKING:
    from duologue.cli.plans.folder import PlanText
    from duologue.cli.plans.rooms import Room
    from duologue.platform.workspaces.models import Workspace

FEEDS: Final = "feeds.yaml"
WATCH: Final = "watch.yaml"
EVERY: Final = timedelta(hours=6)
AS_USUAL: Final = {"within": LOOKED_WITHIN, "little": LITTLE_STOCK, "drop": LEAST_DROP}
DAY: Final = timedelta(days=1)


def hand_in_feeds(room: Room, file: PlanText) -> str:
    """Fetch products from these addresses from now on; one that is as it was is not fetched anew. Raises Mistakes."""
    found = read_feeds(file.text, file.path)
    there = _feeds(room.workspace)
    for name, said in found.items():
        if there.get(name) == said:
            continue
        try:
            save_feed(workspace=room.workspace, name=name, address=said["address"], every=said["every"], now=room.now)
        except Refused as refusal:
            raise Mistakes([Mistake(file.path, read_yaml(file.text, file.path).line((name,)), refusal.sentence)]) from None
    return f"feeds {', '.join(found)}"


def read_feeds(text: str, file: str) -> dict[str, dict[str, Any]]:
    """Return feeds by name: {address, every (timedelta)}; raises Mistakes."""
    document = named_maps(text, file, "shop: {address: https://shop.example/feed.xml, every: 6h}")
    found = {}
    for name, given in document.data.items():
        document.unknown_keys((name,), given, {"address", "every"}, "A feed")
        every = EVERY
        try:
            every = parse_duration(given.get("every", "6h"))
        except ValueError as mistake:
            document.refuse((name, "every"), f"`every`: {mistake}.")
        found[name] = {"address": str(given.get("address", "")).strip(), "every": every}
    document.settle()
    return found


def feeds_as_they_stand(workspace: Workspace, text: str) -> str:
    """Return feeds.yaml as it would have to read now; the text itself where it does. A feed that was forgotten is taken out."""
    given = read_feeds(text, FEEDS) if text else {}
    stand = _feeds(workspace)
    changes: dict[str, Any] = {name: None for name in given if name not in stand}
    for name, said in stand.items():
        before = given.get(name, {})
        differs = {key: value for key, value in said.items() if before.get(key) != value}
        changes[name] = {key: _written(value) if key == "every" else value for key, value in differs.items()}
    return amended(text, changes)


def _feeds(workspace: Workspace) -> dict[str, dict[str, Any]]:
    rows = Feed.within(workspace).order_by("name")
    return {one.name: {"address": one.address, "every": timedelta(minutes=one.every)} for one in rows}


def _written(every: timedelta) -> str:
    minutes = int(every.total_seconds() // 60)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def hand_in_watch(room: Room, file: PlanText) -> str:
    """Say what of the catalogue is worth telling; what the file leaves out is as usual. Raises Mistakes."""
    said = read_watch(file.text, file.path)
    try:
        keep_watch(workspace=room.workspace, looked_within=said["within"], little_stock=said["little"], least_drop=said["drop"])
    except Refused as refusal:
        raise Mistakes([Mistake(file.path, 1, refusal.sentence)]) from None
    return f"watch: within {said['within']} days, {said['little']} left, {said['drop']} percent"


def read_watch(text: str, file: str) -> dict[str, int]:
    """Return {within (days), little (pieces), drop (percent)}; raises Mistakes."""
    document = read_yaml(text, file)
    given = {} if document.data is None else document.data
    example = "within: 30d, little: 5 and drop: 5%"
    if not isinstance(given, dict):
        document.refuse((), f"This file is a map, as in {example}.")
        document.settle()
    document.unknown_keys((), given, AS_USUAL, "This file")
    found = dict(AS_USUAL)
    for key in AS_USUAL.keys() & given.keys():
        try:
            found[key] = _days(given[key]) if key == "within" else _number(given[key], "%" if key == "drop" else "")
        except ValueError:
            document.refuse((key,), f"`{key}` is written as in {example}, not {given[key]!r}.")
    document.settle()
    return found


def _days(given: Any) -> int:
    span = parse_duration(given)
    if span % DAY:
        raise ValueError(given)
    return span // DAY


def _number(given: Any, unit: str) -> int:
    text = str(given).removesuffix(unit).strip() if unit else str(given)
    if isinstance(given, bool) or not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(given)
    return int(text)


def watch_as_it_stands(workspace: Workspace, text: str) -> str:
    """Return watch.yaml as it would have to read now; the text itself where it does, and none where all is as usual."""
    given = read_watch(text, WATCH) if text else AS_USUAL
    row = Watch.within(workspace).first()
    stand = {"within": row.looked_within, "little": row.little_stock, "drop": row.least_drop} if row else AS_USUAL
    words = {"within": f"{stand['within']}d", "little": stand["little"], "drop": f"{stand['drop']}%"}
    return amended(text, {key: words[key] for key, value in stand.items() if given[key] != value})
