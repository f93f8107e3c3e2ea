"""The folder of the notes: which files are notes, and in which order."""

import re
from pathlib import Path

from scripts.common.problem import Problem
from scripts.note.format import Note

FOLDER = Path("notes")
PLAIN = ("index.md", "glossary.md")  # pages that are not run: the first, and the words
NAME = re.compile(r"[A-Za-z0-9-]{1,50}\.md")


def all_notes(folder: Path = FOLDER) -> list[Note]:
    """Every note of `folder` in the order of their names."""
    paths = sorted(path for path in folder.glob("*.md") if path.name not in PLAIN and not is_draft(path))
    if not paths:
        raise Problem(folder.as_posix(), "no notes here", "run this from the root of the repository")
    for path in paths:
        if not NAME.fullmatch(path.name):
            raise Problem(path.as_posix(), "a name that is not just letters, digits and hyphens", "rename the note")
    return [Note.read(path) for path in paths]


def is_draft(path: Path) -> bool:
    """Whether a file is no note yet: one without a word in it, or still without a name of its own."""
    return path.stem.startswith("Untitled") or not path.read_bytes().strip()


def drafts(folder: Path = FOLDER) -> list[Path]:
    """The files that are no notes yet."""
    return sorted(path for path in folder.glob("*.md") if path.name not in PLAIN and is_draft(path))


def plain_pages(folder: Path = FOLDER) -> list[Note]:
    """The pages that are not run, as far as there are any."""
    return [Note.read(folder / name) for name in PLAIN if (folder / name).exists()]


def up_to(notes: list[Note], last: str) -> list[Note]:
    """The notes up to the one of this number or name; all, if it is empty."""
    for number, note in enumerate(notes, 1):
        if last in (note.stem, f"{note.stem}.md", note.path, note.stem.partition("-")[0]):
            return notes[:number]
    if last:
        raise Problem(f"NOTE={last}", "no such note", f"name one from {notes[0].stem} to {notes[-1].stem}")
    return notes
