"""Processes that do not outlive the one they came from (Linux only)."""

import ctypes
import os
import shutil
import signal
import sys
import warnings
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIBC = ctypes.CDLL(None)


def copy() -> int:
    """Forks: 0 in the copy, which dies with this process, else the copy's process id."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)
    parent = os.getpid()
    with warnings.catch_warnings(action="ignore"):  # of threads that a library has of its own
        child = os.fork()
    if not child:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    return child


def end_children() -> None:
    """Kills all processes below this one: those that they leave behind become its own."""
    while children := Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        for child in map(int, children):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def guard(folder: Path) -> None:
    """Goes on in a process of its own. Ends that, all that came from it and the folder as soon as standard input ends,
    which it does with the process that writes it, in whatever way that dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not copy():
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        return
    sys.stdin.read()
    end_children()
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit()
