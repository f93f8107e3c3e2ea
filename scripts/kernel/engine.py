"""A papermill engine that runs many notebooks in one kernel and expects the exceptions that a cell announces."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

from scripts.note.outcome import ANSI

FRAME = re.compile(r"Cell In ?\[(\d+)\], line (\d+)(?:, in ([^(\n]+))?|File (\S+?):(\d+), in ([^(\n]+)")


class Elsewhere:
    """In the place of a kernel's manager where another process started it."""

    has_kernel = True


Places = dict[int, tuple[str, int]]  # of each cell of a session, by its execution count: note and line of its fence


@dataclass(frozen=True)
class Session:
    """A kernel that runs, as the engine uses it."""

    manager: Any  # a jupyter_client KernelManager, or Elsewhere
    client: AsyncKernelClient
    places: Places = field(default_factory=dict)


class Unraised(Exception):
    """The cell at this index had to raise, and did not."""


class Pause(Exception):
    """Raised by `on_cell`: the cell at this index and those after it do not run now."""


class OneKernelEngine(NBClientEngine):
    """Runs a notebook in a session, without saving after every cell. An announced exception is set aside in its cell's
    metadata as `expected`, since papermill takes any error output for a failure."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, session: Session, on_cell: Callable[..., None], time_limit: int, **_: Any
    ) -> None:
        options = {"record_timing": False, "coalesce_streams": True, "on_cell_start": on_cell, "timeout": time_limit}
        client = PapermillNotebookClient(nb_man, km=session.manager, **options)
        client.kc = session.client
        try:
            client.papermill_execute_cells()
        except Pause as pause:
            for cell in nb_man.nb.cells[pause.args[0] :]:  # papermill takes them for completed
                cell.metadata["paused"] = True
        for index, cell in enumerate(nb_man.nb.cells):
            if cell.get("execution_count"):
                session.places[cell.execution_count] = tuple(cell.metadata.place)
            if ran(cell) and "raises-exception" in cell.metadata.get("tags", []):
                cell.metadata["expected"] = [output for output in cell.outputs if output.output_type == "error"]
                cell.outputs = [output for output in cell.outputs if output.output_type != "error"]
                if not cell.metadata["expected"]:
                    raise Unraised(index)


def ran(cell: NotebookNode) -> bool:
    """Whether papermill ran this cell to its end."""
    done = cell.metadata.papermill.status == "completed" and not cell.metadata.get("paused")
    return bool(cell.cell_type == "code" and done)


def exited(cell: NotebookNode) -> bool:
    """Whether this cell raised SystemExit, after which papermill stops without an exception of its own."""
    return bool(cell.metadata.papermill.status == "failed")


papermill_engines.register("one-kernel", OneKernelEngine)
ENGINE = {
    "engine_name": "one-kernel",
    "output_path": None,
    "kernel_name": "python3",
    "progress_bar": False,
    "request_save_on_cell_execute": False,
    "autosave_cell_every": 0,
}


@dataclass(frozen=True)
class Frame:
    """A row of a traceback: the execution count of a cell (0 for none) or a file, the line in it, the function."""

    cell: int
    file: str
    line: int
    name: str


def frames(traceback: list[str]) -> list[Frame]:
    """The frames of IPython's traceback, outermost first."""
    rows = FRAME.findall(ANSI.sub("", "\n".join(traceback)))
    return [Frame(int(r[0] or 0), r[3] or f"cell {r[0]}", int(r[1] or r[4]), r[2] or r[5]) for r in rows]
