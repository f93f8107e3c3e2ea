"""Recording: what is written below each cell after a run, and where that is not what is recorded there."""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.common.files import replace_file, write_file
from scripts.common.problem import Problem
from scripts.note.carry import Carried, carried, digest_of_code
from scripts.note.compare import same_figure
from scripts.note.format import Cell, Figure, Note, result_lines
from scripts.note.lock import Lock, digest, write_lock
from scripts.note.numerals import same_text
from scripts.note.outcome import Outcome, Output, Unrecordable, outcome
from scripts.note.unstable import unstable

CHANCE = 'if every run gives others, seed the random numbers, or tag the block "varies"'
RANDOM = re.compile(r"rand|shuffle|choice|sample|uuid|time|now\(|\b(?:id|hash)\(|pid\b|get_ident|native_id")


class Changed(Problem):
    """A note reads otherwise than it did when it ran."""


@dataclass(frozen=True)
class Recorded:
    """What is below a cell after a run, and (empty if nothing changed) where and how that is not what was there.
    `waiting` are figures below the cell that no cell draws."""

    text: str | None
    figures: tuple[tuple[Figure, bytes], ...]
    place: str = ""
    fact: str = ""
    waiting: tuple[Figure, ...] = ()
    code: str = ""
    remedy: str = ""


def gave(note: Note, cell: Cell, outputs: Iterable[Output]) -> Outcome:
    """What these outputs of a cell say. Raises Problem at the cell where a note can't hold it."""
    try:
        return outcome(outputs)
    except Unrecordable as why:
        raise note.problem(cell.line, why.fact, why.remedy) from None


def hints(note: Note, results: list[Recorded]) -> list[str]:
    """What to do about results that may differ in every run: those that changed below a block of chance."""
    changed = [(cell, each) for cell, each in zip(note.cells, results, strict=True) if CHANCE in each.remedy]
    return [f"{each.place}: {each.fact}; {CHANCE}" for cell, each in changed if RANDOM.search(cell.source)]


def settle(note: Note, outcomes: list[Outcome], lock: Lock) -> list[Recorded]:
    """What is below each cell of a note after a run that gave these: the recorded result where it agrees, else the
    fresh one."""
    known = frozenset(lock.get(Path(note.path).name, []))
    theirs = carried(note, [fresh.pictures for fresh in outcomes], lock)
    cells = zip(note.cells, theirs, outcomes, strict=True)
    return [_settle(note, cell, its, fresh, known) for cell, its, fresh in cells]


def _settle(note: Note, cell: Cell, its: Carried, fresh: Outcome, known: Set[str]) -> Recorded:
    if "verbatim" not in cell.tags and (what := unstable(fresh.text or "")):
        remedy = 'print what is the same in every run; if this is, tag the block "verbatim"'
        raise note.problem(cell.line, f"its output holds {what}", remedy)
    recorded = replace(cell, figures=tuple(figure for figure in its.figures if figure.line))
    paths = [Path(note.path).parent / figure.path for figure in recorded.figures]
    old = tuple(path.read_bytes() if path.exists() else b"" for path in paths)
    found = disagreement(recorded, old, fresh, known) or astray_figures(cell, recorded)
    pictures = fresh.pictures if found else old
    place, fact = (note.place(found[0]), found[1]) if found else ("", "")
    text = fresh.text if found else cell.output
    figures = tuple(zip(its.figures, pictures, strict=True))
    numbers = not same_text(cell.output, fresh.text) and same_text(cell.output, fresh.text, varies=True)
    remedy = f"make run; {CHANCE}" if found and (numbers or "the run draws" in fact) else "make run"
    return Recorded(text, figures, place, fact, its.waiting, digest_of_code(cell), remedy)


def astray_figures(cell: Cell, recorded: Cell) -> tuple[int, str] | None:
    """The line and the fact in which a cell's figures do not stand below it in their order, as they would be recorded;
    None if they do."""
    below = [figure for figure in cell.figures if figure in recorded.figures]
    astray = next((figure for figure in recorded.figures if figure not in cell.figures), None)
    if astray:
        return cell.line, f"its figure {astray.path} stands below another cell"
    return None if below == list(recorded.figures) else (below[0].line, "its figures stand in another order")


def undrawn(note: Note, figure: Figure) -> Problem:
    """The finding that a figure stands below a cell, and no cell draws it."""
    remedy = "put its line right below the cell that draws it, or words before a picture of your own; or delete it"
    return note.problem(figure.line, f"the cell above does not draw {figure.path}", remedy)


def disagreement(cell: Cell, old: tuple[bytes, ...], fresh: Outcome, known: Set[str]) -> tuple[int, str] | None:
    """The line and the fact in which a cell's recorded result, with these pictures, is not the fresh one; None if it
    is."""
    varies = "varies" in cell.tags
    if not same_text(cell.output, fresh.text, varies):
        return _difference(cell, fresh.text, varies)
    if len(old) != len(fresh.pictures):
        return cell.line, f"{len(old)} figures recorded, the run draws {len(fresh.pictures)}"
    for figure, before, now in zip(cell.figures, old, fresh.pictures, strict=True):
        if not before or not (varies or same_figure(before, now)):
            return figure.line, f"{figure.path} is {'not what the run draws' if before else 'missing'}"
    if (cell.output is not None or old) and digest(cell.output, old) not in known:
        line = cell.output_line + 1 if cell.output_line else cell.figures[0].line
        return line, "this result was changed by hand, or never recorded"
    return None


def _difference(cell: Cell, fresh: str | None, varies: bool) -> tuple[int, str]:
    """The first line in which two texts differ, and how."""
    old, new = ((words or "").split("\n") for words in (cell.output, fresh))
    pairs = enumerate(zip(old, new, strict=False))
    at = next((i for i, pair in pairs if not same_text(*pair, varies)), min(len(old), len(new)))
    said, says = (f"`{rows[at]}`" if at < len(rows) and rows[at] else "nothing" for rows in (old, new))
    line = cell.output_line + at + 1 if cell.output_line else cell.line
    return line, f"recorded {said}, the run says {says}"


def record(note: Note, results: list[Recorded], lock: Lock) -> int:
    """Writes a note's results into its file, its figures beside it; how many changed."""
    path = Path(note.path)
    changed = Changed(note.path, "changed while it ran, so its results are not recorded", "make run")
    if path.read_bytes().decode() != note.text:
        raise changed
    write_figures(path.parent, results)
    text = note.with_results([recorded_lines(result) for result in results])
    if text != note.text and not replace_file(path, text.encode(), note.text.encode()):
        raise changed
    drop_figures(note, results)
    digests = [digest(r.text, [p for _, p in r.figures]) for r in results if r.text is not None or r.figures]
    rows = {path.name: digests} | {figure.path: [r.code, path.name] for r in results for figure, _ in r.figures}
    if any(lock.get(name) != row for name, row in rows.items()):
        lock |= rows
        write_lock(path.parent, lock)
    return sum(bool(result.fact) for result in results)


def recorded_lines(result: Recorded) -> list[str]:
    """The lines that record a result below its cell."""
    return result_lines(result.text, [*(figure for figure, _ in result.figures), *result.waiting])


def write_figures(folder: Path, results: list[Recorded]) -> None:
    """Writes the figures that changed, for the notes of a folder."""
    for result in results:
        for figure, picture in result.figures:
            if result.fact:
                write_file(folder / figure.path, picture)


def drop_figures(note: Note, results: list[Recorded]) -> None:
    """Deletes the figures that the note does not name any more."""
    kept = {f.path for result in results for f in (*(figure for figure, _ in result.figures), *result.waiting)}
    for figure in (figure for cell in note.cells for figure in cell.figures if figure.path not in kept):
        (Path(note.path).parent / figure.path).unlink(missing_ok=True)


def drop_unnamed(folder: Path, drawn: dict[str, bytes]) -> None:
    """Deletes these figures where they are as they were drawn, and no text of the folder names them any more."""
    texts = [path.read_text("utf-8", "replace") for path in folder.glob("*.md")]
    for name, picture in drawn.items():
        path = folder / name
        if path.exists() and path.read_bytes() == picture and not any(name in text for text in texts):
            path.unlink()
