"""The preview's document: the notes and what their cells gave, kept true to the files.

Results are recorded in the notes as by a run, but never over an edit that the run has not seen.
"""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from scripts.common.problem import Problem
from scripts.kernel.engine import Pause, Places
from scripts.kernel.execute import Code, Step, code_of, execute
from scripts.kernel.loop import watched
from scripts.kernel.run import outcomes
from scripts.kernel.states import Checkpoints, FromTheStart
from scripts.kernel.watch import Terminal, glance
from scripts.note.folder import all_notes
from scripts.note.format import Cell, Check, Note
from scripts.note.lock import forget_gone, read_lock
from scripts.note.outcome import Outcome, so_far
from scripts.note.record import Changed, drop_unnamed, record, settle
from scripts.note.tangle import write_package

STRETCH = 1.5  # seconds after which a note's state is kept before its end


class Stale(Exception):
    """A note that has run, or is running, reads otherwise now."""


class Screen(Protocol):
    """Who shows what goes on: the words for it, the notes whose results are not of now, and what their cells gave."""

    def say(self, words: str, stale: list[str]) -> None: ...

    def give(self, note: Note, results: list[Outcome]) -> None: ...


class NoScreen:
    """Where nobody looks."""

    def say(self, words: str, stale: list[str]) -> None: ...

    def give(self, note: Note, results: list[Outcome]) -> None: ...


NOWHERE = NoScreen()


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


@dataclass
class Running:
    """The last of these notes runs from its block `first` on; what its cells give comes into `given`."""

    notes: list[Note]
    first: int
    at: int = 0
    start: float = math.inf  # of the stretch
    since: float = math.inf  # of the block under way
    shown: float = field(default_factory=time.monotonic)
    given: dict[int, Any] = field(default_factory=dict)

    @property
    def note(self) -> Note:
        return self.notes[-1]

    def words(self) -> str:
        cells = self.note.cells_until(self.at)
        place = self.note.place(self.note.blocks[self.at].line)
        return f"{place} runs: cell {cells} of {len(self.note.cells)}, {self.seconds:.0f} s"

    @property
    def seconds(self) -> float:
        """How long the block under way has been running."""
        return max(0, time.monotonic() - self.since)


class Document:
    """The notes of a folder, and the stretches of them that have run."""

    def __init__(
        self,
        folder: Path,
        states: Checkpoints | FromTheStart,
        screen: Screen = NOWHERE,
        terminal: Terminal | None = None,
    ):
        self.folder, self.states, self.screen, self.terminal = folder, states, screen, terminal or Terminal()
        self.ran: list[Stretch] = []
        self.drawn: dict[str, bytes] = {}  # the figures that were written, by their paths

    def look(self) -> Any:
        """What changes when a file does that the notes' results depend on."""
        return glance(self.folder), self.states.looked_at()

    def keep_up(self) -> bool:
        """Runs what has to run and records every result; False if a note changed meanwhile. Raises Problem where
        something is wrong."""
        try:
            self.update()
        except (Stale, Changed):
            return False
        return True

    def update(self) -> None:
        """The same, but raises Stale or Changed if a note changed meanwhile."""
        self.seen = glance(self.folder)  # before the notes are read
        notes = all_notes(self.folder)
        stems = [note.stem for note in notes]
        try:
            del self.ran[self.states.known(self.unchanged(notes)) :]
            for number, note in enumerate(notes):
                self.keep_up_note(notes, number)
                stems.remove(note.stem)
        except Problem as problem:
            self.screen.say(f"the run stopped: {problem.place}: {problem.fact}", stems)
            raise
        drop_unnamed(self.folder, self.drawn)  # git may have put other notes in place, a moment after they were drawn
        forget_gone(self.folder)
        self.screen.say("up to date", [])

    def keep_up_note(self, notes: list[Note], number: int) -> None:
        note, start, before = notes[number], time.perf_counter(), len(self.ran)
        self.stale = [each.stem for each in notes[number:]]
        while len(self.steps(note)) < len(code_of(note)):
            self.ran.append(self.run(notes[: number + 1]))
        changed = self.record(note)
        if len(self.ran) > before or changed:
            said = f"{changed} recorded" if changed else "as recorded"
            self.terminal.print(f"{note.stem:<34} {time.perf_counter() - start:>8.2f} s  {said}")

    def unchanged(self, notes: list[Note]) -> int:
        """How many stretches have the code that they ran. Writes the package, which some of them import."""
        write_package(notes, self.folder.parent)
        now = [code for note in notes for code in code_of(note)]
        for number, stretch in enumerate(self.ran):
            if now[: len(stretch.code)] != stretch.code:
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
        running = Running(notes, first, first)

        def on_cell(at: int) -> None:
            if at < first:
                return
            self.stop_if_stale(notes)
            running.at, running.since = at, time.monotonic()
            running.start = min(running.start, running.since)
            if at > first and running.since > running.start + STRETCH and self.states.cheap:
                raise Pause(at)

        with self.states.after(len(self.ran), self.places(notes)) as session, watched(lambda: self.meanwhile(running)):
            return Stretch(tuple(execute(note, session, on_cell, first=first, given=running.given)))

    def stop_if_stale(self, notes: list[Note]) -> None:
        """Raises Stale if one of these notes reads otherwise by now."""
        if (now := glance(self.folder)) == self.seen:
            return
        self.seen = now
        try:
            codes = [code_of(note) for note in all_notes(self.folder)[: len(notes)]]
        except Problem:  # which the next look at the notes will say
            raise Stale from None
        if codes != [code_of(note) for note in notes]:
            raise Stale

    def meanwhile(self, running: Running) -> None:
        """What is done ten times a second while a cell runs."""
        self.stop_if_stale(running.notes)
        words = running.words()
        self.terminal.running(words, running.seconds)
        self.screen.say(words, self.stale)
        if time.monotonic() > running.shown + 1:
            running.shown = time.monotonic()
            self.screen.give(running.note, self.so_far(running))

    def so_far(self, running: Running) -> list[Outcome]:
        """What the cells of a note that runs have given, up to the one under way."""
        blocks = [block for block in running.note.blocks if isinstance(block, Cell | Check)]
        given = [step.outputs for step in self.steps(running.note)]
        given += [cell.outputs for at, cell in sorted(running.given.items()) if running.first <= at < running.at]
        return [so_far(outputs) for block, outputs in zip(blocks, given, strict=False) if isinstance(block, Cell)]

    def record(self, note: Note) -> int:
        """Records a note's results in its file as it reads now; how many changed."""
        note = Note.read(Path(note.path))
        steps = self.steps(note)
        if code_of(note) != [step.code for step in steps]:
            raise Stale
        lock = read_lock(self.folder)
        results = settle(note, outcomes(note, steps), lock)
        changed = record(note, results, lock)
        self.drawn |= {figure.path: drawn for each in results if each.fact for figure, drawn in each.figures}
        return changed
