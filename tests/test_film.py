"""Films: what is in their frames, when each is seen, and that those of a backward pass say what the engine does."""

import re
import xml.etree.ElementTree as ET

import matplotlib
import pytest
from conftest import ROOT
from graphviz import Digraph
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from micrograd.engine import Value
from micrograd.film import film, svg_of
from micrograd.graph import trace
from micrograd.watch import few_digits, watch
from scripts.note.compare import same_figure
from scripts.note.outcome import svg_file
from scripts.publish.figures import still

FILMS = sorted(path for path in (ROOT / "notes" / "figures").glob("*.svg") if '<svg class="film"' in path.read_text())


class Closures:
    """A value as the notes have it up to version 9: with closures, which add (or, up to version 6, overwrite)."""

    def __init__(self, data, _children=(), _op="", label=""):
        self.data, self.grad, self.label = data, 0.0, label
        self._prev, self._op, self._backward = tuple(_children), _op, lambda: None

    adds = True

    def give(self, share):
        self.grad = share + (self.grad if self.adds else 0.0)

    def made(self, data, op, *pairs):
        out = type(self)(data, [child for child, _ in pairs], op)

        def _backward():
            for child, local in pairs:
                child.give(local * out.grad)

        out._backward = _backward
        return out

    def __add__(self, other):
        return self.made(self.data + other.data, "+", (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        return self.made(self.data * other.data, "*", (self, other.data), (other, self.data))


class Overwriting(Closures):
    adds = False


def frames(svg: str) -> list[list[ET.Element]]:
    """The elements that each frame of a film shows, in order."""
    groups = [(int(g.get("data-from")), int(g.get("data-to")), g) for g in ET.fromstring(svg) if g.get("data-from")]
    count = 1 + max(last for _, last, _ in groups)
    return [[e for first, last, g in groups if first <= k <= last for e in g.iter()] for k in range(count)]


def words(frame: list[ET.Element], kind: str) -> list[str]:
    return ["".join(e.itertext()) for e in frame if e.tag.endswith("}text") and (e.get("class") == "caption") == kind]


def captions(svg: str) -> list[str]:
    texts = [[e for e in frame if e.get("class") == "caption"] for frame in frames(svg)]
    return [" ".join(line.text for line in text) for (text,) in texts]


def boxes(frame: list[ET.Element]) -> dict[str, list[str]]:
    """What is written in each box of a frame, by the label on top."""
    columns: dict[str, list[tuple[float, str]]] = {}
    texts = [e for e in frame if e.tag.endswith("}text") and e.get("y") and e.text.strip()]
    labels = [e for e in texts if e.text.startswith("v")]
    for label in labels:
        x, y = float(label.get("x")), float(label.get("y"))
        below = [e for e in texts if abs(float(e.get("x")) - x) < 0.1 and 0 < float(e.get("y")) - y < 64]
        columns[label.text] = [e.text for e in sorted(below, key=lambda e: float(e.get("y")))]
    return columns


def grown(kind, data, recipe):
    made = [kind(x) for x in data]
    for add, *picks in recipe:
        a, b = (made[pick % len(made)] for pick in picks)
        made.append(a + b if add else a * b)
    nodes = trace(made[-1])[0]
    for i, v in enumerate(nodes):
        v.label = f"v{i}"
    return nodes


numbers = st.floats(-3, 3).map(lambda x: round(x, 2))
recipes = st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4)


@pytest.mark.parametrize("kind", [Value, Closures, Overwriting])
@settings(max_examples=4, deadline=None)
@given(data=st.lists(numbers, min_size=2, max_size=3), recipe=recipes)
def test_each_frame_shows_the_gradients_that_the_engine_has_at_that_moment(kind, data, recipe):
    nodes = grown(kind, data, recipe)
    shown = [{label: lines[1] for label, lines in boxes(frame).items()} for frame in frames(watch(nodes[-1]))]
    assert all(v.grad == 0.0 for v in nodes)  # as they were
    grads, expected = dict.fromkeys(nodes, 0.0), []

    def now():
        expected.append({v.label: f"grad {few_digits(grads[v])}" for v in nodes})

    now()
    nodes[-1].grad = grads[nodes[-1]] = 1.0
    now()
    for v in reversed(nodes):
        if kind is Value:
            for child, local in zip(v._prev, v._local_grads, strict=True):
                child.grad += local * v.grad
        else:
            v._backward()
        for child in dict.fromkeys(v._prev):
            grads[child] = child.grad
            now()
    now()
    assert shown == expected


def test_a_film_says_and_writes_what_arrives_where():
    a, b = Closures(2.0, label="a"), Closures(-3.0, label="b")
    e = a * b
    e.label = "e"
    said = captions(watch(e))
    assert said[2] == (
        "e is a product. Its local derivative with respect to a is the other factor, −3. "
        "Times the grad of e, 1: a gets −3."
    )
    assert "−3 × 1" in watch(e)


def test_a_second_write_adds_or_wipes_out_as_the_version_does():
    for kind, end in ((Closures, "With the 1 that it has: 3."), (Overwriting, "That wipes out the 1 which it had.")):
        a, b = kind(2.0, label="a"), kind(2.0, label="b")
        (d := a * b).label, (e := d + a).label = "d", "e"
        assert sum(end in said for said in captions(watch(e))) == 1
        assert a.grad == b.grad == 0.0


def test_the_last_words_are_what_a_gradient_says_right_or_wrong():
    for kind, says in ((Closures, "b 2 times as far."), (Overwriting, "b 1 times as far.")):
        (b := (a := kind(3.0, label="a")) + a).label = "b"
        assert captions(watch(b))[-1] == f"All have run. By the grad of a, a small step of it moves {says}"


def test_why_gradients_are_multiplied_is_said_once_though_leaves_have_run_before():
    (d := Value(2.0, label="a") * Value(-3.0, label="b")).label = "d"
    (top := d * Value(-2.0, label="f")).label = "L"
    said = [caption for caption in captions(watch(top)) if "by way of" in caption]
    assert len(said) == 1 and said[0].endswith("It moves L by way of d, and rates along a path multiply.")


def test_a_node_that_runs_a_second_time_is_said_to():
    (square := (x := Value(3.0, label="x")) * x).label = "x²"
    (y := square * square).label = "x⁴"
    said = captions(watch(y, [y, square, square]))
    assert [caption.startswith("Once more: x² is") for caption in said] == [False, False, False, False, True, False]


def test_gradients_stay_as_they_were():
    a = Value(2.0, label="a")
    b = a * a
    b.backward()
    watch(b)
    assert (a.grad, b.grad) == (4.0, 1.0)


def test_a_node_that_waits_runs_and_has_run_differs_in_more_than_its_colour():
    a = Value(2.0, label="v0")
    (b := a + a).label, (c := b * b).label = "v1", "v2"
    svg = watch(c)
    looks = [
        [
            (e.get("stroke-dasharray"), e.get("stroke-width"))
            for e in frame
            if e.tag.endswith("}polygon") and e.get("fill") == "none"
        ]
        for frame in frames(svg)
    ]  # of the boxes a, b and c
    assert len({looks[0][0], *looks[1], *looks[-1]}) == 3


def test_a_neuron_s_film_has_at_most_60_kilobytes_and_is_the_same_each_time():
    def neuron():
        x1, x2, w1, w2, b = (
            Value(x, label=n) for x, n in zip((2.0, 0.0, -3.0, 1.0, 6.88), ("x1", "x2", "w1", "w2", "b"), strict=True)
        )
        out = (x1 * w1 + x2 * w2 + b).tanh()
        out.label = "o"
        return out

    assert watch(neuron()) == watch(neuron())
    assert len(watch(neuron()).encode()) <= 60_000


def test_what_frames_share_is_in_the_film_once_and_the_rest_has_its_time():
    def drawing(word):
        dot = Digraph()
        dot.node("same", "steady")
        dot.node("other", word, width="1")
        return svg_of(dot)

    svg = film([drawing("one"), drawing("two")], ["The first caption.", "The second."])
    assert svg.count(">steady<") == svg.count(">one<") == svg.count(">two<") == 1
    runs = re.findall(r'data-from="(\d)" data-to="(\d)" style="animation-duration:(\d+)s;animation-delay:(\d+)s,', svg)
    assert sorted(set(runs)) == [("0", "0", "4", "0"), ("0", "1", "7", "0"), ("1", "1", "3", "4")]


def test_figures_of_matplotlib_make_a_film_whose_style_does_not_leak():
    with matplotlib.rc_context({"svg.hashsalt": "x", "svg.fonttype": "none"}):

        def drawing(x):
            figure = Figure((4, 3))
            axes = figure.subplots()
            axes.set(xlim=(0, 4), ylim=(0, 4))
            axes.plot([x], [x], "o")
            return svg_of(figure)

        svg = film([drawing(1), drawing(2)], ["at 1", "at 2"])
        assert svg == film([drawing(1), drawing(2)], ["at 1", "at 2"])
    assert svg.count("<style") == 1 and "*{" not in svg
    assert [said for said in captions(svg)] == ["at 1", "at 2"]


def test_drawings_of_different_sizes_are_refused():
    small, large = Digraph(), Digraph()
    small.node("a")
    large.node("a", width="3")
    with pytest.raises(ValueError, match="different sizes"):
        film([svg_of(small), svg_of(large)], ["a", "b"])


def changed(svg: str, old: str, new: str) -> bytes:
    assert old in svg
    return svg_file(svg.replace(old, new, 1))


def test_films_are_compared_frame_by_frame():
    a = Value(2.0, label="a")
    svg = watch(a * a)
    assert same_figure(svg_file(svg), svg_file(watch(a * a)))
    for old, new in (("grad 4", "grad 5"), ("#d55e00", "#d55e01"), ('data-to="1"', 'data-to="2"'),
                     ("We begin", "We start"),
                     ("stroke-dasharray", "stroke-linecap"), ("animation-delay:0s", "animation-delay:1s")):  # fmt: skip
        assert not same_figure(svg_file(svg), changed(svg, old, new)), old


def test_on_paper_and_in_print_a_film_is_its_last_frame(tmp_path):
    (tmp_path / "a.svg").write_bytes(svg_file(svg := watch(Value(2.0, label="a") * Value(3.0, label="b"))))
    shown = ET.fromstring(still(tmp_path / "a.svg"))
    there = [e.text for e in shown.iter() if e.text and e.text.strip()]
    assert there == [e.text for e in frames(svg)[-1] if e.text and e.text.strip()]
    assert "animation-name" not in still(tmp_path / "a.svg").decode()


@pytest.mark.parametrize("path", FILMS, ids=lambda path: path.stem)
def test_the_films_of_the_notes_are_small_say_something_in_each_frame_and_fit_a_page(path):
    svg = path.read_text(encoding="utf-8")
    assert all(len(said) > 10 for said in captions(svg))
    assert float(re.search(r'width="([\d.]+)pt"', svg)[1]) <= 480  # 640 px, so that its words are as large as text
    assert len(svg) <= 100_000
