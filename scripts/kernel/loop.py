"""The event loop that nbclient waits in. Every socket of a kernel has to be used where it was made, so all waiting is
done there."""

from collections.abc import Awaitable
from typing import TypeVar

from jupyter_core.utils import ensure_event_loop

Result = TypeVar("Result")


def result(awaited: Awaitable[Result]) -> Result:
    """What comes of it, as soon as it does."""
    return ensure_event_loop().run_until_complete(awaited)


def hush() -> None:
    """From here on what was left unfinished, as a cell that was interrupted is, has no more to say."""
    ensure_event_loop().set_exception_handler(lambda *_: None)
