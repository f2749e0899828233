"""Looks at reports in a real browser: check.py FOLDER, with flash-crowd.html, hostile.html and routes.html."""

import base64
import pathlib
import sys
import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import browser

FOLDER = pathlib.Path(sys.argv.pop(1)).resolve()
PAGE = FOLDER / "flash-crowd.html"
HOSTILE = FOLDER / "hostile.html"
ROUTES = FOLDER / "routes.html"
SECTIONS = ["answer", "timeline", "worst-case", "plan", "policies", "cold-starts", "reuse", "topology", "assumptions", "again"]
# Each chart with the colours of which something must be drawn.
CHARTS = {
    "chart-load": ["--series-0", "--muted"],
    "chart-environments": ["--series-1", "--muted"],
    "chart-enis": ["--series-1", "--series-6"],
    "chart-arrivals": ["--wait"],
    "chart-subnet-0": ["--series-0", "--muted"],
    "chart-tail": ["--series-1", "--series-5"],
    "chart-served": ["--series-0"],
    "chart-age": ["--series-0"],
}

# How many pixels of a chart have, nearly, a colour of the page's style.
DRAWN = """
const [id, name] = arguments;
const probe = document.createElement("span");
document.body.append(probe);
probe.style.color = `var(${name})`;
const wanted = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);
probe.remove();
const canvas = document.querySelector(`#${id} canvas`);
const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
const looked = copy.getContext("2d", { willReadFrequently: true });
looked.drawImage(canvas, 0, 0);
const { data } = looked.getImageData(0, 0, copy.width, copy.height);
let found = 0;
for (let at = 0; at < data.length; at += 4) {
  if (data[at + 3] > 200 && [0, 1, 2].every((part) => Math.abs(data[at + part] - wanted[part]) < 24)) found += 1;
}
return found;
"""

# The contrast (WCAG 2) of every text with what is behind it, and of lines and axes with their card; those too low.
CONTRAST = """
const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return { r, g, b, a }; };
const light = ({ r, g, b }) => {
  const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour.a > 0.99) return colour;
  }
  return { r: 255, g: 255, b: 255 };
};
const low = [];
let texts = 0;
for (const element of document.body.querySelectorAll("*")) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!own || element.matches("script, style, noscript, .values, .skip") || !element.getClientRects().length) continue;
  texts += 1;
  const ratio = contrast(parse(getComputedStyle(element).color), behind(element));
  if (ratio < 4.5) low.push(`${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}: ${ratio.toFixed(2)}`);
}
const probe = document.createElement("span");
document.querySelector("section").append(probe);
const card = behind(probe);
const of = (name) => { probe.style.color = `var(${name})`; return contrast(parse(getComputedStyle(probe).color), card); };
if (of("--muted") < 4.5) low.push(`axes: ${of("--muted")}`);
for (const name of ["--wait", "--work", "--alarm", "--accent", ...Array.from({ length: 8 }, (_, n) => `--series-${n}`)])
  if (of(name) < 3) low.push(`${name}: ${of(name)}`);
probe.remove();
return [texts, low];
"""


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.profile = browser.profile()
        cls.driver = browser.begin(cls.profile.name)

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.profile.cleanup()

    def see(self, page=PAGE, **screen):
        self.driver.get_log("browser")
        browser.see(self.driver, page, **screen)

    def js(self, script, *words):
        return self.driver.execute_script(script, *words)

    def quiet(self):
        """The console holds nothing; a script or style that the policy refuses would be told there."""
        self.assertEqual(self.driver.get_log("browser"), [])

    def one(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def legend(self, chart):
        return self.one(f"#{chart} .u-legend").text

    def hover(self, chart, share):
        over = self.one(f"#{chart} .u-over")
        self.js("arguments[0].scrollIntoView({ block: 'center' })", over)
        x = round((share - 0.5) * over.size["width"])
        ActionChains(self.driver).move_to_element_with_offset(over, x, 0).perform()
        return self.legend(chart)

    def test_every_section_is_there_and_nothing_is_wrong_or_loaded(self):
        self.see()
        self.assertEqual(self.js("return [...document.querySelectorAll('section')].map(it => it.id)"), SECTIONS)
        self.assertEqual(self.js("return performance.getEntriesByType('resource').length"), 0)
        first = self.one(".answer.first").text
        self.assertRegex(first, r"^The worst-case cold start under \S+ on \S+ is .*\d")
        self.quiet()

    def test_every_chart_has_marks_in_light_and_dark(self):
        for theme in ["light", "dark"]:
            self.see(theme=theme)
            self.assertEqual(self.js("return document.documentElement.dataset.theme"), theme)
            for chart, colours in CHARTS.items():
                for colour in colours:
                    with self.subTest(theme=theme, chart=chart, colour=colour):
                        self.assertGreater(self.js(DRAWN, chart, colour), 25)
            # Points may lie on one another, but not all of them.
            for chart in ["chart-worst", "chart-p99"]:
                points = [colour for colour in range(8) if self.js(DRAWN, chart, f"--series-{colour}") > 25]
                self.assertGreaterEqual(len(points), 3, chart)
                self.assertGreaterEqual(len(self.driver.find_elements(By.CSS_SELECTOR, f"#{chart} .point")), 3)
            # What is not picked is not drawn.
            self.assertLess(self.js(DRAWN, "chart-enis", "--series-4"), 25)
        self.quiet()

    def test_hover_tells_the_values_that_were_handed_over(self):
        self.see()
        before = self.legend("chart-load")
        self.assertNotRegex(before, r"invocations:?\s*\d")
        at = {share: self.hover("chart-load", share) for share in [0.2, 0.8]}
        self.assertNotEqual(at[0.2], at[0.8])
        said = self.js("""
            const { invocations } = JSON.parse(document.getElementById("data").textContent).timeline;
            return invocations.map((n) => n.toLocaleString("en-US"));""")
        for text in at.values():
            self.assertRegex(text, r"2026, \d\d:\d\d:\d\d UTC")
            self.assertIn(text.split("invocations")[-1].strip(": \n"), said)
        # Charts over time share their cursor.
        self.assertRegex(self.legend("chart-enis"), r"idle-reuse:?\s*\d")
        for chart in ["chart-arrivals", "chart-subnet-0", "chart-tail", "chart-served", "chart-age"]:
            self.assertNotEqual(self.legend(chart), self.hover(chart, 0.5), chart)
        self.quiet()

    def test_zoom_by_button_and_by_mouse(self):
        self.see()
        whole = self.hover("chart-load", 0.02)
        self.one("[data-zoom=in]").click()
        near = self.hover("chart-load", 0.02)
        self.assertNotEqual(whole, near)
        self.one("[data-zoom=all]").click()
        self.assertEqual(self.hover("chart-load", 0.02), whole)
        over = self.one("#chart-load .u-over")
        drag = ActionChains(self.driver).move_to_element_with_offset(over, -100, 0).click_and_hold()
        drag.move_by_offset(60, 0).move_by_offset(60, 0).release().perform()
        self.assertNotEqual(self.hover("chart-load", 0.02), whole)
        ActionChains(self.driver).double_click(over).perform()
        self.assertEqual(self.hover("chart-load", 0.02), whole)
        self.quiet()

    def test_policies_are_picked_in_all_charts(self):
        self.see()
        box = self.one("input[name=policy][value='4']")
        for picked in [True, False]:
            self.js("arguments[0].scrollIntoView({ block: 'center' })", box)
            box.click()
            self.assertEqual(box.is_selected(), picked)
            for chart in ["chart-environments", "chart-enis", "chart-tail"]:
                self.assertEqual("warm-pool" in self.legend(chart), picked, chart)
                self.assertEqual(self.js(DRAWN, chart, "--series-4") > 25, picked, chart)
        self.quiet()

    def test_hostile_names_stay_text(self):
        self.see(HOSTILE)
        text = self.js("return document.querySelector('main').textContent")
        for part in ["<img src=x onerror=", "</script><script>", "\"><svg onload=", "<!--<b>bold</b>&amp;", "<i>zone</i>"]:
            self.assertIn(part, text)
        self.assertEqual(self.js("return document.querySelectorAll('img, b, i, [onload], [onerror]').length"), 0)
        self.assertEqual(self.js("return document.scripts.length"), 4)
        self.assertNotIn("owned", self.driver.title)
        self.assertGreater(self.js(DRAWN, "chart-load", "--series-0"), 25)
        self.quiet()

    def test_routes_bring_a_section_with_its_chart(self):
        for theme in ["light", "dark"]:
            self.see(ROUTES, theme=theme)
            sections = self.js("return [...document.querySelectorAll('section')].map(it => it.id)")
            self.assertEqual(sections, [*SECTIONS[:7], "compose", *SECTIONS[7:]])
            labels = self.js("return [...document.querySelectorAll('#chart-groupings .point')].map(it => it.textContent)")
            for grouping in ["monolith", "one-per-route", "by-team", "heavy-apart"]:
                self.assertIn(grouping, ", ".join(labels))
            points = [colour for colour in range(8) if self.js(DRAWN, "chart-groupings", f"--series-{colour}") > 25]
            self.assertGreaterEqual(len(points), 3)
        self.js("document.querySelector('#chart-groupings .plot').focus()")
        ActionChains(self.driver).send_keys(Keys.ARROW_RIGHT).perform()
        said = self.one("#chart-groupings .values").get_attribute("textContent")
        self.assertRegex(said, r"^[a-z-]+: .*s, \d.* GB-hours idle$")
        texts, low = self.js(CONTRAST)
        self.assertEqual(low, [])
        self.quiet()

    def test_contrast_in_light_and_dark(self):
        for theme in ["light", "dark"]:
            self.see(theme=theme)
            texts, low = self.js(CONTRAST)
            self.assertGreater(texts, 200)
            self.assertEqual(low, [], theme)

    def test_the_theme_can_be_changed_and_is_drawn_anew(self):
        self.see()
        dark = self.js("return getComputedStyle(document.body).backgroundColor")
        self.one("#theme").click()
        self.assertEqual(self.js("return document.documentElement.dataset.theme"), "dark")
        self.assertNotEqual(self.js("return getComputedStyle(document.body).backgroundColor"), dark)
        self.assertGreater(self.js(DRAWN, "chart-load", "--series-0"), 25)
        self.one("#theme").click()
        self.assertEqual(self.js("return document.documentElement.dataset.theme"), "light")
        self.js("localStorage.clear()")
        self.quiet()

    def test_the_keyboard_reaches_every_control_and_shows_where_it_is(self):
        self.see()
        wanted = self.js("""
            return [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")]
              .map((it, n) => { it.dataset.control = n; return String(n); });""")
        reached, shown = [], []
        for _ in range(len(wanted)):
            ActionChains(self.driver).send_keys(Keys.TAB).perform()
            control, style, width = self.js("""
                const it = document.activeElement, style = getComputedStyle(it);
                return [it.dataset.control, style.outlineStyle, parseFloat(style.outlineWidth)];""")
            reached.append(control)
            shown.append(style != "none" and width >= 2)
        hidden = self.js("return [...document.querySelectorAll('details:not([open]) [data-control]:not(summary)')].map(it => it.dataset.control)")
        self.assertEqual([it for it in reached if it in wanted][: len(wanted) - len(hidden)],
                         [it for it in wanted if it not in hidden], "in the order they stand in")
        self.assertTrue(all(shown[: len(wanted) - len(hidden)]))

        self.js("document.querySelector('#chart-enis .plot').focus()")
        for _ in range(3):
            ActionChains(self.driver).send_keys(Keys.ARROW_RIGHT).perform()
        third = self.one("#chart-enis .values").get_attribute("textContent")
        self.assertRegex(third, r"UTC: idle-reuse \d")
        ActionChains(self.driver).send_keys(Keys.END).perform()
        self.assertNotEqual(self.one("#chart-enis .values").get_attribute("textContent"), third)
        self.assertRegex(self.legend("chart-enis"), r"idle-reuse:?\s*\d")

        box = self.one("input[name=policy][value='0']")
        box.send_keys(Keys.SPACE)
        self.assertTrue(box.is_selected())
        self.one("[data-zoom=in]").send_keys(Keys.ENTER)
        self.quiet()

    def test_a_phone_need_not_scroll_sideways(self):
        for width in [320, 390, 768]:
            for page in [PAGE, HOSTILE, ROUTES]:
                self.see(page, width=width, height=800)
                seen, wide = self.js("return [document.documentElement.scrollWidth, innerWidth]")
                self.assertEqual((seen, wide), (width, width), page.name)
                for chart in self.js("return [...document.querySelectorAll('.uplot')].map(it => it.getBoundingClientRect().right)"):
                    self.assertLessEqual(chart, width)

    def test_it_prints(self):
        self.see(theme="dark")
        pdf = base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertGreater(len(pdf), 50_000)
        self.assertEqual(self.js("return document.documentElement.dataset.theme"), "dark")
        self.quiet()


if __name__ == "__main__":
    unittest.main(verbosity=2)
