"""Notes as notebooks: the one that is run, the one that is kept, and the whole."""

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from scripts.command import write_file
from scripts.notes import Cell, Check, Note
from scripts.results import figure_of

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def to_run(note: Note):
    """A notebook with a cell for every block of the note; a check is a code cell too."""
    notebook = new_notebook(metadata=METADATA)
    for number, block in enumerate(note.blocks):
        place = {"id": f"{note.stem[:2]}-{number:03}", "metadata": {"place": [note.path, block.line]}}
        if isinstance(block, Cell):
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
        data = {"image/svg+xml": picture.decode(), "text/plain": figure.alt}
        outputs.append(new_output("display_data", data))
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


def whole(notes: list[Note], done: list):
    """All notes as the single notebook that they split up; a link to a note goes to its place in it."""
    notebook = new_notebook(metadata=METADATA)
    for note, part in zip(notes, done, strict=True):
        notebook.cells.append(new_markdown_cell(f'<a id="{note.stem}"></a>', id=f"{note.stem[:2]}-top"))
        for cell in part.cells:
            cell = nbformat.from_dict(cell)
            if cell.cell_type == "markdown":
                cell.source = re.sub(r"\]\((\d\d-[\w-]+)\.md(?:#[\w-]*)?\)", r"](#\1)", cell.source)
            notebook.cells.append(cell)
    return _numbered(notebook)


def write(path: Path, notebook) -> None:
    nbformat.validate(notebook)
    write_file(path, (nbformat.writes(notebook) + "\n").encode())
