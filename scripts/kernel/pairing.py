"""Notes as editors of notebooks read and write them: `make lab`, and others through Jupytext."""

from collections.abc import Iterator
from itertools import zip_longest

import jupytext
from jupytext.config import load_jupytext_configuration_file

from scripts.common.problem import Problem
from scripts.kernel.opened import as_notebook, view
from scripts.kernel.process import ROOT
from scripts.kernel.saved import Saved
from scripts.note.format import Note

PAIRING = ROOT / "jupytext.toml"


def unpaired(note: Note) -> Iterator[Problem]:
    """Where a note is not as an editor of notebooks reads and writes it."""
    notebook = as_notebook(note)
    saved = Saved(notebook, note.path, view(notebook, note.cells), note.cells, {}).text
    config = load_jupytext_configuration_file(str(PAIRING))
    other = jupytext.reads(note.body, "md", config=config)
    if saved != note.body:
        yield rewritten(note, saved)
    elif [cell.source for cell in other.cells if cell.cell_type == "code"] != [cell.source for cell in note.cells]:
        yield Problem(note.path, "Jupytext sees other cells in it", "three backticks at the line's start make a cell")
    elif (written := jupytext.writes(other, "md", config=config)) != note.body:
        yield rewritten(note, written)


def rewritten(note: Note, text: str) -> Problem:
    """The first line of a note that an editor writes otherwise, in this text, and how to write it."""
    pairs = enumerate(zip_longest(note.lines, text.split("\n")), 1)
    line, (ours, theirs) = next((line, pair) for line, pair in pairs if pair[0] != pair[1])
    if ours is None:
        return note.problem(line - 1, "no line end at the end of the file", "end the last line, as others")
    if theirs is None:
        return note.problem(line, "blank lines at the end of the file", "delete them")
    if not ours:
        return note.problem(line, "a blank line too many", "delete it")
    if not theirs:
        return note.problem(line, "no blank line before this one", "put one there")
    return note.problem(line, "a round trip through a notebook changes it", f"write it as: {theirs}")
