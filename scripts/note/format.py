"""A note of the format: what its file says, the blocks that this is made of, and the same with other results."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scripts.common.problem import Problem
from scripts.note.blocks import Block, Cell, Check, Excerpt, Figure, Prose, result_lines
from scripts.note.reader import read_blocks

__all__ = ["Block", "Cell", "Check", "Excerpt", "Figure", "Note", "Prose", "result_lines"]


@dataclass(frozen=True)
class Note:
    """One note. `text` is what the file says. Its `blocks` (Prose, Cells and Checks in order) and `excerpts` are read
    from that unless they are given."""

    path: str
    text: str
    blocks: Sequence[Block] = ()
    excerpts: Sequence[Excerpt] = ()

    def __post_init__(self) -> None:
        if not self.blocks:
            blocks, excerpts = read_blocks(self.path, self.body)
            object.__setattr__(self, "blocks", blocks)
            object.__setattr__(self, "excerpts", excerpts)

    @classmethod
    def read(cls, path: Path) -> "Note":
        """The note at `path`. Raises Problem where it can't be read or breaks the format."""
        try:
            return cls(path.as_posix(), path.read_bytes().decode())
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            raise Problem(f"{path.as_posix()}:{line}", "not UTF-8 text", "save the note as UTF-8") from None
        except OSError as error:
            raise Problem(path.as_posix(), f"cannot be read: {error.strerror}") from None

    @property
    def stem(self) -> str:
        return Path(self.path).stem

    @property
    def number(self) -> str:
        """The digits in front of its name; the name, if it has none."""
        return self.stem[: len(self.stem) - len(self.stem.lstrip("0123456789"))] or self.stem

    @property
    def crlf(self) -> bool:
        return self.text.count("\n") == self.text.count("\r\n")

    @cached_property
    def body(self) -> str:
        """The text with plain line ends."""
        return self.text.replace("\r\n", "\n") if self.crlf else self.text

    @cached_property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.body.split("\n"))

    @cached_property
    def cells(self) -> list[Cell]:
        return [block for block in self.blocks if isinstance(block, Cell)]

    def cells_until(self, at: int) -> int:
        """How many cells there are up to the block of this number."""
        return bisect_right(self.cells, self.blocks[at].line, key=lambda cell: cell.line)

    def place(self, line: int) -> str:
        return f"{self.path}:{line}"

    def problem(self, line: int, fact: str, remedy: str = "") -> Problem:
        return Problem(self.place(line), fact, remedy)

    def with_results(self, results: list[list[str]]) -> str:
        """The note's text with these lines of results (from `result_lines`) below its cells, in order."""
        lines, at = list[str](), 0
        for cell, result in zip(self.cells, results, strict=True):
            lines += [*self.lines[at : cell.end], *result]
            at = cell.results_end
        return ("\r\n" if self.crlf else "\n").join([*lines, *self.lines[at:]])
