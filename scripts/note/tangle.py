"""Tangling: the notes' titled cells, joined in reading order, are the package."""

import ast
import difflib
from pathlib import Path

from scripts.common.files import write_file
from scripts.note.format import Cell, Note

HEADER = "# Made by `make tangle` from {sources}. Edit the notes: changes here are lost.\n"


def pieces(note: Note, cell: Cell) -> list[tuple[str, str, str]]:
    """A cell's top-level statements as (name, blank lines before, source): a definition's name, else the statement."""
    try:
        body = ast.parse(cell.source).body
    except SyntaxError as error:
        raise note.problem(cell.line + (error.lineno or 1), f"SyntaxError: {error.msg}") from None
    lines, start, found = cell.source.split("\n"), 0, list[tuple[str, str, str]]()
    for statement in body:
        end = len(lines) if statement is body[-1] else statement.end_lineno or len(lines)
        text = "\n".join(lines[start:end])  # with the comments above it, the last also with those below
        source, start = text.strip("\n"), end
        if not source:  # it stands on the last one's line
            continue
        gap = "\n" * (1 + len(text) - len(text.lstrip("\n")))
        found.append((getattr(statement, "name", source), gap, source))
    return found


def leading_lines(text: str) -> str:
    """The line ends before the first character."""
    return text[: len(text) - len(text.lstrip("\n"))]


def package(notes: list[Note]) -> dict[str, str]:
    """The package's files and their text: titled cells in reading order; a definition that appears again replaces the
    earlier one, in its place."""
    files: dict[str, dict[str, str]] = {}
    sources: dict[str, dict[str, None]] = {}
    for note in notes:
        for cell in filter(lambda cell: cell.title, note.cells):
            parts = files.setdefault(cell.title, {})
            sources.setdefault(cell.title, {})[note.path] = None
            new = False  # whether the statement before it in the cell stands before it in the file, too
            for name, gap, source in pieces(note, cell):
                gap = leading_lines(parts[name]) if name in parts else gap if new else "\n\n\n"
                new = name not in parts
                parts[name] = gap + source
    return {
        title: HEADER.format(sources=", ".join(sources[title])) + "".join(parts.values()).lstrip("\n") + "\n"
        for title, parts in sorted(files.items())
    }


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


def write_package(files: dict[str, str], root: Path = Path()) -> list[str]:
    """Makes the package below `root` what the notes say; the paths that changed."""
    changed = [path for path, _ in differences(files, root)]
    for path in changed:
        if path in files:
            write_file(root / path, files[path].encode())
        else:
            (root / path).unlink()
    return changed
