"""Reading what someone typed as a sum or a share."""

from __future__ import annotations

from duologue.kit.money import minor


def sum_of(text: str, currency: str) -> int | None:
    """Return '4,50' as minor units of a currency, nothing as 0; None for what is no sum."""
    if not text.strip():
        return 0
    try:
        found = minor(text.replace(",", "."), currency)
    except ValueError:
        return None
    return found if 0 <= found < 10**15 else None


def share_of(text: str) -> float | None:
    """Return '12,5' or '12.5 %' as 0.125; None for what is no share of a hundred."""
    try:
        share = float(text.replace(",", ".").rstrip("% ")) / 100
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None
