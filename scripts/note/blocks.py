"""What a note is made of: prose, checks, cells with their recorded results, excerpts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Prose:
    """Lines that are neither run nor recorded."""

    line: int
    text: str


@dataclass(frozen=True)
class Check:
    """An expression that must be true at its place."""

    line: int
    expression: str


@dataclass(frozen=True)
class Figure:
    """A recorded figure: the author owns its words and its file's name."""

    line: int
    alt: str
    path: str


@dataclass(frozen=True)
class Cell:
    """A fence of Python with the results recorded below it. `line` is the opening fence's, from 1; the lines
    [end, results_end) hold its results."""

    line: int
    source: str
    title: str = ""
    tags: tuple[str, ...] = ()
    end: int = 0
    results_end: int = 0
    output: str | None = None
    output_line: int = 0
    figures: tuple[Figure, ...] = ()

    @property
    def result_line(self) -> int:
        """The line where its results begin; its own, if it has none."""
        return self.output_line or (self.figures[0].line if self.figures else self.line)


@dataclass(frozen=True)
class Excerpt:
    """Lines of the next cell that are shown before it. `line` is the fence's."""

    line: int
    lines: tuple[str, ...]


Block = Prose | Check | Cell


def result_lines(text: str | None, figures: Iterable[Figure]) -> list[str]:
    """The lines that record a cell's text and figures below it."""
    lines = []
    if text is not None:
        ticks = "`" * max(3, 1 + max(map(len, re.findall(r"^ {0,3}(`+)", text, re.M)), default=0))
        lines += ["", f"{ticks}output", *text.split("\n"), ticks]
    for figure in figures:
        lines += ["", f"![{figure.alt}]({figure.path})"]
    return lines
