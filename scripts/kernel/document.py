"""The preview's document: the notes and what their cells gave, kept true to the files.

Results are recorded in the notes as by a run, but never over an edit that the run has not seen.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path

from scripts.kernel.engine import Pause, Places
from scripts.kernel.execute import Code, Step, code_of, execute
from scripts.kernel.run import outcomes
from scripts.kernel.states import Checkpoints, FromTheStart
from scripts.kernel.watch import glance, settled
from scripts.note.folder import all_notes
from scripts.note.format import Cell, Check, Note
from scripts.note.lock import read_lock
from scripts.note.record import record, settle
from scripts.note.tangle import write_package

STRETCH = 1.5  # seconds after which a note's state is kept before its end


class Stale(Exception):
    """A note that has run, or is running, reads otherwise now."""


@dataclass(frozen=True)
class Stretch:
    """Steps of a note that ran in one go. The state after them is kept."""

    steps: tuple[Step, ...]

    @property
    def path(self) -> str:
        return self.steps[0].code.path

    @property
    def code(self) -> list[Code]:
        return [step.code for step in self.steps]

    @property
    def imports_the_package(self) -> bool:
        return any("micrograd" in step.code.source for step in self.steps)


class Document:
    """The notes of a folder, and the stretches of them that have run."""

    def __init__(self, folder: Path, states: Checkpoints | FromTheStart):
        self.folder, self.states = folder, states
        self.ran: list[Stretch] = []

    def keep_up(self) -> bool:
        """Runs what has to run and records every result; False if a note changed meanwhile. Raises Problem where
        something is wrong."""
        try:
            self.update()
        except Stale:
            return False
        return True

    def update(self) -> None:
        """The same, but raises Stale if a note changed meanwhile."""
        notes = all_notes(self.folder)
        del self.ran[self.states.known(self.unchanged(notes)) :]
        for number, note in enumerate(notes):
            start, before = time.perf_counter(), len(self.ran)
            while len(self.steps(note)) < len(code_of(note)):
                self.ran.append(self.run(notes[: number + 1]))
            changed = self.record(note)
            if len(self.ran) > before or changed:
                said = f"{changed} recorded" if changed else "as recorded"
                print(f"{note.stem:<34} {time.perf_counter() - start:>8.2f} s  {said}", flush=True)

    def unchanged(self, notes: list[Note]) -> int:
        """How many stretches need not run again. Writes the package, which some of them import."""
        written = write_package(notes, self.folder.parent)
        now = [code for note in notes for code in code_of(note)]
        for number, stretch in enumerate(self.ran):
            if now[: len(stretch.code)] != stretch.code or (written and stretch.imports_the_package):
                return number
            del now[: len(stretch.code)]
        return len(self.ran)

    def steps(self, note: Note) -> list[Step]:
        """The steps of a note that have run."""
        return [step for stretch in self.ran if stretch.path == note.path for step in stretch.steps]

    def places(self, notes: list[Note]) -> Places:
        """Where the cells that have run are now, by their number in the session."""
        blocks = [(note.path, b.line) for note in notes for b in note.blocks if isinstance(b, Cell | Check)]
        steps = [step for stretch in self.ran for step in stretch.steps]
        return {step.count: place for step, place in zip(steps, blocks, strict=False)}

    def run(self, notes: list[Note]) -> Stretch:
        """Runs the rest of the last of these notes, or a stretch of it if that takes long."""
        note, done = notes[-1], len(self.steps(notes[-1]))
        first = [at for at, block in enumerate(note.blocks) if isinstance(block, Cell | Check)][done]
        start, seen = math.inf, settled(self.folder)

        def on_cell(at: int) -> None:
            nonlocal start, seen
            start = min(start, time.monotonic())
            if (now := glance(self.folder)) != seen:
                seen = now
                if [code_of(note) for note in all_notes(self.folder)[: len(notes)]] != [code_of(n) for n in notes]:
                    raise Stale
            if time.monotonic() > start + STRETCH and self.states.cheap:
                raise Pause(at)

        with self.states.after(len(self.ran), self.places(notes)) as session:
            return Stretch(tuple(execute(note, session, on_cell, first=first)))

    def record(self, note: Note) -> int:
        """Records a note's results in its file as it reads now; how many changed."""
        note = Note.read(Path(note.path))
        steps = self.steps(note)
        if code_of(note) != [step.code for step in steps]:
            raise Stale
        lock = read_lock(self.folder)
        return record(note, settle(note, outcomes(note, steps), lock), lock)
