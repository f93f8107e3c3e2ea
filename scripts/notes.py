"""The note format: reads a note's cells, checks and recorded results with their lines, and writes results back."""

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path("notes")
PLAIN = ("index.md", "glossary.md")  # pages that are not run: the first, and the words
TAGS = ("raises-exception", "varies", "hide-input")
SHOWN = ("", "text", "py", "pycon", "console", "output")  # fences that are never run, here or in Jupyter

NAME = re.compile(r"[A-Za-z0-9-]{1,50}\.md")
FENCE = re.compile(r"^(`{3,})\s*([^\s`]*)\s*([^`]*)$")
FOREIGN = re.compile(r"^\s*(?:>\s*)*(`{3,}|~{3,})")  # any other fence: in a list, a quote, or made of tildes
ATTRIBUTES = re.compile(r'^(?:(title)="(micrograd/\w+\.py)"|(tags)=\[((?:"[\w-]+"(?:,\s*)?)+)\])\s*')
CHECK = re.compile(r"^<!--\s*check:\s*(.*?)\s*-->$")
LIKE_CHECK = re.compile(r"[\s>*+-]*<!--.*check:")  # would never be evaluated
FIGURE = re.compile(r"^!\[(.*)\]\((figures/[^()\s]+\.(?:svg|png))\)$")


class NoteError(Exception):
    """Something is wrong at a place in a note: `place: fact`, and what mends it."""

    def __init__(self, place: str, fact: str, remedy: str = "", detail: str = ""):
        super().__init__(f"{place}: {fact}")
        self.place, self.fact, self.remedy, self.detail = place, fact, remedy, detail

    def __str__(self) -> str:
        return "\n".join(filter(None, [f"{self.place}: {self.fact}", self.detail, self.remedy and f"  {self.remedy}"]))


@dataclass
class Prose:
    """Lines that are neither run nor recorded."""

    line: int
    text: str


@dataclass
class Check:
    """An expression that must be true at its place."""

    line: int
    expression: str


@dataclass
class Figure:
    """A recorded figure: the author owns its words and its file's name."""

    line: int
    alt: str
    path: str


@dataclass
class Cell:
    """A fence of Python with the results recorded below it. `line` is the opening fence's, from 1."""

    line: int
    source: str
    title: str = ""
    tags: tuple = ()
    end: int = 0  # the lines [end, results_end) hold its results
    results_end: int = 0
    output: str | None = None
    output_line: int = 0
    figures: list = field(default_factory=list)


class Note:
    """One note. `text` is what the file says; `blocks` are its Prose, Cells and Checks in order."""

    def __init__(self, path: str, text: str):
        self.path, self.text = path, text
        self.stem = Path(path).stem
        self.crlf = 0 < text.count("\n") == text.count("\r\n")
        self.lines = (text.replace("\r\n", "\n") if self.crlf else text).split("\n")
        self.excerpts: list[tuple[int, list[str]]] = []  # line and lines of each excerpt of the next cell
        self.blocks = list(self._blocks())
        if not self.blocks:
            raise NoteError(self.place(1), "nothing in it", "start the note with its title")

    @classmethod
    def read(cls, path: Path) -> "Note":
        """The note at `path`. Raises NoteError where it can't be read or breaks the format."""
        try:
            return cls(path.as_posix(), path.read_bytes().decode())
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            raise NoteError(f"{path.as_posix()}:{line}", "not UTF-8 text", "save the note as UTF-8") from None
        except OSError as error:
            raise NoteError(path.as_posix(), f"cannot be read: {error.strerror}") from None

    @property
    def cells(self) -> list[Cell]:
        return [block for block in self.blocks if isinstance(block, Cell)]

    def place(self, line: int) -> str:
        return f"{self.path}:{line}"

    def with_results(self, results: list[list[str]]) -> str:
        """The note's text with these lines of results (from `result_lines`) below its cells, in order."""
        lines = list(self.lines)
        for cell, result in reversed(list(zip(self.cells, results, strict=True))):
            lines[cell.end : cell.results_end] = result
        return ("\r\n" if self.crlf else "\n").join(lines)

    def _blocks(self):
        if self.lines[0].startswith("---"):
            raise NoteError(self.place(1), "a YAML header", "start the note with its title")
        if self.lines[0].startswith("\ufeff"):
            raise NoteError(self.place(1), "a byte order mark", "save the note as plain UTF-8")
        prose_from, at = 0, 0
        while at < len(self.lines):
            line = self.lines[at].rstrip("\r")
            if check := CHECK.match(line):
                block, after = Check(at + 1, self._expression(at, check[1])), at + 1
            elif LIKE_CHECK.match(line):
                raise NoteError(self.place(at + 1), "a malformed check", "write <!-- check: EXPRESSION --> as a line")
            elif line.startswith("```"):
                block, after = self._fence(at)
            elif fence := FOREIGN.match(line):
                block, after = None, self._foreign_end(at, fence[1])
            else:
                block, after = None, at + 1
            if block:
                yield from self._prose(prose_from, at)
                yield block
                prose_from = after
            at = after
        yield from self._prose(prose_from, at)

    def _prose(self, start: int, end: int):
        text = "\n".join(self.lines[start:end]).strip("\n")
        if text.strip():
            while not self.lines[start].strip():
                start += 1
            yield Prose(start + 1, text)

    def _expression(self, at: int, expression: str) -> str:
        try:
            compile(expression, "check", "eval")
        except SyntaxError as error:
            raise NoteError(self.place(at + 1), f"a check that is no expression: {error.msg}") from None
        return expression

    def _fence(self, at: int):
        """The cell (or None, for a fence that is only shown) at line `at`, and the line after it."""
        match = FENCE.match(self.lines[at].rstrip("\r"))
        if not match:
            raise NoteError(self.place(at + 1), "a malformed fence", "write ```python, or ```text for what is not run")
        ticks, language, attributes = match.groups()
        end = self._fence_end(at, ticks)
        if language == "output":
            raise NoteError(self.place(at + 1), "an output without a cell right before it", "delete it")
        if language in SHOWN:
            if language == "py" and attributes.strip() == "excerpt":
                self.excerpts.append((at + 1, self.lines[at + 1 : end - 1]))
            elif language == "py" and attributes.strip():
                raise NoteError(self.place(at + 1), f"malformed attribute: {attributes}", "allowed is ```py excerpt")
            return None, end
        if language != "python":
            raise NoteError(self.place(at + 1), f"a fence of {language!r}, which Jupyter would run or swallow",
                            f"use python, or one of {', '.join(filter(None, SHOWN[:-1]))}")  # fmt: skip
        cell = Cell(at + 1, "\n".join(self.lines[at + 1 : end - 1]), *self._attributes(at, attributes), end=end)
        return cell, self._results(cell)

    def _attributes(self, at: int, text: str) -> tuple[str, tuple]:
        title, tags = "", ()
        while text:
            match = ATTRIBUTES.match(text)
            if not match:
                raise NoteError(self.place(at + 1), f"malformed attribute: {text}",
                                'allowed are title="micrograd/NAME.py" and tags=["raises-exception"]')  # fmt: skip
            title = match[2] or title
            tags = tuple(re.findall(r'"([\w-]+)"', match[4])) if match[3] else tags
            text = text[match.end() :]
        for tag in tags:
            if tag not in TAGS:
                raise NoteError(self.place(at + 1), f"unknown tag {tag!r}", f"allowed are {' and '.join(TAGS)}")
        return title, tags

    def _fence_end(self, at: int, ticks: str) -> int:
        for end in range(at + 1, len(self.lines)):
            line = self.lines[end].rstrip()
            if line.startswith(ticks) and not line.strip("`"):
                return end + 1
        raise NoteError(self.place(at + 1), "this fence is never closed", f"close it with {ticks} on a line of its own")

    def _foreign_end(self, at: int, ticks: str) -> int:
        for end in range(at + 1, len(self.lines)):
            if self.lines[end].strip(" >\r\t").startswith(ticks):
                return end + 1
        raise NoteError(self.place(at + 1), "this fence is never closed", f"close it with {ticks}")

    def _fold_end(self, cell: Cell) -> int:
        """The line after the fold that a cell of hidden input closes."""
        at = cell.end
        while at < len(self.lines) and not self.lines[at].strip():
            at += 1
        if at == len(self.lines) or self.lines[at].strip() != "</details>":
            raise NoteError(self.place(cell.line), "a hide-input cell that does not end its fold",
                            "write </details> right after it, and its results below that")  # fmt: skip
        return at + 1

    def _results(self, cell: Cell) -> int:
        """Fills in what is recorded below `cell`, or below its fold if its input is hidden; the line after it."""
        if "hide-input" in cell.tags:
            cell.end = self._fold_end(cell)
        at = cell.results_end = cell.end
        while True:
            while at < len(self.lines) and not self.lines[at].strip():
                at += 1
            line = self.lines[at].rstrip("\r") if at < len(self.lines) else ""
            fence, figure = FENCE.match(line), FIGURE.match(line)
            if fence and fence[2] == "output" and cell.output is None and not cell.figures:
                end = self._fence_end(at, fence[1])
                cell.output, cell.output_line = "\n".join(self.lines[at + 1 : end - 1]), at + 1
            elif figure:
                end = at + 1
                cell.figures.append(Figure(end, figure[1], figure[2]))
            else:
                return cell.results_end
            at = cell.results_end = end


def result_lines(text: str | None, figures: list[Figure]) -> list[str]:
    """The lines that record a cell's text and figures below it."""
    lines = []
    if text is not None:
        ticks = "`" * max(3, 1 + max(map(len, re.findall(r"^ {0,3}(`+)", text, re.M)), default=0))
        lines += ["", f"{ticks}output", *text.split("\n"), ticks]
    for figure in figures:
        lines += ["", f"![{figure.alt}]({figure.path})"]
    return lines


def all_notes(folder: Path = FOLDER) -> list[Note]:
    """Every note of `folder` in the order of their names."""
    paths = sorted(path for path in folder.glob("*.md") if path.name not in PLAIN)
    if not paths:
        raise NoteError(folder.as_posix(), "no notes here", "run this from the root of the repository")
    for path in paths:
        if not NAME.fullmatch(path.name):
            raise NoteError(path.as_posix(), "a name that is not just letters, digits and hyphens", "rename the note")
    return [Note.read(path) for path in paths]


def unlike(excerpt: list[str], source: str) -> str | None:
    """The first line of an excerpt that its cell does not have in that place; None if all are there. A line of `...`
    leaves out lines of the cell."""
    lines, at, pieces = source.split("\n"), 0, [[]]
    for line in excerpt:
        if line.strip() == "...":
            pieces.append([])
        else:
            pieces[-1].append(line)
    for piece in pieces:
        while piece and not piece[-1].strip():
            piece.pop()
        while piece and not piece[0].strip():
            piece.pop(0)
        while piece and lines[at : at + len(piece)] != piece:
            at += 1
            if at + len(piece) > len(lines):
                return next((line for line in piece if line not in lines), piece[0])
        at += len(piece)
    return None
