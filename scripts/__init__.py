"""The commands of this repository, each run from its root as `python -m scripts.NAME`."""

import os
import signal
import sys


def too_early(*_: object) -> None:
    """Ends a command that is interrupted while it is still being loaded."""
    os.write(2, b"\ninterrupted: nothing was begun\n")
    os._exit(130)


if sys.argv[0] == "-m":  # Python is looking for a command of this package
    signal.signal(signal.SIGINT, too_early)
