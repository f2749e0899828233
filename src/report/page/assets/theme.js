// Theme: light or dark as it was last chosen here, else as the system says; set before anything is drawn.
(() => {
  "use strict";
  let kept = null;
  try {
    kept = localStorage.getItem("eniplan-theme");
  } catch {
    // A browser may keep nothing for a file from disk.
  }
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = kept === "dark" || kept === "light" ? kept : system;
})();
