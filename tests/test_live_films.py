"""The film of a graph in the reader's browser: that it says what the engine does, and disturbs nothing."""

import re

import pytest
from room import blocks, room_marks
from test_film import boxes, captions, frames

from micrograd.engine import Value
from micrograd.watch import few_digits

pytestmark = room_marks
FILM = "from scripts.live.watched import draw_dot\n"  # as runs.js begins it
PACKAGE = "from micrograd.engine import Value\nfrom micrograd.graph import draw_dot"
RULELESS = """
class Value:
    def __init__(self, data, _children=(), _op="", label=""):
        self.data, self.grad, self._prev, self._op, self.label = data, 0.0, _children, _op, label
    def __add__(self, other): return Value(self.data + other.data, (self, other), "+")
    def __mul__(self, other): return Value(self.data * other.data, (self, other), "*")
"""
GRAPH = """
a, b = Value(2.0, label="v1"), Value(-1.5, label="v2")
root = a * b + a
root.label, root._prev[0].label = "v4", "v3"
"""


def drawn(reader, *codes: str) -> dict:
    """What is heard of the last of these blocks, whose draw_dot makes films."""
    return reader.run(*codes[:-1], FILM + codes[-1])["heard"][-1]


@pytest.mark.parametrize("kind", [PACKAGE, RULELESS], ids=["the package", "values without rules"])
def test_the_last_frame_shows_the_gradients_of_the_engine(reader, kind):
    (svg,) = drawn(reader, kind, GRAPH, "draw_dot(root)")["figures"]
    scope = {"Value": Value}
    exec(GRAPH, scope)
    scope["root"].backward()
    nodes = [scope["a"], scope["b"], scope["root"]]
    last = boxes(frames(svg)[-1])
    assert {v.label: last[v.label][1] for v in nodes} == {v.label: f"grad {few_digits(v.grad)}" for v in nodes}
    assert captions(svg)[0].startswith("How far does v4 move")


@pytest.mark.parametrize(
    "code",
    ["dot = draw_dot(root)\ndot.graph_attr.update(rankdir='TB')\ndot", PACKAGE + "\ndraw_dot(root)"],
    ids=["a graph that is changed", "the package's own draw_dot"],
)
def test_however_a_block_draws_its_graph_it_has_a_film(reader, code):
    (svg,) = drawn(reader, PACKAGE, GRAPH, code)["figures"]
    assert svg.startswith('<svg class="film"')


def test_a_graph_that_cannot_be_a_film_says_why(reader):
    many = "total = Value(0.0)\nfor _ in range(30): total = total + Value(1.0)\ndraw_dot(total)"
    assert drawn(reader, PACKAGE, many)["text"] == "ValueError: it has 61 boxes, and a film at most 30"
    assert drawn(reader, PACKAGE, "draw_dot(3)")["text"].startswith("AttributeError: ")


def test_after_a_film_everything_is_as_if_it_had_not_been_made(reader):
    rest = ["import sys, gc\nroot.backward(); a.grad, id(root), 'micrograd.watch' in sys.modules", "sorted(vars())"]
    rest += ["import random; random.random()", "draw_dot(root).source", "len(gc.get_objects())"]
    story = blocks(PACKAGE, GRAPH + "import random; random.seed(1)", "draw_dot(root)", *rest)
    expected = reader.results(story)
    film = [*story[:2], {**story[2], "id": "90-test#cell-3 as a film", "code": FILM + "draw_dot(root)"}]
    for start in (0, 2, 3):
        assert reader.show(film, 2)["heard"][-1]["figures"][0].startswith('<svg class="film"')
        assert reader.results(story, start) == expected[start:]
    reader.close()
    reader.open()
    assert re.sub(r"\d{4,}", "#", str(reader.results(story))) == re.sub(r"\d{4,}", "#", str(expected))
