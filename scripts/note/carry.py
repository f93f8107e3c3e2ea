"""Which cell each recorded figure belongs to, after cells were inserted, removed, moved or changed.

A figure's words and its file's name are the author's, so they never go to what another cell draws. A figure belongs to
the cell that draws the same picture, or whose code drew it when it was recorded; where nothing speaks against it, to
the cell above it. What no cell draws any more waits where it stands.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from scripts.note.blocks import Cell, Figure
from scripts.note.compare import same_figure
from scripts.note.format import Note
from scripts.note.lock import Lock, digest
from scripts.note.outcome import kind_of

Slot = tuple[int, int]  # a cell's number, and that of a picture it draws
Fits = Callable[[Figure, int, Slot], bool]  # whether a figure that stands below this cell is that picture


@dataclass(frozen=True)
class Carried:
    """The figure that each picture of a cell is, and the figures below the cell that it does not draw."""

    figures: tuple[Figure, ...]
    waiting: tuple[Figure, ...]


def digest_of_code(cell: Cell) -> str:
    return digest(cell.source, ())


def carried(note: Note, drawn: Sequence[Sequence[bytes]], lock: Lock) -> list[Carried]:
    """The figures of each cell of a note whose cells draw these pictures."""
    carrying = _Carrying(note, drawn, lock)
    carrying.settle()
    return [carrying.of(number) for number in range(len(drawn))]


class _Carrying:
    """Figures on their way to the pictures that they are."""

    def __init__(self, note: Note, drawn: Sequence[Sequence[bytes]], lock: Lock):
        self.note, self.cells, self.drawn, self.lock = note, note.cells, drawn, lock
        self.folder = Path(note.path).parent
        self.codes = [digest_of_code(cell) for cell in self.cells]
        self.left = [(figure, at) for at, cell in enumerate(self.cells) for figure in cell.figures]
        self.names = {figure.path for figure, _ in self.left}
        self.free = {(at, n) for at, pictures in enumerate(drawn) for n in range(len(pictures))}
        self.taken: dict[Slot, Figure] = {}
        self.given: set[str] = set()  # the names of those that are taken
        self.waiting = defaultdict[int, list[Figure]](list)

    def settle(self) -> None:
        self.take(self.own, lambda figure, at, to: self.same(figure, to))
        self.take(self.own, lambda figure, at, to: self.drawer(figure) == self.codes[at])
        self.take(self.near, lambda figure, at, to: self.drawer(figure) == self.codes[to[0]] or self.same(figure, to))
        self.take(self.own, lambda figure, at, to: self.by_place(figure, at))
        for figure, at in self.left:
            if not self.ours(figure):
                self.waiting[at].append(figure)

    def take(self, those: Callable[[int], Iterable[Slot]], fits: Fits) -> None:
        """Gives each figure that is left the first of those pictures that fits."""
        left, self.left = self.left, []
        for figure, at in sorted(left, key=lambda each: self.ours(each[0])):  # those with words first
            slots = () if self.spoken_for(figure) else those(at)
            if (to := next((to for to in slots if fits(figure, at, to)), None)) is None:
                self.left.append((figure, at))
            else:
                self.taken[to] = figure
                self.free.remove(to)
                self.given.add(figure.path)

    def own(self, at: int) -> list[Slot]:
        """The pictures of a cell that no figure has yet."""
        return [slot for n in range(len(self.drawn[at])) if (slot := (at, n)) in self.free]

    def near(self, at: int) -> list[Slot]:
        """Those of all cells, the nearest first."""
        return sorted(self.free, key=lambda to: (abs(to[0] - at), to))

    def spoken_for(self, figure: Figure) -> bool:
        """Whether another cell has a figure of this name, here or in the note where it was recorded last."""
        other = self.folder / self.lock.get(figure.path, [""])[-1]
        copied = other.suffix == ".md" and other.name != Path(self.note.path).name and other.exists()
        if copied and f"]({figure.path})".encode() in other.read_bytes():
            return True
        return figure.path in self.given

    def drawer(self, figure: Figure) -> str:
        """The digest of the code that drew the figure as it is recorded."""
        return self.lock.get(figure.path, [""])[0]

    def same(self, figure: Figure, to: Slot) -> bool:
        path = self.folder / figure.path
        return path.exists() and same_figure(path.read_bytes(), self.drawn[to[0]][to[1]])

    def by_place(self, figure: Figure, at: int) -> bool:
        """Whether the cell above a figure draws it now, since its code was changed."""
        if not (drawer := self.drawer(figure)):
            return not (self.folder / figure.path).exists()  # else it was made by hand
        between = bool(at) and not self.cells[at - 1].figures and self.own(at - 1)
        return drawer not in self.codes and drawer == self.drawer(self.cells[at].figures[0]) and not between

    def of(self, number: int) -> Carried:
        figures = [self.figure((number, n)) for n in range(len(self.drawn[number]))]
        return Carried(tuple(figures), tuple(self.waiting[number]))

    def figure(self, slot: Slot) -> Figure:
        """The figure that a picture is, under a name of its kind that nothing else has."""
        kind = kind_of(self.drawn[slot[0]][slot[1]])
        figure = self.taken.get(slot)
        if figure and Path(figure.path.replace("jpeg", "jpg")).suffix == f".{kind}":
            return figure
        new = f"figures/{self.note.stem}-{self.cells[slot[0]].line}-{slot[1]}"
        stem = figure.path.rpartition(".")[0] if figure else new
        names = (f"{stem}{f'-{n}' if n else ''}.{kind}" for n in count())
        name = next(name for name in names if name not in self.names and not (self.folder / name).exists())
        self.names.add(name)
        return replace(figure or Figure(0, "", ""), path=name)

    def ours(self, figure: Figure) -> bool:
        """Whether the run named a figure, and nobody has given it words since."""
        return not figure.alt and bool(re.fullmatch(rf"figures/{self.note.stem}-\d+-[-\d]+\.\w+", figure.path))
