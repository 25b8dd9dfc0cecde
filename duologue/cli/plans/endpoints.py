"""Programs that are told of events, as webhooks.yaml has them: those among its webhooks that name `events`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.engage.endpoints.actions import add_endpoint, change_endpoint
from duologue.engage.endpoints.models import Endpoint
from duologue.kit.yaml import canonical, read_yaml

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

FILE: Final = "webhooks.yaml"
Said = dict[str, Any]


def put_in_force(workspace: Workspace, name: str, said: Said, now: datetime) -> str:
    """Tell a program of what its entry says from now on, or change that; its place in the timeline stays. Raises Refused."""
    there = in_force(workspace).get(name)
    values = {"url": said["url"], "events": said["events"], "addresses": said["addresses"], "is_test": said["test"], "now": now}
    if there is None:
        add_endpoint(workspace=workspace, name=name, **values)
        return f"{name} is told from now on; the secret of its calls: duologue webhook secret {name}"
    if there != said:
        change_endpoint(workspace=workspace, name=name, **values)
    return f"{name} is told"


def in_force(workspace: Workspace) -> dict[str, Said]:
    """Return what is said of each endpoint, by name."""
    return {one.name: _said(one.url, one.events, addresses=one.addresses, test=one.is_test) for one in Endpoint.within(workspace)}


def told(given: dict[str, Any]) -> Said:
    """Return what an entry that names events says, in the form of `in_force`."""
    events = given["events"] if isinstance(given["events"], list) else [given["events"]]
    return _said(str(given.get("url")), events, addresses=given.get("addresses") is True, test=given.get("test") is True)


def as_it_stands(workspace: Workspace, text: str, *, whole: bool) -> str:
    """Return webhooks.yaml as it would have to read now; the text itself where it does.

    With `whole`, endpoints that the file does not name are written in: what a folder no longer holds stays in force, and `dump` shows it.
    """
    data = read_yaml(text, FILE).data or {}
    there = in_force(workspace)
    named = {name for name, given in data.items() if "events" in given}
    differs = [name for name in named if there.get(name) != told(data[name])]
    more = sorted(there.keys() - named) if whole else []
    if not differs and not more:
        return text
    kept = {name: given for name, given in data.items() if name not in named or name in there}
    written = {name: _written(there[name]) for name in [*named, *more] if name in there}
    return canonical({**kept, **dict(sorted(written.items()))})


def _said(url: str, events: list[str], *, addresses: bool, test: bool) -> Said:
    return {"url": url.strip(), "events": sorted({str(one).strip() for one in events} - {""}), "addresses": addresses, "test": test}


def _written(said: Said) -> Said:
    return {key: value for key, value in said.items() if value is not False}
