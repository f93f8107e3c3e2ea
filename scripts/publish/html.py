"""Markdown as the HTML of a page: what a git host shows of it, with formulas as MathML and coloured code.

MkDocs is given this HTML, since Python-Markdown reads many things otherwise than git hosts do: lists, tables, folds.
"""

import re
from collections.abc import Iterator, Sequence
from copy import copy
from pathlib import Path

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from scripts.note.markdown import parser
from scripts.publish.code import code_block
from scripts.publish.figures import figure
from scripts.publish.mathml import formula
from scripts.publish.signs import with_signs

PAGE = re.compile(r"^([\w-]+)\.(?:md|ipynb)(#.*)?$")  # a link to another page of the book
TYPOGRAPHIC = parser().enable("smartquotes")
TYPOGRAPHIC.options["typographer"] = True
MARKDOWN = re.compile(r"[\\`*_{}\[\]#!~:]")
SHORT = 24  # letters of code in a line that stay together
MARK = re.compile(r"[.,;:!?)\]”’…]+")
SUMMARY = re.compile(r"(?<=<summary>).*?(?=</summary>)")
APOSTROPHE = re.compile(r"(?<=\w)'(?![^<]*</code>)")
VIDEO = re.compile(r"https://(?:youtu\.be|www\.youtube\.com)/")

Tokens = Sequence[Token]


def footnote_number(renderer: object, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
    """The number of a footnote, the same wherever it is referred to."""
    return f"[{tokens[at].meta['id'] + 1}]"


TYPOGRAPHIC.add_render_rule("footnote_caption", footnote_number)
FOOTNOTES = vars(TYPOGRAPHIC.renderer)["rules"]  # the rules of a plugin


class Html(RendererHTML):
    """Tokens as HTML. `place` is that of the text, for what goes wrong."""

    ending = ".html"  # of the names of pages

    def __init__(self, place: str = ""):
        super().__init__()
        self.rules = {**FOOTNOTES, **self.rules}
        self.place = place

    def of(self, tokens: Tokens) -> str:
        return self.render(list(tokens), TYPOGRAPHIC.options, {})

    def renderInline(self, tokens: Tokens, options: OptionsDict, env: EnvType) -> str:
        return super().renderInline(list(glued(tokens)), options, env)

    def text(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return with_signs(super().text(tokens, at, options, env))

    def code_inline(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        """Code, in which a path may be broken between its folders, and short code nowhere."""
        if len(code := tokens[at].content) <= SHORT and not re.fullmatch(r"[\w./]*", code):
            tokens[at].attrSet("class", "short")
        return re.sub(r"(?<=\w/)(?=\w)", "<wbr/>", super().code_inline(tokens, at, options, env))

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
        link, target = copy(tokens[at]), str(tokens[at].attrs["href"])
        link.attrs = link.attrs | {"href": PAGE.sub(rf"\1{self.ending}\2", target)}
        if VIDEO.match(target):
            link.attrs |= {"class": "video", "title": "Video, at this place of the lecture"}
        return self.renderToken([link], 0, options, env)

    def paragraph_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return "" if is_figure(tokens[at + 1]) else self.renderToken(tokens, at, options, env)

    def paragraph_close(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return "" if is_figure(tokens[at - 1]) else self.renderToken(tokens, at, options, env)

    def image(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        path = str(tokens[at].attrs["src"])
        if not path.startswith("figures/"):
            return super().image(tokens, at, options, env)
        alt = self.renderInlineAsText(tokens[at].children or [], options, env)
        return figure(alt, path, Path(self.place.partition(":")[0]).parent)

    def th_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        said = tokens[at + 1].content.strip()
        if not said:  # a corner
            tokens[at].tag = tokens[at + 2].tag = "td"
        elif letter := re.fullmatch(r"\$([A-Za-z])\$", said):  # a formula alone is no heading to a screen reader
            tokens[at + 1].children = parsed(f"*{letter[1]}*")[1].children
        return self.renderToken(tokens, at, options, env)

    def alert_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return f'<div class="admonition {tokens[at].meta["kind"].lower()}">\n'

    def html_block(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        kind = "heads" if "<summary>Needs and defines</summary>" in tokens[at].content else "example"
        shown = SUMMARY.sub(lambda words: with_signs(APOSTROPHE.sub("’", words[0])), tokens[at].content)
        return re.sub(r"<details(?! class)", f'<details class="{kind}"', shown)


def is_figure(inline: Token) -> bool:
    """Whether a paragraph is nothing but a figure."""
    children = inline.children or []
    return len(children) == 1 and children[0].type == "image" and str(children[0].attrs["src"]).startswith("figures/")


def glued(tokens: Tokens) -> Iterator[Token]:
    """Inline tokens in which a mark after a formula is on the formula's line."""
    tokens = list(tokens)
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        mark = MARK.match(after.content) if after and after.type == "text" else None
        if not (token.type.startswith("math_inline") and mark and after):
            yield token
            continue
        yield from (Token("html_inline", "", 0, content='<span class="together">'), token)
        yield from (Token("text", "", 0, content=mark[0]), Token("html_inline", "", 0, content="</span>"))
        tokens[at + 1] = copy(after)
        tokens[at + 1].content = after.content[mark.end() :]


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
