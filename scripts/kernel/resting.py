"""A kernel that rests between notes and is copied to go on: `python -m scripts.kernel.resting FOLDER` (Linux only).

At rest the process has one thread and no socket, so that a fork copies all of its state. It waits at a named pipe.
Whoever writes a new place there gets a copy that listens at PLACE.json until told at PLACE, a pipe too, to rest there.
A copy dies with the process that it was copied from, and with the next one copied from it.
"""

import asyncio
import ctypes
import os
import random
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """From here on this process is killed when its parent dies, in whatever way."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def rest(pipe: int) -> Path:
    """Waits at the pipe; returns in a copy of this process, with the place where that copy shall listen."""
    child = 0
    with open(pipe) as lines:
        while True:
            target = lines.readline().strip()
            if child:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            child = copy() if target else 0
            if target and not child:
                return Path(target)


def copy() -> int:
    """Forks: 0 in the copy, which dies with this process, else the copy's process id."""
    parent = os.getpid()
    child = os.fork()
    if not child:
        die_with(parent)
    return child


@dataclass
class Kept:
    """What a new kernel would lose of the earlier ones."""

    streams: list[Any] = field(default_factory=list)
    random: tuple[Any, ...] = ()


def listen(place: Path, kept: Kept) -> int:
    """Serves a kernel at `place`.json, on top of all that this process holds, until something is written to the pipe
    `place`; returns that pipe."""
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp
    from zmq.utils import garbage

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    app = IPKernelApp.instance(parent_handle=1)  # 1: a parent, but no thread that watches it
    options = ["--ext=scripts.kernel.inside", "--HistoryManager.enabled=False"]
    options += ["--InteractiveShell.enable_tip=False"]  # it is drawn at random whenever somebody asks who is there
    app.initialize(["-f", f"{place}.json", *options])
    app.kernel.shell.kernel = app.kernel  # the shell is the one that the first kernel made
    streams = sys.stdout, sys.stderr
    for old, new in zip(kept.streams, streams * (len(kept.streams) // 2), strict=True):
        old.write, old.flush = new.write, new.flush  # whoever kept an earlier sys.stdout writes to this kernel's
    kept.streams += streams
    pipe = opened(place)
    loop.add_reader(pipe, loop.stop)
    if kept.random:
        random.setstate(kept.random)  # a fork seeds it anew, and the kernel draws its ports from it
    app.start()
    kept.random = random.getstate()
    os.read(pipe, 1)
    for stream in streams:
        stream.close()
    garbage.gc.stop()  # the thread that waits for large messages to be sent
    app.close()
    loop.close()
    IPKernelApp.clear_instance()
    IPythonKernel.clear_instance()
    return pipe


def opened(place: Path) -> int:
    """A new pipe at `place`: where it stands, this process reads it. Open to write as well, or it would end with its
    first writer."""
    os.mkfifo(f"{place}.new")
    pipe = os.open(f"{place}.new", os.O_RDWR)
    os.rename(f"{place}.new", place)
    return pipe


def main() -> None:
    die_with(int(sys.argv[2]))
    del sys.path[0]  # the folder it was started in, which a kernel does not search first
    pipe, kept = opened(Path(sys.argv[1], "start")), Kept()
    while True:
        pipe = listen(rest(pipe), kept)


if __name__ == "__main__":
    main()
