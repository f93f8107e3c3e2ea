"""One small complete book, tests/book: whatever changes in what is made of it is seen as a difference.

`pytest tests/test_golden.py --regen-all` writes what is made now; `git diff` then shows what to judge.
"""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, Book

from scripts.bind.content import Book as BoundBook
from scripts.bind.content import make_book
from scripts.bind.epub import opf
from scripts.bind.epub import pages as pages_of
from scripts.bind.typeset import cover, whole
from scripts.note.folder import all_notes, plain_pages
from scripts.note.format import Note, result_lines
from scripts.note.review import Change, Version
from scripts.note.tangle import package
from scripts.publish import review
from scripts.publish.home import home, navigation
from scripts.publish.site import texts

GOLDEN = ROOT / "tests" / "book"
PAGES = ["00-a-slope", "01-a-value", "02-used", "03-what-is-rare", "glossary", "index", "package", "versions", "whole"]
NOTEBOOKS = ["00-a-slope", "01-a-value", "02-used", "03-what-is-rare", "whole"]


@pytest.fixture
def pages(monkeypatch):
    monkeypatch.chdir(GOLDEN)
    return texts(all_notes(), plain_pages(), "https://github.com/OWNER/small-book")


def test_the_pages_are_those_of_the_notes_the_package_and_the_versions(pages):
    assert sorted(pages) == [f"{name}.md" for name in PAGES]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_it_was(pages, file_regression, name):
    file_regression.check(pages[f"{name}.md"], fullpath=GOLDEN / "pages" / f"{name}.md")


def test_the_pages_are_listed_by_the_parts_of_the_first_page_and_the_notes_in_none_after_them(monkeypatch):
    monkeypatch.chdir(GOLDEN)
    notes, index = [*all_notes()[:3], Note("notes/04-more.md", "# More\n")], plain_pages()[0]
    part, others = "How things *answer*", {"Beside the notes": ["versions.md"]}
    first = ["00-a-slope.md", "01-a-value.md", "02-used.md"]
    assert navigation(index, notes, ["versions.md"]) == ["index.md", {part: first}, "04-more.md", others]
    assert navigation(None, notes, ["versions.md"]) == [*first, "04-more.md", others]


def test_the_first_page_of_a_book_without_the_first_graph_keeps_its_own_picture(monkeypatch):
    monkeypatch.chdir(GOLDEN)
    notes, index = all_notes(), plain_pages()[0]
    own = '<img src="figures/00-parabola.svg"'
    assert own not in home(index, notes) and own in home(index, notes[:3])


def bound() -> BoundBook:
    """The book to take away, of what it can set: neither HTML nor footnotes."""
    notes = [Note(note.path, re.sub(r"</?b>|\[\^limit\](: .*)?", "", note.text)) for note in all_notes()]
    site = {"site_name": "A <small> book", "site_description": "It's small & whole"}
    return make_book(notes, plain_pages(), site | {"repo_url": "https://github.com/OWNER/small-book"})


def test_the_source_of_the_print_is_as_it_was(monkeypatch, file_regression):
    monkeypatch.chdir(GOLDEN)
    file_regression.check(whole(bound()) + cover(bound()), fullpath=GOLDEN / "bound" / "book.typ")


def test_the_pages_of_the_e_book_and_what_lists_them_are_as_they_were(monkeypatch, file_regression):
    monkeypatch.chdir(GOLDEN)
    made = pages_of(bound())
    files = {name: text.encode() for name, text in made.items()} | {"cover.png": b"", "figures/a b.svg": b""}
    said = [f"== {name}\n{text}" for name, text in (made | {"book.opf": opf(bound(), files, list(made))}).items()]
    file_regression.check("\n".join(said), fullpath=GOLDEN / "bound" / "epub.txt")


def test_the_page_of_a_review_is_as_it_was(monkeypatch, file_regression):
    monkeypatch.chdir(GOLDEN)
    monkeypatch.setattr(review, "LONG_TEXT", 40)
    note, other = all_notes()[:2]
    (figure,) = note.cells[3].figures
    unnamed = replace(figure, alt="", path="figures/<b>.svg")
    found = [
        Change(note, 1, Version("6.1 <of> 7, 'a'"), Version("6.2 <of>  7, 'a' & more")),
        Change(note, 3, Version(None, ((figure, b"<svg/>"),)), Version(None, ((figure, b""), (unnamed, b"<svg/>")))),
        Change(other, 4, Version(), Version("")),
        Change(other, 7, Version("a b c\n" * 7), Version("a b c\n" * 3 + "a d c\n" + "a b c\n" * 3)),
    ]
    pages = [review.review_page(*each) for each in ((found, "KEY", "this & <that>"), (found[:1], "KEY"), ([], ""))]
    file_regression.check("\n".join(pages), fullpath=GOLDEN / "review.html")


def test_the_package_is_as_it_was(monkeypatch, file_regression):
    monkeypatch.chdir(GOLDEN)
    files = package(all_notes())
    assert sorted(files) == ["micrograd/__init__.py", "micrograd/engine.py"]
    for path, text in files.items():
        file_regression.check(text, fullpath=GOLDEN / path)


def essence(name: str) -> str:
    """What a notebook holds, in lines: each cell with its id and tags, what it says, and what it gave."""
    lines = []
    for cell in nbformat.read(f"build/notebooks/{name}.ipynb", 4).cells:
        lines += [" ".join(["==", cell.cell_type, cell.id, *cell.metadata.get("tags", [])]), cell.source]
        for output in cell.get("outputs", []):
            said = output.get("text") or output.get("evalue") or output.data["text/plain"]
            kinds = [*output.get("data", {}), *output.get("metadata", {}).values()]
            lines += [" ".join(["--", output.output_type, *kinds]), said.rstrip("\n")]
    return "\n".join(lines) + "\n"


def forget_texts() -> None:
    """Takes the recorded texts away, but those that vary, so that a run records them anew."""
    for note in all_notes():
        kept = [result_lines(cell.output if "varies" in cell.tags else None, cell.figures) for cell in note.cells]
        Path(note.path).write_text(note.with_results(kept), encoding="utf-8")


def test_a_run_under_a_readers_own_settings_tangles_records_what_was_recorded_and_the_check_agrees(
    book, monkeypatch, file_regression
):
    shutil.copytree(GOLDEN / "notes", book.root / "notes", dirs_exist_ok=True)
    (book.root / "matplotlibrc").write_text("lines.linewidth: 20\n")
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    forget_texts()
    assert Book(GOLDEN).files("notes") != book.files("notes")
    assert book.command("run")[0] == 0  # in a kernel of its own, which has imported no other package
    made = {path: content for path, content in book.files("notes", "micrograd").items() if not path.endswith(".pyc")}
    for path, content in made.items():
        file_regression.check(content, binary=True, fullpath=GOLDEN / path)
    assert book.files("notes").keys() == Book(GOLDEN).files("notes").keys()
    assert book.command("check")[0] == 0
    for name in NOTEBOOKS:
        file_regression.check(essence(name), fullpath=GOLDEN / "notebooks" / f"{name}.txt")
