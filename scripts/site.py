"""Builds build/site from the notes and the executed notebooks: `make site`."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from scripts import fonts, pages, tangle
from scripts.command import command, write_file
from scripts.notes import FOLDER, Note, NoteError, all_notes
from scripts.versions import Index

PAGES = Path("build/pages")
SITE = Path("build/site")
NOTEBOOKS = Path("build/notebooks")
CAPTURED = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
LOOKS = Path(__file__).with_name("looks")
# mkdocs-jupyter's page and Material's offline search name scripts on other hosts. Nothing on the pages needs them.
FOREIGN = re.compile(r"<script(?:(?!</script>)[\s\S])*?https://(?:unpkg|cdnjs)[\s\S]*?</script>")


def whole(notebook) -> str:
    """The whole executed notebook as mkdocs-jupyter shall render it: with MathML, and a link to the plain one."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = pages.with_math(cell.source, "build/notebooks/whole.ipynb")
    text = "# The whole notebook\n\nThe one notebook that the notes split up: [download it](notebooks/whole.ipynb)."
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id="whole"))
    return nbformat.writes(notebook)


def repository() -> str:
    """The repository's address, which stands in mkdocs.yml and nowhere else."""
    return re.search(r"^repo_url: (\S+)", Path("mkdocs.yml").read_text(), re.M)[1]


def write_pages() -> None:
    """Writes what MkDocs reads: pages, figures, notebooks, fonts and looks."""
    notes = all_notes()
    index = Index(notes)
    shutil.rmtree(PAGES, ignore_errors=True)
    plain = [Note.read(FOLDER / f"{name}.md") for name in ("index", "glossary")]
    book = pages.Glossary(plain[1].text), repository()
    texts = {f"{note.stem}.md": pages.Page(note, index, *book).markdown() for note in [*plain, *notes]}
    texts["package.md"] = pages.package(index, tangle.tangle(notes))
    texts["versions.md"] = pages.versions(index)
    texts["whole.ipynb"] = whole(nbformat.read(NOTEBOOKS / "whole.ipynb", 4))
    for name, text in texts.items():
        write_file(PAGES / name, text.encode())
    shutil.copytree(FOLDER / "figures", PAGES / "figures")
    shutil.copytree(NOTEBOOKS, PAGES / "notebooks")
    shutil.copytree(LOOKS, PAGES / "looks")
    fonts.write(PAGES / "looks", "".join(texts.values()))


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
    write_pages()
    build()
    for path in SITE.glob("*.html"):
        write_file(path, FOREIGN.sub("", path.read_text(encoding="utf-8")).encode())
    print(f"{SITE / 'index.html'}: open it, or serve {SITE} from anywhere")
    return 0
