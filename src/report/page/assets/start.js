// Start: reads the data, draws every chart, and listens.

const all = JSON.parse(document.getElementById("data").textContent);
if (all.timeline) timeline(all.timeline);
if (all["worst-case"]) arrivals(all["worst-case"]);
if (all.plan) plan(all.plan);
if (all.policies) policies(all.policies);
if (all["cold-starts"]) coldStarts(all["cold-starts"]);
if (all.reuse) reuse(all.reuse);
if (all.compose) groupings(all.compose);
pickable();

const button = document.getElementById("theme");
const themed = (theme) => {
  root.dataset.theme = theme;
  button.setAttribute("aria-pressed", String(theme === "dark"));
  button.textContent = theme === "dark" ? "Light" : "Dark";
  button.setAttribute("aria-label", theme === "dark" ? "Use light colours" : "Use dark colours");
  repainted();
};
themed(root.dataset.theme);
button.addEventListener("click", () => {
  const theme = root.dataset.theme === "dark" ? "light" : "dark";
  themed(theme);
  try {
    localStorage.setItem("eniplan-theme", theme);
  } catch {
    // It is chosen anew next time.
  }
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => themed(event.matches ? "dark" : "light"));

new ResizeObserver(() => fitted()).observe(document.querySelector("main"));

// Paper is light, and narrower than a screen.
let before = null;
addEventListener("beforeprint", () => {
  before = root.dataset.theme;
  themed("light");
  fitted(640);
});
addEventListener("afterprint", () => {
  if (before) themed(before);
  fitted();
});
