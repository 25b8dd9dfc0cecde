"""The words of the language: what a turn can do, what a line can hear, what a reply can mean."""

from __future__ import annotations

INTENTS = (
    "yes", "no", "question", "complaint", "praise", "joke", "thanks", "later", "opt_out", "wrong_person", "moved", "other",
)  # fmt: skip
DOES = ("say", "ask", "give", "branch", "experiment", "learn", "wait", "call", "tell", "hand_over", "enter")
MAY_SAY = ("say", "ask", "give", "tell")
BESIDE = {"say": ("test",), "hand_over": ("priority", "within", "brief", "pause"), "call": ("with",)}
ANY_OF = frozenset(
    {"by", "kind", "purpose", "topic", "window", "clock", "only_if", "otherwise", "too_late", "arrives", "listen", "then", "was", "note"}
)
ALL_KEYS = ANY_OF | set(DOES) | {key for keys in BESIDE.values() for key in keys}
RESPONSES = (
    "clicked", "visited", "scanned", "called", "attended", "replied", "answered", "redeemed", "event", "joined", "left", "granted",
    "refused", "snoozed", "withheld", "failed", "ok", "closed", "overdue", "silence",
)  # fmt: skip
ONLY_ANY = frozenset({"snoozed", "overdue", "ok"})
LINE_KEYS = frozenset({"where", "learn", "at_most", "then"})
