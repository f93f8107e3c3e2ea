"""Makes the book's files, build/book/*.epub and *.pdf, from the notes."""

import re
from pathlib import Path

from scripts.bind.content import Book, make_book
from scripts.bind.epub import epub
from scripts.bind.typeset import cover, whole
from scripts.common.files import write_file
from scripts.common.problem import Problem
from scripts.note.folder import FOLDER, all_notes, plain_pages
from scripts.note.form import dead_links
from scripts.note.markdown import slug
from scripts.publish.site import BOOKS

SHEETS = Path("build/typst")


def make_files() -> list[Path]:
    """Writes both files; their paths. Raises Problem for a link that leads nowhere, and for what cannot be set."""
    try:
        from scripts.bind.press import compiled, lay_out
    except ImportError as error:
        raise Problem("make book", f"{error.name} is not installed", "make .venv/book", status=2) from None
    book, figures = read_book(), FOLDER / "figures"
    lay_out(SHEETS, figures)
    made = {
        "pdf": compiled(whole(book), SHEETS, format="pdf", pdf_standards=["ua-1"]),
        "epub": epub(book, figures, compiled(cover(book), SHEETS, format="png", ppi=200), SHEETS / "fonts"),
    }
    paths = [BOOKS / f"{slug(book.title, '-')}.{kind}" for kind in made]
    for path, content in zip(paths, made.values(), strict=True):
        write_file(path, content)
    return paths


def read_book() -> Book:
    """The book of the notes in the working directory."""
    notes, plain = all_notes(), plain_pages()
    for problem in (problem for note in [*notes, *plain] for problem in dead_links(Path(note.path))):
        raise problem
    return make_book(notes, plain, settings())


def settings() -> dict[str, str]:
    """The lines of mkdocs.yml that have a word for a value, without their comments."""
    text = Path("mkdocs.yml").read_text(encoding="utf-8")
    return dict(re.findall(r"^(\w+): (\S.*?)(?: #.*)?$", text, re.M))
