"""Reads a note's text: its cells, checks and recorded results with their lines, or the problem at the first line that
breaks the format."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

from scripts.common.problem import Problem
from scripts.note.blocks import Block, Cell, Check, Excerpt, Figure, Prose
from scripts.note.markdown import COMMENT, leaves, tokens
from scripts.note.source import passed_over

TAGS = ("raises-exception", "varies", "verbatim", "hide-input")
SHOWN = ("", "text", "py", "pycon", "console")  # fences that are never run, here or in Jupyter

ATTRIBUTES = re.compile(r'^(?:(title)="(micrograd/\w+\.py)"|(tags)=\[((?:"[\w-]+"(?:,\s*)?)+)\])\s*')
CHECK = re.compile(r"^<!--\s*check:\s*(.*?)\s*-->$")
CELL = re.compile(r"\s*(?:`{3,}|~{3,})\s*python\b")
CONFLICT = re.compile(r"(?:<{7}|\|{7}|>{7})(?: |$)")
FIGURE = re.compile(r"^!\[(.*)\]\((figures/[^()\s]+\.(?:svg|png|jpe?g|gif))\)$")


def read_blocks(path: str, text: str) -> tuple[list[Block], list[Excerpt]]:
    """The blocks and the excerpts of a note's text. Raises Problem at a line of `path` where it breaks the format."""
    reader = Reader(path, text)
    blocks = list(reader.blocks())
    if not blocks:
        raise reader.problem(1, "nothing in it", "start the note with its title")
    return blocks, reader.excerpts


class Reader:
    """The lines of a note and its fences, which become blocks."""

    def __init__(self, path: str, text: str):
        self.path, self.lines = path, text.split("\n")
        self._refuse_the_unreadable()
        self.tokens = tokens(text)
        self.fences = {token.map[0]: token for token in self.tokens if token.type == "fence" and token.map}
        self.excerpts: list[Excerpt] = []

    def problem(self, line: int, fact: str, remedy: str = "") -> Problem:
        return Problem(f"{self.path}:{line}", fact, remedy)

    def _refuse_the_unreadable(self) -> None:
        if self.lines[0].startswith("---"):
            raise self.problem(1, "a YAML header", "start the note with its title")
        if self.lines[0].startswith("\ufeff"):
            raise self.problem(1, "a byte order mark", "save the note as plain UTF-8")
        for number, line in enumerate(self.lines, 1):
            if "\r" in line:
                raise self.problem(number, "mixed line ends", "save the note with one kind of line end")
            if "\0" in line:
                raise self.problem(number, "a NUL character", "delete it")
            if CONFLICT.match(line):
                raise self.problem(number, "a merge that was not finished", "keep one side, delete the markers")

    def blocks(self) -> Iterator[Block]:
        """Prose, cells and checks in order; the excerpts are found on the way."""
        prose_from = 0
        for start, token in self._marks():
            if start < prose_from:  # a result of the cell before it
                continue
            block = self._fence(start, token) if token else self._check(start)
            if block:
                yield from self._prose(prose_from, start)
                yield block
                prose_from = block.results_end if isinstance(block, Cell) else start + 1
        yield from self._prose(prose_from, len(self.lines))

    def _marks(self) -> Iterator[tuple[int, Token | None]]:
        """The lines where a fence of the note's own level begins, with its token, or a comment is, with None."""
        for token in self.tokens:
            if token.type == "fence" and token.map:
                self._refuse_the_unclosed(token)
                if self.lines[token.map[0]].startswith("```"):
                    yield token.map[0], token
                else:
                    self._refuse_out_of_place(token.map[0], token.info)
            elif token.type == "code_block" and token.map:
                self._refuse_fences(token, "it is indented", "write ```python at the line's start")
            elif token.type == "html_block" and token.map:
                self._refuse_fences(token, "HTML goes on to it", "leave a line empty before it")
                for comment in COMMENT.finditer(token.content):
                    at = token.map[0] + token.content.count("\n", 0, comment.start())
                    if not (CHECK.match(self.lines[at]) and comment[0] == self.lines[at]):
                        raise self._comment(at)
                    yield at, None
            elif token.type == "inline" and token.map:
                self._refuse_in_prose(token, token.map[0])

    def _refuse_out_of_place(self, at: int, info: str) -> None:
        """Raises Problem for a fence that would be run or be a result if it were three backticks at a line's start."""
        if info.strip() and info.split()[0] not in SHOWN:
            remedy = "write three backticks at the line's start, or ```py for what is only shown"
            raise self.problem(at + 1, f"a fence of {info.split()[0]!r} in a place where nothing is run", remedy)

    def _refuse_fences(self, token: Token, cause: str, remedy: str) -> None:
        """Raises Problem for a line that looks like a cell in what is none."""
        assert token.map
        for line, text in enumerate(self.lines[slice(*token.map)], token.map[0] + 1):
            if CELL.match(text):
                raise self.problem(line, f"a cell that is not run, since {cause}", remedy)

    def _refuse_in_prose(self, inline: Token, start: int) -> None:
        for child, line in leaves(inline):
            if child.type == "html_inline" and child.content.startswith("<!--"):
                raise self._comment(start + line)
        for line, text in enumerate(inline.content.split("\n")):
            if text.startswith("```"):
                remedy = "write ```python, or ```text for what is not run"
                raise self.problem(start + line + 1, "a malformed fence", remedy)

    def _comment(self, at: int) -> Problem:
        return self.problem(at + 1, "a comment that is no check", "write <!-- check: EXPRESSION --> as a line")

    def _refuse_the_unclosed(self, fence: Token) -> None:
        assert fence.map
        last = self.lines[fence.map[1] - 1].strip(" >\t")
        if fence.map[1] - fence.map[0] < 2 or not last.startswith(fence.markup) or last.strip(fence.markup[0]):
            remedy = f"close it with {fence.markup} on a line of its own"
            raise self.problem(fence.map[0] + 1, "this fence is never closed", remedy)

    def _prose(self, start: int, end: int) -> Iterator[Prose]:
        text = "\n".join(self.lines[start:end]).strip("\n")
        if text.strip():
            while not self.lines[start].strip():
                start += 1
            yield Prose(start + 1, text)

    def _check(self, at: int) -> Check:
        match = CHECK.match(self.lines[at])
        assert match
        try:
            compile(match[1], "check", "eval")
        except SyntaxError as error:
            raise self.problem(at + 1, f"a check that is no expression: {error.msg}") from None
        return Check(at + 1, match[1])

    def _fence(self, at: int, token: Token) -> Cell | None:
        """The cell that the fence at line `at` is; None for one that is only shown."""
        assert token.map
        language, attributes = [*token.info.strip().split(maxsplit=1), "", ""][:2]
        if language == "output":  # it has lost its cell, which the check says
            return None
        if language in SHOWN:
            self._shown(at, token, language, attributes)
            return None
        if language != "python":
            allowed = ", ".join(filter(None, SHOWN))
            raise self.problem(at + 1, f"a fence of {language!r}, which Jupyter would run or swallow",
                               f"use python, or one of {allowed}")  # fmt: skip
        title, tags = self._attributes(at, attributes)
        source = "\n".join(self.lines[at + 1 : token.map[1] - 1])
        if found := passed_over(source):
            raise self.problem(at + 1 + found[0], *found[1:])
        end = self._fold_end(at, token.map[1]) if "hide-input" in tags else token.map[1]
        return Cell(at + 1, source, title, tags, end, *self._results(end))

    def _shown(self, at: int, token: Token, language: str, attributes: str) -> None:
        if language == "py" and attributes == "excerpt":
            self.excerpts.append(Excerpt(at + 1, tuple(token.content.rstrip("\n").split("\n"))))
        elif language == "py" and attributes:
            raise self.problem(at + 1, f"malformed attribute: {attributes}", "allowed is ```py excerpt")

    def _attributes(self, at: int, text: str) -> tuple[str, tuple[str, ...]]:
        title, tags = "", tuple[str, ...]()
        while text:
            match = ATTRIBUTES.match(text)
            if not match:
                raise self.problem(at + 1, f"malformed attribute: {text}",
                                   'allowed are title="micrograd/NAME.py" and tags=["raises-exception"]')  # fmt: skip
            title = match[2] or title
            tags = tuple(re.findall(r'"([\w-]+)"', match[4])) if match[3] else tags
            text = text[match.end() :]
        for tag in tags:
            if tag not in TAGS:
                raise self.problem(at + 1, f"unknown tag {tag!r}", f"allowed are {' and '.join(TAGS)}")
        return title, tags

    def _fold_end(self, at: int, end: int) -> int:
        """The line after the fold that a cell of hidden input closes."""
        while end < len(self.lines) and not self.lines[end].strip():
            end += 1
        if end == len(self.lines) or self.lines[end].strip() != "</details>":
            raise self.problem(at + 1, "a hide-input cell that does not end its fold",
                               "write </details> right after it, and its results below that")  # fmt: skip
        return end + 1

    def _results(self, at: int) -> tuple[int, str | None, int, tuple[Figure, ...]]:
        """What is recorded from the line `at` on: where it ends, the text and its line, the figures."""
        end, output, output_line, figures = at, None, 0, list[Figure]()
        while True:
            while at < len(self.lines) and not self.lines[at].strip():
                at += 1
            fence, figure = self.fences.get(at), FIGURE.match(self.lines[at]) if at < len(self.lines) else None
            if fence and fence.map and fence.info.strip() == "output" and output is None and not figures:
                self._refuse_the_unclosed(fence)
                output, output_line = "\n".join(self.lines[at + 1 : fence.map[1] - 1]), at + 1
                at = fence.map[1]
            elif figure:
                if figure[2].count("/") > 1:
                    raise self.problem(at + 1, "a figure in a folder of its own", "name it figures/NAME")
                figures.append(Figure(at + 1, figure[1], figure[2]))
                at += 1
            else:
                return end, output, output_line, tuple(figures)
            end = at
