"""A headless Chromium that looks at a file from disk."""

import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars""".split()


def begin(profile):
    """A browser with a profile of its own in the folder `profile`."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_page_load_timeout(120)
    driver.set_script_timeout(120)
    return driver


def see(driver, path, width=1200, height=900, theme="light"):
    """Opens the file `path` on a screen of this size whose owner likes this theme."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                           {"features": [{"name": "prefers-color-scheme", "value": theme},
                                         {"name": "prefers-reduced-motion", "value": "reduce"}]})
    driver.get(f"file://{path}")
    # Two frames, so that everything is drawn.
    driver.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));")


def profile():
    """A folder for a profile, which goes when it is done with."""
    return tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
