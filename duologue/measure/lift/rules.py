"""The difference between those invited and those held out, with its interval, in one honest sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95
POWER = 0.80
NORMAL = NormalDist()
LEAST_SHARE_WORTH_SEEING = 0.1  # a difference below a tenth of the control group's rate is not worth waiting for


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of the comparison: `people`, how many of them `converted`, and their revenue in minor units.

    `revenue_squares` is the sum of the squares of each person's revenue; those who bought nothing count as 0.
    """

    people: int
    converted: int
    revenue: int = 0
    revenue_squares: int = 0

    @property
    def rate(self) -> float:
        return self.converted / self.people

    @property
    def mean_revenue(self) -> float:
        return self.revenue / self.people

    @property
    def revenue_variance(self) -> float:
        """Sample variance of revenue per person; 0 with fewer than two people."""
        if self.people < 2:
            return 0.0
        return max(0.0, (self.revenue_squares - self.revenue**2 / self.people) / (self.people - 1))


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the interval that contains the truth in 95 of 100 such comparisons."""

    estimate: float
    low: float
    high: float

    @property
    def contains_zero(self) -> bool:
        return self.low <= 0 <= self.high


def wilson(converted: int, people: int) -> tuple[float, float]:
    """Return the score interval of a rate (Wilson 1927, doi 10.1080/01621459.1927.10502953)."""
    z = NORMAL.inv_cdf((1 + CONFIDENCE) / 2)
    rate = converted / people
    centre = (rate + z * z / (2 * people)) / (1 + z * z / people)
    half = z / (1 + z * z / people) * math.sqrt(rate * (1 - rate) / people + z * z / (4 * people * people))
    return max(0.0, centre - half), min(1.0, centre + half)


def rate_difference(invited: Arm, held_out: Arm) -> Interval:
    """Return the difference of conversion rates by Newcombe's hybrid score method (1998, method 10), sound at small numbers."""
    invited_low, invited_high = wilson(invited.converted, invited.people)
    control_low, control_high = wilson(held_out.converted, held_out.people)
    estimate = invited.rate - held_out.rate
    return Interval(
        estimate,
        estimate - math.hypot(invited.rate - invited_low, control_high - held_out.rate),
        estimate + math.hypot(invited_high - invited.rate, held_out.rate - control_low),
    )


def revenue_difference(invited: Arm, held_out: Arm) -> Interval:
    """Return the difference of revenue per person, in minor units, by Welch's unequal-variances interval (1947)."""
    estimate = invited.mean_revenue - held_out.mean_revenue
    from scipy.special import stdtrit  # noqa: PLC0415 - a large library, which most processes do without

    a, b = invited.revenue_variance / invited.people, held_out.revenue_variance / held_out.people
    if min(invited.people, held_out.people) < 2:
        return Interval(estimate, -math.inf, math.inf)
    if a + b == 0:
        return Interval(estimate, estimate, estimate)
    freedom = (a + b) ** 2 / (a**2 / (invited.people - 1) + b**2 / (held_out.people - 1))
    half = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * math.sqrt(a + b)
    return Interval(estimate, estimate - half, estimate + half)


def more_people_needed(invited: Arm, held_out: Arm) -> int:
    """Return how many more people, split as now, would show the present difference with 80 % power.

    Takes a tenth of the control group's rate instead where the present difference is smaller than that.
    """
    pooled = (invited.converted + held_out.converted) / (invited.people + held_out.people)
    difference = max(abs(invited.rate - held_out.rate), LEAST_SHARE_WORTH_SEEING * held_out.rate)
    if pooled in (0, 1) or difference == 0:
        return max(0, 1000 - invited.people - held_out.people)
    share = held_out.people / (invited.people + held_out.people)
    z = NORMAL.inv_cdf((1 + CONFIDENCE) / 2) + NORMAL.inv_cdf(POWER)
    needed = z * z * pooled * (1 - pooled) * (1 / share + 1 / (1 - share)) / difference**2
    return max(0, math.ceil(needed) - invited.people - held_out.people)


def sentence(invited: Arm, held_out: Arm) -> str:
    """Say in one sentence what the comparison tells, and what it cannot."""
    if held_out.people == 0:
        return "Nothing can be said about what this dialogue caused: nobody was held out."
    if invited.people == 0:
        return "Nothing can be said yet: nobody has been invited."
    lift = rate_difference(invited, held_out)
    span = f"between {per_hundred(lift.low)} and {per_hundred(lift.high)}"
    if lift.contains_zero:
        more = more_people_needed(invited, held_out)
        if more:
            needed = f"Too few people to tell yet; about {rounded(more):,} more needed"
            return f"{needed}: {span} per 100 invited, and zero lies within; these may have come anyway."
        return f"No effect can be seen: {span} per 100 invited, and zero lies within; these would have come anyway."
    if lift.estimate > 0:
        return f"It brought {per_hundred(lift.estimate)} more conversions per 100 invited ({span})."
    return f"It cost {per_hundred(-lift.estimate)} conversions per 100 invited (the difference lies {span})."


def per_hundred(rate: float) -> str:
    """Return a rate as people in a hundred, with a true minus sign."""
    text = f"{100 * rate:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", "−")  # noqa: RUF001  a true minus sign


def rounded(number: int) -> int:
    """Round up to two leading digits: nobody should read more into it."""
    if number < 10:
        return number
    step = int(10 ** (len(str(number)) - 2))
    return -(-number // step) * step
