"""A note as the notebook that an editor shows, with its recorded results as outputs."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from scripts.note.format import Cell, Figure, Note
from scripts.note.lock import digest
from scripts.note.outcome import shown_as

FOR_EDITORS = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
ASIDE = "catching up"  # the metadata of an output that is no result
FOLD_END = "</details>"
FIGURE_FILE = re.compile(r"figures/[^()\s]+\.(?:svg|png|jpe?g|gif)")


@dataclass(frozen=True)
class Shown:
    """A cell as an editor shows it: as it is recorded, its figures by its metadata, a digest of its outputs."""

    cell: Cell
    figures: tuple[Figure, ...]
    outputs: str


View = dict[str, Shown]  # the code cells of a note in an editor, by their ids


def as_notebook(note: Note) -> NotebookNode:
    """The notebook that shows a note."""
    notebook, at, fold = new_notebook(metadata=FOR_EDITORS), 0, ""
    name = re.sub(r"[^\w-]", "-", note.stem)[:50]
    for cell in [*note.cells, None]:
        text = "\n".join(note.lines[at : cell.line - 1 if cell else None])
        if text := "\n\n".join(filter(None, [fold, text.strip("\n")])):
            notebook.cells.append(new_markdown_cell(text, id=f"{name}-{len(notebook.cells):03}"))
        if cell:
            notebook.cells.append(_code_cell(cell, Path(note.path).parent, f"{name}-{len(notebook.cells):03}"))
            at, fold = cell.results_end, FOLD_END if "hide-input" in cell.tags else ""
    return notebook


def _code_cell(cell: Cell, folder: Path, name: str) -> NotebookNode:
    outputs = [] if cell.output is None else [new_output("stream", name="stdout", text=cell.output + "\n")]
    outputs += [_image(figure, folder / figure.path) for figure in cell.figures if (folder / figure.path).exists()]
    figures = [{"alt": figure.alt, "file": figure.path} for figure in cell.figures]
    said = {"tags": list(cell.tags), "title": cell.title, "figures": figures}
    metadata = {key: value for key, value in said.items() if value} | {"trusted": True}
    return new_code_cell(cell.source, id=name, outputs=outputs, metadata=metadata)


def _image(figure: Figure, path: Path) -> NotebookNode:
    return new_output("display_data", shown_as(path.read_bytes()) | {"text/plain": figure.alt})


def view(notebook: NotebookNode, cells: Sequence[Cell]) -> View:
    """What an editor shows, if these are the notebook's code cells as they are recorded."""
    pairs = zip(code_cells(notebook), cells, strict=True)
    return {shown.id: Shown(cell, named_figures(shown), outputs_digest(shown)) for shown, cell in pairs}


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that hold code; an empty one holds none."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and (cell.source.strip() or cell.outputs)]


def named_figures(cell: NotebookNode) -> tuple[Figure, ...]:
    """The figures that a cell's metadata names."""
    said = [each for each in cell.metadata.get("figures", []) if FIGURE_FILE.fullmatch(each.get("file", ""))]
    return tuple(Figure(1, " ".join(each.get("alt", "").split()), each["file"]) for each in said)


def outputs_digest(cell: NotebookNode) -> str:
    return digest(json.dumps(cell.outputs, sort_keys=True), ())
