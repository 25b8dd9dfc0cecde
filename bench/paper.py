"""`python -m bench.paper RESULTS.json…` puts figures into the documentation: docs/figures.json, performance.md, scale.md.

Of several files the later stands where both hold a case at the same size. Without a file the pages are written anew from docs/figures.json.
"""

from __future__ import annotations

import json
import re
import sys
from html import escape
from pathlib import Path

from bench import capacity

DOCS = Path(__file__).parent.parent / "docs"
FIGURES, PICTURE = DOCS / "figures.json", DOCS / "performance.svg"
WIDTH, LABEL, BAR = 820, 460, 22
SIZES = ("small", "full")
MOST = 3  # bars end at three times the goal
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1d2733 } .reached { fill: #4263eb } .missed { fill: #e8590c } .goal { stroke: #868e96 }
@media (prefers-color-scheme: dark) { text { fill: #e6e9ee } .reached { fill: #748ffc } .missed { fill: #ff922b } }
"""


def main() -> None:
    if files := [Path(word) for word in sys.argv[1:]]:
        FIGURES.write_text(json.dumps(_merged(files), indent=1) + "\n")
    for path, content in pages().items():
        path.write_text(content)


def pages() -> dict[Path, str]:
    """Return what the pages of figures are to hold."""
    cases = json.loads(FIGURES.read_text())
    figures = capacity.Figures(FIGURES)
    performance, scale = DOCS / "performance.md", DOCS / "scale.md"
    return {
        PICTURE: _picture([case for case in _of_size(cases, "small") if case["goal"]]),
        performance: _filled(performance, runs=_runs(cases), **{size: _table(_of_size(cases, size)) for size in SIZES}),
        scale: _filled(scale, needs=capacity.needs(figures), checked=capacity.checked(figures)),
    }


def share(case: dict) -> float:
    """Return how much of its goal a case reaches: 1 is the goal, more is better."""
    return case["goal"] / case["value"] if case["less_is_better"] else case["value"] / case["goal"]


def _merged(files: list[Path]) -> list[dict]:
    cases: dict[tuple[str, str], dict] = {}
    for path in files:
        for case in json.loads(path.read_text()):
            if case["size"] not in SIZES:
                raise SystemExit(f"{path} was measured with {case['size']}; only the sizes {' and '.join(SIZES)} are documented.")
            cases[case["size"], case["case"]] = {**case, "at": path.stem[:10]}
    return sorted(cases.values(), key=lambda case: SIZES.index(case["size"]))


def _of_size(cases: list[dict], size: str) -> list[dict]:
    return [case for case in cases if case["size"] == size]


def _filled(page: Path, **blocks: str) -> str:
    """Return the page with what stands between its marks replaced."""
    text = page.read_text()
    for name, block in blocks.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = marks.sub(lambda found, block=block: f"{found[1]}{block}\n{found[2]}", text)
    return text


def _table(cases: list[dict]) -> str:
    heads = ("case", "measured", "goal", "of the raw limit", "µs here", "µs PostgreSQL", "MB")
    rows = [
        [
            case["case"].strip() + (" (disturbed)" if case["disturbed"] else ""),
            f"{_number(case['value'])} {case['unit']}",
            _number(case["goal"]) if case["goal"] else "",
            f"{case['ratio']:.2f}" if case["ratio"] else "",
            f"{case['cpu_us']:,.0f}" if case["cpu_us"] else "",
            f"{case['database_cpu_us']:,.0f}" if case["database_cpu_us"] else "",
            f"{case['peak_mb']}" if case["peak_mb"] else "",
        ]
        for case in cases
    ]
    return capacity.table(heads, rows)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:,.2g}"


def _runs(cases: list[dict]) -> str:
    machines = sorted({case["machine"] for case in cases})
    days = sorted({case["at"] for case in cases})
    sizes = sorted({case["size"] for case in cases})
    return f"Machine: {'; '.join(machines)}. Measured on {' and '.join(days)}. Sizes: {', '.join(sizes)}."


def _picture(cases: list[dict]) -> str:
    unit = (WIDTH - LABEL) / MOST
    lines = []
    for place, case in enumerate(cases):
        reached, top = share(case), place * BAR + 6
        kind = "reached" if reached >= 1 else "missed"
        lines.append(f'<text x="{LABEL - 10}" y="{top + 12}" text-anchor="end">{escape(case["case"].strip())}</text>')
        lines.append(f'<rect class="{kind}" x="{LABEL}" y="{top}" width="{min(reached, MOST) * unit:.0f}" height="{BAR - 8}" rx="2"/>')
    height = len(cases) * BAR + 8
    goal = LABEL + unit
    lines.append(f'<line class="goal" x1="{goal:.0f}" x2="{goal:.0f}" y1="0" y2="{height}" stroke-dasharray="4 3"/>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Each case beside its goal">'
    return "\n".join([head, f"<style>{STYLE}</style>", *lines, "</svg>\n"])


if __name__ == "__main__":
    main()
