"""Putting back: the committed results of chosen changes, written into note, figures and lock."""

from collections.abc import Sequence
from pathlib import Path

from scripts.common.files import write_file
from scripts.common.problem import Problem
from scripts.note.committed import committed
from scripts.note.format import Figure, Note, result_lines
from scripts.note.lock import LOCK, digest, lock_of, read_lock, write_lock
from scripts.note.review import Change, figure_files, result_of


def put_back(chosen: Sequence[Change]) -> None:
    """Writes the committed results of these changes into their notes, their figures and the lock."""
    for path in dict.fromkeys(change.note.path for change in chosen):
        mine = {change.number: change for change in chosen if change.note.path == path}
        note = next(iter(mine.values())).note
        if Path(path).read_bytes().decode() != note.text:
            raise Problem(path, "changed meanwhile, so nothing in it is put back", "look again")
        _put_back(note, mine)


def _put_back(note: Note, mine: dict[int, Change]) -> None:
    folder = Path(note.path).parent
    files = set[str]()  # of the figures that are put back
    lines = [list(note.lines[cell.end : cell.results_end]) for cell in note.cells]
    for number, change in mine.items():
        kept = _figures_put_back(change)
        lines[number] = result_lines(change.old.text, kept)
        files |= {figure.path for figure in kept}
        for figure, picture in zip(kept, change.old.pictures, strict=True):
            if picture:
                write_file(folder / figure.path, picture)
        for figure, _ in change.new.figures[len(kept) :]:
            (folder / figure.path).unlink(missing_ok=True)
    write_file(Path(note.path), note.with_results(lines).encode())
    _lock_again(Note.read(Path(note.path)), files)


def _figures_put_back(change: Change) -> list[Figure]:
    """The words and names of the figures that are put back: those of today, as far as there are any."""
    today = [figure for figure, _ in change.new.figures[: len(change.old.figures)]]
    gone = [figure for figure, _ in change.old.figures[len(today) :]]
    taken = {figure.path for cell in change.note.cells for figure in cell.figures}
    for figure in gone:
        if figure.path in taken:
            raise Problem(
                change.place, f"{figure.path} is another cell's now", "rename that one before this is put back"
            )
    return [*today, *gone]


def _lock_again(note: Note, back: set[str]) -> None:
    """Makes the lock know the note's results, as far as this lock or the committed one knows them, and of what code
    the figures are that are back."""
    folder, name = Path(note.path).parent, Path(note.path).name
    lock, before = read_lock(folder), lock_of(committed(folder).get(LOCK, b"").decode())
    known = {*lock.get(name, []), *before.get(name, [])}
    files = figure_files(folder)
    results = [result_of(cell, files) for cell in note.cells if cell.output is not None or cell.figures]
    lock[name] = [each for result in results if (each := digest(result.text, result.pictures)) in known]
    write_lock(folder, lock | {path: row for path, row in before.items() if path in back})
