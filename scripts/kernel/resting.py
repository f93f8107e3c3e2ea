"""A kernel that rests between stretches of notes and is copied to go on: `python -m scripts.kernel.resting FOLDER`
(Linux only).

At rest the process has one thread and no socket, so that a fork copies all of its state. It waits at a named pipe.
Whoever writes a new place there gets a copy that listens at it until told, at a pipe of that name, to rest there.
Where a copy would not have all of the state (`shared` says why), there is none: the process goes on itself, once.

A copy dies with the process that it was copied from, and with the next one copied from it, and so does what its cells
started.
"""

import asyncio
import contextvars
import faulthandler
import gc
import logging
import os
import selectors
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from random import getstate, setstate  # a note may put others in their place
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from tornado.ioloop import IOLoop

from scripts.kernel.offspring import copy, end_children, guard
from scripts.kernel.options import OPTIONS
from scripts.kernel.streams import json_bytes
from scripts.kernel.touched import CONSTANT, Touched

BESIDES = [
    "--transport=ipc",
    "--InteractiveShell.enable_tip=False",
]  # a tip is drawn at random whenever it is asked who is there
BORROWED = [
    (threading, "_counter"),
    (sys, "stdout"),
    (sys, "stderr"),
    (sys, "displayhook"),
    (faulthandler, "enable"),
    (faulthandler, "register"),
]


class RestingKernel:
    """ipykernel's application. It can close its sockets and threads and open others, which the notes do not notice."""

    def __init__(self, folder: Path):
        self.loop = asyncio.SelectorEventLoop(selectors.PollSelector())  # one that has no descriptor to share
        asyncio.set_event_loop(self.loop)
        tempfile.gettempdir()  # which is tried by writing there
        self.files = descriptors()
        self.over = threading.Event()
        self.app = IPKernelApp.instance()
        launcher = getattr(find_spec("ipykernel_launcher"), "origin", "")
        sys.argv = [launcher, "-f", f"{folder}/start.json", *OPTIONS]  # a note's argparse reads it
        self.app.initialize([*sys.argv[1:], f"--ip={folder}/start.socket", *BESIDES])
        self.streams: list[Any] = [sys.stdout, sys.stderr]
        self.touched = Touched()
        self.follow_context()

    def follow_context(self) -> None:
        """Has the context in which cells run at hand: it holds decimal's precision and NumPy's print options."""
        kernel = self.app.kernel
        after = kernel.post_handler_hook
        self.context = getattr(self, "context", contextvars.copy_context())

        def hook() -> None:
            after()
            self.context = contextvars.copy_context()

        kernel.post_handler_hook = hook

    @contextmanager
    def serving(self, place: Path) -> Iterator[int]:
        """Has the application end as soon as something is written to the pipe `place`, which it gives."""
        pipe = new_pipe(place)
        self.loop.add_reader(pipe, self.loop.stop)
        self.touched.start(place)
        yield pipe
        self.touched.stop()
        self.loop.remove_reader(pipe)
        os.read(pipe, 1)

    def rest(self, place: Path, pipe: int) -> Path:
        """Waits at the pipe; returns the place where to go on, in a copy of this process if there can be one."""
        collects, chance, handlers = gc.isenabled(), getstate(), list(logging.getLogger("tornado").handlers)
        gc.disable()  # what the notes have left to be collected is collected when a run would
        names = [(module, name, getattr(module, name)) for module, name in BORROWED]
        self.close()
        why = self.shared(pipe)
        said = {"shared": why, "read": self.touched.read, "wrote": self.touched.wrote}
        place.with_suffix(".new").write_bytes(json_bytes(said))
        place.with_suffix(".new").rename(place.with_suffix(".rests"))
        target = waited(pipe, copy if not why else None)
        os.close(pipe)
        self.open(target)
        for module, name, value in names:
            setattr(module, name, value)
        logging.getLogger("tornado").handlers[:] = handlers
        setstate(chance)
        if collects:
            gc.enable()
        return target

    def close(self) -> None:
        """Closes all that a copy could not take along."""
        for stream in self.streams:
            stream.flush()
            stream.close()
        for thread in (self.app.iopub_thread, self.app.control_thread, self.app.shell_channel_thread):
            asyncio.run_coroutine_threadsafe(cancelled(), thread.io_loop.asyncio_loop).result()
        self.over.set()
        if self.app.poller.is_alive():
            self.app.poller.join()
        self.app.close()
        loop: Any = IOLoop.current()
        for number in list(loop.handlers):
            loop.remove_handler(number)
        for _ in range(3):  # what is left to be done by those that are closed
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()

    def open(self, place: Path) -> None:
        """Listens at `place`, with the shell, the streams and the loop that there were."""
        self.app.context, self.app.ip = None, f"{place}.socket"
        threading._counter = count(1).__next__  # type: ignore[attr-defined]  # threads get the names that they had
        self.over = threading.Event()
        self.app.init_poller()
        self.app.poller.run = self.over.wait  # a thread as in a run; this process dies with its parent without it
        self.app.session.pid = os.getpid()  # it sends nothing from a fork that it does not know of
        IPythonKernel.clear_instance()
        self.app.init_sockets()
        self.app.init_heartbeat()
        self.app.reset_io()
        for stream in self.streams:
            type(stream).__init__(stream, self.app.session, self.app.iopub_thread, stream.name)
        self.app.displayhook.pub_socket = self.app.iopub_socket
        self.app.init_kernel()
        self.app.kernel.shell.kernel = self.app.kernel  # the shell is the one that the first kernel made
        self.follow_context()

    def shared(self, pipe: int) -> str:
        """What a copy of this process would not have, or would share with it; empty if nothing."""
        files = [target for number, target in descriptors() - self.files if number != pipe]
        names = self.app.kernel.shell.user_ns.values()
        timers = signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF
        maps = Path("/proc/self/maps").read_text().split("\n")
        found = {
            "a thread": len(sys._current_frames()) > 1,
            "a task": bool(asyncio.all_tasks(self.loop)),
            "an open file": any(not file.startswith(CONSTANT) for file in files),
            "a process": bool(Path(f"/proc/self/task/{os.getpid()}/children").read_text()),
            "a timer": any(signal.getitimer(timer)[0] for timer in timers),
            "shared memory": any(line.split(" ", 2)[1:2] in (["rw-s"], ["-w-s"]) for line in maps),
            "the number of the process": any(type(value) is int and value == os.getpid() for value in names),
        }
        return next((what for what, there in found.items() if there), "")


async def cancelled() -> None:
    """Ends the other tasks of a loop, or Python would complain that they are pending when it deletes them."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def descriptors() -> set[tuple[int, str]]:
    """The open files of this process: their numbers, and what they are."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            found.add((int(number), os.readlink(f"/proc/self/fd/{number}")))
        except OSError:  # the one that listed them
            continue
    return found


def waited(pipe: int, copied: Callable[[], int] | None) -> Path:
    """Returns the place that is written to the pipe, in a copy of this process if it can be copied."""
    with open(pipe, closefd=False) as lines:
        while True:
            target = lines.readline().strip()
            if copied:
                end_children()
            if target and not (copied and copied()):
                return Path(target)


def new_pipe(place: Path) -> int:
    """A new pipe at `place`: where it stands, this process reads it. Open to write as well, or it would end with its
    first writer."""
    os.mkfifo(f"{place}.new")
    pipe = os.open(f"{place}.new", os.O_RDWR)
    os.rename(f"{place}.new", place)
    return pipe


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    guard(folder)
    del sys.path[0]  # the folder it was started in, which a kernel does not search first
    kernel, place = RestingKernel(folder), folder / "start"
    pipe = new_pipe(place)
    while True:  # here and in no function, for a cell may call as deep as in a run
        place = kernel.rest(place, pipe)
        with kernel.serving(place) as pipe:
            kernel.context.run(kernel.app.start)
