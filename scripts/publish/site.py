"""Builds build/site from the notes and the executed notebooks."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import nbformat

from scripts.common.files import write_file
from scripts.common.problem import Problem
from scripts.note.folder import FOLDER, all_notes, plain_pages
from scripts.note.form import dead_links, stray_titles
from scripts.note.format import Note
from scripts.note.tangle import package
from scripts.publish import fonts, lighten
from scripts.publish.card import card
from scripts.publish.glossary import Glossary
from scripts.publish.head import description, front_matter
from scripts.publish.home import FIRST_GRAPH, Entry, home, navigation
from scripts.publish.listings import changes_page, package_text
from scripts.publish.notebook import EXERCISES, shown_notebook, whole_page
from scripts.publish.page import Page, page_title
from scripts.publish.versions import Index

PAGES = Path("build/pages")
SITE = Path("build/site")
NOTEBOOKS = Path("build/notebooks")
BOOKS = Path("build/book")  # the book to take away, if it has been made
FONTS = Path("build/fonts")
OTHERS = ["package.md", "versions.md", "whole.md"]
PICTURE = "looks/card.png"
LOOKS = Path(__file__).with_name("looks")
THEME = Path(__file__).with_name("theme")


def repository() -> str:
    """The repository's address, which stands in mkdocs.yml and nowhere else."""
    found = re.search(r"^repo_url: (\S+)", Path("mkdocs.yml").read_text(encoding="utf-8"), re.M)
    if not found:
        raise Problem("mkdocs.yml", "it has no repo_url", "write there where the repository is")
    return found[1]


def texts(notes: list[Note], plain: list[Note], repository: str) -> dict[str, str]:
    """The Markdown of every page, from the notes and the pages that are not run."""
    index, glossary = Index(notes), glossary_of(plain)
    titles = {note.stem: page_title(note) for note in notes}
    pages = [Page(note, index, glossary, repository, titles) for note in [*plain, *notes] if note.stem != "index"]
    made = {f"{note.stem}.md": home(note, notes) for note in plain if note.stem == "index"}
    made |= {f"{page.note.stem}.md": page.markdown() for page in pages}
    shown = Note("package.md", package_text(index, package(notes)))
    made["package.md"] = front_matter(page_title(shown), description(shown))
    made["package.md"] += "\n".join(Page(shown, index, Glossary(), repository).pieces())
    return made | {"versions.md": changes_page(index), "whole.md": whole_page(notes, repository)}


def glossary_of(plain: list[Note]) -> Glossary:
    """The glossary of these pages; one without words, if there is none."""
    return Glossary(next((note.body for note in plain if note.stem == "glossary"), ""))


def write_configuration(
    folder: Path, notes: list[Note], plain: list[Note], others: list[Entry], live: bool = False
) -> Path:
    """Writes what MkDocs is told of the book whose pages are in this folder: mkdocs.yml, the navigation, and whether
    its pages answer."""
    first = next((note for note in plain if note.stem == "index"), None)
    words = [f"{note.stem}.md" for note in plain if note.stem != "index"]
    settings = {
        "INHERIT": os.path.relpath("mkdocs.yml", folder),
        "docs_dir": "pages",
        "site_dir": "site",
        "theme": {"custom_dir": str(THEME)},
        "extra": {"card": (folder / "pages" / PICTURE).exists(), "live": live},
        "nav": navigation(first, notes, [*words, *others]),
    }
    path = folder / "mkdocs.yml"
    write_file(path, json.dumps(settings).encode())  # JSON is YAML
    return path


def write_pages(live: bool = False) -> tuple[str, Glossary]:
    """Writes what MkDocs reads: pages, figures, notebooks and looks; the pages' whole text, and the glossary. Raises
    Problem for a link that leads nowhere."""
    shutil.rmtree(PAGES, ignore_errors=True)
    notes, plain = all_notes(), plain_pages()
    for note in [*notes, *plain]:
        for problem in chain(stray_titles(note), dead_links(Path(note.path))):
            raise problem
    made, others = texts(notes, plain, repository()), list[Entry](OTHERS)
    if (path := NOTEBOOKS / f"{EXERCISES}.ipynb").exists():
        made["exercises.ipynb"] = nbformat.writes(shown_notebook(nbformat.read(path, 4), path.as_posix()))
        others.append({"The exercises, as a notebook": "exercises.ipynb"})
    if books := sorted(BOOKS.glob("*")):
        before, heading, after = made["index.md"].partition("<h2")
        made["index.md"] = before + book_line([path.name for path in books]) + heading + after
        shutil.copytree(BOOKS, PAGES / "book")
    for name, text in made.items():
        write_file(PAGES / name, text.encode())
    (FOLDER / "figures").mkdir(exist_ok=True)
    shutil.copytree(FOLDER / "figures", PAGES / "figures")
    shutil.copytree(NOTEBOOKS, PAGES / "notebooks")
    shutil.copytree(LOOKS, PAGES / "looks")
    if plain and (FOLDER / FIRST_GRAPH).exists():
        picture = card(plain[0].lines[0][2:], FOLDER / FIRST_GRAPH, fonts.face_path("serif.woff2"))
        write_file(PAGES / PICTURE, picture)
    write_configuration(PAGES.parent, notes, plain, others, live)
    return "".join(made.values()), glossary_of(plain)


def book_line(names: list[str]) -> str:
    """Where the first page offers the book to take away."""
    links = [f'<a href="book/{name}">{name.rpartition(".")[2].upper()}</a>' for name in names]
    return f'<p class="take">The book to take away: {" · ".join(links)}</p>\n'


def build() -> None:
    """Runs MkDocs, strictly, with nothing in it that depends on the day. Raises Problem with what it warns of."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": "0", "NO_MKDOCS_2_WARNING": "1"}
    # Not --quiet: MkDocs would not count the warnings it does not print.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(PAGES.parent / "mkdocs.yml")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        warnings = [line for line in done.stderr.splitlines() if not line.startswith("INFO")]
        raise Problem("mkdocs.yml", "the site was not built", detail="\n".join(warnings))


def make_site(live: bool = False) -> Path:
    """Writes the pages, builds the site from them, and makes it lighter; its first page. The pages of a `live` site ask
    for what makes their blocks answer."""
    text, glossary = write_pages(live)
    with ThreadPoolExecutor() as pool:  # MkDocs is a process of its own, so both go on at once
        faces = pool.submit(fonts.write_fonts, FONTS, text)
        build()
        faces.result()
    shutil.copytree(FONTS, SITE / "looks", dirs_exist_ok=True)
    lighten_site(glossary)
    return SITE / "index.html"


def lighten_site(glossary: Glossary) -> None:
    """Makes what MkDocs has built lighter."""
    for path in SITE.glob("*.html"):
        if path.name != "404.html":  # that one is our own
            rewrite(path, lighten.page)
    if (path := SITE / "exercises.html").exists():
        text, styles = lighten.notebook(path.read_text(encoding="utf-8"), path.as_posix())
        write_file(path, text.encode())
        write_file(SITE / "looks" / "notebook.css", styles.encode())
    for path in (SITE / "search" / "search_index.json", SITE / "search" / "search_index.js"):
        rewrite(path, lambda text, place: lighten.search_index(text, place, glossary))
    bundles = list(SITE.glob("assets/javascripts/bundle.*.js"))
    if not bundles:
        raise lighten.missing((SITE / "assets/javascripts").as_posix(), "bundle.*.js")
    for path in bundles:
        rewrite(path, lighten.late_search)


def rewrite(path: Path, change: Callable[[str, str], str]) -> None:
    """Writes a file anew, changed; `change` is given its text and its place."""
    write_file(path, change(path.read_text(encoding="utf-8"), path.as_posix()).encode())
