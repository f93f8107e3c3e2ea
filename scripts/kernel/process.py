"""The process of a kernel: what it is told, how it starts, how it ends."""

import os
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from scripts.common.problem import Problem
from scripts.kernel.engine import Session
from scripts.kernel.loop import hush, result

ROOT = Path(__file__).resolve().parents[2]
INSIDE = "scripts.kernel.inside"  # the extension that every kernel of the notes loads


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
        told, extra = environment(self.folder.name, self.cwd), [f"--ext={INSIDE}", "--HistoryManager.enabled=False"]
        result(self.manager.start_kernel(env=told, cwd=str(self.cwd), extra_arguments=extra))
        self.session = Session(self.manager, self.manager.client())
        self.session.client.start_channels(stdin=False)  # so that input() raises at once
        result(self.session.client.wait_for_ready(timeout=60))
        return self.session

    def __exit__(self, *_: object) -> None:
        hush()
        if self.session:
            self.session.client.stop_channels()
        if self.manager.has_kernel:
            result(self.manager.shutdown_kernel(now=True))
        self.folder.cleanup()
