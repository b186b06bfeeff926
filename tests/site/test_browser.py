"""The built site in headless Chromium, at a desk and on a phone.

Playwright drives the Chromium that is installed (CHROMIUM names another one). Where there is none, FASTGRAD_BROWSER=1
makes that an error.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading

import pytest

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def address(site):
    """Serve the site on this machine; return its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser(site):
    """Start Chromium."""
    needed = os.environ.get("FASTGRAD_BROWSER") == "1"
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None and not needed:
        pytest.skip("no Chromium is installed; FASTGRAD_BROWSER=1 makes this an error")
    assert path is not None, "no Chromium is installed"
    if needed:
        import playwright.sync_api as sync_api
    else:
        sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is in the docs extra")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visit:
    """A page as opened, and what it complained of."""

    def __init__(self, browser, address: str) -> None:
        self.address, self.complaints = address, []
        self.page = browser.new_page(viewport=DESK)
        self.page.set_default_timeout(120_000)  # of a machine that does much else
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self.failed)
        self.page.on("response", lambda r: self.complaints.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        self.page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else self.away(r.url))

    def away(self, url: str) -> None:
        """Note a request to another machine."""
        self.complaints.append(f"fetched from elsewhere: {url}")

    def failed(self, request) -> None:
        """Note a request that failed, unless the next page was opened before it was done."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.failure}: {request.url}")

    def open(self, uri: str, until: str = "networkidle"):
        """Open a page, and wait until it is loaded, or at rest."""
        self.page.goto(f"{self.address}/{uri}", wait_until=until)
        return self.page


@pytest.fixture
def visit(browser, address):
    """Open a window, and close it again."""
    visit = Visit(browser, address)
    yield visit
    visit.page.close()


@pytest.fixture(scope="session")
def uris(site):
    """List the pages."""
    return sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html") if p.name != "404.html")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_opens_without_complaint_and_fits(visit, uris, viewport):
    visit.page.set_viewport_size(viewport)
    too_wide, without_picture = [], []
    for uri in uris:
        page = visit.open(uri, "load")
        if page.locator(".arithmatex").count():
            page.wait_for_selector("mjx-container", state="attached")
        if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            too_wide.append(uri)
        page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        broken = "[...document.images].filter(image => image.complete && !image.naturalWidth).map(image => image.src)"
        without_picture += page.evaluate(broken)
    assert visit.complaints == []
    assert too_wide == []
    assert without_picture == []


def test_formulas_are_set(visit):
    page = visit.open("gradients/two-weights.html")
    page.wait_for_selector("mjx-container")
    assert page.locator(".arithmatex").count() == page.locator(".arithmatex mjx-container").count() > 0
    assert page.locator("mjx-merror").count() == 0
    assert visit.complaints == []


@pytest.mark.parametrize(("word", "found"), [("conv2d", "conv2d"), ("vanishing", "Vanishing gradients")])
def test_search_finds(visit, word, found):
    page = visit.open("index.html")
    page.click("input.md-search__input")
    page.locator("input.md-search__input").press_sequentially(word)  # the theme listens to keys
    page.wait_for_selector(".md-search-result__item", state="attached")
    assert found in page.locator(".md-search-result__list").text_content()
    page.goto(page.locator(".md-search-result__item a").first.get_attribute("href"))
    assert word in page.content().lower()
    assert visit.complaints == []


def test_text_on_a_phone_is_large_enough(visit):
    visit.page.set_viewport_size(PHONE)
    page = visit.open("gradients/slope.html")
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)")
    assert size >= 15
    picture = page.locator("article img").first.bounding_box()
    assert picture["width"] >= 550  # it can be read, and is moved by itself


def test_the_page_turns_dark(browser, address):
    page = browser.new_page(color_scheme="dark", viewport=DESK)
    page.goto(f"{address}/index.html", wait_until="networkidle")
    assert page.evaluate("document.body.getAttribute('data-md-color-scheme')") == "slate"
    page.close()
