"""The process of a kernel: what it is told, how it starts, how it ends."""

import os
import re
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from scripts.common.problem import Problem
from scripts.kernel.engine import Session
from scripts.kernel.loop import hush, result
from scripts.kernel.options import OPTIONS

ROOT = Path(__file__).resolve().parents[2]
# What else Python, or a library of the notes, would read from the environment and say something else for.
READ = re.compile(r"PYTHON(?!HOME$)|LC_|LANG|COLUMNS$|LINES$|NO_COLOR$|(OMP|MKL|OPENBLAS|NUMEXPR)_")


def environment(folder: str, cwd: Path) -> dict[str, str]:
    """What the process of a kernel that works in `cwd` is told; its own files go into `folder`."""
    return {name: value for name, value in os.environ.items() if not READ.match(name)} | {
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",  # it passes for its source if that changes within a second, at the same length
        "PYTHONPATH": os.pathsep.join([str(cwd.resolve()), str(ROOT)]),
        "IPYTHONDIR": folder,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


def own_folder() -> Path:
    """A new folder for sockets, named after this process. Those that processes have left behind are deleted."""
    for old in Path(tempfile.gettempdir()).glob("mg-*-*"):
        number = old.name.split("-")[1]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"mg-{os.getpid()}-"))


class Kernel:
    """The one kernel, started on entry and gone on exit: this interpreter's own, alike in every place and language."""

    def __init__(self, cwd: Path = Path()):
        self.folder = own_folder()
        # No kernel folders: a `python3` kernel that somebody installed for another interpreter is not looked at.
        self.manager = AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
        if os.name == "posix":
            self.manager.transport = "ipc"
            self.manager.ip = f"{self.folder}/kernel"
        self.manager.connection_file = f"{self.folder}/kernel.json"
        self.cwd = cwd
        self.session: Session | None = None

    def __enter__(self) -> Session:
        try:
            return self._started()
        except RuntimeError:
            self.__exit__()
            raise Problem("the kernel", "it did not start, or died at once", status=2) from None
        except BaseException:
            self.__exit__()
            raise

    def _started(self) -> Session:
        told = environment(str(self.folder), self.cwd)
        result(self.manager.start_kernel(env=told, cwd=str(self.cwd), extra_arguments=OPTIONS))
        self.session = Session(self.manager, self.manager.client())
        self.session.client.start_channels(stdin=False)  # so that input() raises at once
        result(self.session.client.wait_for_ready(timeout=60))
        return self.session

    def __exit__(self, *_: object) -> None:
        hush()
        if self.session:
            self.session.client.stop_channels()
        if self.manager.has_kernel:
            number = self.manager.provisioner.pid  # type: ignore[union-attr]
            started = below(number)
            result(self.manager.shutdown_kernel(now=True))
            end(number, started)
        shutil.rmtree(self.folder, ignore_errors=True)


def below(number: int) -> list[psutil.Process]:
    """All processes that came from this one."""
    try:
        return psutil.Process(number).children(recursive=True)
    except psutil.Error:
        return []


def end(group: int, processes: list[psutil.Process]) -> None:
    """Kills the processes of a group, and these."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
