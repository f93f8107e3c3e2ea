"""Notes as Jupytext reads and writes them, which is what editors of notebooks do."""

from collections.abc import Iterator

import jupytext
from jupytext.config import load_jupytext_configuration_file

from scripts.common.problem import Problem
from scripts.kernel.process import ROOT
from scripts.note.format import Note

PAIRING = ROOT / "jupytext.toml"


def unpaired(note: Note) -> Iterator[Problem]:
    """Where a note is not as Jupytext reads and writes it."""
    config = load_jupytext_configuration_file(str(PAIRING))
    notebook = jupytext.reads(note.body, "md", config=config)
    if [cell.source for cell in notebook.cells if cell.cell_type == "code"] != [cell.source for cell in note.cells]:
        yield Problem(note.path, "Jupytext sees other cells in it", "three backticks at the line's start make a cell")
        return
    written = jupytext.writes(notebook, "md", config=config)
    if written != note.body:
        pairs = enumerate(zip(written.split("\n"), note.lines, strict=False), 1)
        end = len(note.lines), "the file's end"
        line, said = next(((number, theirs) for number, (theirs, ours) in pairs if theirs != ours), end)
        yield note.problem(line, "a round trip through a notebook changes it", f"write it as: {said}")
