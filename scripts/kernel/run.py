"""Runs all notes in one kernel and records their results."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nbformat import NotebookNode

from scripts.common.problem import Problem
from scripts.kernel.execute import TIME_LIMIT, Step, execute
from scripts.kernel.notebook import finished, write_notebook
from scripts.kernel.process import Kernel
from scripts.kernel.whole import whole_notebook
from scripts.note.folder import FOLDER, all_notes, drafts, up_to
from scripts.note.format import Cell, Note, Prose
from scripts.note.lock import read_lock, write_lock
from scripts.note.outcome import Outcome
from scripts.note.record import Recorded, gave, hints, record, recorded_lines, settle, undrawn
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
    return [gave(note, block, step.outputs) for block, step in ran if isinstance(block, Cell)]


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
                yield Problem(result.place, result.fact, result.remedy)
            yield from (undrawn(ran.note, figure) for figure in result.waiting)


def show_progress(note: Note, start: float, at: int) -> None:
    """On a terminal, the note and cell under way and the seconds it has taken."""
    if sys.stdout.isatty():
        seconds = time.perf_counter() - start
        print(
            f"\r\x1b[K{note.stem:<34} {note.cells_until(at):>4}/{len(note.cells)} {seconds:>7.1f} s", end="", flush=True
        )


def show_row(name: str, cells: int, seconds: float, what: str = "") -> None:
    """A row of the table of times, in the place of the progress."""
    clear = "\r\x1b[K" if sys.stdout.isatty() else ""
    print(f"{clear}{name:<34} {cells:>5} {seconds:>8.2f}  {what}".rstrip(" "), flush=True)


def changed_places(note: Note, results: list[Recorded]) -> list[str]:
    """Where the results that changed stand in the note as it has been written."""
    written = Note(note.path, note.with_results(list(map(recorded_lines, results))))
    return [written.place(cell.result_line) for cell, each in zip(written.cells, results, strict=True) if each.fact]


def run(folder: Path = FOLDER, build: Path = Path("build"), time_limit: int = TIME_LIMIT, last: str = "") -> None:
    """Tangles, runs every note (up to `last`) and records its results, writes the executed notebooks; prints a table
    of times."""
    notes = all_notes(folder)
    chosen = up_to(notes, last)
    write_package(notes, folder.parent)
    lock, done, changed, total = read_lock(folder), list[NotebookNode](), list[str](), time.perf_counter()
    print(f"{'note':<34} {'cells':>5} {'seconds':>8}  results", flush=True)
    try:
        for ran in executed(chosen, show_progress, time_limit):
            results = settle(ran.note, outcomes(ran.note, ran.steps), lock)
            count = record(ran.note, results, lock)
            changed += changed_places(ran.note, results)
            done.append(finished(ran.note, [step.outputs for step in ran.steps], results))
            write_notebook(build / "notebooks" / f"{ran.note.stem}.ipynb", done[-1])
            show_row(ran.note.stem, len(ran.note.cells), ran.seconds, f"{count} recorded" if count else "as recorded")
            print("".join(f"{hint}\n" for hint in hints(ran.note, results)), end="", flush=True)
        cells, name = sum(len(note.cells) for note in chosen), "all" if chosen == notes else "these"
        show_row(f"{name}, with the kernel", cells, time.perf_counter() - total)
    finally:
        if changed:
            print("\n".join(["", "changed (make review shows old and new):", *changed]), flush=True)
    for path in drafts(folder):
        print(f"not run: {path.as_posix()}, no note before it has words and a name of its own")
    if rest := notes[len(chosen) :]:
        print(f"not run: {rest[0].stem}{f' to {rest[-1].stem}' if rest[1:] else ''}; whole.ipynb is as it was")
        return
    words = folder / "glossary.md"
    glossary = words.read_text(encoding="utf-8") if words.exists() else ""
    write_notebook(build / "notebooks" / "whole.ipynb", whole_notebook(notes, done, package(notes), glossary))
    write_lock(folder, lock)
