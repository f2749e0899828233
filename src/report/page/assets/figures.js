// Figures: the worst case by arrival, the plan by subnet, what each policy trades for what, and how long cold starts last.

const arrivals = (data) =>
  data.steps > 1 &&
  overTime("chart-arrivals", data, [{ label: "bound", stroke: () => colour("--wait"), fill: () => colour("--area") }], [data.bounds], span);

const plan = (data) =>
  data.subnets.forEach((subnet, index) => {
    const lines = [{ label: "demand", stroke: () => colour("--muted"), fill: () => colour("--area"), width: 1 }];
    const values = [subnet.demand];
    if (subnet.held.length > 0) {
      lines.push({ label: "planned", stroke: series(0) });
      values.push(subnet.held);
    }
    const most = Math.max(...subnet.demand, ...subnet.held, 1);
    // A limit far above would flatten the rest: the caption has its value.
    if (subnet.capacity <= most * 3) {
      lines.push({ label: "free addresses", stroke: () => colour("--alarm"), dash: [7, 3] });
      values.push(subnet.demand.map(() => subnet.capacity));
    }
    overTime(`chart-subnet-${index}`, data, lines, values);
  });

/** Those of the marks whose words do not touch on a narrow screen. */
const apart = (plot, marks) => {
  let last = -Infinity;
  return marks.filter((mark) => {
    const at = plot.valToPos(mark, "x");
    const clear = at - last >= 44;
    if (clear) last = at;
    return clear;
  });
};

/** A logarithmic scale for lengths of time; zero is at its foot. */
const lengthAxis = (foot) => axis({
  splits: (plot) => {
    const { min, max } = plot.scales.x;
    const marks = lengths.filter((ms) => ms >= min && ms <= max);
    return marks.length > 1 ? apart(plot, marks) : [min, ...marks, max];
  },
  filter: (plot, splits) => splits,
  values: (plot, splits) => splits.map((ms) => (ms === foot ? "0" : span(ms))),
  size: 34,
});

/** The Pareto front, and a labelled point for each policy. */
const trade = (id, points, front, wait, height = "enis", words = thousands, unit = "ENIs") => {
  const known = points.filter((point) => point[wait] !== null);
  if (known.length === 0) return;
  const positive = known.map((point) => point[wait]).filter((ms) => ms > 0);
  const zero = known.some((point) => point[wait] === 0);
  const least = Math.min(...positive, ...(zero || positive.length === 0 ? [1000] : []));
  // The foot is one of the marks, a power below the shortest.
  const foot = zero ? Math.max(...lengths.filter((ms) => ms <= least / 5), 1) : null;
  const at = (ms) => (ms === 0 ? foot : ms);
  const rows = known.map((point) => ({ point, x: at(point[wait]), y: point[height] })).sort((a, b) => a.x - b.x || a.y - b.y);
  const most = Math.max(...positive, least);
  const low = zero ? foot / 1.6 : least / 2;
  const frontOf = new Map(front.map(([ms, enis]) => [at(ms), enis]));
  const unused = new Map(frontOf);
  const line = rows.map((row) => {
    if (unused.get(row.x) !== row.y) return null;
    unused.delete(row.x);
    return row.y;
  });
  const dots = rows.map((row, n) => {
    const index = points.indexOf(row.point);
    const fill = () => (row.point.failing ? colour("--card") : colour(`--series-${index % 8}`));
    return {
      label: row.point.label, stroke: series(index), paths: () => null, value: (plot, n) => words(n),
      points: { show: true, size: 11, width: 2, fill, stroke: series(index) },
      data: rows.map((_, m) => (m === n ? row.y : null)),
    };
  });
  const xs = rows.map((row) => row.x);
  const chart = {};
  chart.plot = draw(id, {
    height: 280,
    scales: { x: { time: false, distr: 3, range: () => [low, most * 2] }, y: { range: fromZero } },
    axes: [lengthAxis(foot), axis({ incrs: wholeSteps, values: (plot, splits) => splits.map(words), size: 52 })],
    legend: { show: false },
    series: [{ label: "wait" }, { label: "Pareto front", paths: stepped(), spanGaps: true, stroke: () => colour("--muted"), dash: [3, 3], width: 1.5, points: { show: false } }, ...dots],
    cursor: { drag: { x: false, y: false }, points: { size: 14 } },
    hooks: { draw: [(plot) => named(plot, rows)] },
  }, [xs, line, ...dots.map((dot) => dot.data)], (index) => `${rows[index].point.label}: ${span(rows[index].point[wait])}, ${words(rows[index].y)} ${unit}`);
};

/** Writes the names beside their points; those at one place share a label, and none covers another. */
const named = (plot, rows) => {
  plot.over.querySelectorAll(".point").forEach((old) => old.remove());
  const groups = [];
  for (const row of rows) {
    const [x, y] = [plot.valToPos(row.x, "x"), plot.valToPos(row.y, "y")];
    const near = groups.find((group) => Math.abs(group.x - x) < 9 && Math.abs(group.y - y) < 9);
    if (near) near.names.push(row.point.label);
    else groups.push({ x, y, names: [row.point.label] });
  }
  const [width, height] = [plot.over.clientWidth, plot.over.clientHeight];
  const taken = [];
  for (const group of groups.sort((a, b) => a.y - b.y)) {
    const label = document.createElement("span");
    label.className = "point";
    label.textContent = group.names.join(", ");
    plot.over.append(label);
    const left = group.x > width / 2;
    label.style.maxWidth = `${Math.max(90, (left ? group.x : width - group.x) - 16)}px`;
    const box = { w: label.offsetWidth, h: label.offsetHeight };
    box.x = left ? group.x - 10 - box.w : group.x + 10;
    box.y = Math.min(Math.max(0, group.y - box.h / 2), height - box.h);
    const over = (other) => box.x < other.x + other.w && other.x < box.x + box.w && box.y < other.y + other.h && other.y < box.y + box.h;
    for (let hit = taken.find(over), tries = 0; hit && tries < 20; hit = taken.find(over), tries += 1) box.y = hit.y + hit.h + 1;
    taken.push(box);
    label.style.left = `${box.x}px`;
    label.style.top = `${box.y}px`;
  }
};

const policies = (data) => {
  trade("chart-worst", data.points, data.front_worst, "worst");
  trade("chart-p99", data.points, data.front_p99, "p99");
};

const coldStarts = (data) => {
  if (data.lengths.length === 0) return;
  const smallest = Math.min(...data.tracks.flatMap((track) => track.shares.filter((share) => share !== null)), 1);
  const powers = Array.from({ length: 12 }, (_, n) => 10 ** -n);
  const chart = draw("chart-tail", {
    height: 300,
    scales: { x: { time: false, distr: 3, range: (plot, min, max) => [min, Math.max(max, min * 10)] }, y: { distr: 3, range: () => [smallest * 0.7, 1] } },
    axes: [lengthAxis(null), axis({ splits: () => powers.filter((share) => share >= smallest * 0.7), filter: (plot, splits) => splits, values: (plot, splits) => splits.map(percent), size: 66 })],
    series: [{ label: "longer than", value: (plot, ms) => span(ms) },
      ...policyLines(data.tracks).map((line) => ({ ...line, width: 2, points: { show: false }, paths: stepped(), value: (plot, share) => percent(share) }))],
    cursor: { drag: { x: true, y: false }, points: { size: 7 } },
    hooks: { draw: [(plot) => markTarget(plot, data.target)] },
  }, [data.lengths, ...data.tracks.map((track) => track.shares)],
  (index) => `longer than ${span(data.lengths[index])}: ${data.tracks.filter((_, n) => picked(n)).map((track) => `${track.policy} ${percent(track.shares[index])}`).join(", ")}`);
  byPolicy.push([chart, 1]);
};

/** A line that falls: the share of all that are larger. */
const tail = (id, { sizes, shares }, words, marks) => {
  if (sizes.length === 0) return;
  // The foot is a power of ten, so that at least two are marked.
  const foot = 10 ** Math.floor(Math.log10(Math.min(...shares, 0.9)));
  const powers = Array.from({ length: 12 }, (_, n) => 10 ** -n);
  const xAxis = axis({
    splits: (plot) => apart(plot, marks.filter((size) => size >= plot.scales.x.min && size <= plot.scales.x.max)),
    filter: (plot, splits) => splits, values: (plot, splits) => splits.map(words), size: 34,
  });
  draw(id, {
    height: 260,
    scales: { x: { time: false, distr: 3, range: (plot, min, max) => [min, Math.max(max, min * 10)] }, y: { distr: 3, range: () => [foot * 0.9, 1] } },
    axes: [xAxis, axis({ splits: () => powers.filter((share) => share >= foot * 0.9), filter: (plot, splits) => splits, values: (plot, splits) => splits.map(percent), size: 66 })],
    series: [{ label: "more than", value: (plot, size) => words(size) },
      { label: "share", stroke: series(0), width: 2, points: { show: sizes.length < 3 }, paths: stepped(), value: (plot, share) => percent(share) }],
    cursor: { drag: { x: true, y: false }, points: { size: 7 } },
  }, [sizes, shares], (index) => `more than ${words(sizes[index])}: ${percent(shares[index])}`);
};

const reuse = (data) => {
  tail("chart-served", data.served, thousands, Array.from({ length: 12 }, (_, n) => 10 ** n));
  tail("chart-age", data.age, span, lengths);
};

const gigabytes = (n) => (n == null ? "\u2013" : String(+n.toPrecision(3)));

const groupings = (data) => trade("chart-groupings", data.points, data.front, "cold_time", "memory", gigabytes, "GB-hours idle");

/** Marks the cold-start target. */
const markTarget = (plot, ms) => {
  plot.over.querySelectorAll(".target").forEach((old) => old.remove());
  const { min, max } = plot.scales.x;
  if (ms < min || ms > max) return;
  const mark = document.createElement("span");
  mark.className = "target";
  mark.textContent = `target ${span(ms)}`;
  mark.style.left = `${plot.valToPos(ms, "x")}px`;
  plot.over.append(mark);
};
