"""How every door behaves: arguments in, a problem as one line and an exit status out."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

from scripts.common.problem import Problem

GRACE = 5  # seconds for what was interrupted to end
Main = Callable[[], int]  # what a door does; its exit status


class Parser(argparse.ArgumentParser):
    """The arguments of a door, which its docstring explains; what it does not know is one line and exit status 2."""

    def __init__(self, module: str, said: str):
        super().__init__(f"python -m {module}", description=said, allow_abbrev=False,
                         formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip

    def error(self, message: str) -> NoReturn:
        usage = " ".join(self.format_usage().split())
        self.exit(2, f"{message}; {usage}\n")


def port(word: str) -> int:
    """A port's number, from a command line."""
    number = int(word)
    if not 0 <= number < 65536:
        raise ValueError
    return number


def door(name: str) -> Callable[[Main], Main]:
    """A decorator: runs `main` if its module is `__main__`. Exit status 0, 1 (something is wrong with the notes),
    2 (with the machine or the call), 130 (interrupted)."""

    def decorate(main: Main) -> Main:
        if name == "__main__":
            sys.exit(exit_status(main))
        return main

    return decorate


def interrupt(*_: object) -> None:
    """Raises KeyboardInterrupt. A library may swallow that, so a second way out is prepared."""
    timer = threading.Timer(GRACE, os._exit, [130])
    timer.daemon = True
    timer.start()
    raise KeyboardInterrupt


def exit_status(main: Main) -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        return main()
    except Problem as problem:
        print(problem, file=sys.stderr)
        return problem.status
    except KeyboardInterrupt:
        print("\ninterrupted: what was not finished is as it was", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"{error.filename or 'this machine'}: {error.strerror or error}", file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # there is nothing left to interrupt
