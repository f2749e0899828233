// Timeline: traffic, environments and ENIs under the policies that are picked; zoomed together.

const picks = () => [...document.querySelectorAll('input[name="policy"]')];
const picked = (index) => picks()[index]?.checked ?? false;
/** Charts with a line for each policy, and the number of the first of them. */
const byPolicy = [];

const overTime = (id, data, lines, fill, words = thousands) => {
  const says = {};
  const when = { label: data.origin === null ? "after the start" : "at", value: (plot, seconds) => instant(data.origin, seconds) };
  const options = {
    ...timeOptions(data, words),
    series: [when, ...lines.map((line) => ({ paths: stepped(), points: { show: false }, value: (plot, n) => words(n), width: 2, ...line }))],
    cursor: { sync: { key: id.startsWith("chart-subnet") || id === "chart-arrivals" ? id : "time", scales: ["x", null] }, drag: { x: true, y: false }, points: { size: 7 } },
  };
  says.plot = draw(id, options, [instants(data), ...fill.map(held)], tells(data.origin, says, words));
  return says.plot;
};

/** The page's own policy is drawn through, and thicker. */
const policyLines = (tracks) =>
  tracks.map((track, index) => ({
    label: track.policy, stroke: series(index), dash: index === all.timeline.own ? [] : dash(index),
    width: index === all.timeline.own ? 2.5 : 1.75, show: picked(index),
  }));

const timeline = (data) => {
  const area = (label) => ({ label, stroke: () => colour("--muted"), fill: () => colour("--area"), width: 1 });
  const load = overTime("chart-load", data, [{ ...area("invocations"), stroke: series(0) }], [data.invocations]);
  const environments = overTime("chart-environments", data, [area("concurrency"), ...policyLines(data.tracks)],
    [data.running, ...data.tracks.map((track) => track.environments)]);
  const enis = overTime("chart-enis", data, policyLines(data.tracks), data.tracks.map((track) => track.enis));
  byPolicy.push([environments, 2], [enis, 1]);
  zoomed([load, environments, enis].filter(Boolean));
};

const zoomed = (plots) => {
  if (plots.length === 0) return;
  const xs = plots[0].data[0];
  const [first, last] = [xs[0], xs[xs.length - 1]];
  const by = {
    in: (min, max) => [min + (max - min) / 4, max - (max - min) / 4],
    out: (min, max) => [min - (max - min) / 2, max + (max - min) / 2],
    left: (min, max) => [min - (max - min) / 4, max - (max - min) / 4],
    right: (min, max) => [min + (max - min) / 4, max + (max - min) / 4],
    all: () => [first, last],
  };
  const show = (does) => {
    const scale = plots[0].scales.x;
    let [min, max] = by[does](scale.min, scale.max);
    const width = Math.min(max - min, last - first);
    if (min < first) [min, max] = [first, first + width];
    if (max > last) [min, max] = [last - width, last];
    plots.forEach((plot) => plot.setScale("x", { min, max }));
  };
  document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => show(button.dataset.zoom)));
};

const pickable = () =>
  picks().forEach((box, index) =>
    box.addEventListener("change", () =>
      byPolicy.forEach(([plot, first]) => plot?.setSeries(first + index, { show: box.checked }))));
