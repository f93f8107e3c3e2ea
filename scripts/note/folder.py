"""The folder of the notes: which files are notes, and in which order."""

import re
from itertools import pairwise
from pathlib import Path

from scripts.common.problem import Problem
from scripts.note.format import Check, Note, Prose

FOLDER = Path("notes")
PLAIN = ("index.md", "glossary.md")  # pages that are not run: the first, and the words
NAME = re.compile(r"[A-Za-z0-9-]{1,50}\.md")


def all_notes(folder: Path = FOLDER) -> list[Note]:
    """Every note of `folder` in the order of their names."""
    paths = [path for path in markdown_files(folder) if path.name not in PLAIN and not is_draft(path)]
    if not paths:
        raise Problem(folder.as_posix(), "no notes here", "run this from the root of the repository")
    for path in paths:
        if not NAME.fullmatch(path.name):
            raise Problem(path.as_posix(), "a name that is not just letters, digits and hyphens", "rename the note")
    _refuse_two_orders(paths)
    return [Note.read(path) for path in paths]


def markdown_files(folder: Path) -> list[Path]:
    """Every page of `folder`; a file whose name begins with a dot is an editor's, and none."""
    return sorted(path for path in folder.glob("*.md") if not path.name.startswith("."))


def _refuse_two_orders(paths: list[Path]) -> None:
    """Raises Problem where names and the numbers in front of them do not say one order."""
    numbered = [(int(match[0]), path) for path in paths if (match := re.match(r"\d+", path.name))]
    for (before, first), (number, path) in pairwise(numbered):
        if before == number:
            raise Problem(path.as_posix(), f"{first.name} has this number, too", "give one of them another number")
        if before > number:
            raise Problem(path.as_posix(), f"files list it after {first.name}, its number is smaller",
                          "write all numbers with as many digits: 01-, 02-, 10-")  # fmt: skip


def is_draft(path: Path) -> bool:
    """Whether a file is no note yet: one without a word in it, or still without a name of its own."""
    return path.stem.startswith("Untitled") or not path.read_bytes().strip()


def drafts(folder: Path = FOLDER) -> list[Path]:
    """The files that are no notes yet."""
    return [path for path in markdown_files(folder) if path.name not in PLAIN and is_draft(path)]


def plain_pages(folder: Path = FOLDER) -> list[Note]:
    """The pages that are not run, as far as there are any. Raises Problem for what would have to be."""
    pages = [Note.read(folder / name) for name in PLAIN if (folder / name).exists()]
    for page in pages:
        for block in page.blocks:
            if not isinstance(block, Prose):
                what = "a check" if isinstance(block, Check) else "a cell"
                raise page.problem(block.line, f"{what} on a page that is not run", "move it to a note")
    return pages


def up_to(notes: list[Note], last: str) -> list[Note]:
    """The notes up to the one of this number or name; all, if it is empty."""
    for number, note in enumerate(notes, 1):
        if last in (note.stem, f"{note.stem}.md", note.path, note.stem.partition("-")[0]):
            return notes[:number]
    if last:
        raise Problem(f"NOTE={last}", "no such note", f"name one from {notes[0].stem} to {notes[-1].stem}")
    return notes
