"""How a kernel tells of an exception: always as an error, with all that it says. IPython prints groups and its own
usage errors instead, and leaves out what add_note added."""

import traceback
from typing import Any

from IPython.core.error import UsageError


def tell_all(shell: Any) -> None:
    """From here on the shell shows every exception so."""
    show = shell._showtraceback  # what all of them come to
    shell._showtraceback = lambda kind, error, rows: show(kind, words(error), list(map(sendable, rows)))
    shell.set_custom_exc((Exception, BaseExceptionGroup), _shown)


def _shown(shell: Any, kind: type, error: BaseException, frames: Any, tb_offset: int | None = None) -> None:
    if kind is UsageError or grouped(error):
        shell._showtraceback(kind, error, traceback.format_exception(kind, error, frames))
    else:
        shell.showtraceback((kind, error, frames), tb_offset=tb_offset, running_compiled_code=True)


def grouped(error: BaseException | None) -> bool:
    """Whether IPython would print this exception: a group, or raised while one was handled."""
    return error is not None and (isinstance(error, BaseExceptionGroup) or grouped(error.__context__))


def words(error: BaseException) -> str:
    """An exception's message, its notes, and what it is a group of, each on a line."""
    lines = [str(error), *map(str, getattr(error, "__notes__", []))]
    for part in getattr(error, "exceptions", ()):
        lines += [f"  {line}" for line in f"{type(part).__name__}: {words(part)}".split("\n")]
    return sendable("\n".join(lines))


def sendable(text: str) -> str:
    """A text in which half a character, which no message may hold, is written as in Python."""
    return text.encode("utf-8", "backslashreplace").decode()
