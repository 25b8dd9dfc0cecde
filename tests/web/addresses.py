"""Every page that staff can open, with what a filled workspace holds in its address."""

from __future__ import annotations

from django.urls import reverse

from duologue.brand.catalogue.models import Product
from duologue.engage.channels.models import KeptMail
from duologue.engage.conversations.models import Conversation
from duologue.engage.messages.models import Delivery
from duologue.platform.secrets.signing import sign


def pages(workspace, filled) -> dict[str, str]:
    """Every page for staff, by its name in tests: lists, pages without a list, and one thing of each kind."""
    alone = {name: reverse(address, args=[workspace.name]) for name, address in {**LISTS, **FORMS}.items()}
    return {**alone, **people_and_brand(workspace, filled), **plans(workspace), **talk(workspace, filled), **figures(workspace)}


def at(workspace, address: str, *of) -> str:
    return reverse(address, args=[workspace.name, *of])


def people_and_brand(workspace, filled) -> dict[str, str]:
    return {
        "person": at(workspace, "people:person", filled["persons"][0]),
        "book-version": at(workspace, "brand:book-version", 1),
        "product": at(workspace, "brand:product", Product.within(workspace).get(key="P-1").pk),
    }


def plans(workspace) -> dict[str, str]:
    return {
        "campaign": at(workspace, "strategize:campaign", "spring"),
        "segment": at(workspace, "strategize:segment", "lapsed-good-customers"),
        "segment-text": at(workspace, "strategize:segment-text", "lapsed-good-customers"),
        "dialogue": at(workspace, "strategize:dialogue", "win-back"),
        "draft": at(workspace, "strategize:dialogue", "welcome"),
        "ready-made-welcome": at(workspace, "strategize:ready-made-one", "welcome"),
        "ready-made-birthday": at(workspace, "strategize:ready-made-one", "birthday"),
        "forecast": at(workspace, "strategize:forecast", "win-back"),
        "text": at(workspace, "strategize:text", "win-back"),
        "dialogue-wording": at(workspace, "strategize:worded", "win-back"),
        "storyboard": at(workspace, "strategize:storyboard", "win-back"),
        "offer": at(workspace, "strategize:offer", "ten-percent"),
        **{f"write-{kind}": at(workspace, "texts:change", kind, name) for kind, name in WRITTEN.items()},
        **{f"sheet-{kind}": at(workspace, "sheets:change", kind, name) for kind, name in SHEETS.items()},
        "sheet-as-text": at(workspace, "sheets:change", "campaign", "spring") + "?as=text",
        "new-placement": at(workspace, "sheets:new", "placement"),
        "new-dialogue": at(workspace, "texts:new", "dialogue"),
        "offer-with-codes": at(workspace, "strategize:offer", "spring"),
    }


def talk(workspace, filled) -> dict[str, str]:
    return {
        "conversation": at(workspace, "engage:conversation", Conversation.within(workspace).order_by("pk").first().pk),
        "message": at(workspace, "engage:message", "we-miss-you") + f"?person={filled['persons'][0]}",
        "broadcast": at(workspace, "engage:broadcast", "spring-letter"),
        "site-form": at(workspace, "engage:site", "tea-letter"),
        "site-draft": at(workspace, "engage:site-draft", "tea-letter"),
        "site-version": at(workspace, "engage:site-version", "tea-letter", 1),
        "mail": at(workspace, "engage:mail", KeptMail.within(workspace).order_by("pk").first().pk),
    }


def figures(workspace) -> dict[str, str]:
    return {
        "report": at(workspace, "measure:report", "win-back"),
        "groups": at(workspace, "measure:groups", "persona"),
        "groups-campaign": at(workspace, "measure:groups", "campaign"),
        "received": at(workspace, "measure:message", "we-miss-you") + "?within=win-back",
        "webhook": at(workspace, "setup:webhook", "crm"),
    }


def open_to_all(workspace) -> dict[str, str]:
    """Every page that needs no account: of accounts, for people by the link of a message, and what is not there."""
    sent = Delivery.within(workspace).filter(state="accepted").order_by("pk")
    link = sign("page", workspace.pk, sent.first().pk)
    to_people = {
        name: reverse(f"public:{name}", args=[link]) for name in ("unsubscribe", "preferences", "why_me", "not_now", "known_ask", "perks")
    }
    to_people["survey"] = reverse("public:survey", args=[sign("page", workspace.pk, sent.filter(survey_version__isnull=False).first().pk)])
    to_people["known"] = reverse("public:known", args=[sign("known", workspace.pk, sent.get(turn="known").pk)])
    to_people["all_perks"] = reverse("public:all_perks", args=[sign("known", workspace.pk, sent.get(turn="known").pk)])
    to_people["parent"] = reverse("public:parent", args=[sign("parent", workspace.pk, sent.get(turn="parent").pk)])
    accounts = {"sign-in": reverse("account_login"), "new-password": reverse("account_reset_password")}
    to_people["giving"] = reverse("public:survey", args=[sign("page", workspace.pk, sent.get(turn="given").pk)])
    to_people["voices"] = reverse("public:voices", args=[workspace.name])
    to_people["site"] = reverse("public:site", args=[workspace.name, "tea-letter"])
    return {**to_people, **accounts, "nothing": f"/{workspace.name}/nothing/here/"}


WRITTEN = {"dialogue": "win-back", "message": "we-miss-you", "survey": "why-quiet", "offer": "ten-percent"}
SHEETS = {"campaign": "spring", "placement": "spring-radio", "occasion": "tasting", "persona": "gift-giver", "guardrails": "guardrails"}

LISTS = {
    "home": "home:home",
    "people": "people:people",
    "purposes": "people:purposes",
    "arrivals": "people:arrivals",
    "book": "brand:book",
    "senders": "brand:senders",
    "personas": "brand:personas",
    "products": "brand:products",
    "feeds": "brand:feeds",
    "campaigns": "strategize:campaigns",
    "placements": "strategize:placements",
    "occasions": "strategize:occasions",
    "segments": "strategize:segments",
    "dialogues": "strategize:dialogues",
    "ready-made": "strategize:ready-made",
    "offers": "strategize:offers",
    "abuse": "engage:perks",
    "owed": "measure:liability",
    "guardrails": "strategize:guardrails",
    "inbox": "engage:inbox",
    "contributions": "engage:contributions",
    "care": "engage:care",
    "messages": "engage:messages",
    "broadcasts": "engage:broadcasts",
    "doubts": "engage:doubts",
    "sites": "engage:sites",
    "till": "engage:till",
    "mailbox": "engage:mailbox",
    "reports": "measure:reports",
    "growth": "measure:growth",
    "buyers": "measure:buyers",
    "letters": "measure:letters",
    "setup": "setup:setup",
}

FORMS = {
    "book-text": "brand:book-text",
    "new-broadcast": "engage:new-broadcast",
    "new-segment": "strategize:new-segment",
    "webhooks": "setup:webhooks",
    "mail-services": "setup:carriers",
    "shops": "setup:shops",
    "log": "setup:log",
    "retention": "setup:retention",
}
"""Pages of a workspace that are no lists."""
