"""What stands in a trial letter for what is meant for one person alone: its links touch nobody, its perks are examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.engage.templates.liquid import ContentFailed, Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.engage.messages.content.compile import Compiled

NOBODY: Final = "test"  # a token that leads to no delivery


def rehearse(values: dict[str, Any], content: Compiled, pages: Mapping[str, str], url: str) -> None:
    """Put links straight to their targets, `pages` of nobody, and example codes into the values of a trial letter."""
    links = {name: f"{address}/{NOBODY}" for name, address in pages.items()}
    links["pixel"] = f"{url}/o/{NOBODY}"
    values["survey"] = {"link": f"{url}/s/{NOBODY}"}
    offers = {path.split(".")[1] for path in content.reads if path.startswith("perk.")}
    values["perk"] = {offer: {"code": "CODE-1234", "worth": "", "expires_at": ""} for offer in offers} | values.get("perk", {})
    for number, link in enumerate(content.links, 1):
        try:
            links[f"c{number}"] = Template(link.url, escape=False).render(values)
        except ContentFailed:
            links[f"c{number}"] = url
    values["link"] = links
