"""Chromium without a window, for tests of the page; where it or selenium is missing they are skipped.

Everything it could ask for on its own is switched off, and what it asks for all the same is in its log.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Browser", "chromium"]

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--force-device-scale-factor=1",
)  # fmt: skip


def chromium(profile: Path) -> Browser:
    """Start a browser whose profile is a folder that is empty."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("there is no Chromium with its driver here")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.chrome.service.Service(driver)
    return Browser(webdriver.Chrome(options=options, service=service))


class Browser:
    """A page in the browser: what is done to it, and what can be seen of it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def show(self, path: Path, *, dark: bool = False, width: int = 1440, height: int = 900) -> None:
        """Load a page from a file."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        # Without the transitions of colours, which a measurement could come into.
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})
        sizes = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", sizes)
        self.logs()
        self.driver.get("about:blank")
        self.driver.get(path.as_uri())
        self.wait("document.documentElement.dataset.ready === 'yes'")

    def js(self, code: str, *values: object) -> Any:
        """Run a piece of JavaScript, and return what it returns."""
        return self.driver.execute_script(code, *values)

    def wait(self, condition: str) -> None:
        """Wait until a condition in JavaScript holds."""
        from selenium.webdriver.support.ui import WebDriverWait

        until: Callable[[Any], Any] = lambda driver: driver.execute_script(f"return {condition}")  # noqa: E731
        WebDriverWait(self.driver, 10, poll_frequency=0.02).until(until, condition)

    def press(self, *keys: str) -> None:
        """Press keys one after the other: characters, or names as selenium has them."""
        from selenium.webdriver import ActionChains, Keys

        chain = ActionChains(self.driver, duration=0)
        for key in keys:
            chain.send_keys(getattr(Keys, key, key))
        chain.perform()

    def click(self, css: str) -> None:
        """Click on what a selector finds first."""
        self.driver.find_element("css selector", css).click()

    def text(self, css: str) -> str:
        """Return what can be read in the first element that a selector finds."""
        found: str = self.driver.find_element("css selector", css).text
        return found

    def texts(self, css: str) -> list[str]:
        """Return what can be read in all elements that a selector finds and that are to be seen."""
        return [each.text for each in self.driver.find_elements("css selector", css) if each.is_displayed()]

    def logs(self) -> tuple[list[str], list[str]]:
        """Return what the console said, and which addresses were asked for, since the last call."""
        said = [each["message"] for each in self.driver.get_log("browser")]
        asked = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                parameters = message["params"]
                asked.append(parameters.get("request", parameters)["url"])
        return said, asked

    def print_pdf(self) -> bytes:
        """Return the page as it would be printed."""
        from base64 import b64decode

        return b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
