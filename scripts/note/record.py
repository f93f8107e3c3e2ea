"""Recording: what is written below each cell after a run, and where that is not what is recorded there."""

from dataclasses import dataclass
from pathlib import Path

from scripts.common.files import replace_file, write_file
from scripts.common.problem import Problem
from scripts.note.compare import same_figure, same_text
from scripts.note.format import Cell, Figure, Note, result_lines
from scripts.note.lock import Lock, digest, write_lock
from scripts.note.outcome import PNG, Outcome, unstable


class Changed(Problem):
    """A note reads otherwise than it did when it ran."""


@dataclass(frozen=True)
class Recorded:
    """What is below a cell after a run, and (empty if nothing changed) where and how that is not what was there."""

    text: str | None
    figures: tuple[tuple[Figure, bytes], ...]
    place: str = ""
    fact: str = ""


def settle(note: Note, outcomes: list[Outcome], lock: Lock) -> list[Recorded]:
    """What is below each cell of a note after a run that gave these: the recorded result where it agrees, else the
    fresh one."""
    folder, known = Path(note.path).parent, lock.get(Path(note.path).name, [])
    return [_settle(note, cell, fresh, folder, known) for cell, fresh in zip(note.cells, outcomes, strict=True)]


def _settle(note: Note, cell: Cell, fresh: Outcome, folder: Path, known: list[str]) -> Recorded:
    if what := unstable(fresh.text or ""):
        raise note.problem(cell.line, f"its output holds {what}", "print what is the same in every run")
    pictures = fresh.pictures
    figures = list(cell.figures[: len(pictures)])
    for n in range(len(figures), len(pictures)):
        kind = "png" if pictures[n].startswith(PNG) else "svg"
        figures.append(Figure(0, "", f"figures/{note.stem}-{cell.line}-{n}.{kind}"))
    old = tuple(path.read_bytes() if (path := folder / figure.path).exists() else b"" for figure in cell.figures)
    found = disagreement(cell, old, fresh, known)
    if not found:
        return Recorded(cell.output, tuple(zip(figures, old, strict=True)))
    line, fact = found
    return Recorded(fresh.text, tuple(zip(figures, pictures, strict=True)), note.place(line), fact)


def disagreement(cell: Cell, old: tuple[bytes, ...], fresh: Outcome, known: list[str]) -> tuple[int, str] | None:
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
    for result in results:
        for figure, picture in result.figures:
            if result.fact:
                write_file(path.parent / figure.path, picture)
    text = note.with_results([result_lines(result.text, [f for f, _ in result.figures]) for result in results])
    if text != note.text and not replace_file(path, text.encode(), note.text.encode()):
        raise changed
    digests = [digest(r.text, [p for _, p in r.figures]) for r in results if r.text is not None or r.figures]
    if lock.get(path.name) != digests:
        lock[path.name] = digests
        write_lock(path.parent, lock)
    return sum(bool(result.fact) for result in results)
