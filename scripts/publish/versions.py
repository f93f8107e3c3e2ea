"""Where names are defined, and how a definition changed since it was last written: computed from the notes."""

import ast
import difflib
import re
from dataclasses import dataclass
from itertools import pairwise

from scripts.note.format import Cell, Note

ALIKE = 0.3  # below this share of common lines, a name was given to something else


@dataclass
class Definition:
    """A name's definition: the note and cell (from 1) where it stands, and, for a class or function, its source."""

    name: str
    note: Note
    cell: int
    line: int = 1  # its first line in the cell
    source: str = ""
    label: str = ""
    previous: "Definition | None" = None
    next: "Definition | None" = None

    @property
    def target(self) -> str:
        return f"{self.note.stem}.md#cell-{self.cell}"

    @property
    def anchor(self) -> str:
        return f"{self.name.lower()}-in-{self.note.stem[:2]}-{self.cell}"

    @property
    def before(self) -> list[str]:
        """The lines of the previous definition."""
        return self.previous.source.split("\n") if self.previous else []

    @property
    def diff(self) -> str:
        """The unified diff from the previous definition, without its header."""
        new = self.source.split("\n")
        return "\n".join(list(difflib.unified_diff(self.before, new, lineterm="", n=2))[2:])

    @property
    def changed(self) -> list[int]:
        """The lines of the cell that are new since the previous definition."""
        new = self.source.split("\n")
        blocks = difflib.SequenceMatcher(None, self.before, new, autojunk=False).get_opcodes()
        lines = [at for tag, _, _, start, end in blocks if tag in ("replace", "insert") for at in range(start, end)]
        return [self.line + at for at in lines if new[at].strip()]


class Index:
    """Every definition of the notes, by name and in order."""

    def __init__(self, notes: list[Note]):
        self.by_name: dict[str, list[Definition]] = {}
        self.by_cell: dict[tuple[str, int], list[Definition]] = {}
        for note in notes:
            for number, cell in enumerate(note.cells, 1):
                for definition in definitions(note, number, cell):
                    self.by_name.setdefault(definition.name, []).append(definition)
                    self.by_cell.setdefault((note.stem, number), []).append(definition)
        for found in self.by_name.values():
            link([definition for definition in found if definition.source])

    def find(self, name: str, note: Note, own: bool) -> Definition | None:
        """The definition of a name that a note itself gives (`own`: the last), or that stands before it."""
        found = self.by_name.get(name, [])
        mine = [definition for definition in found if definition.note is note]
        earlier = [definition for definition in found if definition.note.stem < note.stem]
        return next(reversed(mine if own else earlier), None)


def definitions(note: Note, number: int, cell: Cell) -> list[Definition]:
    """What a cell defines at its top level: classes and functions with their source, and plain names."""
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return []
    lines, found = cell.source.split("\n"), []
    for statement in body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef):
            start = min([statement.lineno, *(decorator.lineno for decorator in statement.decorator_list)])
            source = "\n".join(lines[start - 1 : statement.end_lineno])
            found.append(Definition(statement.name, note, number, start, source))
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            found += [Definition(alias.asname or alias.name, note, number) for alias in statement.names]
        elif isinstance(statement, ast.Assign):
            names = [name for target in statement.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            found += [Definition(name.id, note, number) for name in names if isinstance(name.ctx, ast.Store)]
    return found


def link(found: list[Definition]) -> None:
    """Ties each definition to the one before it, if it is another writing of the same thing, and labels it."""
    for old, new in pairwise(found):
        lines = old.source.split("\n"), new.source.split("\n")
        if old.source != new.source and difflib.SequenceMatcher(None, *lines, autojunk=False).ratio() > ALIKE:
            new.previous, old.next = old, new
    for definition in found:
        mine = [other for other in found if other.note is definition.note]
        versions = declared(definition.note, definition.name)
        if not versions:
            count = 1 + found.index(definition)
            definition.label = f"version {count}" if definition.previous or definition.next else ""
        elif len(mine) == len(versions) or definition is mine[-1]:
            definition.label = f"version {versions[mine.index(definition) - len(mine)]}"
        else:
            definition.label = f"on the way to version {versions[-1]}"


def declared(note: Note, name: str) -> list[str]:
    """The versions of a name that the note's head says it defines."""
    head = re.search(r"\bDefines:((?:.|\n(?!\n))*)", note.body)
    match = re.search(rf"`{name}` \(versions? ([\d, and]+)\)", " ".join(head[1].split())) if head else None
    return re.findall(r"\d+", match[1]) if match else []
