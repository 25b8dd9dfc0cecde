"""The tables of measure."""

from duologue.measure.reports.models import ReportSnapshot

__all__ = ["ReportSnapshot"]
