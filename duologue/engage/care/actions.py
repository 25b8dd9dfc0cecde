"""Putting a care file in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from duologue.engage.care import rules
from duologue.engage.care.models import CareRules
from duologue.engage.care.queries import FILE
from duologue.engage.care.saying import faults
from duologue.kit.money import read_money
from duologue.kit.yaml import read_yaml, suggestion
from duologue.strategize.offers.models import Offer

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def save_care(*, workspace: Workspace, source: str, now: datetime, file: str = FILE) -> rules.Care:
    """Put what a care file says in force at once; raises Mistakes.

    Times by which answers were promised before stay as they are.
    """
    care = rules.read_care(source, file)
    document = read_yaml(source, file)
    for name, answer in care.answers.items():
        for fault in faults(answer.text):
            document.refuse(("answers", name, "text"), fault)
        for locale, text in answer.locales.items():
            for fault in faults(text):
                document.refuse(("answers", name, "locales", locale), fault)
    offers = set(Offer.within(workspace).filter(name__in=care.goodwill.offers).values_list("name", flat=True))
    for index, name in enumerate(care.goodwill.offers):
        if name not in offers:
            near = suggestion(name, Offer.within(workspace).values_list("name", flat=True))
            document.refuse(("goodwill", "offers", index), f"There is no offer {name!r}{near}.")
    for name, limit in care.goodwill.limits.items():
        if limit.worth and read_money(limit.worth, workspace.currency).currency != workspace.currency:
            document.refuse(("goodwill", "limits", name, "worth"), f"Perks are reckoned in {workspace.currency} here.")
    document.settle()
    kept = {"source": source, "data": msgspec.json.encode(care).decode(), "changed_at": now}
    CareRules.within(workspace).update_or_create(workspace=workspace, defaults=kept)
    return care
