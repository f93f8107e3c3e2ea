"""Words for print: tokens as the markup of Typst, in calls of what looks/book.typ defines."""

import json
import re
from collections.abc import Iterable

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from scripts.bind.formulas import typst_formula
from scripts.common.problem import Problem
from scripts.publish.html import TYPOGRAPHIC, Tokens

WITHIN = re.compile(r"^([\w-]+\.md)?(#.*)?$")  # where a link within the book leads
AROUND = {  # what opens and what closes a thing
    "em": ("#emph[", "]"),
    "strong": ("#strong[", "]"),
    "s": ("#strike[", "]"),
    "blockquote": ("#quote(block: true)[", "]\n"),
    "bullet_list": ("#list(", ")\n"),
    "list_item": ("[", "],"),
    "alert": ("#aside[", "]\n"),
    "thead": ("", ""),
    "tbody": ("", ""),
    "tr": ("", "\n"),
    "th": ("strong[", "],"),
    "td": ("[", "],"),
}


def text(said: str) -> str:
    """Text in which no sign means anything to Typst."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", said)


def string(said: str) -> str:
    """A string literal."""
    return json.dumps(said, ensure_ascii=False)


class Print(RendererHTML):
    """Tokens as Typst's markup. `chapter` is the page's name, `place` that of the text, for what goes wrong."""

    def __init__(self, chapter: str, place: str = ""):
        super().__init__()
        self.chapter, self.place = chapter, place

    def of(self, tokens: Iterable[Token]) -> str:
        return self.render(list(tokens), TYPOGRAPHIC.options, {})

    def renderToken(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        kind, _, end = tokens[at].type.rpartition("_")
        if kind not in AROUND:
            raise Problem(
                self.place, f"Markdown that the book cannot set: {tokens[at].type}", "say it with other means"
            )
        return AROUND[kind][end == "close"]

    def html_inline(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        raise Problem(self.place, f"HTML that the book cannot set: {tokens[at].content}", "say it in Markdown")

    def text(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return text(tokens[at].content)

    def softbreak(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return "\n"

    def hardbreak(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return "#linebreak()"

    def paragraph_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        kind = tokens[at].attrs.get("class")
        return f"#{kind}[" if kind else "\n" if not tokens[at].hidden else ""

    def paragraph_close(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return ("]" if tokens[at - 2].attrs.get("class") else "") + ("\n" if not tokens[at].hidden else "")

    def strong_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        anchor = tokens[at].attrs.get("id")
        return f"#anchored({string(self.aim('#' + str(anchor)))})[" if anchor else "#strong["

    def ordered_list_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return f"#enum(start: {tokens[at].attrs.get('start', 1)}, "

    def ordered_list_close(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return ")\n"

    def table_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        head = next(n for n in range(at, len(tokens)) if tokens[n].type == "thead_close")
        sides = [str(token.attrs.get("style", "left")) for token in tokens[at:head] if token.type == "th_open"]
        return f"#columns-of(({''.join(side.removeprefix('text-align:') + ', ' for side in sides)}),"

    def table_close(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return ")\n"

    def alert_title_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        tokens[at + 1].children, tokens[at + 1].content = [], ""
        return ""

    def alert_title_close(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return ""

    def code_inline(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return f"#raw({string(tokens[at].content)})"

    def math_inline(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return typst_formula(tokens[at].content, self.place, False)

    def math_inline_double(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return typst_formula(tokens[at].content, self.place, True)

    def math_block(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return typst_formula(tokens[at].content, self.place, True) + "\n"

    def image(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return picture(str(tokens[at].attrs["src"]), tokens[at].content)

    def fence(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        language = tokens[at].info.strip().partition(" ")[0]
        return code(tokens[at].content.rstrip("\n"), {"py": "python"}.get(language, language))

    def code_block(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return code(tokens[at].content.rstrip("\n"), "")

    def aim(self, target: str) -> str:
        """The label of what a link within the book leads to."""
        return target if not target.startswith("#") else self.chapter + target

    def link_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        target, kind = str(tokens[at].attrs["href"]), tokens[at].attrs.get("class", "")
        if WITHIN.match(target):
            return f"#{'term' if kind else 'within'}({string(self.aim(target))})["
        return f"#without({string(target)})["

    def link_close(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return "]"


def code(
    source: str, language: str, title: str = "", changed: Iterable[int] = (), kept: bool = False, anchor: str = ""
) -> str:
    """Code as a block: `changed` are lines to mark; `kept` on one page with what follows; `anchor` is its label."""
    marks = "".join(f"{line}, " for line in changed)
    said = f"lang: {string(language)}, title: {string(title)}, changed: ({marks}), kept: {json.dumps(kept)}"
    return f"#code({string(source)}, {said}, anchor: {string(anchor)})\n"


def picture(path: str, alt: str, kept: bool = False) -> str:
    """A figure: `kept` on one page with what follows."""
    return f"#picture({string(path)}, {string(alt)}, kept: {json.dumps(kept)})\n"
