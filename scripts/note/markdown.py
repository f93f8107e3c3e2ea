"""The one reading of Markdown. Everything that looks into a page's text asks here: cells and checks, links, headings,
prose, the pages.

markdown-it-py reads as a git host does: CommonMark with tables, task lists, footnotes, alerts, bare addresses, and
dollars for math. Its tokens know their lines.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, backtick, image, link
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.gfm import gfm_plugin
from pymdownx.slugs import slugify

COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
slug = slugify(case="lower")
MATH = {"allow_space": False, "allow_digits": False, "allow_labels": False, "allow_blank_lines": False}


def parser() -> MarkdownIt:
    """A parser of what git hosts render."""
    commonmark = MarkdownIt("commonmark")
    for name, rule in ("backticks", backtick), ("link", link), ("image", image):
        commonmark.inline.ruler.at(name, _with_lines(rule))
    return commonmark.use(gfm_plugin).use(dollarmath_plugin, double_inline=True, **MATH)


def _with_lines(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """The rule, whose last token also knows the line ends that no token shows: those in code, in a link's address."""

    def tokenize(state: StateInline, silent: bool) -> bool:
        start, first = state.pos, len(state.tokens)
        found = rule(state, silent)
        if new := state.tokens[first:]:
            new[-1].meta["lines"] = state.src.count("\n", start, state.pos) - sum(map(_lines, new))
        return found

    return tokenize


def _lines(child: Token) -> int:
    """The line ends in a part of an inline token."""
    shown = child.type in ("softbreak", "hardbreak") or child.content.count("\n")
    return shown + child.meta.get("lines", 0)


PARSER = parser()


@lru_cache(maxsize=256)
def tokens(text: str) -> tuple[Token, ...]:
    """The text's tokens. They are shared: nobody changes them."""
    return tuple(PARSER.parse(text))


def leaves(token: Token) -> Iterator[tuple[Token, int]]:
    """What an inline token is made of, each with the lines that are before it in there."""
    line = 0
    for child in token.children or []:
        yield child, line
        line += _lines(child)


@dataclass(frozen=True)
class Link:
    """A link or a picture: the line (from 1) where it is, where it leads, and a picture's words (None for a link)."""

    line: int
    target: str
    alt: str | None = None


TAG = re.compile(r"<([a-z]+)\b([^>]*)>", re.I | re.S)
UNDEFINED = re.compile(r"\[[^\[\]]+\]\[[^\[\]]*\]|\[\^[^\[\]\s]+\]")
ATTRIBUTE = re.compile(r"""\b(href|src|alt)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)


def links(text: str) -> list[Link]:
    """Every link and picture of the text in all their forms: inline, by reference, bare, in HTML."""
    found = []
    for token in tokens(text):
        if token.type == "html_block" and token.map:
            found += list(_html_links(token.content, token.map[0] + 1))
        elif token.type == "inline" and token.map:
            found += [link for child, at in leaves(token) for link in _inline_links(child, token.map[0] + 1 + at)]
    return found


def _inline_links(child: Token, line: int) -> Iterator[Link]:
    if child.type == "link_open":
        yield Link(line, str(child.attrs["href"]))
    elif child.type == "image":
        yield Link(line, str(child.attrs["src"]), child.content)
    elif child.type == "html_inline":
        yield from _html_links(child.content, line)


def _html_links(html: str, line: int) -> Iterator[Link]:
    for tag in TAG.finditer(COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), html)):
        said = {name.lower(): a or b or c for name, a, b, c in ATTRIBUTE.findall(tag[2])}
        place, picture = line + html.count("\n", 0, tag.start()), tag[1].lower() == "img"
        target = said.get("href", said.get("src"))
        if target is not None:
            yield Link(place, target, said.get("alt", "") if picture else None)


def missing_references(text: str) -> list[tuple[int, str]]:
    """`[words][label]` or `[^label]` that nothing defines, which a page would show as it is written: line and text."""
    found = []
    for token in tokens(text):
        if token.type == "inline" and token.map:
            for child, at in leaves(token):
                if child.type == "text" and (match := UNDEFINED.search(child.content)):
                    found.append((token.map[0] + 1 + at, match[0]))
    return found


def heading_text(inline: Token) -> str:
    """What a heading says, without its markup."""
    kept = ("text", "code_inline", "math_inline")
    return "".join(child.content for child in inline.children or [] if child.type in kept)


def anchors(text: str) -> set[str]:
    """The anchors that headings get, on a git host and on the site."""
    return {anchor for _, anchor in headings(text)}


def headings(text: str) -> list[tuple[Token, str]]:
    """The inline token of each heading, and its anchor; one that is there already is counted, as git hosts do."""
    found, seen = list[tuple[Token, str]](), dict[str, int]()
    for opening, inline in pairwise(tokens(text)):
        if opening.type == "heading_open":
            anchor = slug(heading_text(inline), "-")
            count = seen[anchor] = seen.get(anchor, -1) + 1
            found.append((inline, f"{anchor}-{count}" if count else anchor))
    return found


def prose_lines(text: str) -> list[str]:
    """The text's lines, blank where code is."""
    lines = text.replace("\r\n", "\n").split("\n")
    for token in tokens("\n".join(lines)):
        if token.type in ("fence", "code_block") and token.map:
            lines[slice(*token.map)] = [""] * (token.map[1] - token.map[0])
    return lines
