"""The few words that Duologue itself puts into messages, by language."""

from __future__ import annotations

from typing import Final

FOOTER: Final = {
    "en": {"unsubscribe": "Unsubscribe", "preferences": "Your choices", "why": "Why did I get this?", "not_now": "Not now, please"},
    "de": {"unsubscribe": "Abmelden", "preferences": "Ihre Wahl", "why": "Warum bekomme ich das?", "not_now": "Im Moment nicht"},
}
PLAIN: Final = {
    "en": {
        "ask_subject": "A question for you",
        "ask_body": "Hello,\n\nmay we ask you something? It takes a minute.\n\n[Answer here]({{ survey.link }})\n\nThank you!",
        "give_subject": "Something for you from {{ brand.name }}",
        "give_body": "Hello,\n\nthis is for you: **{{ perk.OFFER.code }}**\n\nIt can be used once.",
        "reply_subject": "Re: your message",
    },
    "de": {
        "ask_subject": "Eine Frage an Sie",
        "ask_body": "Guten Tag,\n\ndürfen wir Sie etwas fragen? Es dauert eine Minute.\n\n[Antworten]({{ survey.link }})\n\nVielen Dank!",
        "give_subject": "Etwas für Sie von {{ brand.name }}",
        "give_body": "Guten Tag,\n\ndas ist für Sie: **{{ perk.OFFER.code }}**\n\nEs gilt einmal.",
        "reply_subject": "Re: Ihre Nachricht",
    },
}


def of(table: dict[str, dict[str, str]], locale: str) -> dict[str, str]:
    """Return the words for a locale's language, or the English ones."""
    return table.get(locale.split("-", maxsplit=1)[0].lower(), table["en"])
