"""Formulas: TeX as MathML, so that a page needs no script to show them."""

import re

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from scripts.common.problem import Problem
from scripts.note.markdown import MATH

UNARY = re.compile(r"(<mo>(?!&#x00029;|\)|\]|&#x0005D;)[^<]*</mo>)<mo>(?=&#x02212;|&#x0002B;)")  # a sign, no operation


def mathml(tex: str, place: str, display: bool) -> str:
    """A formula's MathML. Raises Problem at `place` for what latex2mathml cannot read."""
    if len(re.findall(r"[(\[]", tex)) != len(re.findall(r"[)\]]", tex)):
        raise Problem(place, f"a formula whose brackets do not match: {tex}", "write \\$ for a dollar that is money")
    try:
        math = convert(tex.strip().replace("{aligned}", "{align*}"), display="block" if display else "inline")
    except Exception as error:
        raise Problem(place, f"math that latex2mathml cannot read: {tex.strip()} ({error})") from None
    return UNARY.sub(r'\1<mo form="prefix">', math)


def formula(tex: str, place: str, display: bool) -> str:
    """The element of a page that holds a formula."""
    if display:
        return f'<div class="math" tabindex="0">{mathml(tex, place, True)}</div>'
    return f"<span>{mathml(tex, place, False)}</span>"


def in_plain_text(text: str, place: str) -> str:
    """Plain text as HTML, with the formulas between its dollars as MathML."""
    parser = MarkdownIt("zero").use(dollarmath_plugin, double_inline=True, **MATH)
    parser.add_render_rule("math_inline", lambda _, tokens, at, *rest: formula(tokens[at].content, place, False))
    parser.add_render_rule("math_inline_double", lambda _, tokens, at, *rest: formula(tokens[at].content, place, True))
    return parser.renderInline(text)
