"""A real headless Chromium on the local page, the emulated world behind it, the real connector.

Without the built page or its browser the tests are left out on a desk, and fail in CI.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from connector.core.terms.errors import ConfigurationError
from connector.demo.browser.bundle import bundle_folder
from connector.demo.browser.show import open_show

UI = Path(__file__).parents[2] / "ui"
SCREENSHOTS = UI / "screenshots"
SIZE = {"width": 1280, "height": 860}
PATIENCE = 15_000


def _missing(what):
    """Say what is not there: a newcomer may go on without it, CI may not."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def _chromium_path():
    """The browser named by CONNECTOR_BROWSER, else the one that came with `make ui`."""
    if named := os.environ.get("CONNECTOR_BROWSER"):
        return named
    node = shutil.which("node", path=str(Path(sys.executable).parent))
    if node is None or not (UI / "node_modules").is_dir():
        _missing("There is no browser yet. Type: make ui")
    found = subprocess.run(
        [node, "browser.js"], cwd=UI, capture_output=True, text=True, check=False
    )
    if found.returncode:
        _missing(f"The browser cannot be unpacked here; set CONNECTOR_BROWSER: {found.stderr}")
    return found.stdout.strip()


@pytest.fixture(scope="session")
def chromium():
    try:
        bundle_folder()
    except ConfigurationError as error:
        _missing(f"{error.message} {error.next_step}")
    path = _chromium_path()
    # A font comes with the browser's package; it lies where fontconfig looks for a person's own.
    fonts = {**os.environ, "XDG_DATA_HOME": str(Path(path).parent / "fonts")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], env=fonts)
        yield browser
        browser.close()


class Visit:
    """A person at the page: where to go, what is there, what the emulated world holds."""

    def __init__(self, show, page):
        self.show = show
        self.page = page
        self.org = show.stage.emulator.org
        self.world = show.stage.world
        self.trustpilot = show.stage.emulator.trustpilot

    def go(self, address, language="en"):
        self.page.goto(f"{self.show.url}/lightning?lang={language}#{address}")
        self.page.reload()
        self.page.wait_for_load_state("networkidle")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def run_now(self):
        """Push the button and wait until it can be pushed again."""
        self.button("Run now").click()
        self.page.wait_for_function(
            "fetch('/demo/world').then(a => a.json()).then(world => !world.isRunning)"
        )
        self.page.get_by_role("button", name="Run now", disabled=False).wait_for()

    def one(self, soql):
        (row,) = self.org.query(soql)
        return row

    def picture(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.wait_for_load_state("networkidle")
        self.page.mouse.move(0, 0)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture(scope="module")
def empty_show():
    """The world before the connector's first run."""
    with open_show(runs_by_itself=False) as show:
        yield show


@pytest.fixture(scope="module")
def lived_in_show():
    """The world after the first run; changes of one test are there in the next."""
    with open_show(runs_by_itself=False) as show:
        show.background.run()
        yield show


def _visit(chromium, show):
    context = chromium.new_context(
        viewport=SIZE, permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    broken = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("response", lambda answer: answer.status >= 500 and broken.append(answer.url))
    yield Visit(show, page)
    context.close()
    assert broken == []


@pytest.fixture
def visit(chromium, lived_in_show):
    yield from _visit(chromium, lived_in_show)


@pytest.fixture
def first_visit(chromium, empty_show):
    yield from _visit(chromium, empty_show)
