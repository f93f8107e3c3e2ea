"""The kernel's state after each note or part of one, so that an edit runs the document from its place on only."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import write_connection_file

from scripts.common.problem import Problem
from scripts.kernel.engine import Elsewhere, Places, Session
from scripts.kernel.loop import hush, result
from scripts.kernel.process import Kernel, environment

PATIENCE = 30  # seconds for a kernel to start, or to come to rest


class Checkpoints:
    """Keeps the state after each stretch of notes that has run, each in a resting process (see resting.py)."""

    cheap = True

    def __init__(self, cwd: Path):
        self.folder = tempfile.TemporaryDirectory(prefix="mg-", ignore_cleanup_errors=True)
        self.names, self.cwd = count(1), cwd

    def __enter__(self) -> "Checkpoints":
        command = [sys.executable, "-m", "scripts.kernel.resting", self.folder.name, str(os.getpid())]
        told = environment(self.folder.name, self.cwd)
        self.process = subprocess.Popen(
            command, cwd=self.cwd, env=told, stdin=subprocess.DEVNULL, start_new_session=True
        )
        self.rests = [Path(self.folder.name, "start")]
        return self

    def __exit__(self, *_: object) -> None:
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
        connection(place)
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
            hush()
            client.stop_channels()


class FromTheStart:
    """Keeps no state, where processes cannot be forked safely: every edit runs everything, in one kernel."""

    cheap = False

    def __init__(self, cwd: Path):
        self.cwd, self.kernels = cwd, ExitStack()

    def __enter__(self) -> "FromTheStart":
        return self

    def __exit__(self, *_: object) -> None:
        self.kernels.close()

    def known(self, number: int) -> int:
        return 0

    @contextmanager
    def after(self, number: int, places: Places) -> Iterator[Session]:
        if number == 0:
            self.kernels.close()
            self.session = self.kernels.enter_context(Kernel(self.cwd))
        yield Session(self.session.manager, self.session.client, places)


def connection(place: Path) -> None:
    """Writes the file that says where a kernel at `place` listens: at five sockets whose names begin with it."""
    write_connection_file(
        f"{place}.json",
        ip=f"{place}.socket",
        transport="ipc",
        key=os.urandom(16).hex().encode(),
        shell_port=1,
        iopub_port=2,
        stdin_port=3,
        control_port=4,
        hb_port=5,
    )


def subscribe(client: AsyncKernelClient) -> None:
    """Asks the kernel something until it is heard: no output is missed from here on."""

    def heard() -> bool:
        client.kernel_info()
        try:
            return bool(result(client.get_iopub_msg(timeout=0.2)))
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


def wait(done: Callable[[], bool], fact: str) -> None:
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
