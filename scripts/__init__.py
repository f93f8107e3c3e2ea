"""The commands of this repository, each run from its root as `python -m scripts.NAME`."""

import os
import signal
import sys


def too_early(*_: object) -> None:
    """Ends a command that is interrupted while it is still being loaded."""
    os.write(2, b"\ninterrupted: nothing was begun\n")
    os._exit(130)


def unfit(kind: type, error: BaseException, trace: object) -> None:
    """Says in one line what this Python lacks, as far as it is that."""
    name = getattr(error, "name", None) or ""
    if sys.version_info < (3, 11):  # noqa: UP036
        said = "Python 3.11 or newer is needed, this is " + ".".join(map(str, sys.version_info[:2]))
    elif issubclass(kind, ModuleNotFoundError) and name and not name.startswith("scripts"):
        said = (
            "there is no "
            + name
            + " for "
            + sys.executable
            + "\n  pip install -r requirements.txt, or leave PYTHON= out"
        )
    else:
        sys.__excepthook__(kind, error, trace)  # type: ignore[arg-type]
        return
    sys.stdout.flush()
    os.write(2, (said + "\n").encode())
    os._exit(2)


if sys.argv[0] == "-m":  # Python is looking for a command of this package
    signal.signal(signal.SIGINT, too_early)
    sys.excepthook = unfit
