"""A live preview of the site: `make serve`. Saving a note shows it; if code changed, the notes run from there on.

Results are recorded in the notes as by `make run`, but never over an edit that the run has not seen.
"""

import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from scripts import notebooks, run, tangle
from scripts.checkpoints import Checkpoints, FromTheStart, kept_states
from scripts.command import command
from scripts.notes import FOLDER, Cell, Check, Note, NoteError, all_notes

SECONDS = 0.1  # between two looks at the notes


class Stale(Exception):
    """A note that has run, or is running, reads otherwise now."""


@dataclass
class Ran:
    """A note's code, and the notebook that its run gave."""

    code: list
    notebook: object


def code(note: Note) -> list:
    """All of a note that bears on its results: which file it is, its cells and checks."""
    cells = [(block.source, block.tags) for block in note.blocks if isinstance(block, Cell)]
    checks = [(number, block.expression) for number, block in enumerate(executable(note)) if isinstance(block, Check)]
    return [note.path, cells, checks]


def executable(note: Note) -> list:
    return [block for block in note.blocks if isinstance(block, Cell | Check)]


def carried_over(note: Note, ran):
    """The notebook that a run of this note would give, if `ran` is from one with the same code."""
    notebook = notebooks.to_run(note)
    ours, theirs = ([cell for cell in each.cells if cell.cell_type == "code"] for each in (notebook, ran))
    for cell, executed in zip(ours, theirs, strict=True):
        cell.outputs, cell.execution_count = executed.outputs, executed.execution_count
        cell.metadata["expected"] = executed.metadata.get("expected", [])
    return notebook


def stamp(folder: Path) -> dict:
    """What changes when a file of the folder does; waits while that goes on."""
    found, before = _stamp(folder), None
    while found != before:
        time.sleep(SECONDS / 4)
        found, before = _stamp(folder), found
    return found


def _stamp(folder: Path) -> dict:
    try:
        files = {path: path.stat() for path in folder.rglob("*") if not path.name.startswith(".")}
    except FileNotFoundError:
        return {}
    return {path: (file.st_mtime_ns, file.st_size) for path, file in files.items()}


class Document:
    """The notes and what their cells gave, kept true to the files."""

    def __init__(self, folder: Path, states: Checkpoints | FromTheStart):
        self.folder, self.states, self.ran = folder, states, []

    def update(self) -> None:
        """Runs what has to run and records every result. Raises NoteError where something is wrong, Stale if a note
        changed meanwhile."""
        notes = all_notes(self.folder)
        del self.ran[self.states.known(self.unchanged(notes)) :]
        for number, note in enumerate(notes):
            start = time.perf_counter()
            if runs := number == len(self.ran):
                self.ran.append(self.run(notes[: number + 1]))
            changed = self.record(number, note)
            if runs or changed:
                said = f"{changed} recorded" if changed else "as recorded"
                print(f"{note.stem:<34} {time.perf_counter() - start:>8.2f} s  {said}", flush=True)

    def unchanged(self, notes: list[Note]) -> int:
        """How many notes from the first on need not run again. Writes the package, which some of them import."""
        written = tangle.write(tangle.tangle(notes), self.folder.parent)
        for number, (note, ran) in enumerate(zip(notes, self.ran, strict=False)):
            imports = any("micrograd" in cell.source for cell in note.cells)
            if code(note) != ran.code or (written and imports):
                return number
        return min(len(notes), len(self.ran))

    def run(self, notes: list[Note]) -> Ran:
        """Runs the last of these notes, in the state after the others."""
        cells = [cell for ran in self.ran for cell in ran.notebook.cells if cell.get("execution_count")]
        places = {cell.execution_count: tuple(cell.metadata.place) for cell in cells}
        seen = stamp(self.folder)

        def on_cell(_) -> None:
            nonlocal seen
            if (now := _stamp(self.folder)) != seen:
                seen = now
                if [code(note) for note in all_notes(self.folder)[: len(notes)]] != [code(note) for note in notes]:
                    raise Stale

        with self.states.after(len(notes) - 1, places) as kernel:
            return Ran(code(notes[-1]), run.execute(notes[-1], kernel, on_cell))

    def record(self, number: int, note: Note) -> int:
        """Records a note's results in its file as it reads now; how many changed."""
        note, ran = Note.read(Path(note.path)), self.ran[number]
        if code(note) != ran.code:
            raise Stale
        ran.notebook = carried_over(note, ran.notebook)
        lock = run.read_lock(self.folder)
        return run.record(note, run.settle(note, ran.notebook, lock), lock)


def follow(document: Document, show, folder: Path = FOLDER) -> None:
    """Keeps the document up to date until interrupted; shows what fails, and None when nothing does."""
    seen = None
    while True:
        if seen != (now := stamp(folder)):
            seen = now
            try:
                with FileLock("build/run.lock"):
                    document.update()
                show(None)
            except Stale:
                pass
            except NoteError as error:
                print(error, file=sys.stderr, flush=True)
                show(error)
            except OSError as error:
                print(f"{error.filename}: {error.strerror}", file=sys.stderr, flush=True)
        time.sleep(SECONDS)


@command(__name__)
def main() -> int:
    from scripts.preview import Preview

    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        print(f"port {port} is taken: name another one with `make serve PORT={port + 1}`", file=sys.stderr)
        return 2
    with Preview(FOLDER, port) as preview, kept_states(FOLDER.parent) as states:
        print(f"{preview.url} shows the notes; running them once, edits are seen meanwhile", flush=True)
        follow(Document(FOLDER, states), preview.show)
    return 0
