"""Files written whole or not at all, and one run at a time."""

import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from scripts.common.problem import Problem

EXCHANGE = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None  # of Linux
CURRENT, RENAME_EXCHANGE = -100, 2
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


def replace_file(path: Path, content: bytes, expected: bytes) -> bool:
    """Replaces a file's content if it is what is expected, and says whether it did. What somebody writes meanwhile
    stays: where the system can, the files change places, so that what was replaced is seen, and is put back."""
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_bytes(content)
        shutil.copymode(path, draft)
        if path.read_bytes() != expected:
            return False
        if not exchanged(draft, path):
            os.replace(draft, path)
            return True
        replaced, standing = draft.read_bytes(), content
        if replaced == expected:
            return True
        while exchanged(draft, path) and draft.read_bytes() != standing:  # somebody wrote again
            replaced, standing = draft.read_bytes(), replaced
        return False
    finally:
        draft.unlink(missing_ok=True)


def exchanged(one: Path, other: Path) -> bool:
    """Two files change places, in one step; False where the system or the disk cannot do that."""
    if not EXCHANGE:
        return False
    failed = EXCHANGE(CURRENT, os.fsencode(one), CURRENT, os.fsencode(other), RENAME_EXCHANGE)
    if failed and ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    return not failed


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
