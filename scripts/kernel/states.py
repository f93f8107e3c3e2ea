"""The kernel's state after each note or part of one, so that an edit runs the document from its place on only."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_core.utils import ensure_event_loop, run_sync

from scripts.common.problem import Problem
from scripts.kernel.engine import Elsewhere, Session
from scripts.kernel.process import Kernel, environment

PATIENCE = 30  # seconds for a kernel to start, or to come to rest
Places = dict[int, tuple[str, int]]  # where each cell of a session stands: note and line of its fence
PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}


class Checkpoints:
    """Keeps the state after each stretch of notes that has run, each in a resting process (see resting.py)."""

    cheap = True

    def __init__(self, cwd: Path):
        self.folder = tempfile.TemporaryDirectory(prefix="mg-", ignore_cleanup_errors=True)
        self.names, self.cwd = count(1), cwd

    def __enter__(self) -> "Checkpoints":
        command = [sys.executable, "-m", "scripts.kernel.resting", self.folder.name, str(os.getpid())]
        options = {"cwd": self.cwd, "env": environment(self.folder.name, self.cwd), "stdin": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, start_new_session=True, **options)
        self.rests = [Path(self.folder.name, "start")]
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()  # and with it every copy
        self.process.wait()
        self.folder.cleanup()

    def known(self, number: int) -> int:
        """How many stretches need not run again, where the first `number` are as they were."""
        return min(number, len(self.rests) - 1)

    @contextmanager
    def after(self, number: int, places: Places) -> Iterator[Session]:
        """A kernel in the state after the first `number` stretches, whose own state is kept unless it fails."""
        parent, place = self.rests[number], Path(self.folder.name, str(next(self.names)))
        del self.rests[number + 1 :]
        write_connection_file(
            f"{place}.json", ip=f"{place}.socket", transport="ipc", key=os.urandom(16).hex().encode(), **PORTS
        )
        tell(parent, str(place))
        wait(place.exists, "the kernel did not start")
        client = AsyncKernelClient(connection_file=f"{place}.json")
        client.allow_stdin = False  # input() raises, it does not wait for an answer
        client.load_connection_file()
        client.start_channels()
        try:
            subscribe(client)
            yield Session(Elsewhere(), client, places)
            tell(place, "")
            self.rests.append(place)
        except BaseException:
            tell(parent, "")
            raise
        finally:
            ensure_event_loop().set_exception_handler(lambda *_: None)  # a cell that was stopped has no more to say
            client.stop_channels()


class FromTheStart:
    """Keeps no state, where processes cannot be forked safely: every edit runs everything, in one kernel."""

    cheap = False

    def __init__(self, cwd: Path):
        self.cwd, self.kernel = cwd, None

    def __enter__(self) -> "FromTheStart":
        return self

    def __exit__(self, *error) -> None:
        if self.kernel:
            self.kernel.__exit__(*error)
        self.kernel = None

    def known(self, number: int) -> int:
        return 0

    @contextmanager
    def after(self, number: int, places: Places) -> Iterator[Session]:
        if number == 0:
            self.__exit__()
            self.kernel = Kernel(self.cwd)
            self.session = self.kernel.__enter__()
        yield Session(self.session.manager, self.session.client, places)


def subscribe(client: AsyncKernelClient) -> None:
    """Asks the kernel something until it is heard: no output is missed from here on."""

    def heard() -> bool:
        client.kernel_info()
        try:
            return bool(run_sync(client.get_iopub_msg)(timeout=0.2))
        except Empty:
            return False

    wait(heard, "the kernel does not answer")


def tell(place: Path, what: str) -> None:
    """Writes a line to the process that listens or rests at `place`."""
    wait(place.exists, "the kernel did not start")
    try:
        pipe = os.open(place, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # nobody reads there any more
        raise Problem("the preview", "the process that keeps the notes' state is gone", "start it again") from None
    os.write(pipe, what.encode() + b"\n")
    os.close(pipe)


def wait(done, fact: str) -> None:
    """Returns as soon as `done()`; raises Problem if that takes too long."""
    start = time.monotonic()
    while not done():
        if time.monotonic() > start + PATIENCE:
            raise Problem("the preview", fact, "start it again")
        time.sleep(0.002)


def kept_states(cwd: Path) -> Checkpoints | FromTheStart:
    """Checkpoints on Linux, elsewhere none, which it says."""
    if sys.platform == "linux":
        return Checkpoints(cwd)
    print("no checkpoints on this system: each change of code runs all notes")
    return FromTheStart(cwd)
