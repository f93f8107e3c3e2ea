"""Runs all notes in one kernel and records their results: `make run`, or `python -m scripts.run`.

`make run NOTE=07`, or `python -m scripts.run 07`, stops after that note.
"""

import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from scripts import notebooks, tangle
from scripts.command import command, write_file
from scripts.engine import ENGINE, Kernel, Unraised, frames
from scripts.notes import FOLDER, Cell, Check, Figure, Note, NoteError, all_notes, result_lines
from scripts.results import PNG, exception_text, figure_of, same_figure, same_text, text_of, unstable

TIME_LIMIT = 120  # seconds that a cell may take
LOCK = "results.lock"  # beside the notes: a digest of each recorded result, so that a change by hand is seen


@dataclass
class Result:
    """What stands below a cell after a run, and where and how that is not what stood there."""

    text: str | None
    figures: list[tuple[Figure, bytes]]
    place: str = ""
    fact: str = ""


def execute(note: Note, kernel: Kernel, on_cell: Callable = lambda at: None, time_limit: int = TIME_LIMIT, first=0):
    """The note, from its block `first` on, as an executed notebook, a cell for each of its blocks. Raises NoteError at
    the line that failed."""
    running = note.blocks[first]

    def started(cell, cell_index):
        nonlocal running
        running = note.blocks[cell_index]
        on_cell(cell_index)

    try:
        options = {"kernel": kernel, "on_cell": started, "time_limit": time_limit}
        notebook = execute_notebook(notebooks.to_run(note, first), **ENGINE, **options)
    except PapermillExecutionError as error:
        raise failure(note, note.blocks[error.cell_index], error, kernel.places) from None
    except Unraised as error:
        raise NoteError(note.place(note.blocks[error.args[0]].line), "expected an exception, none was raised") from None
    except DeadKernelError:
        raise NoteError(note.place(running.line), "the kernel died while it ran this cell") from None
    except CellTimeoutError:
        raise NoteError(note.place(running.line), f"this cell ran longer than {time_limit} s") from None
    if any(cell.metadata.papermill.status == "failed" for cell in notebook.cells):  # papermill lets an exit pass
        raise NoteError(note.place(running.line), "SystemExit: the rest of the note did not run")
    return notebook


def failure(note: Note, block: Cell | Check, error: PapermillExecutionError, places: dict) -> NoteError:
    """The error that a failed cell or check means, at its line, with the frames in note lines."""
    if isinstance(block, Check):
        raised = f"{block.expression} ({error.ename}: {error.evalue})"
        said = error.evalue if error.ename == "AssertionError" else raised
        return NoteError(note.place(block.line), f"check failed: {said}")
    line, rows = block.line, []
    for where, at, name in frames(error.traceback):
        path, fence = places.get(where, (where, 0))
        line = fence + at if where == error.exec_count else line
        rows.append(f"  {path}:{fence + at}{', in ' + name if name else ''}")
    return NoteError(note.place(line), exception_text(error), detail="\n".join(rows[-8:]))


def digest(text: str | None, pictures: list[bytes]) -> str:
    return f"{zlib.crc32(b'|'.join([(text or '').encode(), *pictures])):08x}"


def read_lock(folder: Path) -> dict[str, list[str]]:
    """The digests of each note's recorded results, by its file's name."""
    path = folder / LOCK
    rows = path.read_text().splitlines()[1:] if path.exists() else []
    return {name: digests for name, *digests in map(str.split, filter(str.strip, rows))}


def write_lock(folder: Path, lock: dict[str, list[str]]) -> None:
    rows = ["# Made by `make run`: a digest of each recorded result, so that a change by hand is seen."]
    rows += [" ".join([name, *digests]) for name, digests in sorted(lock.items()) if (folder / name).exists()]
    write_file(folder / LOCK, ("\n".join(rows) + "\n").encode())


def settle(note: Note, notebook, lock: dict) -> list[Result]:
    """What stands below each cell of a note after its run: the recorded result where it agrees, else the fresh one."""
    folder, known = Path(note.path).parent, lock.get(Path(note.path).name, [])
    ran = zip(note.blocks, notebook.cells, strict=True)
    return [_settle(note, block, cell, folder, known) for block, cell in ran if isinstance(block, Cell)]


def _settle(note: Note, cell: Cell, executed, folder: Path, known: list[str]) -> Result:
    outputs = executed.outputs + executed.metadata.get("expected", [])
    text, pictures = text_of(outputs), [picture for picture in map(figure_of, outputs) if picture]
    if what := unstable(text or ""):
        raise NoteError(note.place(cell.line), f"its output holds {what}", "print what is the same in every run")
    figures = cell.figures[: len(pictures)]
    for n in range(len(figures), len(pictures)):
        kind = "png" if pictures[n].startswith(PNG) else "svg"
        figures.append(Figure(0, "", f"figures/{note.stem}-{cell.line}-{n}.{kind}"))
    recorded = [path.read_bytes() if (path := folder / figure.path).exists() else b"" for figure in cell.figures]
    disagreement = _disagreement(cell, recorded, text, pictures, known)
    if not disagreement:
        return Result(cell.output, list(zip(figures, recorded, strict=True)))
    line, fact = disagreement
    return Result(text, list(zip(figures, pictures, strict=True)), note.place(line), fact)


def _disagreement(cell: Cell, recorded: list[bytes], text: str | None, pictures: list[bytes], known: list[str]):
    """The line and the fact in which the recorded result is not the fresh one; None if it is."""
    varies = "varies" in cell.tags
    if not same_text(cell.output, text, varies):
        old, new = ((words or "").split("\n") for words in (cell.output, text))
        pairs = enumerate(zip(old, new, strict=False))
        at = next((i for i, pair in pairs if not same_text(*pair, varies)), min(len(old), len(new)))
        said, says = (f"`{rows[at]}`" if at < len(rows) and rows[at] else "nothing" for rows in (old, new))
        line = cell.output_line + at + 1 if cell.output_line else cell.line
        return line, f"recorded {said}, the run says {says}"
    if len(recorded) != len(pictures):
        return cell.line, f"{len(recorded)} figures recorded, the run draws {len(pictures)}"
    for figure, old, new in zip(cell.figures, recorded, pictures, strict=False):
        if not old or not (varies or same_figure(old, new)):
            return figure.line, f"{figure.path} is {'not what the run draws' if old else 'missing'}"
    if (cell.output is not None or recorded) and digest(cell.output, recorded) not in known:
        line = cell.output_line + 1 if cell.output_line else cell.figures[0].line
        return line, "this result was changed by hand, or never recorded"
    return None


def record(note: Note, results: list[Result], lock: dict) -> int:
    """Writes a note's results into its file, its figures beside it; how many changed."""
    path = Path(note.path)
    if path.read_bytes().decode() != note.text:
        raise NoteError(note.path, "changed while it ran, so its results are not recorded", "make run")
    for result in results:
        for figure, picture in result.figures:
            if result.fact:
                write_file(path.parent / figure.path, picture)
    text = note.with_results([result_lines(result.text, [f for f, _ in result.figures]) for result in results])
    if text != note.text:
        write_file(path, text.encode())
    digests = [digest(r.text, [p for _, p in r.figures]) for r in results if r.text is not None or r.figures]
    if lock.get(path.name) != digests:
        lock[path.name] = digests
        write_lock(path.parent, lock)
    return sum(bool(result.fact) for result in results)


def executed(notes: list[Note], on_note: Callable, time_limit: int = TIME_LIMIT) -> Iterator[tuple]:
    """Runs notes in order in one kernel: (note, executed notebook, seconds), one after the other."""
    with Kernel(Path(notes[0].path).parent.parent) as kernel:
        for note in notes:
            start = time.perf_counter()
            notebook = execute(note, kernel, lambda at, note=note, start=start: on_note(note, at, start), time_limit)
            yield note, notebook, time.perf_counter() - start


def show_progress(note: Note, at: int, start: float) -> None:
    """On a terminal, the note and cell under way and the seconds it has taken."""
    if sys.stdout.isatty():
        cells = sum(isinstance(block, Cell) for block in note.blocks[: at + 1])
        seconds = time.perf_counter() - start
        print(f"\r\x1b[K{note.stem:<34} {cells:>4}/{len(note.cells)} {seconds:>7.1f} s", end="", flush=True)


def up_to(notes: list[Note], last: str) -> list[Note]:
    """The notes up to the one of this number or name; all, if it is empty."""
    for number, note in enumerate(notes, 1):
        if last in (note.stem, f"{note.stem}.md", note.path, note.stem.partition("-")[0]):
            return notes[:number]
    if last:
        raise NoteError(f"NOTE={last}", "no such note", f"name one from {notes[0].stem} to {notes[-1].stem}")
    return notes


def run(folder: Path = FOLDER, build: Path = Path("build"), time_limit: int = TIME_LIMIT, last: str = "") -> None:
    """Tangles, runs every note (up to `last`) and records its results, writes the executed notebooks; prints a table
    of times."""
    notes = all_notes(folder)
    chosen = up_to(notes, last)
    package = tangle.tangle(notes)
    tangle.write(package, folder.parent)
    lock, done, total = read_lock(folder), [], time.perf_counter()
    print(f"{'note':<34} {'cells':>5} {'seconds':>8}  results", flush=True)
    for note, notebook, seconds in executed(chosen, show_progress, time_limit):
        results = settle(note, notebook, lock)
        changed = record(note, results, lock)
        done.append(notebooks.finished(note, notebook, results))
        notebooks.write(build / "notebooks" / f"{note.stem}.ipynb", done[-1])
        clear = "\r\x1b[K" if sys.stdout.isatty() else ""
        what = f"{changed} recorded" if changed else "as recorded"
        print(f"{clear}{note.stem:<34} {len(note.cells):>5} {seconds:>8.2f}  {what}", flush=True)
    cells, name = sum(len(note.cells) for note in chosen), "all" if chosen == notes else "these"
    print(f"{f'{name}, with the kernel':<34} {cells:>5} {time.perf_counter() - total:>8.2f}")
    if rest := notes[len(chosen) :]:
        print(f"not run: {rest[0].stem}{f' to {rest[-1].stem}' if rest[1:] else ''}; whole.ipynb is as it was")
        return
    words = folder / "glossary.md"
    glossary = words.read_text(encoding="utf-8") if words.exists() else ""
    notebooks.write(build / "notebooks" / "whole.ipynb", notebooks.whole(notes, done, package, glossary))
    write_lock(folder, lock)


@command(__name__)
def main() -> int:
    Path("build").mkdir(exist_ok=True)
    try:
        with FileLock("build/run.lock", timeout=0):
            run(last="".join(sys.argv[1:2]))
    except Timeout:
        print("another run is at work here: wait for it, or stop it", file=sys.stderr)
        return 2
    return 0
