"""Takes the picture of a report that README and guide show, from the sample data, in headless Chromium.

Run as ``python tools/screenshot.py``; needs chromium, chromedriver and the extra ``dev``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

TARGET = Path(__file__).parents[1] / "docs" / "images" / "report.png"
NEED = "E005"
WIDTH, HEIGHT = 1000, 900


def main() -> None:
    """Run the demo, open one need with the reasons for the first person, write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        demo = [sys.executable, "-m", "expertmatch", "demo", "--out", folder, "--force", "--quiet"]
        subprocess.run(demo, check=True)
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for word in ("--headless=new", "--no-sandbox", "--hide-scrollbars", f"--window-size={WIDTH},{HEIGHT}"):
            options.add_argument(word)
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        driver.set_window_size(WIDTH, HEIGHT)
        driver.get((Path(folder) / "报告.html").as_uri())
        driver.execute_script(
            "const need = [...document.querySelectorAll('.need')]"
            ".find(one => one.querySelector('.id').textContent === arguments[0]);"
            "need.querySelector('h3 button').click();"
            "need.scrollIntoView();",
            NEED,
        )
        time.sleep(1)  # the details are drawn after the click
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_bytes(driver.get_screenshot_as_png())
        driver.quit()


if __name__ == "__main__":
    main()
