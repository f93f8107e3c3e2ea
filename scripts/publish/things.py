"""What stands on a note's page, in order, whatever the page becomes: a site, an e-book or print."""

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from scripts.note.format import Cell, Check, Note
from scripts.note.markdown import headings
from scripts.publish.html import groups, parsed


@dataclass(frozen=True)
class Words:
    """A thing that is read: a paragraph, a heading (its opening has its anchor as id), a list, a fence that is never
    run, an end of a fold. `line` is where it begins."""

    tokens: list[Token]
    line: int


@dataclass(frozen=True)
class Source:
    """The code of a note's cell of this number, from 1."""

    number: int
    cell: Cell


@dataclass(frozen=True)
class Results:
    """What a cell gave. Below a fold that hides the code, this is outside of it."""

    number: int
    cell: Cell


Thing = Words | Source | Results


def things(note: Note) -> Iterator[Thing]:
    """What stands in a note, without its checks; the tokens are nobody else's."""
    starts = {cell.line - 1: (number, cell) for number, cell in enumerate(note.cells, 1)}
    hidden = {block.line - 1 for block in note.blocks if isinstance(block, Check)}
    hidden |= {at for cell in note.cells for at in range(cell.end, cell.results_end)}
    anchors = (anchor for _, anchor in headings(note.body))
    waiting: Results | None = None
    for group in groups(parsed(note.body)):
        at = group[0].map[0] if group[0].map else len(note.lines)
        if waiting and waiting.cell.end <= at:
            yield waiting
            waiting = None
        if at in starts:
            yield Source(*starts[at])
            waiting = Results(*starts[at])
        elif at not in hidden:
            if group[0].type == "heading_open":
                group[0].attrs["id"] = next(anchors)
            yield Words(group, at + 1)
    if waiting:
        yield waiting
