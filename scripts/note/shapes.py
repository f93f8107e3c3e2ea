"""Drawings (SVG), element by element: see compare.py for when they are the same."""

import base64
import binascii
import math
import re
import xml.etree.ElementTree as ET

from scripts.note.numerals import same_text
from scripts.note.pixels import same_pixels

COORDINATES = {"x", "x1", "x2", "cx", "rx", "fx", "dx", "width", "r", "d", "points", "transform", "viewBox"}
COORDINATES |= {"y", "y1", "y2", "cy", "ry", "fy", "dy", "height"}
COORDINATE = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
FACTOR = re.compile(r"(?:scale|matrix|skewX|skewY)\([^)]*\)")  # no place: it is as exact as a word
NAMED = re.compile(r"(?<=url\(#)[^)]+|(?<=^#).+")  # where an attribute names another element
EMBEDDED = re.compile(r"data:image/[^,]*;base64,")
ROUNDING = 2e-6  # of the drawing's size

Names = dict[str, str]  # the ids of a drawing, and their numbers


def same_drawing(a: ET.Element, b: ET.Element) -> bool:
    """Whether two drawings show the same."""
    left, right = list(a.iter()), list(b.iter())
    names, step = (_numbers(left), _numbers(right)), ROUNDING * max(extent(a), default=0)
    return len(left) == len(right) and all(_same_element(x, y, names, step) for x, y in zip(left, right, strict=True))


def extent(svg: ET.Element) -> list[float]:
    """A drawing's width and height, in its own units."""
    said = svg.get("viewBox") or f"0 0 {svg.get('width', '')} {svg.get('height', '')}"
    return [float(number) for number in COORDINATE.findall(said)[2:]]


def _numbers(elements: list[ET.Element]) -> Names:
    ids = dict.fromkeys(element.get("id", "") for element in elements)
    return {name: str(number) for number, name in enumerate(ids)}


def _same_element(a: ET.Element, b: ET.Element, names: tuple[Names, Names], step: float) -> bool:
    """Whether two elements are the same but for their children, which must be as many."""
    if (a.tag, len(a), set(a.attrib)) != (b.tag, len(b), set(b.attrib)):
        return False
    words = same_text(a.text or "", b.text or "") and same_text(a.tail or "", b.tail or "")
    return words and all(_same_attribute(key, a.get(key, ""), b.get(key, ""), names, step) for key in a.attrib)


def _same_attribute(key: str, a: str, b: str, names: tuple[Names, Names], step: float) -> bool:
    if key in COORDINATES:
        return same_places(a, b, step)
    if (start := EMBEDDED.match(a)) and EMBEDDED.match(b):
        return _same_embedded(a[start.end() :], b.partition(",")[2])
    if key == "id":
        return names[0][a] == names[1][b]
    return same_text(_numbered(a, names[0]), _numbered(b, names[1]))


def _numbered(said: str, names: Names) -> str:
    """An attribute in which the names of other elements are their numbers."""
    return NAMED.sub(lambda name: names.get(name[0], name[0]), said)


def same_places(a: str, b: str, step: float) -> bool:
    """Whether two attributes give the same places and shapes, to the millionth of each, or to the step."""
    if not same_text(" ".join(FACTOR.findall(a)), " ".join(FACTOR.findall(b))):
        return False
    a, b = (FACTOR.sub("*", said) for said in (a, b))
    pairs = zip(COORDINATE.findall(a), COORDINATE.findall(b), strict=False)
    close = all(math.isclose(float(x), float(y), rel_tol=1e-6, abs_tol=step) for x, y in pairs)
    return close and COORDINATE.sub("#", a) == COORDINATE.sub("#", b)


def _same_embedded(a: str, b: str) -> bool:
    try:
        return same_pixels(base64.b64decode(a), base64.b64decode(b))
    except binascii.Error:
        return a == b
