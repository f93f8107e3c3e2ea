"""Texts and the numbers in them: see compare.py for when they are the same."""

import math
import re
from collections.abc import Sequence

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\d)")
FIELD = re.compile(rf" *{NUMBER.pattern}( ?) *")  # a number with the spaces that line it up
ROUNDED = 15  # digits from which on the last ones of a float are rounding


def same_text(a: str | None, b: str | None, varies: bool = False) -> bool:
    """Whether two texts agree: their words exactly, their numbers as numbers (or, if it varies, in any way)."""
    if a is None or b is None:
        return a == b
    if a == b:
        return True
    if varies:
        return FIELD.sub(r"#\1", a) == FIELD.sub(r"#\1", b)
    if NUMBER.sub("#", a) != NUMBER.sub("#", b):
        return False
    left, right = NUMBER.findall(a), NUMBER.findall(b)
    floats = [abs(float(numeral)) for numeral in left if is_float(numeral)]
    return all(same_number(x, y, floats) for x, y in zip(left, right, strict=True))


def is_float(numeral: str) -> bool:
    return bool(re.search(r"[.eE]", numeral))


def same_number(a: str, b: str, beside: Sequence[float] = ()) -> bool:
    """Whether two numerals agree, beside these floats."""
    if a == b or not (is_float(a) and is_float(b)):
        return a == b
    x, y = float(a), float(b)
    if not (x and y):
        rest, alike = abs(x or y), a.strip("+-") == b.strip("+-")  # -0.0 and 0.0 are two roundings, too
        return any(1e-18 * size <= rest <= 1e-14 * size or alike for size in beside if size)
    return math.isclose(x, y, rel_tol=1e-9) and _written_alike(a, b, x != y)


def _written_alike(a: str, b: str, rounded: bool) -> bool:
    """Whether two numerals have the same form, but for what was rounded, or one of them as many digits as a float."""
    (whole, decimals), (other, others) = (
        re.split("[eE]", numeral)[0].strip("+-").partition(".")[::2] for numeral in (a, b)
    )
    digits = max(len(said.lstrip("0")) for said in (whole + decimals, other + others))
    return digits >= ROUNDED or (rounded and len(decimals) == len(others))
