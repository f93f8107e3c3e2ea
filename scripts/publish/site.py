"""Builds build/site from the notes and the executed notebooks."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from scripts.common.files import write_file
from scripts.common.problem import Problem
from scripts.note.folder import FOLDER, all_notes, plain_pages
from scripts.note.form import dead_links
from scripts.note.format import Note
from scripts.note.tangle import package
from scripts.publish import fonts, lighten
from scripts.publish.card import card
from scripts.publish.glossary import Glossary
from scripts.publish.home import GRAPH, home, navigation
from scripts.publish.listings import changes_page, package_page
from scripts.publish.notebook import EXERCISES, shown_notebook, whole_page
from scripts.publish.page import Page, title
from scripts.publish.versions import Index

PAGES = Path("build/pages")
SITE = Path("build/site")
NOTEBOOKS = Path("build/notebooks")
FONTS = Path("build/fonts")
OTHERS = ["package.md", "versions.md", "whole.md"]
CAPTURED = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
CARD = "looks/card.png"
LOOKS = Path(__file__).with_name("looks")
THEME = Path(__file__).with_name("theme")


def repository() -> str:
    """The repository's address, which stands in mkdocs.yml and nowhere else."""
    return re.search(r"^repo_url: (\S+)", Path("mkdocs.yml").read_text(), re.M)[1]


def texts(notes: list[Note], plain: list[Note], repository: str) -> dict[str, str]:
    """The Markdown of every page, from the notes and the pages that are not run."""
    index, glossary = Index(notes), glossary_of(plain)
    titles = {note.stem: title(note) for note in notes}
    pages = [Page(note, index, glossary, repository, titles) for note in [*plain, *notes] if note.stem != "index"]
    made = {f"{note.stem}.md": home(note, notes) for note in plain if note.stem == "index"}
    made |= {f"{page.note.stem}.md": page.markdown() for page in pages}
    made |= {"package.md": package_page(index, package(notes)), "versions.md": changes_page(index)}
    return made | {"whole.md": whole_page(notes, repository)}


def glossary_of(plain: list[Note]) -> Glossary:
    return Glossary(next((note.body for note in plain if note.stem == "glossary"), ""))


def write_configuration(folder: Path, notes: list[Note], plain: list[Note], others: list) -> Path:
    """Writes what MkDocs is told of the book whose pages are in this folder: mkdocs.yml, and the navigation."""
    first = next((note for note in plain if note.stem == "index"), None)
    words = [f"{note.stem}.md" for note in plain if note.stem != "index"]
    settings = {
        "INHERIT": os.path.relpath("mkdocs.yml", folder),
        "docs_dir": "pages",
        "site_dir": "site",
        "theme": {"custom_dir": str(THEME)},
        "extra": {"card": (folder / "pages" / CARD).exists()},
        "nav": navigation(first, notes, [*words, *others]),
    }
    path = folder / "mkdocs.yml"
    write_file(path, json.dumps(settings).encode())  # JSON is YAML
    return path


def write_pages() -> tuple[str, Glossary]:
    """Writes what MkDocs reads: pages, figures, notebooks and looks; the pages' whole text, and the glossary. Raises
    Problem for a link that leads nowhere."""
    shutil.rmtree(PAGES, ignore_errors=True)
    notes, plain = all_notes(), plain_pages()
    for problem in (problem for note in [*notes, *plain] for problem in dead_links(Path(note.path))):
        raise problem
    made, others = texts(notes, plain, repository()), list(OTHERS)
    if (path := NOTEBOOKS / f"{EXERCISES}.ipynb").exists():
        made["exercises.ipynb"] = nbformat.writes(shown_notebook(nbformat.read(path, 4), path.as_posix()))
        others.append({"The exercises, as a notebook": "exercises.ipynb"})
    for name, text in made.items():
        write_file(PAGES / name, text.encode())
    (FOLDER / "figures").mkdir(exist_ok=True)
    shutil.copytree(FOLDER / "figures", PAGES / "figures")
    shutil.copytree(NOTEBOOKS, PAGES / "notebooks")
    shutil.copytree(LOOKS, PAGES / "looks")
    if plain and (FOLDER / GRAPH).exists():
        write_file(PAGES / CARD, card(plain[0].lines[0][2:], FOLDER / GRAPH, fonts.path("serif.woff2")))
    write_configuration(PAGES.parent, notes, plain, others)
    return "".join(made.values()), glossary_of(plain)


def build() -> None:
    """Runs MkDocs, strictly, with nothing in it that depends on the day. Raises Problem with what it warns of."""
    environment = os.environ | {
        "SOURCE_DATE_EPOCH": "0",
        "NO_MKDOCS_2_WARNING": "1",
        "DISABLE_MKDOCS_2_WARNING": "true",
    }
    # Not --quiet: MkDocs would not count the warnings it does not print.
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(PAGES.parent / "mkdocs.yml")],
        env=environment,
        **CAPTURED,
    )
    if done.returncode:
        warnings = [line for line in done.stderr.splitlines() if not line.startswith("INFO")]
        raise Problem("mkdocs.yml", "the site was not built", detail="\n".join(warnings))


def make_site() -> Path:
    """Writes the pages, builds the site from them, and makes it lighter; its first page."""
    text, glossary = write_pages()
    with ThreadPoolExecutor() as pool:  # MkDocs is a process of its own, so both go on at once
        faces = pool.submit(fonts.write_fonts, FONTS, text)
        build()
        faces.result()
    shutil.copytree(FONTS, SITE / "looks", dirs_exist_ok=True)
    for path in SITE.glob("*.html"):
        rewrite(path, lighten.page)
    if (SITE / "exercises.html").exists():
        text, styles = lighten.styles_apart((SITE / "exercises.html").read_text(encoding="utf-8"), "looks/notebook.css")
        write_file(SITE / "exercises.html", text.encode())
        write_file(SITE / "looks" / "notebook.css", styles.encode())
    for path in SITE.glob("search/search_index.js*"):
        rewrite(path, lambda text: lighten.search_index(text, glossary))
    for path in SITE.glob("assets/javascripts/bundle.*.js"):
        rewrite(path, lighten.script)
    return SITE / "index.html"


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    write_file(path, change(path.read_text(encoding="utf-8")).encode())
