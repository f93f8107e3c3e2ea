"""What every command shares: errors as one line and an exit status, files written whole or not at all."""

import os
import signal
import sys
from pathlib import Path

from scripts.notes import NoteError


def command(name: str):
    """A decorator: runs `main` if its module is `__main__`. Exit status 0, 1 (something is wrong with the notes),
    2 (with the machine), 130 (interrupted)."""

    def decorate(main):
        if name == "__main__":
            sys.exit(exit_status(main))
        return main

    return decorate


def exit_status(main) -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return main()
    except NoteError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted: what was not finished is as it was", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"{error.filename or 'this machine'}: {error.strerror or error}", file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # there is nothing left to interrupt


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
