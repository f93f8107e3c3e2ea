"""Graphs as Graphviz draws them, wherever it puts their parts: see compare.py for when they are the same."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from scripts.note.numerals import same_text
from scripts.note.shapes import COORDINATE, COORDINATES, extent

LEVEL = 3  # points that an edge may lead up or down and be level
CORNER = 2.5  # points that an arrow's corner may be elsewhere, seen from its edge
ALONG = 0.3  # of an edge's length that its words may be elsewhere along it
PART = 0.2  # of a node's size that its corners and words may be elsewhere in it
GRAPH_GROWN, NODE_GROWN = 1.1, 1.25  # how many times as large as the other a graph or a node may be

Box = tuple[complex, complex]  # the least and the greatest corner


@dataclass(order=True)
class Group:
    """A node, an edge or a cluster: its looks, and the points of its parts with their tags."""

    kind: str
    title: str
    looks: str
    parts: list[tuple[str, list[complex]]] = field(compare=False)

    def points(self, *tags: str) -> list[complex]:
        return [point for tag, points in self.parts if tag in tags for point in points]

    def box(self) -> Box:
        found = self.points("ellipse", "polygon", "polyline", "path") or self.points("text") or [0j]
        xs, ys = [point.real for point in found], [point.imag for point in found]
        return complex(min(xs), min(ys)), complex(max(xs), max(ys))


def is_graph(svg: ET.Element) -> bool:
    """Whether a drawing is one graph by Graphviz, and no more."""
    return [child.get("class") for child in svg if _tag(child) != "style"] == ["graph"]


def same_graph(a: ET.Element, b: ET.Element) -> bool:
    """Whether two graphs show the same."""
    left, right = _groups(a), _groups(b)
    return (
        all(_near(x, y, GRAPH_GROWN) for x, y in zip(extent(a), extent(b), strict=True))
        and len(left) == len(right)
        and all(map(_same_group, left, right))
        and same_text(_surroundings(a), _surroundings(b))
        and _members(left) == _members(right)
        and _ways(left) == _ways(right)
    )


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _groups(svg: ET.Element) -> list[Group]:
    """The groups of a graph, in an order that does not depend on how it is laid out."""
    found = []
    for group in svg.iter():
        if (kind := group.get("class", "")) in ("node", "edge", "cluster"):
            parts = [(_tag(part), _points(part)) for part in group.iter()]
            title = next((part.text or "" for part in group if _tag(part) == "title"), "")
            found.append(Group(kind, title, "\n".join(map(_look, group.iter())), parts))
    return sorted(found)


def _look(element: ET.Element) -> str:
    """An element's attributes and words, but for its place and its name."""
    kept = sorted(item for item in element.items() if item[0] not in COORDINATES | {"id"})
    said = [f"{key}={re.sub(r'url[(]#.*?[)]', 'url', value)}" for key, value in kept]
    return " ".join([_tag(element), *said, (element.text or "").strip(), (element.tail or "").strip()])


def _surroundings(svg: ET.Element) -> str:
    """What a graph shows beside its groups: its own label, its background, how it is turned."""
    (graph,) = (child for child in svg if child.get("class") == "graph")
    turned = re.sub(r"translate\(.*?\)", "", graph.get("transform", ""))
    rest = [child for child in graph if child.get("class") not in ("node", "edge", "cluster")]
    return "\n".join([_look(svg), turned, *(_look(part) for child in rest for part in child.iter())])


def _points(element: ET.Element) -> list[complex]:
    """An element's corners: of an ellipse those of its box."""
    if _tag(element) == "ellipse":
        cx, cy, rx, ry = (float(element.get(key, 0)) for key in ("cx", "cy", "rx", "ry"))
        return [complex(cx - rx, cy - ry), complex(cx + rx, cy + ry)]
    said = element.get("points") or element.get("d") or f"{element.get('x', '')} {element.get('y', '')}"
    numbers = [float(number) for number in COORDINATE.findall(said)]
    return list(map(complex, numbers[::2], numbers[1::2]))


def _same_group(a: Group, b: Group) -> bool:
    if (a.kind, a.title) != (b.kind, b.title) or not same_text(a.looks, b.looks):
        return False
    return a.kind == "cluster" or (_same_node if a.kind == "node" else _same_edge)(a, b)


def _near(a: float, b: float, times: float) -> bool:
    return max(a, b) <= times * min(a, b) + 1


def _same_node(a: Group, b: Group) -> bool:
    """Whether two nodes have nearly the same size, and in it the same shape."""
    (low, high), (bottom, top) = a.box(), b.box()
    size, other = high - low, top - bottom
    alike = _near(size.real, other.real, NODE_GROWN) and _near(size.imag, other.imag, NODE_GROWN)
    return alike and _close(_inside(a), _inside(b), PART)


def _close(a: list[complex], b: list[complex], step: float) -> bool:
    return len(a) == len(b) and all(abs(x - y) <= step for x, y in zip(a, b, strict=True))


def _inside(node: Group) -> list[complex]:
    """The points of a node as parts of its box."""
    low, high = node.box()
    width, height = max(1, (high - low).real), max(1, (high - low).imag)
    points = (point - low for _, points in node.parts for point in points)
    return [complex(point.real / width, point.imag / height) for point in points]


def _same_edge(a: Group, b: Group) -> bool:
    """Whether two edges have the same arrows and words at the same places."""
    words, arrows = zip(_words_along(a), _words_along(b), strict=True), zip(_arrows(a), _arrows(b), strict=True)
    return all(side == other and abs(x - y) <= ALONG for (x, side), (y, other) in words) and all(
        end == other and _close(corners, others, CORNER) for (end, corners), (other, others) in arrows
    )


def _words_along(edge: Group) -> list[tuple[float, int]]:
    """Where along an edge each of its words stands, from 0 to 1, and on which side of it."""
    line = edge.points("path") or [0j]
    way = (line[-1] - line[0]) or 1
    places = ((at - line[0]) / way for at in edge.points("text"))
    return [(at.real, _sign(at.imag * abs(way), 1)) for at in places]


def _arrows(edge: Group) -> list[tuple[int, list[complex]]]:
    """For each arrow of an edge at which end it is (0 the tail, 1 the head), and its corners as seen along the edge."""
    line = edge.points("path") or [0j, 1j]
    ends, ways = (line[0], line[-1]), (line[0] - line[1], line[-1] - line[-2])
    found = []
    for tag, corners in edge.parts:
        if corners and tag not in ("path", "text"):
            middle = sum(corners) / len(corners)
            at = min(0, 1, key=lambda end: abs(ends[end] - middle))
            seen, way = [middle] if tag == "ellipse" else corners, ways[at] or 1
            found.append((at, [(corner - ends[at]) / (way / abs(way)) for corner in seen]))
    return found


def _members(groups: list[Group]) -> list[set[str]]:
    """The nodes that each cluster holds."""
    nodes = [(group.title, sum(group.box()) / 2) for group in groups if group.kind == "node"]
    boxes = [group.box() for group in groups if group.kind == "cluster"]
    return [{title for title, at in nodes if _holds(box, at)} for box in boxes]


def _holds(box: Box, at: complex) -> bool:
    (low, high) = box
    return low.real <= at.real <= high.real and low.imag <= at.imag <= high.imag


def _ways(groups: list[Group]) -> tuple[bool, list[int]]:
    """Whether a graph leads across or up and down, and which edges lead forth, back and to the side."""
    lines = [group.points("path") for group in groups if group.kind == "edge"]
    steps = [line[-1] - line[0] for line in lines if line]
    flow = sum(steps)
    across = abs(flow.real) > abs(flow.imag)
    along = [step.real if across else step.imag for step in steps]
    return across, [_sign(step, LEVEL) for step in along]


def _sign(length: float, none: float) -> int:
    return (length > none) - (length < -none)
