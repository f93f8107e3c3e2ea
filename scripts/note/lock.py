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
    rows += [" ".join([name, *said]) for name, said in sorted(standing(folder, lock).items())]
    write_file(folder / LOCK, ("\n".join(rows) + "\n").encode())


def forget_gone(folder: Path) -> None:
    """Writes the lock anew if it holds what is gone."""
    lock = read_lock(folder)
    if standing(folder, lock) != lock:
        write_lock(folder, lock)


def standing(folder: Path, lock: Lock) -> Lock:
    """The rows of the lock whose files are there."""

    def stands(name: str, said: list[str]) -> bool:
        return all((folder / file).exists() for file in (name, *(each for each in said if each.endswith(".md"))))

    return {name: said for name, said in lock.items() if stands(name, said)}
