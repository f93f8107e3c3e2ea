"""The built site in Debian's Chromium, driven by Playwright: what the tests of the site share."""

import functools
import http.server
import shutil
import threading

import pytest
from conftest import ROOT

SITE = ROOT / "build" / "site"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PAGES = sorted(path.name for path in SITE.glob("*.html") if path.name != "404.html")  # that one knows its host only
NOTES = [page for page in PAGES if page[:2].isdigit()]

marks = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: apt install chromium"),
    pytest.mark.skipif(not PAGES, reason="no site here: make site"),
]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    """The site in a folder of a server, as on GitHub Pages."""
    handler = functools.partial(Quiet, directory=str(SITE.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/site/"
        server.shutdown()


@pytest.fixture(
    scope="module"
)  # no longer: Playwright's loop goes on until it is closed, and Jupyter's cannot start beside it
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, server):
    """Opens a page of the site; what it complains of, and what it asks of others, is in `page.complaints`."""
    pages = []

    def open_page(name: str, scheme: str = "light", width: int = 1300, base: str = server, **more):
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        pages.append(page)
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(f"failed: {request.url}"))
        page.on("request", lambda request: page.complaints.append(request.url) if foreign(request.url, base) else None)
        page.goto(base + name)
        if more.get("java_script_enabled", True):
            page.wait_for_function("document.documentElement.classList.contains('js')")
        return page

    yield open_page
    for page in pages:
        page.close()


def foreign(url: str, base: str) -> bool:
    return not url.startswith((base, "data:", "blob:", "about:"))
