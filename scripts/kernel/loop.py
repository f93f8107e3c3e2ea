"""The event loop that nbclient waits in. Every socket of a kernel has to be used where it was made, so all waiting is
done there."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from jupyter_core.utils import ensure_event_loop

Result = TypeVar("Result")


def result(awaited: Awaitable[Result]) -> Result:
    """What comes of it, as soon as it does."""
    return ensure_event_loop().run_until_complete(awaited)


def hush() -> None:
    """From here on what was left unfinished, as a cell that was interrupted is, has no more to say."""
    ensure_event_loop().set_exception_handler(lambda *_: None)


@contextmanager
def watched(look: Callable[[], None], seconds: float = 0.1) -> Iterator[None]:
    """Calls `look` again and again while something is waited for; what it raises ends the waiting, and is raised."""
    loop, raised = ensure_event_loop(), list[BaseException]()

    timer: asyncio.TimerHandle

    def again() -> None:
        nonlocal timer
        try:
            look()
        except BaseException as error:
            raised.append(error)
            for task in asyncio.all_tasks(loop):
                task.cancel()
        else:
            timer = loop.call_later(seconds, again)

    timer = loop.call_later(seconds, again)
    try:
        yield
    except BaseException:
        if raised:
            raise raised[0] from None
        raise
    finally:
        timer.cancel()
