"""Notes as notebooks: the one that is run, and the one that is kept."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from scripts.common.files import write_file
from scripts.note.format import Cell, Check, Note
from scripts.note.outcome import Output, picture_of, shown_as
from scripts.note.record import Recorded

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def to_run(note: Note, first: int = 0) -> NotebookNode:
    """A notebook with a cell for every block of the note; a check is a code cell too. Empty before `first`."""
    notebook = new_notebook(metadata=METADATA)
    for number, block in enumerate(note.blocks):
        place: dict[str, Any] = {"id": f"{note.stem}-{number:03}", "metadata": {"place": [note.path, block.line]}}
        if number < first:
            notebook.cells.append(new_markdown_cell("", **place))
        elif isinstance(block, Cell):
            place["metadata"]["tags"] = list(block.tags)
            notebook.cells.append(new_code_cell(block.source, **place))
        elif isinstance(block, Check):
            source = f"__import__('scripts.kernel.inside').kernel.inside.must_hold({block.expression!r})"
            notebook.cells.append(new_code_cell(source, **place))
        else:
            notebook.cells.append(new_markdown_cell(block.text, **place))
    return notebook


def finished(note: Note, outputs: Sequence[Sequence[Output]], results: Sequence[Recorded]) -> NotebookNode:
    """The executed note as it is kept: recorded results, no checks, nothing that differs between two runs."""
    notebook, ran, recorded = new_notebook(metadata=METADATA), iter(outputs), iter(results)
    for number, block in enumerate(note.blocks):
        name = f"{note.stem}-{number:03}"
        if isinstance(block, Cell):
            shown = _outputs(next(ran), next(recorded), "varies" in block.tags)
            metadata = {"tags": list(block.tags)} if block.tags else {}
            notebook.cells.append(new_code_cell(block.source, id=name, outputs=shown, metadata=metadata))
        elif isinstance(block, Check):
            next(ran)
        else:
            notebook.cells.append(new_markdown_cell(block.text, id=name))
    return numbered(notebook)


def _outputs(fresh: Sequence[Output], result: Recorded, varies: bool) -> list[Output]:
    outputs = [output for output in fresh if output["output_type"] != "error" and not picture_of(output)]
    if varies and result.text is not None:
        outputs = [new_output("stream", name="stdout", text=result.text + "\n")]
    for error in (output for output in fresh if output["output_type"] == "error"):
        said = f"{error['ename']}: {error['evalue']}"
        outputs.append(new_output("error", ename=error["ename"], evalue=error["evalue"], traceback=[said]))
    for figure, picture in result.figures:
        data = shown_as(picture) | {"text/plain": figure.alt}
        outputs.append(new_output("display_data", data, metadata={"file": figure.path}))
    return outputs


def numbered(notebook: NotebookNode) -> NotebookNode:
    """Counts the code cells from 1, as in a fresh session."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, 1):
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook


def write_notebook(path: Path, notebook: NotebookNode) -> None:
    nbformat.validate(notebook)
    write_file(path, (nbformat.writes(notebook) + "\n").encode())
