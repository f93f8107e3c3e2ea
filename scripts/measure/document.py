"""What running the document costs: against plain Python, nbconvert and papermill, per cell, and after an edit."""

import contextlib
import io
import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from scripts.kernel import jupyterlab
from scripts.kernel.document import Document
from scripts.kernel.process import ROOT
from scripts.kernel.states import kept_states
from scripts.note.folder import all_notes

CONVERT = ["-m", "nbconvert", "whole.ipynb", "--to", "notebook", "--execute", "--output", "converted.ipynb"]
CONVERT += ["--ExecutePreprocessor.timeout=-1"]
COUNTS = (100, 400, 1600)
MILLED = 400  # cells that stock papermill is given, which saves the whole notebook twice a cell


def script(folder: Path) -> str:
    """The cells as one plain program, which draws and prints nothing on its own."""
    parts = []
    for note in all_notes(folder / "notes"):
        for cell in note.cells:
            body = f"exec(compile({cell.source!r}, 'cell', 'exec'))"
            parts.append(f"try:\n    {body}\nexcept Exception:\n    pass" if "raises-exception" in cell.tags else body)
    return "\n".join(parts) + "\n"


def row(what: str, seconds: float, ours: float) -> list[str]:
    return [what, f"{seconds:.2f} s", f"{seconds / ours:.3g}"]


def whole_document(folder: Path, python: Callable[..., float]) -> list[list[str]]:
    """The whole run, once each: it takes long enough."""
    ours = python("-m", "scripts.run", PYTHONPATH=str(ROOT))
    (folder / "cells.py").write_text(script(folder))
    shutil.copy(folder / "build/notebooks/whole.ipynb", folder)
    kernel = jupyterlab.configure(folder)  # the same figures and drawings for all
    plain = python("cells.py", MPLBACKEND="agg", PYTHONHASHSEED="0", OMP_NUM_THREADS="1")
    converted = python(*CONVERT, **kernel)
    milled = python("-c", MILL, **kernel)
    return [
        row("whole run: ours", ours, ours),
        row("whole run: plain Python, nothing drawn or kept", plain, ours),
        row("whole run: jupyter nbconvert --execute", converted, ours),
        row("whole run: stock papermill", milled, ours),
    ]


# Stock papermill runs all cells, then fails if any output is an error, announced or not.
MILL = """
import nbformat, papermill
try:
    papermill.execute_notebook("whole.ipynb", "milled.ipynb", kernel_name="python3", progress_bar=False)
except papermill.PapermillExecutionError:
    pass
assert [cell for cell in nbformat.read("milled.ipynb", 4).cells if cell.cell_type == "code"][-1].execution_count
"""


def per_cell(folder: Path, python: Callable[..., float]) -> list[list[str]]:
    """Milliseconds for each of 100, 400 and 1600 cells, beyond what a note of one cell takes."""
    took, rows = {}, []
    for count in (1, *COUNTS):
        place = folder.parent / f"cells-{count}"
        (place / "notes").mkdir(parents=True)
        (place / "notes/00-cells.md").write_text("# Cells\n\n" + "\n\n".join(["```python\nx = 1\n```"] * count) + "\n")
        took["ours", count] = python("-m", "scripts.run", cwd=place, PYTHONPATH=str(ROOT))
        shutil.copy(place / "build/notebooks/whole.ipynb", place)
        took["nbconvert", count] = python(*CONVERT, cwd=place)
        took["papermill", count] = python("-c", MILL, cwd=place) if count <= MILLED else math.nan
    for count in COUNTS:
        each = {name: (took[name, count] - took[name, 1]) / count for name in ("ours", "nbconvert", "papermill")}
        for name, seconds in each.items():
            said = [f"{seconds * 1000:.1f} ms", f"{seconds / each['ours']:.3g}"]
            rows.append([f"each of {count} cells: {name}", *(said if seconds == seconds else ["not measured", ""])])
    return rows


class Clock(io.StringIO):
    """Notes when each note's line was printed."""

    def __init__(self) -> None:
        self.seen = dict[str, float]()

    def write(self, text: str) -> int:
        self.seen |= {name: time.perf_counter() for name in text.split()[:1]}
        return len(text)


def edits(folder: Path) -> list[list[str]]:
    """What an edit of code costs in the preview, against running everything: until the results of its note are there,
    and until those of all notes are."""
    notes, clock = all_notes(folder / "notes"), Clock()
    with kept_states(folder) as states, contextlib.redirect_stdout(clock):
        document = Document(folder / "notes", states)

        def update() -> float:
            start = time.perf_counter()
            document.update()
            return start

        start = update()
        full = time.perf_counter() - start
        rows = [row("preview: running everything", full, full)]
        for what, note in ("first", notes[0]), ("middle", notes[len(notes) // 2]), ("last", notes[-1]):
            path = Path(note.path)
            path.write_text(path.read_text() + "\n```python\nedited = 1\n```\n")
            start = update()
            own, all_of_them = clock.seen[note.stem] - start, time.perf_counter() - start
            rows.append(row(f"preview: an edit in the {what} note, until its results are there", own, full))
            rows.append(row(f"preview: an edit in the {what} note, until all results are there", all_of_them, full))
    return rows
