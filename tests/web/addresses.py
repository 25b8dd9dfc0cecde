"""Every page that staff can open, with what a filled workspace holds in its address."""

from __future__ import annotations

from django.urls import reverse

from duologue.brand.catalogue.models import Product
from duologue.engage.channels.models import KeptMail
from duologue.engage.conversations.models import Conversation
from duologue.engage.messages.models import Delivery
from duologue.platform.secrets.signing import sign


def pages(workspace, filled) -> dict[str, str]:
    name = workspace.name
    person = filled["persons"][0]
    conversation = Conversation.within(workspace).order_by("pk").first()
    mail = KeptMail.within(workspace).order_by("pk").first()
    return {
        "home": reverse("home:home", args=[name]),
        "people": reverse("people:people", args=[name]),
        "person": reverse("people:person", args=[name, person]),
        "purposes": reverse("people:purposes", args=[name]),
        "arrivals": reverse("people:arrivals", args=[name]),
        "book": reverse("brand:book", args=[name]),
        "book-version": reverse("brand:book-version", args=[name, 1]),
        "book-text": reverse("brand:book-text", args=[name]),
        "senders": reverse("brand:senders", args=[name]),
        "personas": reverse("brand:personas", args=[name]),
        "products": reverse("brand:products", args=[name]),
        "product": reverse("brand:product", args=[name, Product.within(workspace).get(key="P-1").pk]),
        "feeds": reverse("brand:feeds", args=[name]),
        "campaigns": reverse("strategize:campaigns", args=[name]),
        "campaign": reverse("strategize:campaign", args=[name, "spring"]),
        "placements": reverse("strategize:placements", args=[name]),
        "occasions": reverse("strategize:occasions", args=[name]),
        "segments": reverse("strategize:segments", args=[name]),
        "segment": reverse("strategize:segment", args=[name, "lapsed-good-customers"]),
        "dialogues": reverse("strategize:dialogues", args=[name]),
        "dialogue": reverse("strategize:dialogue", args=[name, "win-back"]),
        "draft": reverse("strategize:dialogue", args=[name, "welcome"]),
        "forecast": reverse("strategize:forecast", args=[name, "win-back"]),
        "text": reverse("strategize:text", args=[name, "win-back"]),
        "dialogue-wording": reverse("strategize:worded", args=[name, "win-back"]),
        "offers": reverse("strategize:offers", args=[name]),
        "offer": reverse("strategize:offer", args=[name, "ten-percent"]),
        "offer-with-codes": reverse("strategize:offer", args=[name, "spring"]),
        "abuse": reverse("engage:perks", args=[name]),
        "owed": reverse("measure:liability", args=[name]),
        "guardrails": reverse("strategize:guardrails", args=[name]),
        "inbox": reverse("engage:inbox", args=[name]),
        "conversation": reverse("engage:conversation", args=[name, conversation.pk]),
        "contributions": reverse("engage:contributions", args=[name]),
        "care": reverse("engage:care", args=[name]),
        "messages": reverse("engage:messages", args=[name]),
        "message": reverse("engage:message", args=[name, "we-miss-you"]) + f"?person={person}",
        "broadcasts": reverse("engage:broadcasts", args=[name]),
        "new-broadcast": reverse("engage:new-broadcast", args=[name]),
        "broadcast": reverse("engage:broadcast", args=[name, "spring-letter"]),
        "storyboard": reverse("strategize:storyboard", args=[name, "win-back"]),
        "doubts": reverse("engage:doubts", args=[name]),
        "sites": reverse("engage:sites", args=[name]),
        "site-form": reverse("engage:site", args=[name, "tea-letter"]),
        "site-draft": reverse("engage:site-draft", args=[name, "tea-letter"]),
        "site-version": reverse("engage:site-version", args=[name, "tea-letter", 1]),
        "till": reverse("engage:till", args=[name]),
        "mailbox": reverse("engage:mailbox", args=[name]),
        "mail": reverse("engage:mail", args=[name, mail.pk]),
        "reports": reverse("measure:reports", args=[name]),
        "report": reverse("measure:report", args=[name, "win-back"]),
        "growth": reverse("measure:growth", args=[name]),
        "groups": reverse("measure:groups", args=[name, "persona"]),
        "letters": reverse("measure:letters", args=[name]),
        "received": reverse("measure:message", args=[name, "we-miss-you"]) + "?within=win-back",
        "setup": reverse("setup:setup", args=[name]),
        "webhooks": reverse("setup:webhooks", args=[name]),
        "webhook": reverse("setup:webhook", args=[name, "crm"]),
        "mail-services": reverse("setup:carriers", args=[name]),
        "log": reverse("setup:log", args=[name]),
        "retention": reverse("setup:retention", args=[name]),
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
    "letters": "measure:letters",
    "setup": "setup:setup",
}
