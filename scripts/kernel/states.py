"""The kernel's state after each note or part of one, so that an edit runs the document from its place on only."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient

from scripts.common.problem import Problem
from scripts.kernel.engine import Elsewhere, Places, Session
from scripts.kernel.loop import hush, result
from scripts.kernel.process import Kernel, environment, own_folder
from scripts.kernel.touched import FileStamp, file_stamp

PATIENCE = 30  # seconds for a kernel to start, or to come to rest
GONE = Problem("the preview", "the process that keeps the notes' state is gone", "start it again")


@dataclass(frozen=True)
class Rest:
    """A state that is kept, by a process that waits at `place`: what it was told to do there, and what that touched."""

    place: Path
    shared: str = ""  # what it has that no copy would have: it goes on itself, once
    read: dict[str, FileStamp] = field(default_factory=dict)
    wrote: list[str] | None = None


class Checkpoints:
    """Keeps the state after each stretch of notes that has run, each in a resting process (see resting.py)."""

    cheap = True

    def __init__(self, cwd: Path):
        self.names, self.cwd = count(1), cwd

    def __enter__(self) -> "Checkpoints":
        self.folder = own_folder()
        command = [sys.executable, "-m", "scripts.kernel.resting", str(self.folder)]
        told = environment(str(self.folder), self.cwd) | {"JPY_PARENT_PID": str(os.getpid())}  # as a run's kernel
        self.process = subprocess.Popen(command, cwd=self.cwd, env=told, stdin=subprocess.PIPE, start_new_session=True)
        self.rests = [Rest(self.folder / "start")]
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()  # which it takes for the end, see offspring.py
        self.process.wait()

    def known(self, number: int) -> int:
        """How many stretches need not run again, where the first `number` are as they were."""
        looked_at = self.looked_at()
        for at, rest in enumerate(self.rests[: number + 1]):
            if any(path in looked_at and looked_at[path] != seen for path, seen in rest.read.items()):
                number = at - 1
                break
        number = min(number, len(self.rests) - 1)
        if any(rest.wrote is not None for rest in self.rests[number + 1 :]):  # what they wrote is there
            return 0
        while self.rests[number].shared and number < len(self.rests) - 1:  # it has gone on
            number -= 1
        return number

    def looked_at(self) -> dict[str, FileStamp]:
        """The stamps, as they are now, of all files that the notes have read and not written themselves."""
        written = {path for rest in self.rests for path in rest.wrote or ()}
        return {path: file_stamp(path) for rest in self.rests for path in rest.read if path not in written}

    @contextmanager
    def after(self, number: int, places: Places) -> Iterator[Session]:
        """A kernel in the state after the first `number` stretches, whose own state is kept unless it fails."""
        place = self.folder / str(next(self.names))
        del self.rests[number + 1 :]
        connection(place)
        tell(self.rests[number].place, str(place))
        wait(lambda: place.exists() or self.process.poll() is not None, "the kernel did not start")
        client = AsyncKernelClient(connection_file=f"{place}.json")
        client.load_connection_file()
        try:
            if not place.exists():
                raise GONE
            client.start_channels(stdin=False)  # so that input() raises at once
            subscribe(client)
            yield Session(Elsewhere(), client, places)
            self.rests.append(rested(place))
        except BaseException:
            self.give_up(place)
            raise
        finally:
            hush()
            client.stop_channels()
            for path in self.folder.glob(f"{place.name}.*"):
                path.unlink(missing_ok=True)

    def give_up(self, place: Path) -> None:
        """Ends the kernel at `place`; the last state that could be copied is the last one kept."""
        wrote = place.with_suffix(".wrote").exists()
        while self.rests[-1].shared:
            wrote |= self.rests.pop().wrote is not None
        if wrote:
            del self.rests[1:]
        tell(self.rests[-1].place, "")


class FromTheStart:
    """Keeps no state, where processes cannot be forked safely: an edit of code runs everything, in one kernel."""

    cheap = False

    def __init__(self, cwd: Path):
        self.cwd, self.kernels, self.ran = cwd, ExitStack(), 0

    def __enter__(self) -> "FromTheStart":
        return self

    def __exit__(self, *_: object) -> None:
        self.kernels.close()

    def looked_at(self) -> dict[str, FileStamp]:
        return {}

    def known(self, number: int) -> int:
        return number if number == self.ran else 0

    @contextmanager
    def after(self, number: int, places: Places) -> Iterator[Session]:
        if number == 0:
            self.kernels.close()
            self.session = self.kernels.enter_context(Kernel(self.cwd))
        self.ran = -1  # until this has been run
        yield Session(self.session.manager, self.session.client, places)
        self.ran = number + 1


def connection(place: Path) -> None:
    """Writes the file that says where a kernel at `place` listens: at five sockets whose names begin with it."""
    wait((place.parent / "start.rests").exists, "the kernel did not start")
    told = json.loads((place.parent / "start.json").read_text())
    place.with_suffix(".json").write_text(json.dumps(told | {"ip": f"{place}.socket"}))


def rested(place: Path) -> Rest:
    """The state of the kernel at `place`, which comes to rest."""
    tell(place, "")
    wait(place.with_suffix(".rests").exists, "the kernel does not come to rest")
    said = json.loads(place.with_suffix(".rests").read_text())
    wrote = said["wrote"] if place.with_suffix(".wrote").exists() else None
    return Rest(place, said["shared"], said["read"], wrote)


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
        raise GONE from None
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
    """Checkpoints on Linux with Python 3.11; elsewhere none, which it says: a copy made by Python 3.13 may hang."""
    if sys.platform == "linux" and sys.version_info < (3, 12):
        return Checkpoints(cwd)
    print("no checkpoints here: each change of code runs all notes")
    return FromTheStart(cwd)
