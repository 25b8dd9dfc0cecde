"""A report's figures as they are drawn: sums, the funnel, what to credit, and the lift with its interval."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

from babel.numbers import get_currency_precision, get_currency_symbol

from duologue.kit.clock import zone_named
from duologue.measure.attribution.rules import UNTOUCHED
from duologue.measure.funnels.cohorts import DAYS
from duologue.web.reading_order import as_written

COHORTS: Final = 13  # months, the last ones
COLUMNS: Final = 6


def drawn(report: dict[str, Any], currency: str, zone: str, names: list[str]) -> dict[str, Any]:
    """Return what the report page shows beside the report itself, its turns in the order of these names, its months on a zone's clock."""
    turns = as_written(report.get("turns") or {}, names)
    return {
        "delivery_parts": delivery_parts(report.get("deliveries") or {}),
        "funnel": funnel(turns),
        "turns_chart": turns_chart(turns),
        "steps": steps(report.get("funnel") or {}),
        **cohort_table(report.get("cohorts") or {}, datetime.fromisoformat(report["at"]).astimezone(zone_named(zone)).date()),
        "credits": (found := credits_of(report.get("attribution") or {})),
        "credits_chart": credits_chart(found, currency),
        "interval": interval(report.get("lift") or {}),
    }


def delivery_parts(deliveries: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of 'planned'; they add up to it."""
    withheld, failed = deliveries.get("withheld") or {}, deliveries.get("failed") or {}
    waiting = deliveries.get("queued", 0) + deliveries.get("handing_over", 0)
    return [
        {"kind": "c-way", "number": deliveries.get("accepted", 0), "name": "accepted", "why": {}},
        {"kind": "c-end", "number": waiting, "name": "queued or on their way", "why": {}},
        {"kind": "c-wait", "number": sum(withheld.values()), "name": "not sent", "why": withheld},
        {"kind": "c-bad", "number": sum(failed.values()), "name": "failed", "why": failed},
        {"kind": "c-held", "number": deliveries.get("uncertain", 0), "name": "perhaps sent", "why": {}},
    ]


def funnel(turns: dict[str, Any]) -> list[dict[str, Any]]:
    """Return per turn how many came, and how they left: entered = there now + all ways out."""
    rows = []
    for name, turn in turns.items():
        by_silence = sum(one["people"] for one in turn["left"] if one["heard"].startswith("silence"))
        by_goal = sum(one["people"] for one in turn["left"] if one["heard"] == "goal")
        rest = sum(one["people"] for one in turn["left"]) - by_silence - by_goal
        rows.append({"name": name, **turn, "silence": by_silence, "goal": by_goal, "answered": rest})
    return rows


def steps(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return how far people came, step by step, each with its share of the largest, and of how many and whom it is a part.

    Who reaches the goal need not have responded, so those are a part of all who began.
    """
    names = {"considered": "considered", "began": "began", "reached": "got a letter", "responded": "responded"}
    names["converted"] = "reached the goal"
    most, before, rows = max(counts.values(), default=0) or 1, 0, []
    for key, name in names.items():
        people = counts.get(key, 0)
        of, whom = (counts.get("began", 0), "who began") if key == "converted" else (before, "before")
        rows.append({"name": name, "people": people, "share": round(100 * people / most), "of": of, "whom": whom})
        before = people
    return rows


def cohort_table(cohorts: dict[str, Any], today: date) -> dict[str, Any]:
    """Return rows of a cohort table: in each column the percentage that had reached the goal by then; None while that is to come.

    From the column `open` on, that time is not over for everybody who began in the month.
    """
    reached = max((int(month) for row in cohorts.values() for month in row["converted"]), default=-1)
    width = min(COLUMNS, reached + 1)
    rows = []
    for month, row in list(cohorts.items())[-COHORTS:]:
        first = date.fromisoformat(f"{month}-01")
        days, over = (today - first).days, (today - _month_after(first)).days
        sums = accumulate(row["converted"].get(str(column), 0) for column in range(width))
        cells = [round(100 * so_far / row["people"]) if column * DAYS <= days else None for column, so_far in enumerate(sums)]
        rows.append({"month": month, "people": row["people"], "cells": cells, "open": max(0, over) // DAYS})
    return {"cohort_rows": rows if width else [], "cohort_months": [f"{DAYS * (column + 1)}" for column in range(width)]}


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def turns_chart(turns: dict[str, Any]) -> dict[str, Any]:
    """Return the funnel as a chart of stacked bars."""
    rows = funnel(turns)
    return {
        "categories": [row["name"] for row in rows],
        "series": [
            {"name": "still there", "voice": "say", "values": [row["there_now"] for row in rows]},
            {"name": "by a response or at once", "voice": "answer", "values": [row["answered"] + row["goal"] for row in rows]},
            {"name": "by silence", "voice": "pause", "values": [row["silence"] for row in rows]},
        ],
    }


def credits_of(attribution: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what each touch is credited with, by both ways of sharing, the largest first."""
    last, linear = attribution.get("last_touch") or {}, attribution.get("linear") or {}
    rows = [
        {
            "touch": "" if touch == UNTOUCHED else touch,
            "last": last.get(touch) or {"conversions": 0, "revenue": 0},
            "linear": linear.get(touch) or {"conversions": 0, "revenue": 0},
        }
        for touch in last.keys() | linear.keys()
    ]
    return sorted(rows, key=lambda row: (-row["linear"]["revenue"], row["touch"]))


def credits_chart(rows: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    """Return the credited revenue as lines of bars, in major units."""
    unit, whole = whole_money(currency)
    return {
        "categories": [row["touch"] or "nothing before it" for row in rows],
        "unit": unit,
        "apart": True,
        "series": [
            {"name": "to the last touch", "voice": "answer", "values": [row["last"]["revenue"] / whole for row in rows]},
            {"name": "shared by all touches", "voice": "say", "values": [row["linear"]["revenue"] / whole for row in rows]},
        ],
    }


def whole_money(currency: str) -> tuple[str, int]:
    """Return a currency's sign and how many minor units make one."""
    return get_currency_symbol(currency, locale="en_GB"), 10 ** get_currency_precision(currency)


def interval(lift: dict[str, Any]) -> dict[str, Any] | None:
    """Return where the lift, its interval and zero stand on a line from 0 to 300, in points per hundred people."""
    low, high, middle = lift.get("low"), lift.get("high"), lift.get("estimate")
    if low is None or high is None or middle is None:
        return None
    edge = max(abs(low), abs(high), 0.001) * 1.15
    least, most = min(-edge * 0.25, low - edge * 0.1), max(edge * 0.25, high + edge * 0.1)

    def place(value: float) -> float:
        return float(round(10 + 280 * (value - least) / (most - least), 1))

    return {
        "low": place(low),
        "high": place(high),
        "middle": place(middle),
        "zero": place(0),
        "low_text": _signed(low),
        "high_text": _signed(high),
        "middle_text": _signed(middle),
    }


def _signed(share: float) -> str:
    """Return points per hundred with their sign, and with a true minus."""
    return f"{100 * share:+.1f}".replace("-", "\N{MINUS SIGN}")
