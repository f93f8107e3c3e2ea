"""The site in a real browser: Debian's Chromium, driven by Playwright, on what `make site` built."""

import functools
import gzip
import http.server
import json
import shutil
import threading
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from faults import wait

SITE = ROOT / "build" / "site"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PAGES = sorted(path.name for path in SITE.glob("*.html") if path.name != "404.html")  # that one knows its host only
NOTES = [page for page in PAGES if page[:2].isdigit()]

pytestmark = [
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


@pytest.fixture(scope="module")
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

    def open_page(name: str, scheme: str = "light", width: int = 1300, base: str = server):
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        pages.append(page)
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(f"failed: {request.url}"))
        page.on("request", lambda request: page.complaints.append(request.url) if foreign(request.url, base) else None)
        page.goto(base + name)
        page.wait_for_function("document.documentElement.classList.contains('js')")
        return page

    yield open_page
    for page in pages:
        page.close()


def foreign(url: str, base: str) -> bool:
    return not url.startswith((base, "data:", "blob:", "about:"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_in_peace_asks_nobody_else_satisfies_axe_and_fits_a_phone(open_page, name):
    page, violations = open_page(name), []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        violations += axe().run(page).response["violations"]
    page.set_viewport_size({"width": 360, "height": 800})
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.complaints == []


def axe():
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


@pytest.mark.parametrize("name", PAGES)
def test_every_link_within_the_site_leads_somewhere(name):
    from bs4 import BeautifulSoup

    anchors = functools.cache(lambda path: ids(BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")))
    soup = BeautifulSoup((SITE / name).read_text(encoding="utf-8"), "html.parser")
    for tag in soup.find_all(["a", "img", "link", "script"]):
        target = tag.get("href") or tag.get("src") or ""
        if not target or target.startswith(("http", "data:", "mailto:", "javascript:")):
            continue
        file, _, anchor = target.partition("#")
        path = (SITE / (file or name)).resolve()
        path = path / "index.html" if path.is_dir() else path
        assert path.exists(), target
        assert not anchor or path.suffix != ".html" or anchor in anchors(path), target


def ids(soup) -> set[str]:
    return {tag["id"] for tag in soup.find_all(id=True)} | {
        tag["name"] for tag in soup.find_all("a", attrs={"name": True})
    }


def test_the_toggle_changes_the_page_and_its_figures(open_page):
    page = open_page("05-drawing-the-graph.html")
    figure = page.locator("a.figure img").first
    figure.scroll_into_view_if_needed()
    figure.evaluate("image => image.decode()")
    light = figure.screenshot()
    page.locator("label[for=__palette_1]").click()
    page.wait_for_function("getComputedStyle(document.body).colorScheme == 'dark'")
    wait(lambda: figure.screenshot() != light, 20)


@pytest.mark.parametrize("base", ["http", "file"])
def test_search_finds_a_word_of_the_prose_once_per_place(open_page, server, base):
    page = open_page("index.html", base=server if base == "http" else f"file://{SITE}/")
    page.locator("[data-md-component=search-query]").first.click()
    page.keyboard.type("topological")
    page.wait_for_selector(".md-search-result__link")
    found = [link.get_attribute("href") for link in page.locator(".md-search-result__link").all()]
    assert any("09-the-right-order" in link for link in found)
    assert not any("whole" in link or "versions" in link for link in found)
    assert page.complaints == []


def test_what_changed_is_one_click_from_a_new_version(open_page):
    page = open_page("09-the-right-order.html")
    link = page.locator("p.version", has_text="version 6").get_by_role("link", name="what changed")
    anchor = link.get_attribute("href").partition("#")[2]
    link.click()
    diff = page.locator(f"p:has(#{anchor}) + p + div.highlight").inner_text()
    assert "+    def backward(self):" in diff and "-" in diff


def test_a_word_of_the_glossary_explains_itself(open_page):
    page = open_page("09-the-right-order.html")
    word = page.locator("a.term").first
    assert word.get_attribute("href").startswith("glossary.html#")
    assert len(word.get_attribute("title") or word.get_attribute("data-md-tooltip") or "") > 20 or word.get_attribute(
        "aria-describedby"
    )


def test_the_keyboard_reaches_content_search_and_next_note(open_page):
    page = open_page("05-drawing-the-graph.html")
    page.keyboard.press("Tab")
    assert "skip" in page.evaluate("document.activeElement.className")
    reached = set()
    for _ in range(400):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.className"))
    assert any(link.endswith("06-backpropagation-by-hand.html") for link in reached if link)


def test_the_whole_and_each_note_can_be_taken_away_as_notebooks():
    names = ["whole.ipynb", *(page.replace(".html", ".ipynb") for page in NOTES)]
    for name in names:
        notebook = nbformat.read(SITE / "notebooks" / name, 4)
        nbformat.validate(notebook)
        assert any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_light(name):
    page = (SITE / name).read_bytes()
    assert len(page) <= 100_000 and len(gzip.compress(page)) <= 25_000


def test_a_first_visit_is_light(open_page):
    sizes = []
    page = open_page("index.html")
    entries = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    for url in {page.url.split("#")[0], *entries}:
        path = SITE / url.split("/site/")[1]
        if path.is_file():
            data = path.read_bytes()
            sizes.append(len(data if path.suffix == ".woff2" else gzip.compress(data)))
    assert len(sizes) > 5 and sum(sizes) < 600_000


def test_search_has_no_page_twice():
    index = json.loads((SITE / "search" / "search_index.json").read_text(encoding="utf-8"))
    locations = [entry["location"] for entry in index["docs"]]
    assert len(locations) == len(set(locations)) > 100
    assert not [each for each in locations if each.startswith(("whole", "versions"))]


def test_a_note_prints_without_the_site_around_it(open_page, tmp_path):
    page = open_page("05-drawing-the-graph.html")
    page.pdf(path=str(tmp_path / "note.pdf"))
    assert Path(tmp_path / "note.pdf").stat().st_size > 20_000
    page.emulate_media(media="print")
    assert not page.locator(".md-header").is_visible() and page.locator("h1").is_visible()
