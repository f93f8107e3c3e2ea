"""What a cell's outputs say, as the text and figures of a note; and when two results agree."""

import base64
import io
import math
import re
import xml.etree.ElementTree as ET

PNG = b"\x89PNG"
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w)")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
UNSTABLE = {
    "a memory address": re.compile(r"\b0x[0-9a-fA-F]{7,}"),
    "a temporary name": re.compile(r"ipykernel_\d+|[/\\]te?mp[/\\]\S+|\btmp[a-z0-9_]{8}\b"),
    "an absolute path": re.compile(r"(?<![\w.:/])(?:/(?:home|root|Users|usr|opt|var|mnt|work)/[\w.]+|[A-Z]:\\\\?\w+)"),
}
# A figure's own dark theme: lightness turned over, hues kept. Git hosts and the site show figures as images, where this
# query follows the page's colour scheme.
DARK = "<style>@media (prefers-color-scheme: dark) { :root { filter: invert(1) hue-rotate(180deg) } }</style>"
SHAPE = ("d", "points", "x", "y", "cx", "cy", "rx", "ry", "r", "width", "height", "transform", "style", "fill")


def exception_text(output) -> str:
    """`Type: message`, as on the last line of a traceback."""
    message = re.sub(r" \((?:<[^>]*>|\d+\.py), line \d+\)$", "", ANSI.sub("", output.evalue))
    return f"{output.ename}: {message}" if message else output.ename


def text_of(outputs) -> str | None:
    """The text of a cell's outputs: streams and values in order, an exception as `Type: message`; None if none."""
    parts = []
    for output in outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(exception_text(output) + "\n")
        elif not figure_of(output):
            parts.append(output.data.get("text/plain", "") + "\n")
    text = ANSI.sub("", "".join(parts)).rstrip()
    return "\n".join(line.rstrip() for line in text.split("\n")) if text else None


def figure_of(output) -> bytes | None:
    """An output's picture as the content of its file; None if it has none."""
    data = output.get("data", {})
    if "image/svg+xml" in data:
        return svg_file(data["image/svg+xml"])
    return base64.b64decode(data["image/png"]) if "image/png" in data else None


def svg_file(svg: str) -> bytes:
    """An SVG without its preamble, and with the dark theme."""
    svg = re.sub(r"<!--.*?-->\n?", "", svg[svg.index("<svg") :], flags=re.S)
    return (re.sub(r"(<svg\b[^>]*>)", r"\1" + DARK, svg, count=1).rstrip() + "\n").encode()


def unstable(text: str) -> str | None:
    """What in `text` would differ between two runs or machines, in words; None if nothing."""
    for what, pattern in UNSTABLE.items():
        if match := pattern.search(text):
            return f"{what} ({match[0]})"
    return None


def same_number(a: str, b: str) -> bool:
    """Whether two numerals agree: whole numbers exactly, floats to 1e-9 relative or 1e-12 absolute."""
    if a == b or not (re.search(r"[.eE]", a) and re.search(r"[.eE]", b)):
        return a == b
    return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-12)


def same_text(a: str | None, b: str | None, varies: bool = False) -> bool:
    """Whether two results agree: their words exactly, their numbers as numbers (or, if it varies, in any way)."""
    if a == b or a is None or b is None:
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


def _same_svg(a, b) -> bool:
    if any(element.get("class") == "graph" for element in a.iter()):
        return _graph(a) == _graph(b)
    shapes_a, shapes_b = _shapes(a), _shapes(b)
    if NUMBER.sub("#", shapes_a) != NUMBER.sub("#", shapes_b):
        return False
    numbers = zip(NUMBER.findall(shapes_a), NUMBER.findall(shapes_b), strict=False)
    close = all(math.isclose(float(x), float(y), rel_tol=1e-6, abs_tol=1e-3) for x, y in numbers)
    return close and all(map(_same_pixels, _pictures(a), _pictures(b)))


def _graph(svg) -> list:
    """Every node and edge of Graphviz's drawing: the shapes, colours and words of each."""
    groups = [group for group in svg.iter() if group.get("class") in ("node", "edge")]
    return sorted([f"{p.tag} {p.get('stroke')} {p.get('fill')} {p.text}" for p in group.iter()] for group in groups)


def _shapes(svg) -> str:
    rows = ([element.tag, element.text or "", *(element.get(name, "") for name in SHAPE)] for element in svg.iter())
    return "\n".join(" ".join(row) for row in rows)


def _pictures(svg) -> list[bytes]:
    """The pictures inside a plot: a heat map is one."""
    links = [element.get("{http://www.w3.org/1999/xlink}href", "") for element in svg.iter()]
    return [base64.b64decode(link.partition(",")[2]) for link in links if link.startswith("data:image/png")]


def _same_pixels(a: bytes, b: bytes) -> bool:
    import numpy as np
    from PIL import Image

    left, right = (np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"), float) for data in (a, b))
    return left.shape == right.shape and bool(np.abs(left - right).mean() < 1)
