"""Watching the folder of the notes."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from scripts.common.files import only_run
from scripts.common.problem import Problem
from scripts.note.folder import FOLDER

SECONDS = 0.1  # between two looks
Stamp = dict[Path, tuple[int, int]]  # of each file: when it was written, and its size


def glance(folder: Path) -> Stamp:
    """What changes when a file of the folder does."""
    try:
        files = {path: path.stat() for path in folder.rglob("*") if not path.name.startswith(".")}
    except FileNotFoundError:
        return {}
    return {path: (file.st_mtime_ns, file.st_size) for path, file in files.items()}


def settled(folder: Path) -> Stamp:
    """The same, as soon as nothing changes any more."""
    found, before = glance(folder), None
    while found != before:
        time.sleep(SECONDS / 4)
        found, before = glance(folder), found
    return found


def follow(update: Callable[[], bool], show: Callable[[Problem | None], None], folder: Path = FOLDER) -> None:
    """Calls `update` whenever the folder has changed, until interrupted; it says whether it got to the end. Shows what
    fails, and None when nothing does."""
    seen = None
    while True:
        if seen != (now := settled(folder)):
            seen = now
            try:
                with only_run(patience=-1):
                    done = update()
                if done:
                    show(None)
            except Problem as problem:
                print(problem, file=sys.stderr, flush=True)
                show(problem)
            except OSError as error:
                print(f"{error.filename}: {error.strerror}", file=sys.stderr, flush=True)
        time.sleep(SECONDS)
