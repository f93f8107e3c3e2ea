"""The site in a real browser: Debian's Chromium, driven by Playwright, on what `make site` built."""

import functools
import gzip
import json
import re
from pathlib import Path

import nbformat
import pytest
from browser import NOTES, PAGES, SITE, marks
from bs4 import BeautifulSoup
from faults import wait

pytestmark = marks


@functools.cache
def soup_of(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("name", PAGES)
def test_every_link_within_the_site_leads_somewhere(name):
    for tag in soup_of(SITE / name).find_all(["a", "img", "link", "script"]):
        target = tag.get("href") or tag.get("src") or ""
        if not target or target.startswith(("http", "data:", "mailto:", "javascript:")):
            continue
        file, _, anchor = target.partition("#")
        path = (SITE / (file or name)).resolve()
        path = path / "index.html" if path.is_dir() else path
        assert path.exists(), target
        assert not anchor or path.suffix != ".html" or anchor in ids(path), target


@functools.cache
def ids(path: Path) -> set[str]:
    soup = soup_of(path)
    return {tag["id"] for tag in soup.find_all(id=True)} | {
        tag["name"] for tag in soup.find_all("a", attrs={"name": True})
    }


def test_the_toggle_changes_the_page_and_its_figures(open_page):
    page = open_page("05-drawing-the-graph.html")
    figure = page.locator("a.figure img").first
    figure.scroll_into_view_if_needed()
    figure.evaluate("image => image.decode()")
    light = figure.screenshot()
    page.locator("label[for=__palette_1]").click()  # from the system's theme to the light one
    page.locator("label[for=__palette_2]").click()  # and to the dark one
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
    assert not any("exercises.html" in link or "versions" in link for link in found)
    assert page.complaints == []


def test_what_changed_is_one_click_from_a_new_version(open_page):
    page = open_page("09-the-right-order.html")
    link = page.locator("p.version", has_text="version 6").get_by_role("link", name="what changed")
    anchor = link.get_attribute("href").partition("#")[2]
    link.click()
    diff = page.locator(f"#{anchor} + p + div.highlight").inner_text()
    assert "+    def backward(self):" in diff and "-" in diff


def test_the_whole_and_each_note_can_be_taken_away_as_notebooks():
    names = ["whole.ipynb", *(page.replace(".html", ".ipynb") for page in NOTES)]
    for name in names:
        notebook = nbformat.read(SITE / "notebooks" / name, 4)
        nbformat.validate(notebook)
        assert any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("name", NOTES)
def test_a_note_without_its_films_is_light(name):
    page = re.sub(rb'<svg class="film"[\s\S]*?</svg>', b"", (SITE / name).read_bytes())
    assert len(page) <= 120_000 and len(gzip.compress(page)) <= 30_000


def test_a_first_visit_is_light(open_page):
    sizes = []
    page = open_page("index.html")
    entries = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    for url in {page.url.split("#")[0], *entries}:
        path = SITE / url.split("/site/")[1]
        if path.is_file():
            data = path.read_bytes()
            sizes.append(len(data if path.suffix == ".woff2" else gzip.compress(data)))
    assert len(sizes) > 5 and sum(sizes) <= 250_000


def test_search_has_no_page_twice():
    index = json.loads((SITE / "search" / "search_index.json").read_text(encoding="utf-8"))
    locations = [entry["location"] for entry in index["docs"]]
    assert len(locations) == len(set(locations)) > 100
    assert not [each for each in locations if each.startswith(("exercises.html", "versions"))]
