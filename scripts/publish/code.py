"""Blocks of code and of output as HTML, coloured by Pygments."""

import re
from collections.abc import Container
from html import escape
from itertools import groupby

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

FILLS_A_PAGE = 20  # lines of code from which on a page of paper may end within it
UNCOLOURED = r'<span class="(?:n|p|o|w|bp|nb|nn|fm|vm|ne|nd)">([^<]*)</span>'  # shown in the colour of the text


def lexer(language: str) -> Lexer:
    """The lexer of a language; of plain text, if there is none."""
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False)


def code_block(
    source: str,
    language: str,
    kind: str = "",
    title: str = "",
    changed: Container[int] = (),
    old: Container[int] = (),
    attributes: str = "",
) -> str:
    """Source as a block: `kind` is one more class, `title` a line above it, `changed` are lines (from 1) to mark, `old`
    are some to dim, `attributes` are more of HTML's."""
    shown = re.sub(UNCOLOURED, r"\1", highlight(source, lexer(language), HtmlFormatter(nowrap=True)))
    numbered = enumerate(shown.splitlines(keepends=True), 1)
    parts = groupby(numbered, lambda line: "hll" if line[0] in changed else "old" if line[0] in old else "")
    marked = [(kind, "".join(text for _, text in lines)) for kind, lines in parts]
    lines = [f'<span class="{kind}">{text}</span>' if kind else text for kind, text in marked]
    head = f'<span class="filename">{escape(title)}</span>' if title else ""
    console, long = language in ("console", "pycon"), source.count("\n") >= FILLS_A_PAGE
    classes = " ".join(filter(None, ["highlight", "console" if console else "", "long" if long else "", kind]))
    numbers = ' data-search-exclude=""' if kind == "output" else ""
    return (
        f'<div class="{classes}"{numbers}{attributes}>{head}<pre><span></span><code>{"".join(lines)}</code></pre></div>'
    )
