"""The note that an editor saves: the cells of a notebook as text, with the results that a run would record.

A result that the editor did not compute since it last saw the note stays as the file has it now. So does that of a cell
which failed, or gave what no run would record.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from nbformat import NotebookNode

from scripts.common.problem import Problem
from scripts.kernel.opened import ASIDE, FOLD_END, Shown, View, code_cells, named_figures, outputs_digest
from scripts.note.carry import carried
from scripts.note.format import Cell, Figure, Note, result_lines
from scripts.note.lock import Lock
from scripts.note.outcome import so_far
from scripts.note.record import Recorded, gave, recorded_lines, settle


class Saved:
    """What a notebook says as the note at `path`, which has the cells `on_disk`; `seen` is what the editor showed.
    `view` is what it shows now, `results` are new, `refused` is said of those that are not recorded."""

    def __init__(self, notebook: NotebookNode, path: str, seen: View, on_disk: Sequence[Cell], lock: Lock):
        self.path, self.seen, self.lock = path, seen, lock
        code = code_cells(notebook)
        self.bases = bases(code, seen, on_disk)
        self.figures = claimed(code, seen, self.bases)
        self.figures |= self.redrawn([cell for cell in code if self.is_new(cell)])
        self.lines: list[str] = []
        self.view: View = {}
        self.results: list[Recorded] = []
        self.refused: list[Problem] = []
        ids = {cell.id for cell in code}
        for cell, after in zip_longest(notebook.cells, notebook.cells[1:]):
            if cell.cell_type != "code":
                self.add_words(cell.source.strip("\n").split("\n"))
            elif cell.id in ids:
                self.add_code(cell, bool(after and after.cell_type != "code" and ends_fold(after.source)))

    @property
    def text(self) -> str:
        return "\n".join([*self.lines, ""]) if self.lines else ""

    def add(self, lines: Sequence[str]) -> None:
        self.lines += ["", *lines] if self.lines else lines

    def add_words(self, lines: list[str]) -> None:
        if self.folded and ends_fold(lines[0]):
            lines = "\n".join(lines[1:]).strip("\n").split("\n")
        self.folded = False
        if lines != [""]:
            self.add(lines)

    folded = False  # whether the end of the last cell's fold stands in the text already

    def add_code(self, cell: NotebookNode, in_fold: bool) -> None:
        tags, title = tags_of(cell), str(cell.metadata.get("title", ""))
        line = len(self.lines) + 2 if self.lines else 1
        self.add(fence(cell.source, title, tags))
        self.folded = in_fold and "hide-input" in tags
        if self.folded:
            self.add([FOLD_END])
        base = self.bases.get(cell.id)
        output = base.output if base else so_far(results_of(cell)).text if cell.execution_count is None else None
        recorded = Cell(line, cell.source, title, tags, 0, 0, output, line, self.figures[cell.id])
        result = self.result(cell, recorded)
        lines = recorded_lines(result) if result else result_lines(output, recorded.figures)
        self.lines += lines
        if result:
            shown = [replace(figure, line=1) for figure in (*(f for f, _ in result.figures), *result.waiting)]
            recorded = replace(recorded, output=result.text, figures=tuple(shown))
        self.view[cell.id] = Shown(recorded, named_figures(cell), outputs_digest(cell))

    def is_new(self, cell: NotebookNode) -> bool:
        """Whether a cell gave something in the editor since the note was shown or saved, as it should."""
        shown, failed = self.seen.get(cell.id), any(output.output_type == "error" for output in cell.outputs)
        known = shown is not None and shown.outputs == outputs_digest(cell)
        return cell.execution_count is not None and not known and failed == ("raises-exception" in tags_of(cell))

    def redrawn(self, cells: Sequence[NotebookNode]) -> dict[str, tuple[Figure, ...]]:
        """The figures of cells with new results; those that another of them draws now are its own."""
        blocks = [Cell(1, cell.source, figures=self.figures[cell.id]) for cell in cells]
        pictures = [so_far(results_of(cell)).pictures for cell in cells]
        found = carried(Note(self.path, "", blocks), pictures, self.lock) if cells else []
        kept = ([*(figure for figure in its.figures if figure.line), *its.waiting] for its in found)
        return {cell.id: tuple(figures) for cell, figures in zip(cells, kept, strict=True)}

    def result(self, cell: NotebookNode, recorded: Cell) -> Recorded | None:
        """What a cell gave in the editor, as a run would record it; None where the recorded result stays."""
        if not self.is_new(cell):
            return None
        note = Note(self.path, "", [recorded])
        try:
            result = settle(note, [gave(note, recorded, results_of(cell))], self.lock)[0]
        except Problem as problem:
            self.refused.append(problem)
            return None
        self.results.append(result)
        return result


def ends_fold(text: str) -> bool:
    return text.lstrip("\n").split("\n")[0].strip() == FOLD_END


def fence(source: str, title: str, tags: Sequence[str]) -> list[str]:
    """A cell's lines."""
    ticks = "`" * max(3, 1 + max(map(len, re.findall(r"^ {0,3}(`{3,})", source, re.M)), default=0))
    said = (f' title="{title}"' if title else "") + (f" tags={json.dumps(list(tags))}" if tags else "")
    return [f"{ticks}python{said}", *([*source.split("\n")] if source else []), ticks]


def tags_of(cell: NotebookNode) -> tuple[str, ...]:
    return tuple(map(str, cell.metadata.get("tags", [])))


def results_of(cell: NotebookNode) -> list[NotebookNode]:
    """A cell's outputs, without those that are said to the author only."""
    return [output for output in cell.outputs if ASIDE not in output.get("metadata", {})]


def bases(code: Sequence[NotebookNode], seen: View, on_disk: Sequence[Cell]) -> dict[str, Cell]:
    """The cells as they are recorded, by the ids of those in the editor: found again by their code, in order."""
    left = list(on_disk)
    sources = {name: shown.cell.source for name, shown in seen.items()}
    sources |= {cell.id: cell.source for cell in code if cell.id not in seen}
    found = {name: shown.cell for name, shown in seen.items()}
    for name, source in sources.items():
        if match := next((cell for cell in left if cell.source == source), None):
            left.remove(match)
            found[name] = match
    return found


def claimed(code: Sequence[NotebookNode], seen: View, recorded: dict[str, Cell]) -> dict[str, tuple[Figure, ...]]:
    """The figures of each cell: those its metadata names, if the author changed them there, else as recorded. A copy
    of a cell has none of the original's; a cell that another one was merged into has its figures, too."""
    taken, claims = set[str](), dict[str, tuple[Figure, ...]]()
    for cell in sorted(code, key=lambda cell: cell.id not in seen):
        named, shown, base = named_figures(cell), seen.get(cell.id), recorded.get(cell.id)
        changed = named != shown.figures if shown else bool(named)
        figures = named if changed or not base else base.figures
        claims[cell.id] = tuple(figure for figure in figures if shown or figure.path not in taken)
        taken |= {figure.path for figure in figures}
    for gone in (recorded[name] for name in seen if name not in claims):
        into = [
            cell.id for cell in code if f"\n{gone.source}\n" in f"\n{cell.source}\n" and changed_code(cell, recorded)
        ]
        if into:
            claims[into[0]] += tuple(figure for figure in gone.figures if figure.path not in taken)
    return claims


def changed_code(cell: NotebookNode, recorded: dict[str, Cell]) -> bool:
    return cell.id not in recorded or recorded[cell.id].source != cell.source
