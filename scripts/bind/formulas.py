"""Formulas for print: MathML as the mathematics of Typst, which sets signs and functions by rules of its own."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

from scripts.common.problem import Problem
from scripts.publish.mathml import converted, is_name

Element = ElementTree.Element
ACCENTS = {"^": "hat", "~": "tilde", "¯": "macron", "→": "arrow", "˙": "dot", "_": "underline"}


def typst_formula(tex: str, place: str, display: bool) -> str:
    """A formula, with its TeX for those who do not see it. Raises Problem at `place` for what cannot be set."""
    root = ElementTree.fromstring(re.sub(r' xmlns="[^"]*"', "", converted(tex, place, display), count=1))
    try:
        said = in_a_row(root)
    except KeyError as error:
        raise Problem(place, f"math that the book cannot set: {tex.strip()} ({error})") from None
    said = f"$ {said} $" if display else f"${said}$"
    return f"#formula({quoted(' '.join(tex.split()))}, {said})"


def math(element: Element) -> str:
    """One element of MathML. Raises KeyError for a kind that no formula of ours has had."""
    return RULES[element.tag](element)


def in_a_row(element: Element) -> str:
    """What stands in a row; brackets that grow are kept together with what is between them."""
    said = " ".join(map(math, element))
    grows = [child.get("fence") == "true" and child.get("stretchy") == "true" for child in element]
    return f"lr({said})" if len(grows) > 1 and grows[0] and grows[-1] else said


def literal(text: str) -> str:
    """Text as it is, without a meaning in formulas."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def name(element: Element) -> str:
    """A variable, or the name of a function like tanh."""
    text = element.text or ""
    said = f"op({quoted(text)})" if len(text) > 1 else literal(text)
    return f"upright({said})" if element.get("mathvariant") == "normal" else said


def operator(element: Element) -> str:
    """A sign, the name of a function that has limits, or a bracket, which grows unless it is told not to."""
    text = element.text or ""
    if is_name(text):
        return f"op({quoted(text)}, limits: #true)"
    return text if text in ("(", ")", "[", "]") and element.get("stretchy") != "false" else literal(text)


def space(element: Element) -> str:
    return f"#h({float(element.get('width', '0em').removesuffix('em'))}em)"


def attached(**places: int) -> Callable[[Element], str]:
    """A base with other things at these places (t: top, b: bottom), by their numbers among the children."""

    def rule(element: Element) -> str:
        children = list(map(math, element))
        if children[1:] == ["\N{PRIME}"]:
            return children[0] + "'"
        return f"attach({children[0]}, {', '.join(f'{place}: {children[at]}' for place, at in places.items())})"

    return rule


def over(element: Element) -> str:
    base, sign = element
    accent = ACCENTS.get(sign.text or "") if element.get("accent") == "true" else None
    return f"{accent}({math(base)})" if accent else f"attach(limits({math(base)}), t: {math(sign)})"


def under(element: Element) -> str:
    base, below = map(math, element)
    return f"attach(limits({base}), b: {below})"


def lines(element: Element) -> str:
    """Lines that are aligned, or a matrix."""
    rows = [list(map(math, line)) for line in element]
    if element.get("displaystyle"):
        return r" \ ".join(" & ".join(cells) for cells in rows)
    return f"mat(delim: #none, {'; '.join(', '.join(cells) for cells in rows)})"


RULES: dict[str, Callable[[Element], str]] = {
    "math": in_a_row,
    "mrow": in_a_row,
    "mtd": in_a_row,
    "mstyle": lambda e: f"inline({in_a_row(e)})" if e.get("displaystyle") == "false" else in_a_row(e),
    "mi": name,
    "mn": lambda e: literal(e.text or ""),
    "mo": operator,
    "mtext": lambda e: quoted((e.text or "").replace("\xa0", " ")),
    "mspace": space,
    "mfrac": lambda e: f"frac({math(e[0])}, {math(e[1])})",
    "msqrt": lambda e: f"sqrt({in_a_row(e)})",
    "msup": attached(t=1),
    "msub": attached(b=1),
    "msubsup": attached(b=1, t=2),
    "mover": over,
    "munder": under,
    "munderover": lambda e: f"attach(limits({math(e[0])}), b: {math(e[1])}, t: {math(e[2])})",
    "mtable": lines,
}
