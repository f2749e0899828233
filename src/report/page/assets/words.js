// Words: numbers, lengths of time and instants as people read them.

const thousands = (n) => (n == null ? "\u2013" : Math.round(n).toLocaleString("en-US"));

/** `640ms`, `8.2s`, `15m50s`, `1h30m`. */
const span = (ms) => {
  if (ms == null) return "\u2013";
  if (ms === 0) return "0";
  if (ms < 0) return `\u2212${span(-ms)}`;
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${+(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)}s`;
  const seconds = Math.round(ms / 1000);
  const parts = [[86_400, "d"], [3_600, "h"], [60, "m"], [1, "s"]];
  let left = seconds;
  const out = [];
  for (const [length, unit] of parts) {
    const whole = Math.floor(left / length);
    left -= whole * length;
    if (whole > 0) out.push(`${whole}${unit}`);
  }
  return out.slice(0, 2).join("");
};

/** `12.5%`, `0.034%`. */
const percent = (share) => (share == null ? "\u2013" : `${+(share * 100).toPrecision(3)}%`);

const two = (n) => String(n).padStart(2, "0");
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const day = (date) => `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
const hour = (date, seconds) =>
  `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}${seconds ? `:${two(date.getUTCSeconds())}` : ""}`;

/** An instant in full: `2 Mar 2026, 19:37:50 UTC`, or the time from the start. */
const instant = (origin, seconds) => {
  if (seconds == null) return "\u2013";
  if (origin === null) return seconds < 0 ? `${span(-seconds * 1000)} before the start` : `${span(seconds * 1000)} after the start`;
  const date = new Date(seconds * 1000);
  return `${day(date)} ${date.getUTCFullYear()}, ${hour(date, true)} UTC`;
};

/** Labels of an axis of time. */
const ticks = (origin) => (plot, splits, axis, space, step) =>
  splits.map((seconds, index) => {
    if (origin === null) return seconds === 0 ? "0" : span(seconds * 1000);
    const date = new Date(seconds * 1000);
    if (step >= 86_400) return day(date);
    const midnight = date.getUTCHours() + date.getUTCMinutes() + date.getUTCSeconds() === 0;
    const time = hour(date, step < 60);
    return index === 0 || midnight ? `${time}\n${day(date)}` : time;
  });

const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200,
  86_400, 172_800, 345_600, 604_800, 1_209_600, 2_419_200, 4_838_400, 9_676_800, 31_536_000];
const wholeSteps = [1, 2, 5].flatMap((n) => Array.from({ length: 13 }, (_, power) => n * 10 ** power)).sort((a, b) => a - b);
/** Lengths of time that an axis of powers is marked at, ms. */
const lengths = [1, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 360_000_000];
/** Lengths of time that an axis from zero is marked in, ms. */
const spanSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, ...timeSteps.map((seconds) => seconds * 1000)];
