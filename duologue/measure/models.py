"""The tables of measure."""

from duologue.measure.growth.models import GrowthDay, GrowthKept
from duologue.measure.letters.models import Issue, Letter, Reader
from duologue.measure.reports.models import ReportSnapshot

__all__ = ["GrowthDay", "GrowthKept", "Issue", "Letter", "Reader", "ReportSnapshot"]
