"""Building the site: what MkDocs reads, the pages of the notebooks, the faces; without MkDocs itself."""

import io
import json
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, a_note, cell
from fontTools.ttLib import TTFont
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from scripts.common.problem import Problem
from scripts.note.format import Note
from scripts.note.outcome import svg_file
from scripts.publish import fonts, lighten, site
from scripts.publish.card import card
from scripts.publish.glossary import Glossary
from scripts.publish.notebook import shown_notebook, whole_page


def whole() -> nbformat.NotebookNode:
    figure = new_output(
        "display_data", {"image/svg+xml": "<svg/>", "text/plain": 'A "b"'}, metadata={"file": "figures/a.svg"}
    )
    cells = [new_markdown_cell("# Whole"), new_code_cell("import sys"), new_code_cell("draw()", outputs=[figure])]
    cells += [new_code_cell("1", outputs=[new_output("stream", text="1\n")])]
    for name, each in zip(["whole", "set-up", "a", "b"], cells, strict=True):
        each.id = name
    return new_notebook(cells=cells)


@pytest.fixture
def small(book):
    """A book with its settings and an executed notebook, whose site was not built yet."""
    (book.root / "mkdocs.yml").write_text("site_name: x\nrepo_url: https://github.com/me/book # here\n")
    book["00-a.md"] = a_note(cell("1"), "[B](01-b.md)")
    book["01-b.md"], book["index.md"] = a_note(), "# First\n"
    book["glossary.md"] = "# Glossary\n\n- **title**: a name.\n"
    book.figure("a.svg").write_text("<svg/>")
    (book.root / "build/notebooks").mkdir(parents=True)
    nbformat.write(whole(), book.root / "build/notebooks/whole.ipynb")
    return book


def test_the_page_of_the_exercises_shows_prose_as_everywhere_figures_as_files_and_folds_open():
    notebook = whole()
    notebook.cells[0].source = "<details>\n<summary>Solution</summary>\n\nSo $x$.\n\n</details>"
    made = shown_notebook(notebook, "build/notebooks/19-exercises.ipynb")
    assert re.sub(r"<math.*</math>", "", made.cells[0].source) == (
        "<p><strong>Solution</strong></p>&#10;\n"
        '<p>So <span class="together"><span class="formula"></span>.</span></p>\n'
    )
    shown = '<img class="figure" src="figures/a.svg" alt="A &quot;b&quot;">'
    assert made.cells[2].outputs[0].data == {"text/html": shown}
    assert made.cells[3].outputs[0].text == "1\n"


def test_code_in_the_prose_of_the_exercises_page_keeps_its_lines_though_it_is_rendered_again():
    notebook = whole()
    notebook.cells[0].source = "```py\ndef f():\n    ...\n\n\ndef g():\n    ...\n```"
    shown = shown_notebook(notebook, "build/notebooks/19-exercises.ipynb").cells[0].source
    assert "\n\n" not in shown  # where Markdown would end the HTML
    assert BeautifulSoup(shown, "html.parser").code.get_text() == "def f():\n    ...\n\n\ndef g():\n    ...\n"


def test_the_page_of_the_whole_notebook_says_where_to_take_it_and_each_notes():
    note = Note("notes/00-a.md", "# A & b\n")
    page = whole_page([note], "https://github.com/me/book")
    assert 'href="https://colab.research.google.com/github/me/book/blob/gh-pages/notebooks/whole.ipynb"' in page
    assert '<a class="button" href="notebooks/whole.ipynb">' in page
    assert '<a href="notebooks/00-a.ipynb">0 · A &amp; b</a>' in page


def test_the_exercises_are_a_page_if_they_were_run(small):
    site.write_pages()
    assert "exercises.ipynb" not in (small.root / "build/mkdocs.yml").read_text()
    nbformat.write(whole(), small.root / "build/notebooks/19-exercises.ipynb")
    site.write_pages()
    assert "exercises.ipynb" in (small.root / "build/mkdocs.yml").read_text()
    assert "figures/a.svg" in (small.root / "build/pages/exercises.ipynb").read_text()


def test_what_mkdocs_reads_is_made_anew_from_notes_figures_notebooks_and_looks(small):
    (small.root / "build/pages").mkdir()
    (small.root / "build/pages/old.md").write_text("gone")
    text, glossary = site.write_pages()
    names = {path.removeprefix("build/pages/") for path in small.files("build/pages")}
    assert {"00-a.md", "01-b.md", "index.md", "glossary.md", "package.md", "versions.md", "whole.md"} < names
    assert {"figures/a.svg", "notebooks/whole.ipynb", "looks/book.css"} < names and "old.md" not in names
    pages = small.files("build/pages")
    assert pages["build/pages/00-a.md"].decode() in text and pages["build/pages/whole.md"].decode() in text
    assert "https://github.com/me/book/blob/main/notes/00-a.md" in text
    assert '<a class="term" href="glossary.html#word-title" title="a name.">' not in text  # titles are not marked
    assert glossary.words == {"title": "a name."}
    assert json.loads((small.root / "build/mkdocs.yml").read_text()) == {
        "INHERIT": "../mkdocs.yml",
        "docs_dir": "pages",
        "site_dir": "site",
        "theme": {"custom_dir": str(site.THEME)},
        "extra": {"card": False, "live": False},
        "nav": ["index.md", "00-a.md", "01-b.md", {"Beside the notes": ["glossary.md", *site.OTHERS]}],
    }
    assert {name for each in site.OTHERS if (name := f"build/pages/{each}") in pages} == {
        f"build/pages/{each}.md" for each in ("package", "versions", "whole")
    }


def test_the_card_and_the_book_to_take_away_are_there_if_they_can_be_made(small):
    small["index.md"] = "# First\n\nA promise.\n\n## A part\n\n## Another\n"
    small.figure("06-backward-pass.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 5 2"></svg>')
    (small.root / "build/book").mkdir()
    for kind in "epub", "pdf":
        (small.root / f"build/book/tiny.{kind}").write_bytes(kind.encode())
    site.write_pages()
    pages = small.files("build/pages")
    assert pages["build/pages/looks/card.png"].startswith(b"\x89PNG") and pages["build/pages/book/tiny.pdf"] == b"pdf"
    assert json.loads((small.root / "build/mkdocs.yml").read_text())["extra"]["card"]
    before, *after = pages["build/pages/index.md"].decode().split("<h2")
    links = '<a href="book/tiny.epub">EPUB</a> · <a href="book/tiny.pdf">PDF</a>'
    assert before.endswith(f": {links}</p>\n") and len(after) == 2


def test_every_file_of_the_site_is_made_lighter_in_its_way(small, monkeypatch):
    for name in "page", "late_search", "search_index":
        monkeypatch.setattr(lighten, name, lambda text, place, *_, name=name: f"{text} by {name} at {place}")
    monkeypatch.setattr(lighten, "notebook", lambda text, place: (f"{text} by notebook", f"for {place}"))
    bundle, index = "assets/javascripts/bundle.1.js", "search/search_index.js"
    for name in "00-a.html", "404.html", "exercises.html", bundle, index, f"{index}on":
        site.write_file(site.SITE / name, b"text")
    site.lighten_site(Glossary(""))
    assert {name.removeprefix("build/site/"): text.decode() for name, text in small.files("build/site").items()} == {
        "00-a.html": "text by page at build/site/00-a.html",
        "404.html": "text",
        "exercises.html": "text by page at build/site/exercises.html by notebook",
        "looks/notebook.css": "for build/site/exercises.html",
        bundle: f"text by late_search at build/site/{bundle}",
        index: f"text by search_index at build/site/{index}",
        f"{index}on": f"text by search_index at build/site/{index}on",
    }
    (site.SITE / bundle).unlink()
    with pytest.raises(Problem, match=r"^build/site/assets/javascripts: .*bundle\.\*\.js"):
        site.lighten_site(Glossary(""))


def test_a_book_without_figures_has_pages(small):
    small.figure("a.svg").unlink()
    (small.root / "notes/figures").rmdir()
    site.write_pages()
    assert (small.root / "build/pages/figures").is_dir()


@pytest.mark.parametrize("name", ["00-a.md", "index.md"])
def test_no_page_is_made_of_a_link_that_leads_nowhere(small, name):
    small[name] += "\n[x](02-c.md)\n"
    with pytest.raises(Problem, match=rf"^notes/{name}:\d+: broken link: 02-c.md\n"):
        site.write_pages()
    assert not list((small.root / "build").glob("pages/*"))


@pytest.mark.parametrize("live", [True, False])
def test_a_site_gets_its_faces_is_made_lighter_and_asks_for_live_parts_if_it_has_them(small, monkeypatch, live):
    letters, done = [], []

    def write_faces(folder: Path, text: str) -> None:
        letters.append(text)
        site.write_file(folder / "face", b"")

    monkeypatch.setattr(site, "build", lambda: done.append("built"))
    monkeypatch.setattr(site, "lighten_site", lambda glossary: done.append("lighter"))
    monkeypatch.setattr(fonts, "write_fonts", write_faces)
    assert site.make_site(live) == site.SITE / "index.html"
    assert f'"live": {str(live).lower()}' in Path("build/mkdocs.yml").read_text(encoding="utf-8")
    assert done == ["built", "lighter"] and (site.SITE / "looks/face").exists()
    assert "Title" in letters[0]


def test_what_mkdocs_warns_of_stops_the_build_and_is_said_without_what_it_only_tells(small):
    site.write_file(site.PAGES / "index.md", b"[Nowhere](02-c.md)\n")
    settings = b"site_name: x\ndocs_dir: pages\nsite_dir: site\ntheme: material\nplugins: []\n"
    site.write_file(Path("build/mkdocs.yml"), settings)
    with pytest.raises(Problem) as caught:
        site.build()
    assert (caught.value.place, caught.value.fact) == ("mkdocs.yml", "the site was not built")
    said = "contains a link '02-c.md', but the target is not found among documentation files."
    assert caught.value.detail == f"WARNING -  Doc file 'index.md' {said}"


LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x100)}
FORMULAS = {*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E, 0x221A}


@pytest.fixture(scope="module")
def faces(tmp_path_factory) -> dict[str, TTFont]:
    """The faces for a text, by their files' names."""
    folder = tmp_path_factory.mktemp("faces") / "new" / "folder"
    fonts.write_fonts(folder, "a&rarr;∂")
    return {path.name: TTFont(path) for path in folder.iterdir()}


def test_a_face_has_latin_and_the_letters_of_the_text_and_what_sets_them_well(faces):
    assert sorted(faces) == ["math.woff2", "serif-bold.woff2", "serif-italic.woff2", "serif.woff2"]
    for name, face in faces.items():
        wanted = LATIN | {ord("→"), ord("∂")} | (FORMULAS if name == "math.woff2" else set())
        assert face.getBestCmap().keys() == wanted & TTFont(fonts.face_path(name)).getBestCmap().keys()
        features = {each.FeatureTag for each in face["GPOS"].table.FeatureList.FeatureRecord}
        assert features == (set() if name == "math.woff2" else {"kern", "mark"})
        assert face.flavor == "woff2" and "fpgm" not in face


def test_a_root_has_one_size_and_room_below_it(faces):
    table = faces["math.woff2"]["MATH"].table
    variants, root = table.MathVariants, faces["math.woff2"].getBestCmap()[ord("√")]
    sizes = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    assert [each.VariantGlyph for each in sizes.MathGlyphVariantRecord] == [root] and sizes.GlyphAssembly is None
    assert table.MathConstants.RadicalVerticalGap.Value == 270


def test_the_card_has_the_title_above_the_figure(tmp_path):
    figure = '<defs><rect id="r" width="50" height="20" fill="blue"/></defs><use xlink:href="#r"/>'
    figure += '<text x="50" y="20" font-size="4" font-family="Helvetica,Arial,sans-serif">A</text>'
    drawn = svg_file(f'<svg width="5pt" viewBox="0 0 53 20" xmlns:xlink="http://www.w3.org/1999/xlink">{figure}</svg>')
    (tmp_path / "a.svg").write_bytes(drawn)
    made = Image.open(io.BytesIO(card("A & b", tmp_path / "a.svg", fonts.face_path("serif.woff2")))).convert("RGB")
    paper, title, box, letter = (255, 254, 251), (70, 70, 226, 124), (70, 170, 1070, 570), (1070, 510, 1130, 572)
    assert made.crop(box).getcolors() == [(1000 * 400, (0, 0, 255))]
    for part in title, letter:
        assert min(made.crop(part).get_flattened_data()) < (40, 40, 40)
    for part in title, box, letter:
        made.paste(paper, part)
    assert made.getcolors() == [(1200 * 630, paper)]


def test_the_site_of_the_repository_says_where_its_source_is(small, monkeypatch):
    assert site.repository() == "https://github.com/me/book"
    (small.root / "mkdocs.yml").write_text("site_name: repo_url: x\n")
    with pytest.raises(Problem, match=r"^mkdocs.yml: it has no repo_url\n  write there where the repository is$"):
        site.repository()
    monkeypatch.chdir(ROOT)
    assert site.repository().startswith("https://github.com/")
