"""Builds build/site from the notes and the executed notebooks: `make site`."""

import html
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from scripts import fonts, lighten, pages, tangle
from scripts.command import command, write_file
from scripts.notes import FOLDER, PLAIN, Note, NoteError, all_notes
from scripts.versions import Index

PAGES = Path("build/pages")
SITE = Path("build/site")
NOTEBOOKS = Path("build/notebooks")
FONTS = Path("build/fonts")
WHOLE = """\
# The whole notebook

The one notebook that the notes split up, executed: [download it](notebooks/whole.ipynb), or
open it where it runs as it is: <a class="badge" href="{colab}/blob/gh-pages/notebooks/whole.ipynb">Open in Colab</a>"""
CAPTURED = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
LOOKS = Path(__file__).with_name("looks")


def whole(notebook) -> str:
    """The whole executed notebook as mkdocs-jupyter shall render it: figures are files of the site."""
    notebook.cells = [cell for cell in notebook.cells if cell.id != "set-up"]
    notebook.cells[0].source = WHOLE.format(
        colab=repository().replace("github.com", "colab.research.google.com/github")
    )
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if file := output.get("metadata", {}).get("file"):
                alt = html.escape(output.data["text/plain"])
                output.data = {"text/html": f'<img class="figure" src="{file}" alt="{alt}">'}
    return nbformat.writes(notebook)


def repository() -> str:
    """The repository's address, which stands in mkdocs.yml and nowhere else."""
    return re.search(r"^repo_url: (\S+)", Path("mkdocs.yml").read_text(), re.M)[1]


def texts(notes: list[Note], plain: list[Note]) -> dict[str, str]:
    """The Markdown of every page but the whole notebook's, from the notes and the pages that are not run."""
    index = Index(notes)
    glossary = pages.Glossary(next((note.text for note in plain if note.stem == "glossary"), ""))
    found = [pages.Page(note, index, glossary, repository()) for note in [*plain, *notes]]
    made = {f"{page.note.stem}.md": page.markdown() for page in found}
    package = pages.package(index, tangle.tangle(notes))
    return made | {"package.md": package, "versions.md": pages.versions(index)}


def write_pages() -> str:
    """Writes what MkDocs reads: pages, figures, notebooks and looks; the pages' whole text."""
    shutil.rmtree(PAGES, ignore_errors=True)
    made = texts(all_notes(), [Note.read(FOLDER / name) for name in PLAIN])
    made["whole.ipynb"] = whole(nbformat.read(NOTEBOOKS / "whole.ipynb", 4))
    for name, text in made.items():
        write_file(PAGES / name, text.encode())
    shutil.copytree(FOLDER / "figures", PAGES / "figures")
    shutil.copytree(NOTEBOOKS, PAGES / "notebooks")
    shutil.copytree(LOOKS, PAGES / "looks")
    return "".join(made.values())


def build() -> None:
    """Runs MkDocs, strictly, with nothing in it that depends on the day. Raises NoteError with what it warns of."""
    environment = os.environ | {
        "SOURCE_DATE_EPOCH": "0",
        "NO_MKDOCS_2_WARNING": "1",
        "DISABLE_MKDOCS_2_WARNING": "true",
    }
    # Not --quiet: MkDocs would not count the warnings it does not print.
    done = subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict"], env=environment, **CAPTURED)
    if done.returncode:
        warnings = [line for line in done.stderr.splitlines() if not line.startswith("INFO")]
        raise NoteError("mkdocs.yml", "the site was not built", detail="\n".join(warnings))


@command(__name__)
def main() -> int:
    text = write_pages()
    with ThreadPoolExecutor() as pool:  # MkDocs is a process of its own, so both go on at once
        faces = pool.submit(fonts.write, FONTS, text)
        build()
        faces.result()
    shutil.copytree(FONTS, SITE / "looks", dirs_exist_ok=True)
    for path in SITE.glob("*.html"):
        write_file(path, lighten.page(path.read_text(encoding="utf-8")).encode())
    whole_page = (SITE / "whole.html").read_text(encoding="utf-8")
    whole_page, styles = lighten.styles_apart(lighten.with_math(whole_page), "looks/notebook.css")
    write_file(SITE / "whole.html", whole_page.encode())
    write_file(SITE / "looks" / "notebook.css", styles.encode())
    for name in ("search_index.json", "search_index.js"):
        path = SITE / "search" / name
        write_file(path, lighten.search_index(path.read_text(encoding="utf-8")).encode())
    print(f"{SITE / 'index.html'}: open it, or serve {SITE} from anywhere")
    return 0
