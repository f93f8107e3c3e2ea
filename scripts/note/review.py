"""Reviewing: every recorded result that is not what the last commit says, to be accepted or put back.

Accepting leaves a result where it is, and remembers in build/ that it has been seen. It is not staged: a result belongs
to its code, and a commit of one without the other would be a note that no run gives.
"""

import difflib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.common.files import write_file
from scripts.common.problem import Problem
from scripts.note.committed import committed
from scripts.note.folder import all_notes
from scripts.note.format import Cell, Figure, Note

ACCEPTED = Path("build/accepted")  # the keys of the changes that have been accepted, one a line


@dataclass(frozen=True)
class Version:
    """What is recorded below a cell: its text, and its figures with their files' content (empty if one is missing)."""

    text: str | None = None
    figures: tuple[tuple[Figure, bytes], ...] = ()

    @property
    def pictures(self) -> tuple[bytes, ...]:
        return tuple(picture for _, picture in self.figures)


@dataclass(frozen=True)
class Change:
    """A result that is not as committed. `number` is that of its cell in the note, from 0."""

    note: Note
    number: int
    old: Version
    new: Version

    @property
    def cell(self) -> Cell:
        return self.note.cells[self.number]

    @property
    def place(self) -> str:
        return self.note.place(self.cell.result_line)

    @property
    def key(self) -> str:
        """What tells this change from all others, and from a later one in its place."""
        said = repr((self.note.path, self.number, self.old, self.new))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def changes(folder: Path) -> list[Change]:
    """Every change of a result since the last commit that has not been accepted, in reading order."""
    before, files = committed(folder), figure_files(folder)
    seen = ACCEPTED.read_text().split() if ACCEPTED.exists() else []
    found = (change for note in all_notes(folder) for change in _changes(note, before, files))
    return [change for change in found if change.key not in seen]


def _changes(note: Note, before: dict[str, bytes], files: dict[str, bytes]) -> Iterator[Change]:
    earlier = cells_before(note, before)
    for number, cell in enumerate(note.cells):
        old = result_of(earlier[number], before) if number in earlier else Version()
        new = result_of(cell, files)
        if (old.text, old.pictures) != (new.text, new.pictures):
            yield Change(note, number, old, new)


def figure_files(folder: Path) -> dict[str, bytes]:
    return {f"figures/{path.name}": path.read_bytes() for path in folder.glob("figures/*") if path.is_file()}


def result_of(cell: Cell, files: dict[str, bytes]) -> Version:
    return Version(cell.output, tuple((figure, files.get(figure.path, b"")) for figure in cell.figures))


def cells_before(note: Note, before: dict[str, bytes]) -> dict[int, Cell]:
    """The cells of the last commit, by the number of the one that each has become: of the same code, or between such
    cells as many as there were."""
    content = before.get(Path(note.path).name)
    if content is None:
        return {}
    try:
        earlier = Note(f"HEAD:{note.path}", content.decode()).cells
    except UnicodeDecodeError:
        raise Problem(f"HEAD:{note.path}", "not UTF-8 text", "commit the note as it is now") from None
    then, now = ([cell.source for cell in cells] for cells in (earlier, note.cells))
    pairs = dict[int, Cell]()
    for tag, a, b, c, d in difflib.SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        if tag == "equal" or (tag == "replace" and b - a == d - c):
            pairs |= dict(zip(range(c, d), earlier[a:b], strict=True))
    return pairs


def accept(chosen: Sequence[Change]) -> None:
    """Remembers that these changes have been seen."""
    seen = ACCEPTED.read_text().split() if ACCEPTED.exists() else []
    write_file(ACCEPTED, "".join(f"{key}\n" for key in [*seen, *(change.key for change in chosen)]).encode())


def chosen(found: Sequence[Change], places: Sequence[str]) -> list[Change]:
    """The changes at these places, which may be notes or `all`. Raises Problem for a place without one."""
    for place in places:
        if place != "all" and not any(change.place == place or change.note.path == place for change in found):
            raise Problem(place, "no result there differs from the last commit", "make review lists them", status=2)
    return [change for change in found if {"all", change.place, change.note.path} & set(places)]


def told(change: Change) -> str:
    """A change in lines: its place, and what is old and what new in it."""
    old, new = (
        (result.text or "").split("\n") if result.text is not None else [] for result in (change.old, change.new)
    )
    lines = [line for line in difflib.ndiff(old, new) if line[0] in "+- "] if old != new else []
    for number in range(max(len(change.old.figures), len(change.new.figures))):
        before, now = (result.figures[number : number + 1] for result in (change.old, change.new))
        if [picture for _, picture in before] != [picture for _, picture in now]:
            lines += [f"- {figure.path} ({len(picture):,} bytes)" for figure, picture in before]
            lines += [f"+ {figure.path} ({len(picture):,} bytes)" for figure, picture in now]
    return "\n".join([change.place, *(f"  {line}" for line in lines)])
