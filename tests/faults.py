"""Shared by the tests of faults: processes that can be told apart, and what a note says besides its results."""

import os
import time
import uuid
from pathlib import Path

from conftest import Book

from scripts.note.format import Note


def marked(monkeypatch) -> str:
    """A mark that every process started from here on carries."""
    mark = uuid.uuid4().hex
    monkeypatch.setenv("MARK", mark)
    return mark


def alive(mark: str, what: str = "") -> dict[int, str]:
    """The processes that carry the mark, but not this one, with their command lines, if `what` is in them."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (path / "environ").read_bytes() and int(path.name) != os.getpid():
                found[int(path.name)] = (path / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return {number: line for number, line in found.items() if line and what in line}


def wait(done, seconds: float) -> float:
    """Waits until `done()` is true; the seconds it took. Fails if it takes too long."""
    start = time.monotonic()
    while not done():
        assert time.monotonic() < start + seconds, "waited in vain"
        time.sleep(0.02)
    return time.monotonic() - start


def bare(text: str) -> str:
    """A note without its results."""
    note = Note("note.md", text)
    return note.with_results([[] for _ in note.cells])


def texts(book: Book) -> dict[str, str]:
    """What all notes say, besides their results; only whole files stand beside them."""
    names = sorted(path.name for path in (book.root / "notes").glob("*") if path.is_file())
    assert not [name for name in names if name.startswith(".")]
    return {name: bare(book[name]) for name in names if name.endswith(".md")}
