"""Formulas: TeX as MathML, so that a page needs no script to show them."""

import re
from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert

from scripts.common.problem import Problem
from scripts.note.format import Note
from scripts.note.markdown import leaves, tokens

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
DOTS = ("…", "⋯")
SIGNS = ("−", "+", "±")
BARS = ("‖", "|")
CLOSING_SIGNS = (")", "]", "}", *BARS)
HARD_SPACE = "\N{NO-BREAK SPACE}"
LIMITS = (
    "lim",
    "max",
    "min",
    f"arg{HARD_SPACE}max",
    f"arg{HARD_SPACE}min",
    "argmax",
    "argmin",
)  # whose index is below them in a display
SCRIPTED = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
MATRICES = ("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "array")
ENVIRONMENTS = ("align*", "cases", "equation", "equation*", *MATRICES)
COMMAND = re.compile(r"\\[A-Za-z]")
DROPPED = re.compile(r"\\(?:b|x)?cancel\b|\\boxed\b|\\DeclareMathOperator\b")  # read, and never seen
SPACE = re.compile(r"\\[,:; ]|~")
THIN = "0.167em"
ElementTree.register_namespace("", NAMESPACE)


def mathml(tex: str, place: str, display: bool) -> str:
    """A formula's MathML. Raises Problem at `place` for what latex2mathml cannot read."""
    return mended(converted(tex, place, display), display)


def converted(tex: str, place: str, display: bool) -> str:
    """What latex2mathml makes of a formula. Raises Problem at `place` for what it cannot read."""
    if len(re.findall(r"[(\[]", tex)) != len(re.findall(r"[)\]]", tex)):
        raise Problem(place, f"a formula whose brackets do not match: {tex}", "write \\$ for a dollar that is money")
    try:
        math = convert(plainer(tex), display="block" if display else "inline")
        lost = unread(tex, ElementTree.fromstring(math))
    except Exception as error:
        raise Problem(place, f"math that latex2mathml cannot read: {tex.strip()} ({error})") from None
    if lost:
        raise Problem(place, f"math that a page cannot show: {lost} in {tex.strip()}", "write it with other commands")
    return math


def plainer(tex: str) -> str:
    """A formula in the commands that latex2mathml knows: lines without numbers, names in one word."""
    tex = re.sub(r"\\(?:nonumber|notag)\b", "", tex.strip())
    tex = re.sub(r"\{(?:aligned|align|split)\}", "{align*}", tex)
    return re.sub(
        r"\\operatorname\*?\{(.*?)\}", lambda name: rf"\operatorname{{{SPACE.sub(HARD_SPACE, name[1])}}}", tex
    )


def unread(tex: str, math: Element) -> str:
    """The first thing in a formula that would stand on the page as it is written, or be lost; empty if nothing."""
    if commands := [said(element) for element in math.iter() if COMMAND.match(said(element))]:
        return commands[0]
    if others := [name for name in re.findall(r"\\begin\{(.*?)\}", plainer(tex)) if name not in ENVIRONMENTS]:
        return f"\\begin{{{others[0]}}}"
    if dropped := DROPPED.search(tex):
        return dropped[0]
    braces = re.sub(r"\\.", "", tex)
    return "a brace without its other" if braces.count("{") != braces.count("}") else ""


def unreadable_formulas(note: Note) -> Iterator[Problem]:
    """Each formula of a page that it cannot show, with its line."""
    for token in tokens(note.body):
        parts = leaves(token) if token.type == "inline" else [(token, 0)]
        for part, line in parts:
            if part.type.startswith("math_") and token.map:
                try:
                    converted(part.content, note.place(token.map[0] + 1 + line), part.type != "math_inline")
                except Problem as problem:
                    yield problem


def formula(tex: str, place: str, display: bool) -> str:
    """The element of a page that holds a formula."""
    if display:
        return f'<div class="math" tabindex="0">{mathml(tex, place, True)}</div>'
    return f'<span class="formula">{mathml(tex, place, False)}</span>'


def mended(math: str, display: bool) -> str:
    """MathML with what latex2mathml does not say: which signs are signs, how wide bars are, where a function ends."""
    root = ElementTree.fromstring(math)
    for element in list(root.iter()):
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    for element in list(root.iter()):
        name_functions(element, display)
        raise_prime(element)
    for row in list(root.iter()):
        if row.tag in ("mrow", "mtd", "msqrt"):
            mend_bars(row)
            mend_signs(row)
            row[:] = list(spaced(list(row)))
    root.set("xmlns", NAMESPACE)
    return ElementTree.tostring(root, encoding="unicode")


def core(element: Element) -> Element:
    """What an element with an index or an exponent is about."""
    while element.tag in SCRIPTED or (element.tag == "mrow" and len(element) == 2 and said(element[1]).startswith("′")):
        element = element[0]
    return element


def said(element: Element) -> str:
    return (element.text or "").strip()


def is_function(element: Element) -> bool:
    return core(element).tag == "mi" and is_name(said(core(element)))


def is_name(text: str) -> bool:
    return len(text) > 1 and text.replace(HARD_SPACE, "").isalpha()


def name_functions(element: Element, display: bool) -> None:
    """Names and dots that latex2mathml takes for operators are none, a limit's index stands below it in a display, and
    a slash has no room around it."""
    if element.tag == "mo" and said(element) == "/":
        element.attrib |= {"lspace": "0", "rspace": "0"}
    if element.tag == "mo" and (is_name(said(element)) or said(element) in DOTS):
        element.tag = "mi"
    if element.tag == "msub" and display and said(element[0]) in LIMITS:
        element.tag = "munder"


def raise_prime(element: Element) -> None:
    """A prime is raised by the font itself: as an exponent it would be tiny."""
    if element.tag == "msup" and said(element[1]) and not said(element[1]).strip("′"):
        element.tag, element[1].tag = "mrow", "mo"
        element[1].attrib = {"form": "postfix", "lspace": "0", "rspace": "0"}


def mend_bars(row: Element) -> None:
    """Bars come in pairs, of the height of letters."""
    bars = [core(child) for child in row if said(core(child)) in BARS]
    for number, bar in enumerate(bars):
        bar.set("form", "postfix" if number % 2 else "prefix")
        bar.set("stretchy", "false")


def mend_signs(row: Element) -> None:
    """A minus after an operator or an opening bracket belongs to the number after it."""
    for before, sign in pairwise(row):
        opened = before.tag == "mo" and before.get("form") != "postfix" and said(before) not in CLOSING_SIGNS
        if sign.tag == "mo" and said(sign) in SIGNS and (opened or before.get("form") == "prefix"):
            sign.set("form", "prefix")


def spaced(children: list[Element]) -> Iterator[Element]:
    """The children of a row, with thin spaces around the names of functions."""
    for at, child in enumerate(children):
        before, after = children[at - 1] if at else None, children[at + 1] if at + 1 < len(children) else None
        if is_function(child) and before is not None and before.tag not in ("mo", "mspace") and not is_function(before):
            yield Element("mspace", width=THIN)
        yield child
        if is_function(child) and after is not None and (after.tag not in ("mo", "mspace") or said(after) in BARS):
            yield Element("mspace", width=THIN)
