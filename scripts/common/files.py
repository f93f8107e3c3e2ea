"""Files written whole or not at all, and one run at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from scripts.common.problem import Problem

RUN_LOCK = Path("build/run.lock")


def write_file(path: Path, content: bytes) -> None:
    """Replaces a file's content, or leaves the file as it was and raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(content)
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def only_run(patience: float = 0) -> Iterator[None]:
    """Makes sure that no other command runs the notes in this folder meanwhile; waits `patience` seconds for that (for
    ever, if it is -1). Raises Problem if another one goes on."""
    RUN_LOCK.parent.mkdir(exist_ok=True)
    try:
        with FileLock(RUN_LOCK, timeout=patience):
            yield
    except Timeout:
        raise Problem("another run is at work here", "wait for it, or stop it", status=2) from None
