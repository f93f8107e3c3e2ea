"""Watching the folder of the notes, and saying in the terminal what goes on."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from scripts.common.files import only_run
from scripts.common.problem import Problem

SECONDS = 0.1  # between two looks
Stamp = dict[Path, tuple[int, int]]  # of each file: when it was written, and its size


def glance(folder: Path) -> Stamp:
    """What changes when a file of the folder does."""
    found = {}
    for path in folder.rglob("*"):
        try:
            file = path.stat()
        except OSError:  # gone meanwhile
            continue
        if not path.name.startswith("."):
            found[path] = file.st_mtime_ns, file.st_size
    return found


def settled(look: Callable[[], Any]) -> Any:
    """What `look` sees, as soon as nothing changes any more."""
    found, before = look(), None
    while found != before:
        time.sleep(SECONDS / 4)
        found, before = look(), found
    return found


class Terminal:
    """Lines, and below them what is under way: on a terminal a line that changes, elsewhere one now and then."""

    def __init__(self) -> None:
        self.changing, self.due, self.last = sys.stdout.isatty(), 2.0, ""

    def print(self, text: str, file: TextIO | None = None) -> None:
        """A line, unless it would say the last one again."""
        if self.changing:
            print("\r\x1b[K", end="", flush=True)
        if text != self.last:
            print(text, file=file or sys.stdout, flush=True)
        self.due, self.last = 2.0, text

    def running(self, text: str, seconds: float) -> None:
        """Says what has been running for so long."""
        if self.changing:
            print(f"\r\x1b[K{text}", end="", flush=True)
        elif seconds >= self.due:
            print(text, flush=True)
            self.due, self.last = self.due * 2, text


def follow(
    look: Callable[[], Any], update: Callable[[], bool], show: Callable[[Problem | None], None], terminal: Terminal
) -> None:
    """Calls `update` whenever `look` sees something else, until interrupted; it says whether it got to the end. Shows
    what fails, and None when nothing does."""
    seen = None
    while True:
        if seen != (now := settled(look)):
            seen = now
            try:
                with only_run(patience=-1):
                    done = update()
                if done:
                    show(None)
                    terminal.print("up to date")
            except Problem as problem:
                terminal.print(str(problem), sys.stderr)
                show(problem)
            except OSError as error:
                terminal.print(f"{error.filename}: {error.strerror}", sys.stderr)
        time.sleep(SECONDS)
