"""Take the pictures of the HTML page that ``outputs.md`` shows, from recordings of this project.

    python docs/generate_page_pictures.py

Wants Chromium with its driver, selenium, and Pillow, which makes the files small.  The pictures are for
people and compared with nothing: fonts and browsers differ.
"""

# ruff: noqa: INP001  # a script beside the pages, no package

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from resolver import NoSolution, Options  # noqa: E402  # the paths come first
from resolver.engines import solve  # noqa: E402
from resolver.formats import page  # noqa: E402
from resolver.model.requirement import Origin, Requirement  # noqa: E402
from support.browser import Browser, chromium  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

TOOLS = ("aiohttp", "attrs", "hypothesis", "mypy", "packaging", "pytest", "resolvelib", "rich", "ruff", "tox")
BROKEN = ("fastapi>=0.100,<0.110", "starlette>=0.40")


def made(recording: str, lines: Sequence[str], title: str) -> str:
    """Return the page of what a recording answers to requirements."""
    options = Options(
        replay=str(ROOT / "fixtures" / "recordings" / recording),
        python_version="3.12",
        python_platform="linux",
    )
    given = [Requirement.parse(line, Origin(title, number)) for number, line in enumerate(lines, 1)]
    try:
        return page.write(solve(given, [], options), title=title)
    except NoSolution as error:
        return page.conflict(error, title=title)


def take(browser: Browser, name: str) -> None:
    """Write what the browser shows to a file, in few colours."""
    from PIL import Image  # noqa: PLC0415  # wanted here only

    picture = Image.open(io.BytesIO(browser.driver.get_screenshot_as_png())).convert("RGB")
    picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        ROOT / "docs" / name, optimize=True
    )


def main() -> None:
    """Take all pictures."""
    folder = Path(tempfile.mkdtemp())
    (folder / "tools.html").write_text(made("tools", TOOLS, "tools.in"), "utf-8")
    (folder / "broken.html").write_text(made("web-conflict", BROKEN, "broken.in"), "utf-8")
    browser = chromium(folder / "profile")
    try:
        browser.show(folder / "tools.html", height=860)
        browser.click("#row-typing-extensions")
        take(browser, "page.png")
        browser.show(folder / "tools.html", height=860, dark=True)
        browser.click("#row-tox")
        take(browser, "page-dark.png")
        browser.show(folder / "broken.html", width=1180, height=1000)
        take(browser, "page-conflict.png")
    finally:
        browser.driver.quit()


if __name__ == "__main__":
    main()
