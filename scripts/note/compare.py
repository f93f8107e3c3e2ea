"""When two results say the same: texts, numbers, graphs, plots, pictures."""

import base64
import io
import math
import re
import xml.etree.ElementTree as ET

from scripts.note.outcome import PNG

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w)")
SHAPE = ("d", "points", "x", "y", "cx", "cy", "rx", "ry", "r", "width", "height", "transform", "style", "fill")


def same_number(a: str, b: str) -> bool:
    """Whether two numerals agree: whole numbers exactly, floats to 1e-9 relative or 1e-12 absolute."""
    if not (re.search(r"[.eE]", a) and re.search(r"[.eE]", b)):
        return a == b
    return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-12)


def same_text(a: str | None, b: str | None, varies: bool = False) -> bool:
    """Whether two results agree: their words exactly, their numbers as numbers (or, if it varies, in any way)."""
    if a is None or b is None:
        return a == b
    if NUMBER.sub("#", a) != NUMBER.sub("#", b):
        return False
    return varies or all(map(same_number, NUMBER.findall(a), NUMBER.findall(b)))


def same_figure(a: bytes, b: bytes) -> bool:
    """Whether two figures show the same: a graph's labels, nodes, edges; a plot's words, shapes; a picture's pixels."""
    if a == b:
        return True
    if a[:4] == b[:4] == PNG:
        return _same_pixels(a, b)
    try:
        return _same_svg(ET.fromstring(a), ET.fromstring(b))
    except ET.ParseError:
        return False


def _same_svg(a: ET.Element, b: ET.Element) -> bool:
    if any(element.get("class") == "graph" for element in a.iter()):
        return _graph(a) == _graph(b)
    shapes_a, shapes_b = _shapes(a), _shapes(b)
    if NUMBER.sub("#", shapes_a) != NUMBER.sub("#", shapes_b):
        return False
    numbers = zip(NUMBER.findall(shapes_a), NUMBER.findall(shapes_b), strict=False)
    close = all(math.isclose(float(x), float(y), rel_tol=1e-6, abs_tol=1e-3) for x, y in numbers)
    return close and all(map(_same_pixels, _pictures(a), _pictures(b)))


def _graph(svg: ET.Element) -> list[list[str]]:
    """Every node and edge of Graphviz's drawing: the shapes, colours and words of each."""
    groups = [group for group in svg.iter() if group.get("class") in ("node", "edge")]
    return sorted([f"{p.tag} {p.get('stroke')} {p.get('fill')} {p.text}" for p in group.iter()] for group in groups)


def _shapes(svg: ET.Element) -> str:
    rows = ([element.tag, element.text or "", *(element.get(name, "") for name in SHAPE)] for element in svg.iter())
    return "\n".join(" ".join(row) for row in rows)


def _pictures(svg: ET.Element) -> list[bytes]:
    """The pictures inside a plot: a heat map is one."""
    links = [element.get("{http://www.w3.org/1999/xlink}href", "") for element in svg.iter()]
    return [base64.b64decode(link.partition(",")[2]) for link in links if link.startswith("data:image/png")]


def _same_pixels(a: bytes, b: bytes) -> bool:
    import numpy as np
    from PIL import Image

    left, right = (np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"), float) for data in (a, b))
    return left.shape == right.shape and bool(np.abs(left - right).mean() < 1)
