"""Builds build/site from the notes and the executed notebooks."""

import html
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from scripts.common.files import write_file
from scripts.common.problem import Problem
from scripts.note.folder import FOLDER, all_notes, plain_pages
from scripts.note.form import dead_links
from scripts.note.format import Note
from scripts.note.tangle import package
from scripts.publish import fonts, lighten
from scripts.publish.glossary import Glossary
from scripts.publish.listings import changes_page, package_text
from scripts.publish.page import Page, front_matter
from scripts.publish.versions import Index

PAGES = Path("build/pages")
SITE = Path("build/site")
NOTEBOOKS = Path("build/notebooks")
BOOKS = Path("build/book")  # the book to take away, if it has been made
FONTS = Path("build/fonts")
PAGE_HEAD = """\
# The whole notebook

The one notebook that the notes split up, executed: [download it](notebooks/whole.ipynb), or
open it where it runs as it is: <a class="badge" href="{colab}/blob/gh-pages/notebooks/whole.ipynb">Open in Colab</a>"""
LOOKS = Path(__file__).with_name("looks")


def whole_page(notebook: NotebookNode) -> str:
    """The whole executed notebook as mkdocs-jupyter shall render it: figures are files of the site."""
    notebook.cells = [cell for cell in notebook.cells if cell.id != "set-up"]
    colab = repository().replace("github.com", "colab.research.google.com/github")
    notebook.cells[0].source = PAGE_HEAD.format(colab=colab)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if file := output.get("metadata", {}).get("file"):
                alt = html.escape(output.data["text/plain"])
                output.data = {"text/html": f'<img class="figure" src="{file}" alt="{alt}">'}
    return nbformat.writes(notebook)


def repository() -> str:
    """The repository's address, which stands in mkdocs.yml and nowhere else."""
    found = re.search(r"^repo_url: (\S+)", Path("mkdocs.yml").read_text(encoding="utf-8"), re.M)
    if not found:
        raise Problem("mkdocs.yml", "it has no repo_url", "write there where the repository is")
    return found[1]


def texts(notes: list[Note], plain: list[Note], repository: str) -> dict[str, str]:
    """The Markdown of every page but the whole notebook's, from the notes and the pages that are not run."""
    index = Index(notes)
    glossary = Glossary(next((note.body for note in plain if note.stem == "glossary"), ""))
    pages = [Page(note, index, glossary, repository) for note in [*plain, *notes]]
    made = {f"{page.note.stem}.md": page.markdown() for page in pages}
    shown = Page(Note("package.md", package_text(index, package(notes))), index, Glossary(), repository)
    made["package.md"] = front_matter(shown.title) + "\n".join(shown.body())
    return made | {"versions.md": changes_page(index)}


def write_pages() -> str:
    """Writes what MkDocs reads: pages, figures, notebooks and looks; the pages' whole text. Raises Problem for a link
    that leads nowhere."""
    shutil.rmtree(PAGES, ignore_errors=True)
    notes, plain = all_notes(), plain_pages()
    for problem in (problem for note in [*notes, *plain] for problem in dead_links(Path(note.path))):
        raise problem
    made = texts(notes, plain, repository())
    made["whole.ipynb"] = whole_page(nbformat.read(NOTEBOOKS / "whole.ipynb", 4))
    if books := sorted(BOOKS.glob("*")):
        before, heading, after = made["index.md"].partition("<h2")
        made["index.md"] = before + book_line([path.name for path in books]) + heading + after
        shutil.copytree(BOOKS, PAGES / "book")
    (FOLDER / "figures").mkdir(exist_ok=True)
    shutil.copytree(FOLDER / "figures", PAGES / "figures")
    shutil.copytree(NOTEBOOKS, PAGES / "notebooks")
    shutil.copytree(LOOKS, PAGES / "looks")
    for name, text in made.items():
        write_file(PAGES / name, text.encode())
    return "".join(made.values())


def book_line(names: list[str]) -> str:
    """Where the first page offers the book to take away."""
    links = [f'<a href="book/{name}">{name.rpartition(".")[2].upper()}</a>' for name in names]
    return f'<p class="take">The book to take away: {" · ".join(links)}</p>\n'


def build() -> None:
    """Runs MkDocs, strictly, with nothing in it that depends on the day. Raises Problem with what it warns of."""
    environment = os.environ | {
        "SOURCE_DATE_EPOCH": "0",
        "NO_MKDOCS_2_WARNING": "1",
        "DISABLE_MKDOCS_2_WARNING": "true",
    }
    # Not --quiet: MkDocs would not count the warnings it does not print.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        warnings = [line for line in done.stderr.splitlines() if not line.startswith("INFO")]
        raise Problem("mkdocs.yml", "the site was not built", detail="\n".join(warnings))


def make_site() -> Path:
    """Writes the pages, builds the site from them, and makes it lighter; its first page."""
    text = write_pages()
    with ThreadPoolExecutor() as pool:  # MkDocs is a process of its own, so both go on at once
        faces = pool.submit(fonts.write_fonts, FONTS, text)
        build()
        faces.result()
    shutil.copytree(FONTS, SITE / "looks", dirs_exist_ok=True)
    lighten_site()
    return SITE / "index.html"


def lighten_site() -> None:
    """Makes what MkDocs has built lighter."""
    pages = {path.stem: lighten.page(path.read_text("utf-8"), path.as_posix()) for path in SITE.glob("*.html")}
    formulas = any("<math" in pages[path.stem] for path in NOTEBOOKS.glob("*.ipynb"))
    whole = (SITE / "whole.html").as_posix()
    pages["whole"], styles = lighten.notebook(pages["whole"], whole, formulas)
    for name, text in pages.items():
        write_file(SITE / f"{name}.html", text.encode())
    write_file(SITE / "looks" / "notebook.css", styles.encode())
    for path in (SITE / "search" / "search_index.json", SITE / "search" / "search_index.js"):
        write_file(path, lighten.search_index(path.read_text("utf-8"), path.as_posix()).encode())
