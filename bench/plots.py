"""A page with one plot for each case: the product beside the raw limit and the goal."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bench.results import Result

WIDTH, HEIGHT = 560, 22
STYLE = """
:root {
  color-scheme: light dark;
  --ink: light-dark(#1d2733, #e6e9ee); --product: #4263eb; --limit: light-dark(#ced4da, #495057); --goal: #f08c00;
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h2 { font-size: 1rem; margin: 1.6rem 0 .2rem }
p { margin: .2rem 0; opacity: .8 }
svg { width: 100%; height: auto; display: block }
"""


def write(results: list[Result], path: Path) -> Path:
    """Write the page beside the file of results; return it."""
    page = path.with_suffix(".html")
    body = "\n".join(_plot(found) for found in results)
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{path.stem}</title><style>{STYLE}</style>'
    page.write_text(f"{head}<h1>{path.stem}</h1><p>Blue: Duologue. Grey: the raw limit. Orange: the goal.</p>\n{body}\n</html>\n")
    return page


def _plot(found: Result) -> str:
    most = max(found.value, found.limit or 0, found.goal or 0) or 1
    bars = f'<rect y="2" width="{WIDTH * found.value / most:.0f}" height="{HEIGHT}" rx="3" fill="var(--product)"/>'
    if found.limit:
        bars += f'<rect y="{HEIGHT + 6}" width="{WIDTH * found.limit / most:.0f}" height="{HEIGHT // 2}" rx="3" fill="var(--limit)"/>'
    if found.goal:
        at = WIDTH * found.goal / most
        bars += f'<line x1="{at:.0f}" x2="{at:.0f}" y1="0" y2="{HEIGHT * 2}" stroke="var(--goal)" stroke-width="2"/>'
    told = f"{found.value:,.0f} {found.unit} (± {found.spread:.0%})"
    if found.limit:
        told += f"; raw limit {found.limit:,.0f}, ratio {found.ratio:.2f}"
    if found.goal:
        told += f"; goal {found.goal:,.0f}"
    told += "; disturbed by other work" if found.disturbed else ""
    name = escape(found.case)
    return f'<h2>{name}</h2><svg viewBox="0 0 {WIDTH + 4} {HEIGHT * 2}" role="img" aria-label="{name}">{bars}</svg><p>{escape(told)}</p>'
