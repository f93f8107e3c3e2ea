"""A site that knows its address says it to those who index and share it; one that does not, says none."""

import re
import shutil

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Book, a_note, cell

ADDRESS = "https://example.org/book/"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A tiny book's site that is to be at ADDRESS."""
    book = Book(tmp_path_factory.mktemp("shared"))
    book["06-a.md"] = a_note("Said first. Said then.", cell("1"), "![A graph](figures/06-grad-b.svg)")
    book["index.md"] = "# The book\n\nIts promise.\n\n## One part\n\n- 06 [Title](06-a.md)\n"
    shutil.copy(ROOT / "mkdocs.yml", book.root)
    shutil.copy(ROOT / "notes" / "figures" / "06-grad-b.svg", book.figure("06-grad-b.svg"))
    (book.root / "build" / "notebooks").mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", ADDRESS)
        assert book.command("site")[0] == 0
    return book.root / "build" / "site"


def test_a_page_names_itself_and_its_picture(site):
    head = BeautifulSoup((site / "06-a.html").read_text(encoding="utf-8"), "html.parser").head
    said = {tag.get("property"): tag["content"] for tag in head.select("meta[property]")}
    assert head.select_one("link[rel=canonical]")["href"] == said["og:url"] == ADDRESS + "06-a.html"
    assert said["og:description"] == "Said first. Said then." and said["og:image"] == ADDRESS + "looks/card.png"
    assert (site / "looks" / "card.png").read_bytes().startswith(b"\x89PNG")


def test_the_sitemap_has_every_page(site):
    listed = set(re.findall("<loc>(.*?)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8")))
    pages = {path.name for path in site.glob("*.html")} - {"404.html"}
    assert {address.replace(ADDRESS, "") or "index.html" for address in listed} == pages


def test_a_missing_page_knows_where_the_site_is(site):
    assert f'<base href="{ADDRESS}">' in (site / "404.html").read_text(encoding="utf-8")
