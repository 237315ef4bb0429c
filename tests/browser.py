"""A headless Chromium for pages on disk, without a network."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip

needs_browser = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="没有 Chromium：apt-get install chromium chromium-driver"
)


@contextmanager
def browser(profile: Path, width: int = 1280, height: int = 1200) -> Iterator[Any]:
    """Yield a driver; its console and network logs are kept."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


def complaints(driver: Any) -> list[str]:
    """Return what the console holds."""
    return [str(line["message"]) for line in driver.get_log("browser")]


def requests(driver: Any) -> list[str]:
    """Return the addresses that were asked for, but for pages on disk and data inside them."""
    lines = [json.loads(line["message"])["message"] for line in driver.get_log("performance")]
    sent = [one["params"]["request"]["url"] for one in lines if one["method"] == "Network.requestWillBeSent"]
    return [url for url in sent if not url.startswith(("file:", "data:", "blob:", "chrome", "about:"))]
