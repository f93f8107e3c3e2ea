"""A papermill engine that runs many notebooks in one kernel and expects the exceptions that a cell announces."""

import os
import re
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop, run_sync
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

from scripts.results import ANSI

ROOT = Path(__file__).resolve().parent.parent
FRAME = re.compile(r"Cell In ?\[(\d+)\], line (\d+)(?:, in ([^(\n]+))?|File (\S+?):(\d+), in ([^(\n]+)")


def environment(folder: str, cwd: Path) -> dict[str, str]:
    """What the process of a kernel that works in `cwd` is told; its own files go into `folder`."""
    return os.environ | {
        "PYTHONHASHSEED": "0",
        "PYTHONOPTIMIZE": "",  # or the notes' asserts would not be looked at
        "PYTHONPATH": os.pathsep.join([str(cwd.resolve()), str(ROOT)]),
        "IPYTHONDIR": folder,
        "LC_ALL": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


class Kernel:
    """The one kernel, started on entry and gone on exit: this interpreter's own, alike in every place and language."""

    def __init__(self, cwd: Path = Path()):
        self.folder = tempfile.TemporaryDirectory(prefix="mg-", ignore_cleanup_errors=True)
        # No kernel folders: a `python3` kernel that somebody installed for another interpreter is not looked at.
        self.manager = AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
        if os.name == "posix":
            self.manager.transport = "ipc"
            self.manager.ip = f"{self.folder.name}/kernel"
        self.manager.connection_file = f"{self.folder.name}/kernel.json"
        self.cwd, self.client = cwd, None
        self.places = {}  # execution count → (note, line of the cell's fence)

    def __enter__(self) -> "Kernel":
        arguments = ["--ext=scripts.kernel", "--HistoryManager.enabled=False"]
        try:
            told = environment(self.folder.name, self.cwd)
            run_sync(self.manager.start_kernel)(env=told, cwd=str(self.cwd), extra_arguments=arguments)
            self.client = self.manager.client()
            self.client.start_channels(stdin=False)  # so that input() raises at once
            run_sync(self.client.wait_for_ready)(timeout=60)
        except RuntimeError:
            self.__exit__()
            raise ChildProcessError(0, "it did not start, or died at once", "the kernel") from None
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        ensure_event_loop().set_exception_handler(lambda *_: None)  # a cell that was interrupted has no more to say
        if self.client:
            self.client.stop_channels()
        if self.manager.has_kernel:
            run_sync(self.manager.shutdown_kernel)(now=True)
        self.folder.cleanup()


class Unraised(Exception):
    """The cell at this index had to raise, and did not."""


class Pause(Exception):
    """Raised by `on_cell`: the cell at this index and those after it shall not run now."""


class OneKernelEngine(NBClientEngine):
    """Runs a notebook in `kernel`, without saving after every cell. An announced exception is set aside in its cell's
    metadata as `expected`, since papermill takes any error output for a failure."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, kernel, on_cell, time_limit, **_):
        options = {"record_timing": False, "coalesce_streams": True, "on_cell_start": on_cell, "timeout": time_limit}
        client = PapermillNotebookClient(nb_man, km=kernel.manager, **options)
        client.kc = kernel.client
        stop = len(nb_man.nb.cells)
        try:
            client.papermill_execute_cells()
        except Pause as pause:
            stop = pause.args[0]
        for index, cell in enumerate(nb_man.nb.cells[:stop]):
            if cell.get("execution_count"):
                kernel.places[cell.execution_count] = tuple(cell.metadata.place)
            ran = cell.metadata.papermill.status == nb_man.COMPLETED
            if ran and "raises-exception" in cell.metadata.get("tags", []):
                cell.metadata["expected"] = [output for output in cell.outputs if output.output_type == "error"]
                cell.outputs = [output for output in cell.outputs if output.output_type != "error"]
                if not cell.metadata["expected"]:
                    raise Unraised(index)


papermill_engines.register("one-kernel", OneKernelEngine)
ENGINE = {
    "engine_name": "one-kernel",
    "output_path": None,
    "kernel_name": "python3",
    "progress_bar": False,
    "request_save_on_cell_execute": False,
    "autosave_cell_every": 0,
}


def frames(traceback: list[str]) -> list[tuple]:
    """The frames of IPython's traceback, outermost first: (execution count or file, line, function)."""
    rows = FRAME.findall(ANSI.sub("", "\n".join(traceback)))
    return [(int(row[0]), int(row[1]), row[2]) if row[0] else (row[3], int(row[4]), row[5]) for row in rows]
