# ruff: noqa: RUF001
"""What the filled workspace says: a dialogue, a segment, messages, and the names of its people."""

from __future__ import annotations

WIN_BACK = """\
dialogue: win-back
about: Good customers who went quiet, asked back with something nobody else has.
serves: {persona: gift-giver, promise: something-nobody-else-has, stage: quiet}
purpose: promotions
audience: lapsed-good-customers
again: after 180d
holdout: 10%
goal: {event: Order Completed, within: 30d, value: revenue}
anytime:
  - {left: lapsed-good-customers, then: end}
  - {replied: complaint, then: care}
turns:
  invite:
    say: we-miss-you
    by: [email, sms]
    window: "Mo-Sa 09:00-20:00"
    listen:
      - {clicked: any, then: gift}
      - {replied: yes, then: gift}
      - {silence: 3d, then: why}
  why:
    ask: why-quiet
    by: [email]
    listen:
      - {answered: {reason: moved}, then: end}
      - {answered: any, then: gift}
      - {silence: 5d, then: gift}
  gift:
    give: ten-percent
    say: your-code
    listen:
      - {withheld: perk_gone, then: end}
      - {silence: {until: perk.ten-percent.expires_at, before: 3d, at: "10:00"}, then: last}
  last: {say: code-ends-soon, listen: [{silence: 3d, then: end}]}
  care: {hand_over: care, within: 4h, listen: [{closed: any, then: end}, {overdue: any, then: end}]}
"""
SEGMENT = """\
segment: lapsed-good-customers
about: Bought for more than 100 in two years, nothing for 180 days
where:
  all:
    - did: {event: Order Completed, within: 730d, times: {at_least: 2}}
    - not: {did: {event: Order Completed, within: 180d}}
    - person.country: [GB, DE]
"""
MESSAGES = {
    "we-miss-you": (
        "It’s been a while, {{ person.first_name }}",
        (
            "It’s been a while, {{ person.first_name }}. The beeswax you liked is back, and we’ve put two by in case.\n\n"
            "[Show me the two](https://shop.example/two)"
        ),
    ),
    "your-code": ("Ten per cent, for you", "Ten per cent off anything on the shelves. Your word is {{ perk.ten-percent.code }}."),
    "code-ends-soon": ("Your word ends soon", "Your word still works for three days. After that we’ll leave you in peace."),
}
PEOPLE = [
    "Ruth Pemberton",
    "Tom Ashdown",
    "Amélie Roux",
    "Jürgen Maximilian-Hohenstaufen von und zu Oberau",
    "Priya Raman",
    "Li Wei",
    "Ana Sousa",
]

SITE = """
site: tea-letter
title: The tea letter
text: |
  Once a month, what we pick and why. Nothing else.
blocks:
  - {form: letter}
  - {quote: The only letter that I read to the end., by: Ada}
  - {form: call}
  - {button: To the shop, to: "https://shop.example"}
forms:
  letter:
    asks: [email, first_name]
    survey: taste
    consent: {promotions: "Yes, send me the tea letter once a month. I can leave with one click."}
    button: Sign up
  call: {asks: [phone, name], button: Call me back, thanks: We ring you tomorrow.}
locale: en
locales:
  de: {title: Der Teebrief, text: "Einmal im Monat, was wir wählen und warum."}
embed: [https://shop.example]
"""
TASTE = """
survey: taste
at_once: 2
in_return: Three small bags with your next order
questions:
  drinks: {ask: What do you drink?, why: So that we send what you like, options: [green, black], fills: {fact: drinks}}
  cups: {ask: How many cups a day?, kind: scale, fills: {fact: cups}}
  more: {ask: Anything else?, kind: text}
"""

CARE = """\
# How we care. Times count only in these hours.
hours: "Mo-Fr 09:00-17:30"
closed: [2026-12-25, 2026-12-28]
targets: {complaint: 4h, question: 8h, any: 16h}
answers:
  looking:
    title: We are looking into it
    text: |
      Dear {{ person.first_name | default: "customer" }},

      thank you for telling us. I am looking into it, and write again by tomorrow evening.

      {{ member.name }}
    locales:
      de: |
        Guten Tag {{ person.first_name | default: "" }},

        danke für Ihre Nachricht. Ich gehe der Sache nach und schreibe Ihnen bis morgen Abend.

        {{ member.name }}
  post:
    title: Lost in the post
    text: I am sorry. A new one leaves us today.
goodwill:
  offers: [ten-percent]
  limits:
    care: {at_most: 5, worth: 50 GBP, within: 30d}
    owner: {at_most: 3, within: 7d}
"""

YOUR_WORDS = """\
survey: your-words
title: In your own words
about: It helps others to choose. Nothing is needed.
questions:
  stars: {ask: How many stars?, kind: scale}
  quote: {ask: What would you tell a friend?, kind: quote, fills: {consent: voices}}
  photo: {ask: A photo of it in use?, kind: photo, fills: {consent: voices}}
  print: {ask: Where shall we send a print of it?, kind: contact}
"""
