# ruff: noqa: RUF001
"""A workspace with something on every page: one dialogue under way, a complaint, codes, mail, refusals."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

from django.db import transaction

from duologue.brand.book.models import BookVersion
from duologue.brand.catalogue.actions import save_products, take_out
from duologue.brand.catalogue.models import Feed, ProductChange
from duologue.brand.catalogue.rules import NewProduct
from duologue.brand.personas.models import Persona
from duologue.engage.broadcasts.actions import save as save_broadcast
from duologue.engage.broadcasts.rules.texts import Broadcast
from duologue.engage.care.actions import save_care
from duologue.engage.carriers.actions import add_carrier, heard
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import KeptMail, Relay
from duologue.engage.contributions.actions import NewContribution, contribute, publish
from duologue.engage.contributions.photos import take_photo
from duologue.engage.conversations.models import Conversation, Entry, Team
from duologue.engage.endpoints.actions import add_endpoint
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.models import Delivery
from duologue.engage.models import Endpoint, Untaken
from duologue.engage.perks.models import Perk
from duologue.engage.products.actions import note_looks
from duologue.engage.runs.models import Admission, Run, RunStep
from duologue.engage.sites.actions import save_draft, save_site
from duologue.people.consent.actions import NewStatement, save_purpose, save_topic, state
from duologue.people.identifiers.models import Identifier
from duologue.people.imports.models import Import
from duologue.people.intake.models import Refusal
from duologue.people.profiles.actions import NewFact, add, learn, make_findable
from duologue.people.profiles.models import Profile
from duologue.people.retention.actions import set_retention
from duologue.people.retention.models import Removal, RetentionRules
from duologue.people.retention.rules import Retention
from duologue.people.shops.actions import add_shop
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.staff.models import Membership, Staff
from duologue.strategize.campaigns.actions import save_campaign
from duologue.strategize.campaigns.rules import Campaign, Goal, Period
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion, SurveyVersion
from duologue.strategize.dialogues.rules.plan import to_json
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from duologue.strategize.guardrails.models import Guardrails
from duologue.strategize.occasions.actions import save_occasion
from duologue.strategize.occasions.rules import Occasion
from duologue.strategize.offers.models import Offer, OfferVersion
from duologue.strategize.placements.actions import save_placement
from duologue.strategize.placements.rules import Placement
from duologue.strategize.segments.models import Segment, SegmentMember
from duologue.strategize.segments.rules.read import read_segment
from duologue.strategize.segments.rules.tree import to_json as rule_to_json
from tests.engage.contributions.pictures import a_photo
from tests.web.seed_perks import perks_of
from tests.web.seed_texts import CARE, MESSAGES, PEOPLE, SEGMENT, SITE, TASTE, WIN_BACK, YOUR_WORDS

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

PASSWORD = "a long password for tests"
OPTIONS = {"moved": "I’ve moved away", "enough": "I have all I need", "service": "Something went wrong"}


def staff_for(workspace: Workspace, role: str = "owner", email: str = "imogen@shop.example") -> Staff:
    staff = Staff.objects.filter(email=email).first() or Staff.objects.create_user(email, PASSWORD, name="Imogen Hart")
    Membership._rows.get_or_create(workspace=workspace, staff=staff, defaults={"role": role, "joined_at": workspace.created_at})
    return staff


@transaction.atomic
def fill(workspace: Workspace, now, people: int = 7) -> dict:
    """Fill every table that a page reads; returns what was made."""
    brand(workspace, now)
    save_survey(workspace=workspace, survey=read_survey(TASTE), now=now)
    save_site(workspace=workspace, source=SITE, now=now)
    draft = SITE.replace("Nothing else.", "Nothing else, and never an advertisement.").replace("Call me back", "Ring me")
    save_draft(workspace=workspace, name="tea-letter", source=draft, now=now, by="imogen@shop.example")
    add_carrier(workspace=workspace, name="postmark", kind="postmark")
    heard(workspace=workspace, name="postmark", now=now - timedelta(minutes=14))
    add_carrier(workspace=workspace, name="mailgun", kind="mailgun", key="a key for tests")
    add_shop(workspace=workspace, name="woocommerce", kind="woocommerce", secret="a secret for tests")
    persons = people_of(workspace, now, people)
    note_looks(workspace=workspace, looks={("P-1", one, how): now for one in persons[:3] for how in ("viewed", "basket")})
    ProductChange.within(workspace).update(told_at=now, people=3)
    plans = plans_of(workspace, now, persons)
    ways(workspace, now, persons, plans)
    own_pages(workspace, now, persons[0])
    spring = Broadcast(
        "spring-letter",
        "Spring letter",
        "lapsed-good-customers",
        "promotions",
        "we-miss-you",
        when="at",
        day="2026-02-01",
        campaign="spring",
    )
    hope = Goal("Order Completed", {"total": {"over": 20}}, "revenue", "20000 GBP")
    spot = Placement("spring-radio", "radio", "Spring spot", campaign="spring", outlet="Ludlow FM", cost="900 GBP", codes=("SPRING",))
    save_placement(workspace=workspace, placement=spot, now=now)
    tasting = Occasion(
        "tasting",
        "Tea tasting",
        "Six teas, one evening",
        "spring",
        "2026-03-12 18:00",
        "2026-03-12 20:00",
        place="3 Broad Street, Ludlow",
        seats=24,
    )
    save_occasion(workspace=workspace, occasion=tasting, now=now)
    save_campaign(
        workspace=workspace,
        campaign=Campaign("spring", "Spring", "Before Easter", "Imogen", Period("2026-02-01", "2026-04-05"), hope, "3000 GBP"),
        now=now,
    )
    save_broadcast(workspace=workspace, broadcast=spring, now=now)
    perks_of(workspace, now, persons)
    save_care(workspace=workspace, source=CARE, now=now)
    given(workspace, now, persons)
    talk(workspace, now, persons)
    arrivals(workspace, now)
    told(workspace, now, persons[0])
    kept_for_a_time(workspace, now)
    return {"persons": persons, **plans}


def told(workspace: Workspace, now, person: int) -> None:
    """A program that refuses some events, and has trouble with one."""
    add_endpoint(workspace=workspace, name="crm", url="https://crm.example/hooks", events=["Order Completed", "Spam Reported"], now=now)
    one = Endpoint.within(workspace).get(name="crm")
    Endpoint.within(workspace).update(told=1204, told_at=now, trouble="status 503", failing_since=now, attempt=2)
    Untaken._rows.create(
        workspace=workspace, endpoint=one, profile_id=person, write_id=1, event_id=1, name="Order Completed", occurred_at=now,
        set_aside_at=now, reason="status 422",
    )  # fmt: skip


def own_pages(workspace: Workspace, now, person: int) -> None:
    """Topics to choose, and the letters that lead to a person's own data and to a parent's page."""
    for name, about in (("candles", "New ones, and how they are made"), ("sales", "Four times a year")):
        save_topic(workspace=workspace, name=name, title=name.capitalize(), about=about)
    for turn, body in (("known", {}), ("parent", {"to": "mum@people.example"})):
        Delivery._rows.create(
            workspace=workspace, person=person, profile_id=person, shard=1, turn=turn, channel="email", purpose=turn, kind="service",
            basis="confirmation", state="accepted", body={"plain": turn, **body}, due_at=now, too_late_at=now, planned_at=now, accepted_at=now,
        )  # fmt: skip


def brand(workspace: Workspace, now) -> None:
    data = {
        "name": "Holt & Wren",
        "value": "Things made within a day’s walk, by people we know.",
        "promise": "Something nobody else has",
        "promises": [{"name": "something-nobody-else-has", "says": "One of a kind", "proof": "Every maker is named on the label."}],
        "voice": "Warm, plain, exact. Never in a hurry.",
        "commitments": [
            "An answer within four hours",
            {"says": "Never more than two letters a week", "at_most": 2, "within": "7d", "channel": "email"},
        ],
        "look": {"colours": {"main": "#1f4d3a", "paper": "#faf6ee", "accent": "#b4531f"}, "font": "Newsreader"},
        "senders": {"email": {"name": "Imogen at Holt & Wren", "address": "imogen@shop.example"}},
        "footer": "Holt & Wren Ltd, 3 Broad Street, Ludlow",
    }
    BookVersion._rows.create(workspace=workspace, number=1, data=data, since=now)
    Persona._rows.create(
        workspace=workspace,
        name="gift-giver",
        title="The gift-giver",
        segment="lapsed-good-customers",
        data={
            "persona": "gift-giver",
            "about": "Buys for others, late, and wants it to look as if early.",
            "wants": ["to be thanked"],
            "needs": ["wrapping"],
            "media": ["radio"],
        },
    )
    catalogue(workspace, now)
    for name, basis in (("promotions", "consent"), ("bookings", "contract"), ("service", "confirmation")):
        save_purpose(workspace=workspace, name=name, title=name.capitalize(), about=f"What we send for {name}.", basis=basis)
    save_relay(workspace=workspace, name="letterbox", kind="mailbox")
    save_relay(workspace=workspace, name="post-office", kind="smtp", settings={"host": "smtp.shop.example", "port": 587})
    Relay.within(workspace).filter(name="post-office").update(trouble="451 try later, said the server three times", resting_until=now)
    Team._rows.create(workspace=workspace, name="care", emails=["care@shop.example"])
    caps = {"caps": [{"channel": "email", "at_most": 2, "within": "7d"}], "window": "Mo-Sa 08:00-21:00"}
    Guardrails._rows.create(workspace=workspace, data=caps, changed_at=now)


def catalogue(workspace: Workspace, now) -> None:
    """Products with a price that fell, one that came back, one that is gone, and a feed that was half empty the last time."""
    shop = "https://shop.example"
    for days, price, stock in ((40, 1500, 9), (3, 1250, 0), (1, 1250, 7)):
        candles = [NewProduct(f"P-{n}", f"Beeswax candle no. {n}", price, "GBP", stock * n, "", f"{shop}/candle-{n}") for n in range(3)]
        save_products(workspace=workspace, products=candles, now=now - timedelta(days=days))
    jug = NewProduct("J-1", "Stoneware jug", 4250, "GBP", 3, f"{shop}/jug.jpg", f"{shop}/jug")
    save_products(
        workspace=workspace, products=[jug, NewProduct("B-9", "Birch brush", 900, "GBP"), NewProduct("OLD", "Tin", 1, "GBP")], now=now
    )
    take_out(workspace=workspace, keys=["OLD"], now=now)
    Feed._rows.create(
        workspace=workspace,
        name="google",
        address=f"{shop}/export/google-merchant.xml",
        every=360,
        next_at=now + timedelta(hours=1),
        tried_at=now - timedelta(minutes=20),
        taken_at=now - timedelta(hours=6),
        trouble="The feed names 2 products, the last one 412. Nothing was changed. If so many have really gone, take it all the same: "
        "duologue products fetch google --even-if-smaller",
        products=412,
        changed=9,
        gone=2,
        refused_count=2,
        refused=[[318, "The price 'on request' is not an amount such as 12.50 GBP."], [977, "The line has no key."]],
    )


def people_of(workspace: Workspace, now, number: int) -> list[int]:
    ids = add(workspace=workspace, seen_at=[now - timedelta(hours=step) for step in range(number)])
    shown = [PEOPLE[step % len(PEOPLE)] + (f" {step}" if step >= len(PEOPLE) else "") for step in range(number)]
    facts = []
    for profile, name in zip(ids, shown, strict=True):
        first, *rest = name.split(" ")
        values = {"first_name": first, "last_name": " ".join(rest), "country": "GB", "locale": "en-GB", "likes": "candles"}
        facts += [NewFact(profile, key, value, "shop", now) for key, value in values.items()]
    learn(workspace=workspace, facts=facts, now=now)
    for step, profile in enumerate(ids):
        address = f"person{step}@people.example"
        Identifier._rows.create(workspace=workspace, profile_id=profile, kind="email", value=address, shown=address, first_seen_at=now)
    make_findable(
        workspace=workspace, texts=[*zip(ids, shown, strict=True), *((p, f"person{s}@people.example") for s, p in enumerate(ids))]
    )
    Profile.within(workspace).filter(pk__in=ids, name="").update(name="Somebody")
    statements = [
        NewStatement(profile, "email", "promotions", "granted", now - timedelta(days=90), "shop", "May we write to you?") for profile in ids
    ]
    state(workspace=workspace, statements=statements, now=now)
    return ids


def plans_of(workspace: Workspace, now, persons: list[int]) -> dict:
    survey = SurveyVersion._rows.create(
        workspace=workspace,
        name="why-quiet",
        number=1,
        since=now,
        data={"survey": "why-quiet", "questions": {"reason": {"ask": "Was it something we did?", "kind": "one", "options": OPTIONS}}},
    )
    plans = {"segment": segment_of(workspace, now, persons), "messages": messages_of(workspace, now), "survey": survey}
    return {**plans, **offer_of(workspace, now), **dialogues_of(workspace, now)}


def segment_of(workspace: Workspace, now, persons: list[int]) -> Segment:
    segment = Segment._rows.create(
        workspace=workspace,
        name="lapsed-good-customers",
        about="Good customers who went quiet",
        source=SEGMENT,
        rule=rule_to_json(read_segment(SEGMENT, "lapsed.yaml")),
        reads=["event:Order Completed"],
        swept_at=now,
        swept_revision=1,
        size=len(persons),
    )
    for person in persons:
        SegmentMember._rows.create(workspace=workspace, segment=segment, person=person, shard=person % 64, member=True, since=now)
    return segment


def messages_of(workspace: Workspace, now) -> dict:
    fallback = {"person.first_name": "there", "perk.ten-percent.code": "your code"}
    return {
        name: save_message(workspace=workspace, name=name, source={"subject": subject, "body": body, "fallback": fallback}, now=now)
        for name, (subject, body) in MESSAGES.items()
    }


def offer_of(workspace: Workspace, now) -> dict:
    terms = {
        "offer": "ten-percent",
        "kind": "discount",
        "code": "generated",
        "worth": "10%",
        "lasts": "14d",
        "limits": {"each": 1, "all": 40},
    }
    offer = Offer._rows.create(workspace=workspace, name="ten-percent", given=38, spent=12_300)
    return {"offer": offer, "offered": OfferVersion._rows.create(workspace=workspace, offer=offer, number=1, data=terms, since=now)}


def dialogues_of(workspace: Workspace, now) -> dict:
    dialogue = Dialogue._rows.create(
        workspace=workspace,
        name="win-back",
        about="Good customers who went quiet, asked back.",
        draft=WIN_BACK,
        state="live",
        current=1,
        started_at=now,
    )
    version = DialogueVersion._rows.create(
        workspace=workspace,
        dialogue=dialogue,
        number=1,
        source=WIN_BACK,
        plan=to_json(read_dialogue(WIN_BACK, "win-back.yaml")),
        pins={"messages": dict.fromkeys(MESSAGES, 1), "surveys": {"why-quiet": 1}, "offers": {"ten-percent": 1}},
        published_at=now,
    )
    Dialogue._rows.create(
        workspace=workspace, name="welcome", about="Still being written.", draft="dialogue: welcome\nturns: {hello: {say: hello}}\n"
    )
    return {"dialogue": dialogue, "version": version}


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


def talk(workspace: Workspace, now, persons: list[int]) -> None:
    for step, person in enumerate(persons[:3]):
        conversation = Conversation._rows.create(
            workspace=workspace,
            person=person,
            profile_id=person,
            state="open",
            team="care",
            intent="complaint" if not step else "question",
            is_complaint=not step,
            priority=1,
            assigned=Staff.objects.filter(memberships__workspace=workspace).first() if step == 1 else None,
            due_at=now - timedelta(minutes=20) if not step else None,
            answer_by=now + timedelta(hours=2) if step == 1 else None,
            brief="A cracked jug, and a code sent after it." if not step else "",
            opened_at=now - timedelta(hours=4),
            touched_at=now - timedelta(minutes=step),
        )
        said = [
            ("in", "The jug came cracked, and then you sent me a code. I am not pleased."),
            ("note", "Looked up the order: sent by second class."),
        ]
        for minute, (direction, text) in enumerate(said):
            Entry._rows.create(
                workspace=workspace,
                conversation=conversation,
                profile_id=person,
                at=now - timedelta(hours=4, minutes=-minute),
                direction=direction,
                channel="email",
                subject="Re: It’s been a while" if direction == "in" else "",
                text=text,
                intent="complaint" if direction == "in" else "",
            )


def given(workspace: Workspace, now, persons: list[int]) -> None:
    """What people gave to be shown: a photo and a review that may be, one that may not; the first is shown."""
    save_purpose(
        workspace=workspace, name="voices", title="Showing what you say", about="You may show this with my first name.", shows=True
    )
    survey = save_survey(workspace=workspace, survey=read_survey(YOUR_WORDS), now=now)
    letter = Delivery._rows.create(
        workspace=workspace, person=persons[0], profile_id=persons[0], shard=1, turn="given", channel="email", purpose="promotions",
        state="accepted", due_at=now, too_late_at=now, planned_at=now, accepted_at=now, survey_version=survey,
    )  # fmt: skip
    gifts = [{"photo": take_photo(a_photo(480, 360))}, {"text": "The beeswax smells of June, even in November.", "stars": 5}]
    for step, gift in enumerate([*gifts, {"text": "Nicely wrapped."}]):
        whose = persons[step % len(persons)]
        one = NewContribution(whose, "your-words", f"given-{step}", letter.pk, "voices" if step < 2 else "", **gift)
        (made,) = contribute(workspace=workspace, given=[one], now=now - timedelta(hours=step))
        if step < 2:
            said = NewStatement(whose, "public", "voices", "granted", now - timedelta(hours=3), "survey your-words", "You may show this.")
            state(workspace=workspace, statements=[said], now=now)
        if not step:
            publish(workspace=workspace, contribution=made, seen=now.isoformat(), shown_as="Ruth", staff=None, now=now)


def kept_for_a_time(workspace: Workspace, now) -> None:
    set_retention(workspace=workspace, retention=Retention({"Page Viewed": "90d", "any": "1095d"}, {"size": "365d"}), now=now)
    RetentionRules.within(workspace).update(next_at=now + timedelta(hours=7))
    for days in (1, 2):
        at = now - timedelta(days=days)
        gone = {"keep": "90d", "before": at - timedelta(days=90), "at": at, "events": 1204 * days, "in_lake": 1204 * days}
        Removal(workspace=workspace, kind="event", name="Page Viewed", **gone).save()


def arrivals(workspace: Workspace, now) -> None:
    for step in range(3):
        Refusal._rows.create(
            workspace=workspace,
            source="shop",
            at=now - timedelta(minutes=step),
            reason="no_identity",
            sentence="The event says neither who it is about (userId) nor which device (anonymousId).",
            payload=b"{}",
        )
    Import._rows.create(
        workspace=workspace, kind="people", file="people.csv", file_digest=b"x" * 32, recipe="", state="done", rows_read=120, rows_written=118,
        rows_refused=2, started_at=now, ended_at=now,
    )  # fmt: skip
