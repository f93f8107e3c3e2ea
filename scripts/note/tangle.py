"""Tangling: the notes' titled cells, joined in reading order, are the package."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from scripts.common.files import write_file
from scripts.note.format import Note
from scripts.note.join import Piece, joined, module_text, pieces
from scripts.note.prove import prove


def modules(notes: list[Note]) -> dict[str, list[Piece]]:
    """What each file of the package is made of. Raises Problem for what cannot be joined."""
    cells: dict[str, list[Iterator[Piece]]] = {}
    for note in notes:
        for cell in note.cells:
            if cell.title:
                cells.setdefault(cell.title, []).append(pieces(note.path, cell))
    return {title: joined(found) for title, found in sorted(cells.items())}


def package(notes: list[Note]) -> dict[str, str]:
    """The package's files and their text: titled cells in reading order; a definition that appears again replaces the
    earlier one, in its place."""
    return module_texts(modules(notes))


def module_texts(found: dict[str, list[Piece]]) -> dict[str, str]:
    return {title: module_text(module) for title, module in found.items()}


def differences(files: dict[str, str], root: Path = Path()) -> list[tuple[str, str]]:
    """(path, unified diff) of each file of the package below `root` that is not what the notes say."""
    on_disk = {f"micrograd/{path.name}": path.read_text("utf-8", "replace") for path in root.glob("micrograd/*.py")}
    found = []
    for path in sorted(files.keys() | on_disk.keys()):
        old, new = on_disk.get(path), files.get(path)
        if old != new:
            before, after = (text.splitlines(True) if text else [] for text in (old, new))
            diff = "".join(difflib.unified_diff(before, after, path, f"{path}, by the notes"))
            found.append((path, diff or f"{path} is empty, and no note makes it\n"))
    return found


def write_package(notes: list[Note], root: Path = Path()) -> list[str]:
    """Makes the package below `root` what the notes say, if it can be imported; the paths that changed."""
    found = modules(notes)
    files = module_texts(found)
    changed = [path for path, _ in differences(files, root)]
    if changed:
        prove(found, files, root)
    for path in changed:
        if path in files:
            write_file(root / path, files[path].encode())
        else:
            (root / path).unlink()
    return changed
