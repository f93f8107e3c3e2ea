"""Markdown as the HTML of a page: what a git host shows of it, with formulas as MathML and coloured code.

MkDocs is given this HTML, since Python-Markdown reads many things otherwise than git hosts do: lists, tables, folds.
"""

import re
from collections.abc import Sequence
from copy import copy

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from scripts.note.markdown import parser
from scripts.publish.code import code_block
from scripts.publish.mathml import formula

PAGE = re.compile(r"^([\w-]+)\.(?:md|ipynb)(#.*)?$")  # a link to another page of the book
TYPOGRAPHIC = parser().enable("smartquotes")
TYPOGRAPHIC.options["typographer"] = True
MARKDOWN = re.compile(r"[\\`*_{}\[\]#!~:]")

FOOTNOTES = vars(TYPOGRAPHIC.renderer)["rules"]  # the rules of a plugin
Tokens = Sequence[Token]


class Html(RendererHTML):
    """Tokens as HTML. `place` is that of the text, for what goes wrong."""

    ending = ".html"  # of the names of pages

    def __init__(self, place: str):
        super().__init__()
        self.rules = {**FOOTNOTES, **self.rules}
        self.place = place

    def of(self, tokens: Tokens) -> str:
        return self.render(list(tokens), TYPOGRAPHIC.options, {})

    def fence(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        language, _, kind = tokens[at].info.strip().partition(" ")
        return code_block(tokens[at].content.rstrip("\n"), language, kind) + "\n"

    def code_block(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return code_block(tokens[at].content.rstrip("\n"), "text") + "\n"

    def math_inline(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return formula(tokens[at].content, self.place, False)

    def math_inline_double(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return formula(tokens[at].content, self.place, True)

    def math_block(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return formula(tokens[at].content, self.place, True) + "\n"

    def link_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        link = copy(tokens[at])
        link.attrs = link.attrs | {"href": PAGE.sub(rf"\1{self.ending}\2", str(link.attrs["href"]))}
        return self.renderToken([link], 0, options, env)

    def image(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        path = str(tokens[at].attrs["src"])
        picture = super().image(tokens, at, options, env)
        return f'<a class="figure" href="{path}">{picture}</a>' if path.startswith("figures/") else picture

    def alert_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return f'<div class="admonition {tokens[at].meta["kind"].lower()}">\n'

    def html_block(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return re.sub(r"<details(?! class)", '<details class="example"', tokens[at].content)


def parsed(text: str) -> list[Token]:
    """The text's tokens with typographic quotes, to be changed at will."""
    return TYPOGRAPHIC.parse(text)


def groups(tokens: Tokens) -> list[list[Token]]:
    """The tokens of each thing on the text's own level: a paragraph, a list, a fence."""
    found: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            found.append([])
        found[-1].append(token)
        depth += token.nesting
    return found


def heading(tag: str, anchor: str, html: str) -> str:
    """A heading as MkDocs finds it for its contents and its search: HTML in which Python-Markdown sees no Markdown."""
    pieces = re.split(r"(<[^>]*>)", html)
    inside = "".join(p if p.startswith("<") else MARKDOWN.sub(lambda sign: f"&#{ord(sign[0])};", p) for p in pieces)
    return f'<{tag} id="{anchor}" markdown="span">{inside}</{tag}>\n'
