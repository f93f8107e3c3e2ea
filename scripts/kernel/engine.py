"""A papermill engine that runs many notebooks in one kernel and expects the exceptions that a cell announces."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

from scripts.note.outcome import LIMIT, TOO_LONG, Unrecordable, misshapen
from scripts.note.terminal import ANSI, as_shown

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


class Client(PapermillNotebookClient):
    """Gathers what a cell gives, in the order in which it comes. Stops at once where that is more than a note may hold,
    or would change what stands below an earlier cell."""

    def __init__(self, notebook: Any, **options: Any):
        super().__init__(notebook, **options)
        self.length = 0  # of the text of the cell under way, before what is overwritten in it is left out
        self.displays: dict[str, int] = {}  # the cell where each display with a name stands
        self.refused: tuple[int, Unrecordable] | None = None

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        if self.refused and msg["msg_type"] != "status":
            return None
        if msg["msg_type"] == "execute_input":
            self.length = 0
        if why := misshapen(msg["content"].get("data", {}) if "display" in msg["msg_type"] else {}):
            self._refuse(cell_index, why)
            return None
        name = (msg["content"].get("transient") or {}).get("display_id", "")
        known = self.displays.get(name, -1 if msg["msg_type"] == "update_display_data" else cell_index)
        if name and known != cell_index:
            self._refuse(cell_index, Unrecordable("it changes what another block shows", "display it anew"))
            return None
        self.displays |= {name: cell_index} if name else {}
        output = super().process_message(msg, cell, cell_index)
        if self.length > LIMIT:
            self._shorten(cell, cell_index)
        return output

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        last, content = outs[-1] if outs else {}, msg["content"]
        self.length += _length(content)
        same = last.get("output_type") == msg["msg_type"] == "stream" and last["name"] == content["name"]
        if same and not self.clear_before_next_output:
            last["text"] += content["text"]
            return None
        return super().output(outs, msg, display_id, cell_index)

    def _shorten(self, cell: NotebookNode, cell_index: int) -> None:
        """Leaves out what is overwritten in the text of a cell; refuses it if it is still too long."""
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = as_shown(output.text)
        self.length = sum(map(_length, cell.outputs))
        if self.length > LIMIT:
            self._refuse(cell_index, TOO_LONG)

    def _refuse(self, cell_index: int, why: Unrecordable) -> None:
        """From here on nothing that this notebook gives is heard."""
        self.refused = cell_index, why
        self.task_poll_for_reply.cancel()  # which nbclient takes for the death of the kernel


def _length(output: Any) -> int:
    """The characters that an output shows."""
    return len(output.get("text", "")) + len(str(output.get("data", {}).get("text/plain", "")))


class Refused(Exception):
    """The cell at this index gave what no note can hold: an Unrecordable."""


class OneKernelEngine(NBClientEngine):
    """Runs a notebook in a session, without saving after every cell. An announced exception is set aside in its cell's
    metadata as `expected`, since papermill takes any error output for a failure."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, session: Session, on_cell: Callable[..., None], time_limit: int, **_: Any
    ) -> None:
        options = {"record_timing": False, "on_cell_start": on_cell, "timeout": time_limit}
        client = Client(nb_man, km=session.manager, **options)
        client.kc = session.client
        try:
            client.papermill_execute_cells()
        except DeadKernelError:
            if not client.refused:
                raise
        except Pause as pause:
            for cell in nb_man.nb.cells[pause.args[0] :]:  # papermill takes them for completed
                cell.metadata["paused"] = True
        if client.refused:
            raise Refused(*client.refused)
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
