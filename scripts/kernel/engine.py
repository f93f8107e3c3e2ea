"""A papermill engine that runs many notebooks in one kernel and expects the exceptions that a cell announces."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

from scripts.note.outcome import ANSI

FRAME = re.compile(r"Cell In ?\[(\d+)\], line (\d+)(?:, in ([^(\n]+))?|File (\S+?):(\d+), in ([^(\n]+)")


class Elsewhere:
    """In the place of a kernel's manager where another process started it."""

    has_kernel = True


@dataclass(frozen=True)
class Session:
    """A kernel that runs, as the engine uses it."""

    manager: Any  # a jupyter_client KernelManager, or Elsewhere
    client: AsyncKernelClient
    places: dict[int, tuple[str, int]] = field(default_factory=dict)  # execution count → (note, line of its fence)


class Unraised(Exception):
    """The cell at this index had to raise, and did not."""


class Pause(Exception):
    """Raised by `on_cell`: the cell at this index and those after it do not run now."""


class OneKernelEngine(NBClientEngine):
    """Runs a notebook in a session, without saving after every cell. An announced exception is set aside in its cell's
    metadata as `expected`, since papermill takes any error output for a failure."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man, kernel_name, *, session: Session, on_cell: Callable, time_limit: int, **_
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


def ran(cell) -> bool:
    """Whether papermill ran this cell to its end."""
    done = cell.metadata.papermill.status == "completed" and not cell.metadata.get("paused")
    return cell.cell_type == "code" and done


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
    """A row of a traceback: the execution count of a cell, or a file; the line in it; the function."""

    where: int | str
    line: int
    name: str


def frames(traceback: list[str]) -> list[Frame]:
    """The frames of IPython's traceback, outermost first."""
    rows = FRAME.findall(ANSI.sub("", "\n".join(traceback)))
    return [Frame(int(r[0]), int(r[1]), r[2]) if r[0] else Frame(r[3], int(r[4]), r[5]) for r in rows]
