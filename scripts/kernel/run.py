"""Runs all notes in one kernel and records their results."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scripts.common.problem import Problem
from scripts.kernel.execute import TIME_LIMIT, Step, execute
from scripts.kernel.notebook import finished, write_notebook
from scripts.kernel.process import Kernel
from scripts.kernel.whole import whole_notebook
from scripts.note.folder import FOLDER, all_notes, drafts, up_to
from scripts.note.format import Cell, Note, Prose
from scripts.note.lock import read_lock, write_lock
from scripts.note.outcome import Outcome, outcome
from scripts.note.record import record, settle, undrawn
from scripts.note.tangle import package, write_package

OnNote = Callable[[Note, float, int], None]


@dataclass(frozen=True)
class Ran:
    """A note that ran: its steps and the seconds they took."""

    note: Note
    steps: tuple[Step, ...]
    seconds: float


def outcomes(note: Note, steps: Sequence[Step]) -> list[Outcome]:
    """What each cell of a note gave, if these are all its steps."""
    blocks = [block for block in note.blocks if not isinstance(block, Prose)]
    ran = zip(blocks, steps, strict=True)
    return [outcome(step.outputs) for block, step in ran if isinstance(block, Cell)]


def executed(notes: list[Note], on_note: OnNote, time_limit: int = TIME_LIMIT) -> Iterator[Ran]:
    """Runs notes in order in one kernel. `on_note` is told the note, when it began, and the number of each block."""
    with Kernel(Path(notes[0].path).parent.parent) as session:
        for note in notes:
            start = time.perf_counter()
            steps = execute(note, session, partial(on_note, note, start), time_limit)
            yield Ran(note, tuple(steps), time.perf_counter() - start)


def stale_results(notes: list[Note], folder: Path) -> Iterator[Problem]:
    """Each recorded result that a fresh run does not give."""
    lock = read_lock(folder)
    for ran in executed(notes, show_progress):
        for result in settle(ran.note, outcomes(ran.note, ran.steps), lock):
            if result.fact:
                yield Problem(result.place, result.fact, "make run")
            yield from (undrawn(ran.note, figure) for figure in result.waiting)


def show_progress(note: Note, start: float, at: int) -> None:
    """On a terminal, the note and cell under way and the seconds it has taken."""
    if sys.stdout.isatty():
        cells = sum(isinstance(block, Cell) for block in note.blocks[: at + 1])
        seconds = time.perf_counter() - start
        print(f"\r\x1b[K{note.stem:<34} {cells:>4}/{len(note.cells)} {seconds:>7.1f} s", end="", flush=True)


def run(folder: Path = FOLDER, build: Path = Path("build"), time_limit: int = TIME_LIMIT, last: str = "") -> None:
    """Tangles, runs every note (up to `last`) and records its results, writes the executed notebooks; prints a table
    of times."""
    notes = all_notes(folder)
    chosen = up_to(notes, last)
    write_package(notes, folder.parent)
    lock, done, total = read_lock(folder), [], time.perf_counter()
    print(f"{'note':<34} {'cells':>5} {'seconds':>8}  results", flush=True)
    for ran in executed(chosen, show_progress, time_limit):
        note = ran.note
        results = settle(note, outcomes(note, ran.steps), lock)
        changed = record(note, results, lock)
        done.append(finished(note, [step.outputs for step in ran.steps], results))
        write_notebook(build / "notebooks" / f"{note.stem}.ipynb", done[-1])
        clear = "\r\x1b[K" if sys.stdout.isatty() else ""
        what = f"{changed} recorded" if changed else "as recorded"
        print(f"{clear}{note.stem:<34} {len(note.cells):>5} {ran.seconds:>8.2f}  {what}", flush=True)
    cells, name = sum(len(note.cells) for note in chosen), "all" if chosen == notes else "these"
    print(f"{f'{name}, with the kernel':<34} {cells:>5} {time.perf_counter() - total:>8.2f}")
    for path in drafts(folder):
        print(f"not run: {path.as_posix()}, no note before it has words and a name of its own")
    if rest := notes[len(chosen) :]:
        print(f"not run: {rest[0].stem}{f' to {rest[-1].stem}' if rest[1:] else ''}; whole.ipynb is as it was")
        return
    words = folder / "glossary.md"
    glossary = words.read_text(encoding="utf-8") if words.exists() else ""
    write_notebook(build / "notebooks" / "whole.ipynb", whole_notebook(notes, done, package(notes), glossary))
    write_lock(folder, lock)
