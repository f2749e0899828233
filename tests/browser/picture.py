"""The picture of a report for the README: picture.py PAGE FILE."""

import base64
import sys

import browser


def main(page, out):
    with browser.profile() as profile:
        driver = browser.begin(profile)
        try:
            browser.see(driver, page, width=1160, height=1020)
            shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        finally:
            driver.quit()
    with open(out, "wb") as file:
        file.write(base64.b64decode(shot["data"]))


main(*sys.argv[1:])
