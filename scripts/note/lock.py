"""`results.lock` beside the notes: a digest of each recorded result, so that one changed by hand is seen."""

import zlib
from collections.abc import Iterable
from pathlib import Path

from scripts.common.files import write_file

LOCK = "results.lock"
Lock = dict[str, list[str]]  # by a note's file: the digests of its results; by a figure's: that of its code, its note


def digest(text: str | None, pictures: Iterable[bytes]) -> str:
    return f"{zlib.crc32(b'|'.join([(text or '').encode(), *pictures])):08x}"


def read_lock(folder: Path) -> Lock:
    path = folder / LOCK
    return lock_of(path.read_text() if path.exists() else "")


def lock_of(text: str) -> Lock:
    """The lock that a file of this text holds."""
    return {name: digests for name, *digests in map(str.split, filter(str.strip, text.splitlines()[1:]))}


def write_lock(folder: Path, lock: Lock) -> None:
    """Writes the lock, without the notes that are gone, and what they drew."""
    rows = ["# Made by `make run`: a digest of each recorded result, so that a change by hand is seen."]
    for name, said in sorted(lock.items()):
        if all((folder / file).exists() for file in (name, *(each for each in said if each.endswith(".md")))):
            rows.append(" ".join([name, *said]))
    write_file(folder / LOCK, ("\n".join(rows) + "\n").encode())
