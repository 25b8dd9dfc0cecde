"""The few words that Duologue itself puts into messages, by language."""

from __future__ import annotations

from typing import Final

FOOTER: Final = {
    "en": {
        "unsubscribe": "Unsubscribe",
        "preferences": "Your choices",
        "why": "Why did I get this?",
        "not_now": "Not now, please",
        "web": "View in browser",
    },
    "de": {
        "unsubscribe": "Abmelden",
        "preferences": "Ihre Wahl",
        "why": "Warum bekomme ich das?",
        "not_now": "Im Moment nicht",
        "web": "Im Browser ansehen",
    },
}
PRODUCTS: Final = {
    "en": {"there": "In stock", "little": "Only {} left", "out": "Sold out"},
    "de": {"there": "Vorrätig", "little": "Nur noch {} da", "out": "Ausverkauft"},
}
PLAIN: Final = {
    "en": {
        "ask_subject": "A question for you",
        "ask_body": "Hello,\n\nmay we ask you something? It takes a minute.\n\n[Answer here]({{ survey.link }})\n\nThank you!",
        "give_subject": "Something for you from {{ brand.name }}",
        "give_body": "Hello,\n\n{% if perk.OFFER.code != '' %}this is for you: **{{ perk.OFFER.code }}**\n\nIt can be used once."
        "{% else %}this is for you.{% endif %} {{ perk.OFFER.says }}\n\n[All that is yours]({{ link.perks }})",
        "parent_subject": "{{ brand.name }} asks a parent",
        "parent_body": "Hello,\n\n{{ child | default: 'Your child' }} would like to hear from {{ brand.name }}, and gave us this "
        "address as a parent's. At that age we need your consent.\n\n[Read and decide]({{ link.page }})\n\n"
        "Without it we send nothing of the kind. If this is not for you, you need do nothing.",
        "known_subject": "What we know about you",
        "known_body": "Hello,\n\nyou asked to see what {{ brand.name }} knows about you. This link shows it, and works for one hour.\n\n"
        "[Show it]({{ link.page }})\n\nPlease do not pass this message on. If it was not you who asked, you need do nothing.",
        "consent_subject": "{% if consent.shows %}May we show what you gave us?{% else %}"
        "May we write to you: {{ consent.title }}{% endif %}",
        "consent_body": "Hello,\n\n{{ brand.name }} asks for your yes to this: **{{ consent.title }}**.{% if consent.about != '' %} "
        "{{ consent.about }}{% endif %}\n\n{% if consent.promised != '' %}What you can count on: {{ consent.promised }}{% endif %}\n\n"
        "[Read and decide]({{ survey.link }})\n\nWithout your yes nothing changes.",
        "agree_subject": "Is that you? Please confirm: {{ consent.title }}",
        "agree_body": "Hello,\n\nsomebody has said yes for you to this, by a letter or on a page of {{ brand.name }}: "
        "**{{ consent.title }}**.{% if consent.about != '' %} {{ consent.about }}{% endif %}\n\n"
        "{% if consent.promised != '' %}What you can count on: {{ consent.promised }}{% endif %}\n\n"
        "Anybody can pass a letter on, or write an address into a form, so we ask you here.\n\n"
        "[Read and decide]({{ survey.link }})\n\nWithout your yes nothing changes. If it was not you, you need do nothing.",
        "reply_subject": "Re: your message",
    },
    "de": {
        "ask_subject": "Eine Frage an Sie",
        "ask_body": "Guten Tag,\n\ndürfen wir Sie etwas fragen? Es dauert eine Minute.\n\n[Antworten]({{ survey.link }})\n\nVielen Dank!",
        "give_subject": "Etwas für Sie von {{ brand.name }}",
        "give_body": "Guten Tag,\n\n{% if perk.OFFER.code != '' %}das ist für Sie: **{{ perk.OFFER.code }}**\n\nEs gilt einmal."
        "{% else %}das ist für Sie.{% endif %} {{ perk.OFFER.says }}\n\n[Alles, was Ihnen gehört]({{ link.perks }})",
        "parent_subject": "{{ brand.name }} fragt ein Elternteil",
        "parent_body": "Guten Tag,\n\n{{ child | default: 'Ihr Kind' }} möchte von {{ brand.name }} hören und hat uns diese "
        "Adresse als die eines Elternteils genannt. In diesem Alter brauchen wir Ihre Einwilligung.\n\n"
        "[Lesen und entscheiden]({{ link.page }})\n\nOhne sie schicken wir nichts dergleichen. "
        "Wenn das nicht für Sie bestimmt ist, müssen Sie nichts tun.",
        "known_subject": "Was wir über Sie wissen",
        "known_body": "Guten Tag,\n\nSie möchten sehen, was {{ brand.name }} über Sie weiß. Dieser Link zeigt es und gilt eine Stunde.\n\n"
        "[Zeigen]({{ link.page }})\n\nBitte geben Sie diese Nachricht nicht weiter. Wenn nicht Sie gefragt haben, müssen Sie nichts tun.",
        "consent_subject": "{% if consent.shows %}Dürfen wir zeigen, was Sie uns gegeben haben?{% else %}Dürfen wir Ihnen schreiben: "
        "{{ consent.title }}{% endif %}",
        "consent_body": "Guten Tag,\n\n{{ brand.name }} bittet Sie um Ihr Ja hierzu: **{{ consent.title }}**.{% if consent.about != '' %} "
        "{{ consent.about }}{% endif %}\n\n{% if consent.promised != '' %}Worauf Sie sich verlassen können: {{ consent.promised }}"
        "{% endif %}\n\n[Lesen und entscheiden]({{ survey.link }})\n\nOhne Ihr Ja ändert sich nichts.",
        "agree_subject": "Sind Sie das? Bitte bestätigen: {{ consent.title }}",
        "agree_body": "Guten Tag,\n\njemand hat für Sie Ja hierzu gesagt, über einen Brief oder auf einer Seite von {{ brand.name }}: "
        "**{{ consent.title }}**.{% if consent.about != '' %} {{ consent.about }}{% endif %}\n\n"
        "{% if consent.promised != '' %}Worauf Sie sich verlassen können: {{ consent.promised }}{% endif %}\n\n"
        "Jeder kann einen Brief weitergeben oder eine Adresse in ein Formular schreiben, deshalb fragen wir Sie hier.\n\n"
        "[Lesen und entscheiden]({{ survey.link }})\n\nOhne Ihr Ja ändert sich nichts. Wenn Sie es nicht waren, müssen Sie nichts tun.",
        "reply_subject": "Re: Ihre Nachricht",
    },
}


def of(table: dict[str, dict[str, str]], locale: str) -> dict[str, str]:
    """Return the words for a locale's language, or the English ones."""
    return table.get(locale.split("-", maxsplit=1)[0].lower(), table["en"])
