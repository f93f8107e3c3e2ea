"""Where names are defined, and how a definition changed since it was last written: computed from the notes."""

import ast
import difflib
import re
from dataclasses import dataclass
from itertools import groupby, pairwise

from scripts.note.format import Cell, Note

ALIKE = 0.3  # below this share of common lines, a name was given to something else
LONG = 30  # lines: a longer class has its unchanged methods dimmed


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
        return f"{self.name.lower()}-in-{self.note.number}-{self.cell}"

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
        """The lines of the cell that are new since the previous definition, with the blank ones between them."""
        new = self.source.split("\n")
        blocks = difflib.SequenceMatcher(None, self.before, new, autojunk=False).get_opcodes()
        added = [range(start, end) for tag, _, _, start, end in blocks if tag in ("replace", "insert")]
        return [self.line + at for lines in added for at in trimmed(lines, new)]

    @property
    def unchanged(self) -> list[int]:
        """The lines of the methods of a long class in which nothing changed since the previous definition."""
        statement = ast.parse(self.source).body[0]
        if self.source.count("\n") < LONG or not isinstance(statement, ast.ClassDef):
            return []
        changed, found = set(self.changed), list[int]()
        for method in statement.body:
            lines = range(self.line + first_line(method) - 1, self.line + (method.end_lineno or method.lineno))
            found += [] if changed.intersection(lines) else lines
        return found

    @property
    def place(self) -> str:
        """Its note, as a line does not break it."""
        return f"note\N{NO-BREAK SPACE}{self.note.number}"

    @property
    def where(self) -> str:
        """Its version and its note, as a heading says it."""
        version = self.label.replace(" ", "\N{NO-BREAK SPACE}")
        return f"{version[:1].upper()}{version[1:]}, {self.place}"


def first_line(statement: ast.stmt) -> int:
    """The line where a statement begins, with its decorators."""
    return min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", []))])


def trimmed(lines: range, text: list[str]) -> range:
    """Lines of a text without the blank ones at both ends."""
    while lines and not text[lines[0]].strip():
        lines = lines[1:]
    while lines and not text[lines[-1]].strip():
        lines = lines[:-1]
    return lines


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
        for name, found in self.by_name.items():
            sources = [definition for definition in found if definition.source]
            link(sources)
            if any(is_of_the_book(definition) for definition in sources) or any(declared(note, name) for note in notes):
                label(sources)

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
        if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            start = first_line(statement)
            source = "\n".join(lines[start - 1 : statement.end_lineno])
            found.append(Definition(statement.name, note, number, start, source))
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            found += [Definition(alias.asname or alias.name, note, number) for alias in statement.names]
        elif isinstance(statement, ast.Assign):
            names = [name for target in statement.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            found += [Definition(name.id, note, number) for name in names if isinstance(name.ctx, ast.Store)]
    return found


def is_of_the_book(definition: Definition) -> bool:
    """Whether a definition goes into the package."""
    return bool(definition.note.cells[definition.cell - 1].title)


def link(found: list[Definition]) -> None:
    """Ties each definition to the one before it, if it is another writing of the same thing."""
    for old, new in pairwise(found):
        lines = old.source.split("\n"), new.source.split("\n")
        if old.source != new.source and difflib.SequenceMatcher(None, *lines, autojunk=False).ratio() > ALIKE:
            new.previous, old.next = old, new


def label(found: list[Definition]) -> None:
    """Names the versions. What a note declares are its last definitions (and the first of all); those between are 2a,
    2b. A name that no note declares has its definitions counted."""
    counted = not any(declared(definition.note, definition.name) for definition in found)
    last, letters = "", 0
    for note, group in groupby(found, key=lambda definition: definition.note):
        mine = list(group)
        versions = declared(note, mine[0].name)
        if counted:
            versions = [str(int(last or 0) + number) for number in range(1, len(mine) + 1)]
        first = [*versions, "1"][:1] if not last and len(mine) > len(versions) else []
        rest = versions[len(first) :][-len(mine) :]
        between = [""] * (len(mine) - len(first) - len(rest))
        for definition, name in zip(mine, [*first, *between, *rest], strict=True):
            last, letters = (name, 0) if name else (last, letters + 1)
            definition.label = f"version {last}" + (chr(ord("a") + letters - 1) if letters else "")


def declared(note: Note, name: str) -> list[str]:
    """The versions of a name that the note's head says it defines."""
    head = re.search(r"\bDefines:((?:.|\n(?!\n))*)", note.body)
    match = re.search(rf"`{name}` \(versions? ([\d, and]+)\)", " ".join(head[1].split())) if head else None
    return re.findall(r"\d+", match[1]) if match else []
