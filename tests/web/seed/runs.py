# ruff: noqa: RUF001
"""What became of a dialogue: runs, deliveries and letters, and what people did with them."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

from duologue.engage.channels.models import KeptMail
from duologue.engage.messages.models import Delivery
from duologue.engage.perks.models import Perk
from duologue.engage.runs.models import Admission, Run, RunStep
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def ways(workspace: Workspace, now, persons: list[int], plans: dict) -> None:
    letters = []
    for step, person in enumerate(persons):
        verdict = "held_out" if step % 5 == 4 else "admitted"
        Admission._rows.create(workspace=workspace, dialogue=plans["dialogue"], person=person, verdict=verdict, at=now, decided_at=now)
        if verdict == "admitted":
            run = run_of(workspace, now, person, plans, went_on=bool(step % 2))
            letters.append(delivery_of(workspace, now, run, plans, step))
            keep_mail(workspace, now, letters[-1], step)
    sent = [
        NewEvent(person, now - timedelta(hours=3), names.MESSAGE_SENT, {"channel": "email", "message": "we-miss-you", "turn": "invite"})
        for person in persons
    ]
    clicked = [
        NewEvent(person, now - timedelta(hours=2), names.LINK_CLICKED, {"url": "https://shop.example/two", "human": True})
        for person in persons
    ]
    order = {"order_id": "A-1", "revenue": 42.5, "currency": "GBP", "products": [{"name": "Beeswax candle"}]}
    bought = [NewEvent(person, now - timedelta(hours=1), names.ORDER_COMPLETED, order, source="shop") for person in persons[:2]]
    link = {"link": "1", "no": 1, "url": "https://shop.example/two", "human": "true", "message": "we-miss-you"}
    followed = [NewEvent(one.person, now, names.LINK_CLICKED, link, delivery_id=one.pk) for one in letters if one.accepted_at]
    write(workspace=workspace, events=[*sent, *clicked, *followed, *bought], now=now)


def run_of(workspace: Workspace, now, person: int, plans: dict, *, went_on: bool) -> Run:
    began = now - timedelta(days=2)
    whose = {"workspace": workspace, "person": person, "profile_id": person}
    run = Run._rows.create(
        **whose,
        dialogue=plans["dialogue"],
        version=plans["version"],
        shard=person % 64,
        turn="gift" if went_on else "invite",
        seq=2 if went_on else 1,
        arrived_at=now,
        started_at=began,
        phase="listening",
    )
    if went_on:
        left = {"turn": "invite", "heard": "clicked: any", "then": "gift"}
        about = {"workspace": workspace, "run": run, "dialogue_id": plans["dialogue"].pk, "person": person}
        RunStep._rows.create(**about, seq=1, arrived_at=began, left_at=now, **left)
        Perk._rows.create(
            **whose,
            offer=plans["offer"],
            offer_version=plans["offered"],
            run=run,
            code=f"WREN-{person}",
            state="issued",
            cost=500,
            reserved_at=now,
            issued_at=now,
            expires_at=now + timedelta(days=14),
        )
    return run


def delivery_of(workspace: Workspace, now, run: Run, plans: dict, step: int) -> Delivery:
    """The second one asks a survey; the third is in doubt, the fourth was withheld."""
    return Delivery._rows.create(
        workspace=workspace,
        run=run,
        dialogue=plans["dialogue"],
        person=run.person,
        profile_id=run.person,
        shard=run.shard,
        turn="invite",
        message_version=plans["messages"]["we-miss-you"],
        survey_version=plans["survey"] if step == 1 else None,
        channel="email",
        purpose="promotions",
        state=["accepted", "accepted", "uncertain", "withheld"][step % 4],
        reason="no consent" if step % 4 == 3 else "",
        due_at=now,
        too_late_at=now + timedelta(days=3),
        planned_at=now,
        accepted_at=now if step % 4 < 2 else None,
        address=f"person{step}@people.example" if step % 4 < 2 else "",
    )


def keep_mail(workspace: Workspace, now, delivery: Delivery, step: int) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Imogen at Holt & Wren <imogen@shop.example>", f"person{step}@people.example"
    mail["Subject"] = "It’s been a while"
    mail.set_content("It’s been a while. The beeswax is back.")
    mail.add_alternative(
        "<html><head></head><body style='font-family:Georgia;padding:24px;background:#faf6ee'><h1>It’s been a while</h1><p>The beeswax is back."
        "</p><p><a href='https://shop.example/two'>Show me</a></p><img src='https://elsewhere.example/pixel.gif' alt=''></body></html>",
        subtype="html",
    )
    KeptMail._rows.create(
        workspace=workspace,
        delivery=delivery,
        at=now,
        sender="b+x@shop.example",
        recipient=mail["To"],
        subject=str(mail["Subject"]),
        content=mail.as_bytes(),
    )
