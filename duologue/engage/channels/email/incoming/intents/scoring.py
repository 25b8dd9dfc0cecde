"""Scoring a text against the shipped word lists.

A list has four grades: `strong` decides nearly alone (6), `usual` (3), `weak` (1), and `alone` (5) counts only in an
answer of at most five words. `against` takes 4 away. A phrase's word may end in * for any ending.
"""
# ruff: noqa: RUF001  people write with typographic apostrophes

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Final

# where two score the same, the one that people would mind most if it were missed comes first
INTENTS: Final = (
    "opt_out", "complaint", "wrong_person", "moved", "question", "later", "no", "yes", "praise", "thanks", "joke", "other",
)  # fmt: skip
GRADES: Final = {"strong": 6, "usual": 3, "weak": 1, "alone": 5, "against": -4}
SHORT: Final = 5  # words
LEAST: Final = 2
ASKS: Final = 3  # what a question mark is worth
MOST_WORDS: Final = 80

ADDRESS_LIKE = re.compile(r"\S*@\S+|https?://\S+|www\.\S+|\+?\d[\d\s()/.-]{5,}\d", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)


def intent_of(text: str, subject: str = "") -> str:
    """Return the intent of a reply's visible text; where it is empty, that of its subject (mailto links write there)."""
    said = text.strip() or re.sub(r"^(?:\s*(?:re|aw|antw|fwd?|wg)\s*:)+", "", subject, flags=re.IGNORECASE)
    if not said.strip():
        return "other"
    scores = scored(said)
    if scores.get("opt_out", 0) >= GRADES["alone"]:
        return "opt_out"
    if scores.get("complaint", 0) >= GRADES["usual"]:
        scores.pop("question", None)  # a complaint that also asks stays one
    best = max(INTENTS, key=lambda intent: (scores.get(intent, 0), -INTENTS.index(intent)))
    return best if scores.get(best, 0) >= LEAST else "other"


def scored(text: str) -> dict[str, int]:
    """Return the score of each intent that has one."""
    plain = _plain(text)
    length = len(WORD.findall(plain))
    scores: dict[str, int] = {}
    for grades in _lists():
        for intent, grade, pattern in grades:
            if grade == "alone" and length > SHORT:
                continue
            if found := len({match.group() for match in pattern.finditer(plain)}):
                scores[intent] = scores.get(intent, 0) + GRADES[grade] * min(found, 3)
    if re.search(r"\?(?:\s|$)", text):
        scores["question"] = scores.get("question", 0) + ASKS
    return scores


def words_of(text: str) -> list[str]:
    """Return the text's words in lower case, each once, without addresses, links and long numbers."""
    words = WORD.findall(ADDRESS_LIKE.sub(" ", text).lower().replace("’", "'"))
    return list(dict.fromkeys(words))[:MOST_WORDS]


def _plain(text: str) -> str:
    return " ".join(ADDRESS_LIKE.sub(" ", text).lower().replace("’", "'").replace("´", "'").split())


@cache
def _lists() -> tuple[tuple[tuple[str, str, re.Pattern[str]], ...], ...]:
    folder = resources.files(__package__)
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(_compiled(tomllib.loads(file.read_text("utf-8"))) for file in files)


def _compiled(lists: dict[str, dict[str, list[str]]]) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    unknown = set(lists) - set(INTENTS) | {grade for grades in lists.values() for grade in grades} - set(GRADES)
    if unknown:
        raise ValueError(f"the word list names {sorted(unknown)}; intents are {INTENTS} and grades {tuple(GRADES)}")
    return tuple((intent, grade, _pattern(phrases)) for intent, grades in lists.items() for grade, phrases in grades.items() if phrases)


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    alternatives = [
        re.escape(phrase.lower()).replace(r"\*", r"\w*").replace(r"\ ", r"\W+") for phrase in sorted(phrases, key=len, reverse=True)
    ]
    return re.compile(r"(?<!\w)(?:" + "|".join(alternatives) + r")(?!\w)")
