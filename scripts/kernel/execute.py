"""Runs one note in a session: its blocks in order, what each gave, or the problem at the line that failed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from scripts.common.problem import Problem
from scripts.kernel.engine import ENGINE, Places, Refused, Session, Unraised, exited, frames, ran
from scripts.kernel.notebook import to_run
from scripts.note.format import Block, Cell, Check, Note
from scripts.note.outcome import Output, exception_text

TIME_LIMIT = 120  # seconds that a cell may take


@dataclass(frozen=True)
class Code:
    """All that bears on what a cell or a check gives."""

    path: str
    source: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A cell or a check that ran: its number in the session, and what it gave."""

    code: Code
    count: int
    outputs: tuple[Output, ...]


def code_of(note: Note) -> list[Code]:
    """The code of a note's cells and checks, in order."""
    return [_code(note, block) for block in note.blocks if isinstance(block, Cell | Check)]


def _code(note: Note, block: Cell | Check) -> Code:
    if isinstance(block, Check):
        return Code(note.path, block.expression, ("check",))
    return Code(note.path, block.source, block.tags)


def execute(
    note: Note,
    session: Session,
    on_cell: Callable[[int], None] = lambda at: None,
    time_limit: int = TIME_LIMIT,
    first: int = 0,
    given: dict[int, Any] | None = None,
) -> list[Step]:
    """Runs the note from its block `first` on, up to its end or until `on_cell`, which is told the number of each block
    before it runs, raises Pause. The cells under way come into `given`. Raises Problem at the line that failed."""
    running = note.blocks[first]

    def started(cell: NotebookNode, cell_index: int) -> None:
        nonlocal running
        running = note.blocks[cell_index]
        on_cell(cell_index)
        if given is not None and cell.cell_type == "code":
            given[cell_index] = cell

    try:
        options = {"session": session, "on_cell": started, "time_limit": time_limit}
        notebook = execute_notebook(to_run(note, first), **ENGINE, **options)
    except PapermillExecutionError as error:
        raise problem_of(note, note.blocks[error.cell_index], error, session.places) from None
    except Unraised as error:
        raise note.problem(note.blocks[error.args[0]].line, "expected an exception, none was raised") from None
    except Refused as error:
        index, why = error.args
        raise note.problem(note.blocks[index].line, why.fact, why.remedy) from None
    except DeadKernelError:
        raise note.problem(running.line, "the kernel died while it ran this cell") from None
    except CellTimeoutError:
        raise note.problem(running.line, f"this cell ran longer than {time_limit} s") from None
    if any(map(exited, notebook.cells)):
        raise note.problem(running.line, "SystemExit: the rest of the note did not run")
    return [
        Step(_code(note, block), cell.execution_count, (*cell.outputs, *cell.metadata.get("expected", [])))
        for block, cell in zip(note.blocks, notebook.cells, strict=True)
        if isinstance(block, Cell | Check) and ran(cell)
    ]


def problem_of(note: Note, block: Block, error: PapermillExecutionError, places: Places) -> Problem:
    """The problem that a failed cell or check is, at its line, with the frames in note lines."""
    if isinstance(block, Check):
        raised = f"{block.expression} ({error.ename}: {error.evalue})"
        said = error.evalue if error.ename == "AssertionError" else raised
        return note.problem(block.line, f"check failed: {said}")
    line, rows = block.line, []
    for frame in frames(error.traceback):
        path, fence = places.get(frame.cell, (frame.file, 0))
        line = fence + frame.line if frame.cell == error.exec_count else line
        rows.append(f"  {path}:{fence + frame.line}{', in ' + frame.name if frame.name else ''}")
    return Problem(note.place(line), exception_text(error.ename, error.evalue), detail="\n".join(rows[-8:]))
