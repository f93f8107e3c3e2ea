"""A live preview of the site: `make serve`. Saving a note shows it; if code changed, the notes run from there on.

Results are recorded in the notes as by `make run`, but never over an edit that the run has not seen.
"""

import math
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from scripts import notebooks, run, tangle
from scripts.checkpoints import Checkpoints, FromTheStart, kept_states
from scripts.command import command
from scripts.engine import Pause
from scripts.notes import FOLDER, Cell, Check, Note, NoteError, all_notes

SECONDS = 0.1  # between two looks at the notes
STRETCH = 1.5  # seconds after which a note's state is kept before its end


class Stale(Exception):
    """A note that has run, or is running, reads otherwise now."""


@dataclass
class Ran:
    """A stretch of a note that ran in one go: its code, and its cells with what they gave. Its state is kept."""

    code: list
    cells: list


def code(note: Note) -> list:
    """All that bears on a note's results, a tuple for each of its cells and checks."""
    kinds = {Cell: lambda cell: (note.path, cell.source, cell.tags), Check: lambda check: (note.path, check.expression)}
    return [kinds[type(block)](block) for block in note.blocks if type(block) in kinds]


def carry_over(note: Note, ran: list):
    """The notebook that a run of this note would give, if cells of the same code gave `ran`; those get its lines."""
    notebook = notebooks.to_run(note)
    for cell, executed in zip((cell for cell in notebook.cells if cell.cell_type == "code"), ran, strict=True):
        cell.outputs, cell.execution_count = executed.outputs, executed.execution_count
        cell.metadata["expected"] = executed.metadata.get("expected", [])
        executed.metadata["place"] = cell.metadata.place
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
            start, before = time.perf_counter(), len(self.ran)
            while self.done(note) < len(code(note)):
                self.ran.append(self.run(notes[: number + 1]))
            changed = self.record(note)
            if len(self.ran) > before or changed:
                said = f"{changed} recorded" if changed else "as recorded"
                print(f"{note.stem:<34} {time.perf_counter() - start:>8.2f} s  {said}", flush=True)

    def unchanged(self, notes: list[Note]) -> int:
        """How many stretches need not run again. Writes the package, which some of them import."""
        written = tangle.write(tangle.tangle(notes), self.folder.parent)
        now = [item for note in notes for item in code(note)]
        for number, ran in enumerate(self.ran):
            imports = any("micrograd" in item[1] for item in ran.code)
            if now[: len(ran.code)] != ran.code or (written and imports):
                return number
            del now[: len(ran.code)]
        return len(self.ran)

    def of(self, note: Note) -> list[Ran]:
        return [ran for ran in self.ran if ran.code[0][0] == note.path]

    def done(self, note: Note) -> int:
        """How many cells and checks of a note have run."""
        return sum(len(ran.code) for ran in self.of(note))

    def run(self, notes: list[Note]) -> Ran:
        """Runs the rest of the last of these notes, or a stretch of it if that takes long."""
        note, done = notes[-1], self.done(notes[-1])
        first = [at for at, block in enumerate(note.blocks) if isinstance(block, Cell | Check)][done]
        places = {cell.execution_count: tuple(cell.metadata.place) for ran in self.ran for cell in ran.cells}
        start, seen, stop = math.inf, stamp(self.folder), len(note.blocks)

        def on_cell(at: int) -> None:
            nonlocal start, seen, stop
            start = min(start, time.monotonic())
            if (now := _stamp(self.folder)) != seen:
                seen = now
                if [code(note) for note in all_notes(self.folder)[: len(notes)]] != [code(note) for note in notes]:
                    raise Stale
            if time.monotonic() > start + STRETCH and self.states.cheap:
                stop = at
                raise Pause(at)

        with self.states.after(len(self.ran), places) as kernel:
            cells = run.execute(note, kernel, on_cell, first=first).cells[first:stop]
        cells = [cell for cell in cells if cell.cell_type == "code"]
        return Ran(code(note)[done : done + len(cells)], cells)

    def record(self, note: Note) -> int:
        """Records a note's results in its file as it reads now; how many changed."""
        note, ran = Note.read(Path(note.path)), self.of(note)
        if code(note) != [item for each in ran for item in each.code]:
            raise Stale
        notebook, lock = carry_over(note, [cell for each in ran for cell in each.cells]), run.read_lock(self.folder)
        return run.record(note, run.settle(note, notebook, lock), lock)


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

    port = "".join(sys.argv[1:2]) or "8000"
    try:
        socket.create_server(("127.0.0.1", int(port))).close()
    except (OSError, ValueError, OverflowError):
        print(f"port {port} cannot be had: name another one, as in `make serve PORT=8001`", file=sys.stderr)
        return 2
    with Preview(FOLDER, int(port)) as preview, kept_states(FOLDER.parent) as states:
        print(f"{preview.url} shows the notes; running them once, edits are seen meanwhile", flush=True)
        follow(Document(FOLDER, states), preview.show)
    return 0
