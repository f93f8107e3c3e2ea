"""Building the site: what MkDocs reads, the page of the whole notebook, the faces; without MkDocs itself."""

from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, a_note, cell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from scripts.common.problem import Problem
from scripts.publish import fonts, site


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


def test_the_page_of_the_whole_notebook_shows_figures_as_files_and_sets_nothing_up(small):
    made = nbformat.reads(site.whole_page(whole()), 4)
    assert [each.id for each in made.cells] == ["whole", "a", "b"]
    address = "https://colab.research.google.com/github/me/book/blob/gh-pages/notebooks/whole.ipynb"
    assert made.cells[0].source == (
        "# The whole notebook\n\nThe one notebook that the notes split up, executed: "
        "[download it](notebooks/whole.ipynb), or\n"
        f'open it where it runs as it is: <a class="badge" href="{address}">Open in Colab</a>'
    )
    shown = '<img class="figure" src="figures/a.svg" alt="A &quot;b&quot;">'
    assert made.cells[1].outputs[0].data == {"text/html": shown}
    assert made.cells[2].outputs[0].text == "1\n"


def test_what_mkdocs_reads_is_made_anew_from_notes_figures_notebooks_and_looks(small):
    (small.root / "build/pages").mkdir()
    (small.root / "build/pages/old.md").write_text("gone")
    text = site.write_pages()
    names = {path.removeprefix("build/pages/") for path in small.files("build/pages")}
    assert {"00-a.md", "01-b.md", "index.md", "glossary.md", "package.md", "versions.md", "whole.ipynb"} < names
    assert {"figures/a.svg", "notebooks/whole.ipynb", "looks/book.css"} < names and "old.md" not in names
    pages = small.files("build/pages")
    assert pages["build/pages/00-a.md"].decode() in text and pages["build/pages/whole.ipynb"].decode() in text
    assert "https://github.com/me/book/blob/main/notes/00-a.md" in text
    assert '<a class="term" href="glossary.html#word-title" title="a name.">' not in text  # titles are not marked


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


def test_a_site_gets_its_faces_and_is_made_lighter(small, monkeypatch):
    letters, done = [], []

    def write_faces(folder: Path, text: str) -> None:
        letters.append(text)
        site.write_file(folder / "face", b"")

    monkeypatch.setattr(site, "build", lambda: done.append("built"))
    monkeypatch.setattr(site, "lighten_site", lambda: done.append("lighter"))
    monkeypatch.setattr(fonts, "write_fonts", write_faces)
    assert site.make_site() == site.SITE / "index.html"
    assert done == ["built", "lighter"] and (site.SITE / "looks/face").exists()
    assert "Title" in letters[0]


def test_mkdocs_is_told_to_be_strict_and_to_know_no_day(small, monkeypatch):
    (small.root / "mkdocs.yml").write_text("site_name: x\ndocs_dir: nowhere\n")
    with pytest.raises(Problem) as caught:
        site.build()
    assert (caught.value.place, caught.value.fact) == ("mkdocs.yml", "the site was not built")
    assert "docs_dir" in caught.value.detail and "INFO" not in caught.value.detail


def test_a_face_has_latin_and_the_letters_of_the_text_and_formulas_if_it_is_for_math(tmp_path, monkeypatch):
    asked = {}
    monkeypatch.setattr(
        fonts.subset.Subsetter, "populate", lambda self, unicodes: asked.setdefault(len(asked), unicodes)
    )
    monkeypatch.setattr(fonts.subset.Subsetter, "subset", lambda self, font: None)
    monkeypatch.setattr(fonts.subset, "save_font", lambda font, path, options: Path(path).write_text(options.flavor))
    fonts.write_fonts(tmp_path / "new" / "folder", "a &rarr; ∂")
    names = ["math.woff2", "serif-bold.woff2", "serif-italic.woff2", "serif.woff2"]
    assert sorted(path.name for path in (tmp_path / "new/folder").iterdir()) == names
    assert {path.read_text() for path in (tmp_path / "new/folder").iterdir()} == {"woff2"}
    *serifs, math = asked.values()
    latin = {*range(0x20, 0x7F), *range(0xA0, 0x180)}
    assert serifs == [latin | {0x2192, 0x2202}] * 3
    assert math == latin | {0x2192, 0x2202, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E, 0x221A}


def test_the_site_of_the_repository_says_where_its_source_is(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert site.repository().startswith("https://github.com/")
