// Charts: what all charts share: colours, axes, size, keyboard. The drawing is uPlot's.

const root = document.documentElement;
const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
const series = (index) => () => colour(`--series-${index % 8}`);
/** The dashes that tell lines apart where colours do not. */
const dashes = [[14, 2], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [12, 3], [1, 3], [6, 2, 2, 2, 2, 2]];
const dash = (index) => dashes[index % dashes.length];

/** Every chart of the page. */
const charts = [];

const axis = (more) => ({
  stroke: () => colour("--muted"),
  grid: { stroke: () => colour("--grid"), width: 1 },
  ticks: { stroke: () => colour("--grid"), width: 1, size: 5 },
  font: "12px system-ui, sans-serif",
  ...more,
});

/** From zero to a little above the most that is seen. */
const fromZero = (plot, least, most) => [0, most > 0 ? most * 1.08 : 1];

const timeAxes = (origin, step, words) => [
  axis({ values: ticks(origin), incrs: timeSteps.filter((length) => length >= Math.min(step / 1000, 1)), space: 70, size: origin === null ? 30 : 44 }),
  axis({ incrs: words === span ? spanSteps : wholeSteps, values: (plot, splits) => splits.map(words), size: 58 }),
];

const timeOptions = (data, words) => ({
  scales: { x: { time: false }, y: { range: fromZero } },
  axes: timeAxes(data.origin, data.step, words),
});

/** The instants of a grid in seconds, its end among them, so that the last step has a width. */
const instants = (data) =>
  Float64Array.from({ length: data.steps + 1 }, (_, n) => ((data.origin ?? 0) + data.start + n * data.step) / 1000);

/** The values of a grid, the last one held to its end. */
const held = (values) => [...values, values[values.length - 1]];

const stepped = () => uPlot.paths.stepped({ align: 1 });

const widthOf = (place) => Math.max(200, Math.floor(place.clientWidth));

/** Draws a chart in the figure of this id and makes it usable by keys; nothing where there is no such figure. */
const draw = (id, options, data, says) => {
  const figure = document.getElementById(id);
  const place = figure?.querySelector(".plot");
  if (!place) return null;
  const height = options.height ?? 230;
  const plot = new uPlot({ width: widthOf(place), cursor: { points: { size: 7 } }, ...options, height }, data, place);
  const chart = { plot, place, height, says, values: figure.querySelector(".values") };
  charts.push(chart);
  place.addEventListener("keydown", (event) => byKey(chart, event));
  return plot;
};

/** The arrow keys move the cursor from point to point, and its values are announced. */
const byKey = (chart, event) => {
  const { plot } = chart;
  const xs = plot.data[0];
  const { min, max } = plot.scales.x;
  const first = xs.findIndex((x) => x >= min);
  let last = xs.length - 1;
  while (last > first && xs[last] > max) last -= 1;
  const now = plot.cursor.idx ?? first - 1;
  const stride = event.shiftKey ? 10 : 1;
  const next = { ArrowRight: now + stride, ArrowLeft: now - stride, Home: first, End: last }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const index = Math.min(last, Math.max(first, next));
  plot.setCursor({ left: plot.valToPos(xs[index], "x"), top: plot.over.clientHeight / 2 });
  if (chart.values && chart.says) chart.values.textContent = chart.says(index);
};

/** What a chart over time shows at a point, for screen readers. */
const tells = (origin, lines, words) => (index) => {
  const plot = lines.plot;
  const shown = plot.series.slice(1).map((line, n) => [line, plot.data[n + 1][index]]).filter(([line]) => line.show);
  return `${instant(origin, plot.data[0][index])}: ${shown.map(([line, value]) => `${line.label} ${words(value)}`).join(", ")}`;
};

const fitted = (width) => {
  for (const { plot, place, height } of charts) {
    const wanted = width ?? widthOf(place);
    if (plot.width !== wanted) plot.setSize({ width: wanted, height });
  }
};

const repainted = () => charts.forEach(({ plot }) => plot.redraw(false, true));
