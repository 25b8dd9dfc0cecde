// Draws <figure data-chart> from the JSON in the <script type="application/json"> inside it. The same numbers stand in a table beside it.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = getComputedStyle(probe).color;
  pen.fillRect(0, 0, 1, 1);
  probe.remove();
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  return `rgb(${r}, ${g}, ${b})`;
}

function options({ categories, series, unit = "", apart = false }) {
  const ink = colour("ink-3"), line = colour("line");
  const fills = { say: colour("say-fill"), answer: colour("answer-fill"), pause: colour("pause") };
  const plain = { fontFamily: "Inter Variable, system-ui, sans-serif", fontSize: 11, color: ink };
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: plain,
    grid: { left: 8, right: 12, top: series.length > 1 ? 34 : 14, bottom: 6, containLabel: true },
    legend: series.length > 1 ? { top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: plain } : undefined,
    tooltip: { trigger: "axis", backgroundColor: colour("sheet"), borderColor: line, textStyle: { ...plain, color: colour("ink"), fontSize: 12 },
      valueFormatter: (value) => `${unit}${Number(value).toLocaleString()}` },
    xAxis: { type: "category", data: categories, axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: plain },
    yAxis: { type: "value", minInterval: 1, splitNumber: 3, splitLine: { lineStyle: { color: line } }, axisLabel: { ...plain, formatter: (value) => `${unit}${value.toLocaleString()}` } },
    series: series.map(({ name, values, kind = "bar", voice = "say" }) => ({
      name, data: values, type: kind, smooth: false, showSymbol: false, barMaxWidth: 22, stack: kind === "bar" && !apart ? "all" : undefined,
      lineStyle: { width: 2 }, itemStyle: { color: fills[voice], borderRadius: kind === "bar" ? 2 : 0 },
    })),
  };
}

const drawn = [];
for (const figure of document.querySelectorAll("[data-chart]")) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const place = document.createElement("div");
  place.className = "chart";
  figure.prepend(place);
  const chart = init(place);
  const draw = () => chart.setOption(options(data), true);
  draw();
  drawn.push(draw);
  new ResizeObserver(() => chart.resize()).observe(place);
}
const again = () => drawn.forEach((draw) => draw());
document.addEventListener("theme", again);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
