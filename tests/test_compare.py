"""When two results say the same: changes that must be seen, and differences that must not matter."""

import base64
import io

import matplotlib
import numpy as np
import pytest
from graphviz import Digraph
from matplotlib.figure import Figure
from PIL import Image

from scripts.kernel import inside
from scripts.note.compare import same_figure
from scripts.note.numerals import same_text
from scripts.note.outcome import svg_file


@pytest.mark.parametrize(
    ("recorded", "fresh"),
    [
        ("1.0", "1.0"),
        ("0.1", "0.1000000000000001"),
        ("0.30000000000000004", "0.3"),
        ("1e-05", "9.999999999999999e-06"),
        ("6.62607015e-34", "6.626070150000001e-34"),
        ("[1.0, 0.0]", "[1.0, 1e-16]"),
        ("[1.0, -0.0]", "[1.0, 0.0]"),
        ("loss 12345678.9, then 0.5", "loss 12345678.900000002, then 0.5"),
        ("0.1234567890", "0.1234567891"),
        ("step 3, loss 0.1", "step 3, loss 0.1000000000000001"),
        ("(0.1+2.5j)", "(0.1+2.5000000000000004j)"),
        ("took 0.1s", "took 0.1000000000000001s"),
        ("nan inf", "nan inf"),
        (None, None),
    ],
)
def test_texts_agree_when_their_words_are_the_same_and_their_numbers_are_close(recorded, fresh):
    assert same_text(recorded, fresh)
    assert same_text(fresh, recorded)


@pytest.mark.parametrize(
    ("recorded", "fresh"),
    [
        ("1.0", "1.00001"),
        ("1.0", "1.00000001"),
        ("6.62607015e-34", "1.380649e-23"),
        ("3e-13", "9.9e-13"),
        ("0.0", "1e-16"),
        ("0.0", "-0.0"),
        ("[1.0, 0.0]", "[1.0, 1e-13]"),
        ("[1e300, 0.0]", "[1e300, 5.0]"),
        ("c = 299792458.0, h = 0.0", "c = 299792458.0, h = 6.62607015e-34"),
        ("step 10000000, loss 0.0", "step 10000000, loss 1e-9"),
        ("0.50", "0.500000"),
        ("0.333333333333", "0.33333333333333"),
        ("1e-9", "0.000000001"),
        ("1.5", "+1.5"),
        ("9e999", "8e999"),
        ("3", "4"),
        ("3", "3.0"),
        ("1000000000000", "1000000000001"),
        ("1.0", "-1.0"),
        ("1.0 a", "1.0 b"),
        ("1.0", "1.0 "),
        ("1.0\n2.0", "1.0 2.0"),
        ("1.0, 2.0", "1.0"),
        ("x1", "x2"),
        ("version 1.2.3", "version 1.2.4"),
        ("2j", "3j"),
        ("0x10", "0x11"),
        ("nan", "1.0"),
        ("", None),
        ("1.0", None),
    ],
)
def test_texts_differ_by_a_word_a_sign_a_form_a_whole_number_or_a_digit_that_counts(recorded, fresh):
    assert not same_text(recorded, fresh)
    assert not same_text(fresh, recorded)


def test_a_text_that_varies_keeps_its_words_and_may_change_its_numbers():
    assert same_text("took 1.2 s", "took 350 s", varies=True)
    assert same_text("took 1.2s", "took 350s", varies=True)
    assert same_text("with     125 ms a step", "with      80 ms a step", varies=True)  # written with :8.0f
    assert same_text("1.5    seconds", "12.25  seconds", varies=True)
    assert not same_text("took 1.2 s", "took 1.2s", varies=True)
    assert not same_text("took 1.2 s", "took 1.2 ms", varies=True)
    assert not same_text("with 125 ms", "with  125 ms")
    assert not same_text("took 1.2 s", None, varies=True)


GRAPH = [
    "subgraph cluster_x {label=L; a}",
    "a [label=1]",
    "a -> b [label=t]",
    "b -> c",
    "b -> d",
    'd [shape=record label="{x|y}"]',
    "b -> e -> c",  # beside b -> c, which bends
]


def graph(*lines: str, **attributes: object) -> bytes:
    """The figure of a graph with these lines of the DOT language."""
    return svg_file(inside.svg(Digraph(body=[f"{line}\n" for line in lines], **attributes)))


def with_line(number: int, line: str) -> bytes:
    """The graph in which another line stands at this place."""
    return graph(*GRAPH[:number], line, *GRAPH[number + 1 :])


@pytest.mark.parametrize(
    "lines",
    [
        [*GRAPH[:3], *GRAPH[:2:-1]],  # c and d change places
        [*GRAPH[3:], *GRAPH[:3]],
        [*GRAPH, "ranksep=0.36"],
        [*GRAPH, "nodesep=0.22"],
        [*GRAPH, "a [width=0.44 height=0.33]"],
    ],
)
def test_graphs_agree_however_they_are_laid_out(lines):
    assert same_figure(graph(*GRAPH), graph(*lines))
    assert same_figure(graph(*lines), graph(*GRAPH))


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (0, "subgraph cluster_x {label=M; a}"),
        (0, "subgraph cluster_x {label=L; a; c}"),
        (0, "subgraph cluster_x {label=L; c}"),
        (0, "subgraph cluster_x {label=L; color=red; a}"),
        (0, "label=L"),
        (1, "a [label=2]"),
        (1, "a [label=1 shape=box]"),
        (1, "a [label=1 color=red]"),
        (1, 'a [label=1 color="#444443"]'),
        (1, "a [label=1 style=filled fillcolor=red]"),
        (1, "a [label=1 penwidth=2]"),
        (1, "a [label=1 width=2]"),
        (1, "a [label=1 tooltip=t]"),
        (2, "a -> b"),
        (2, "b -> a [label=t]"),
        (2, "a -> b [label=u]"),
        (2, "a -> b [headlabel=t]"),
        (2, "a -> b [taillabel=t]"),
        (2, "a -> b [label=t fontcolor=red]"),
        (3, ""),
        (3, "b -> c; b -> c"),
        (3, "b -> d"),
        (3, "b -> c [dir=back]"),
        (3, "b -> c [dir=both]"),
        (3, "b -> c [dir=none]"),
        (3, "b -> c [arrowhead=inv]"),
        (3, "b -> c [arrowhead=empty]"),
        (3, "b -> c [arrowhead=vee]"),
        (3, "b -> c [arrowsize=1.2]"),
        (3, "b -> c [style=dashed]"),
        (3, "b -> c [color=red]"),
        (3, "b -> c; {rank=same; b; c}"),
        (3, "b -> c; rankdir=LR"),
        (3, "b -> c; rankdir=BT"),
        (3, "b -> c; rotate=90"),
        (3, "b -> c; nodesep=2"),
        (3, "b -> c; bgcolor=red"),
        (5, 'd [shape=record label="{y|x}"]'),
        (5, 'd [shape=record label="x|y"]'),
    ],
)
def test_graphs_differ_by_a_word_a_line_a_direction_a_place_in_a_cluster_or_a_style(number, line):
    assert not same_figure(graph(*GRAPH), with_line(number, line))
    assert not same_figure(with_line(number, line), graph(*GRAPH))


@pytest.mark.parametrize(
    ("recorded", "fresh"),
    [
        ("label=1", "label=2"),
        ("a [shape=triangle]", "a [shape=invtriangle]"),
        ("a -> b [arrowhead=lnormal]", "a -> b [arrowhead=rnormal]"),
        ("a -> b [dir=both arrowhead=dot]", "a -> b [dir=both arrowtail=dot]"),
        ("a -> b [headlabel=t]", "a -> b [taillabel=t]"),
        ("a -> b [label=t]; a -> b [label=u]", "a -> b [label=t]; a -> b [label=t]"),
        ("a -> b", "a -> b; rankdir=BT"),
        ("a [label=t]", "b [label=t]"),
        ("a [width=0.5]; b [width=6]", "a [width=0.8]; b [width=6]"),
        ("a [height=0.5]; b [height=6]", "a [height=0.8]; b [height=6]"),
        ("a [shape=point width=0.14]; b [width=6]", "a [shape=point width=0.2]; b [width=6]"),
    ],
)
def test_graphs_differ_by_a_shape_or_an_end(recorded, fresh):
    assert not same_figure(graph(recorded), graph(fresh))


def plot(draw, kind: str = "svg") -> bytes:
    """The figure of a plot, by default of the kind that notes record."""
    with matplotlib.rc_context(inside.STYLE):
        figure = Figure(figsize=(3, 2))
        draw(figure.subplots())
        file = io.BytesIO()
        figure.savefig(file, format=kind, metadata={"Date": None} if kind == "svg" else None)
    return svg_file(file.getvalue().decode()) if kind == "svg" else file.getvalue()


def bars(axes, label: str) -> None:
    axes.bar_label(axes.bar([1, 2], [3, 4]), [label, ""])


def test_plots_agree_when_their_curves_are_close():
    assert same_figure(plot(lambda axes: axes.plot([1, 2, 4])), plot(lambda axes: axes.plot([1, 2, 4 + 1e-9])))
    markers = [plot(lambda axes, y=y: axes.plot([1, 2, y], "o", ms=y)) for y in (4, 4 + 1e-7)]
    assert markers[0] != markers[1] and same_figure(*markers)  # the marker's name is a digest of its shape


@pytest.mark.parametrize(
    ("recorded", "fresh"),
    [
        (lambda axes: axes.plot([1, 2, 4]), lambda axes: axes.plot([1, 2.01, 4])),
        (lambda axes: axes.plot([1, 2, 4]), lambda axes: axes.plot([1, 2, 3, 4])),
        (lambda axes: axes.plot([1, 2, 4]), lambda axes: axes.plot([1, 2, 4], color="red")),
        (lambda axes: axes.plot([1, 2, 4]), lambda axes: axes.plot([1, 2, 4], alpha=0.5)),
        (lambda axes: axes.plot([1, 2, 4]), lambda axes: axes.plot([1, 2, 4], linestyle="--")),
        (lambda axes: axes.plot([1, 2], marker="o"), lambda axes: axes.plot([1, 2], marker="s")),
        (lambda axes: axes.set_title("loss"), lambda axes: axes.set_title("gain")),
        (lambda axes: axes.set_title("accuracy 0.9990"), lambda axes: axes.set_title("accuracy 0.9999")),
        (lambda axes: bars(axes, "0.0003"), lambda axes: bars(axes, "0.0009")),
        (lambda axes: axes.set_yticks([0], ["0.0001"]), lambda axes: axes.set_yticks([0], ["0.0005"])),
        (lambda axes: axes.imshow([[0, 1], [2, 3]]), lambda axes: axes.imshow([[3, 1], [2, 0]])),
        (lambda axes: axes.scatter([1, 2], [1, 2], c=[1, 2]), lambda axes: axes.scatter([1, 2], [1, 2], c=[2, 1])),
    ],
)
def test_plots_differ_by_a_curve_a_style_a_word_or_a_heat_map(recorded, fresh):
    assert not same_figure(plot(recorded), plot(fresh))


def test_pictures_differ_by_one_region_or_one_digit():
    zeros = np.zeros((28, 28))
    zeros[5:20, 14] = 1
    seven = zeros.copy()
    seven[5, 10:14] = 1
    for kind in "svg", "png":
        first, second = (plot(lambda axes, a=a: axes.imshow(a, cmap="gray"), kind) for a in (zeros, seven))
        assert same_figure(first, first) and not same_figure(first, second)
    titles = [plot(lambda axes, title=title: axes.set_title(title), "png") for title in ("loss 0.25", "loss 0.75")]
    assert not same_figure(*titles)


def picture(pixels: np.ndarray, kind: str = "png", **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.astype("uint8")).save(file, kind, **options)
    return file.getvalue()


def test_pictures_agree_when_each_pixel_nearly_does():
    grey = np.full((20, 30, 3), 200)
    noise = np.eye(20, 30, dtype=int)[..., None]
    assert same_figure(picture(grey), picture(grey + noise))
    assert not same_figure(picture(grey), picture(grey + 2 * noise))
    assert not same_figure(picture(grey), picture(grey[:, :29]))
    assert not same_figure(picture(grey), picture(np.dstack([grey, np.full((20, 30), 100)])))
    assert not same_figure(picture(grey), picture(grey, "gif"))
    assert not same_figure(picture(grey), picture(grey)[:60])


def test_pictures_of_sixteen_bits_differ_by_each():
    first, second = io.BytesIO(), io.BytesIO()
    Image.fromarray(np.full((4, 4), 1000, "uint16")).save(first, "png")
    Image.fromarray(np.full((4, 4), 1001, "uint16")).save(second, "png")
    assert not same_figure(first.getvalue(), second.getvalue())


def test_moving_pictures_differ_by_a_frame_or_its_time():
    black, white = (Image.new("RGB", (4, 4), colour) for colour in ("black", "white"))

    def film(*frames: Image.Image, duration: int = 100) -> bytes:
        file = io.BytesIO()
        frames[0].save(file, "gif", save_all=True, append_images=frames[1:], duration=duration)
        return file.getvalue()

    assert not same_figure(film(black, white, black), film(black, white, white))
    assert not same_figure(film(black, white, black), film(black, white))
    assert not same_figure(film(black, white), film(black, white, duration=200))


def drawing(inner: str, size: str = 'viewBox="0 0 500 300"') -> bytes:
    return f"<svg {size}>{inner}</svg>".encode()


PLACES = "viewBox points transform d r width height x x1 x2 cx rx fx dx y y1 y2 cy ry fy dy"


def at(place: str) -> str:
    """An element that has this in every attribute that is a place or a length."""
    return "<g {}/>".format(" ".join(f'{name}="{place}"' for name in PLACES.split()))


@pytest.mark.parametrize(
    ("recorded", "fresh"),
    [
        (at("7.0001"), at("7.0002")),
        ('<path d="M 1000000.1"/>', '<path d="M 1000000.9"/>'),
        ('<path d="M0.0001-2"/>', '<path d="M0.0009-2.0001"/>'),
        ('<g transform="translate(1 2)"/>', '<g transform="translate(1.0005 2)"/>'),
        ('<g transform="scale(2)translate(1)scale(3)"/>', '<g transform="scale(2)translate(1.0005)scale(3)"/>'),
        ('<g id="a1"/><use href="#a1"/>', '<g id="a2"/><use href="#a2"/>'),
        ('<g id="a1"/><g clip-path="url(#a1)"/>', '<g id="a2"/><g clip-path="url(#a2)"/>'),
        ("<text>0.1</text>", "<text>0.1000000000000001</text>"),
    ],
)
def test_drawings_agree_to_a_millionth_and_by_whatever_names(recorded, fresh):
    assert same_figure(drawing(recorded), drawing(fresh))
    for size in 'viewBox="0 0 3 500"', 'width="500pt" height="3"', 'width="3" height="500"':
        assert same_figure(drawing(fresh, size), drawing(recorded, size))


@pytest.mark.parametrize(
    ("recorded", "fresh"),
    [
        ('<path d="M 1000000.1"/>', '<path d="M 1000003.9"/>'),
        ('<path d="M 0.0001"/>', '<path d="M 0.0019"/>'),
        ('<path d="M 1 2"/>', '<path d="L 1 2"/>'),
        ('<path d="M 1 2"/>', '<path d="M 1 2 3"/>'),
        ('<g transform="scale(0.0005)"/>', '<g transform="scale(0.001)"/>'),
        ('<g transform="rotate(1)"/>', '<g transform="rotate(2)"/>'),
        ('<g transform="scale(2)translate(1)"/>', '<g transform="translate(1)scale(2)"/>'),
        ('<g opacity="0.0001"/>', '<g opacity="0.0005"/>'),
        ('<g data-any="a"/>', '<g data-any="b"/>'),
        ("<g/>", '<g class="b"/>'),
        ("<text><tspan/>after</text>", "<text><tspan/>later</text>"),
        ("<text>0.0001</text>", "<text>0.0005</text>"),
        ("<g><a/></g><b/>", "<g><a/><b/></g>"),
        ("<a/><b/>", "<b/><a/>"),
        ('<g id="a"/><g id="b"/><use href="#a"/>', '<g id="a"/><g id="b"/><use href="#b"/>'),
        ('<use href="https://a.org/"/>', '<use href="https://b.org/"/>'),
        ("<style>a { color: red }</style>", "<style>a { color: blue }</style>"),
        (
            '<g class="frame"><text>1</text></g><g class="frame"/>',
            '<g class="frame"><text>2</text></g><g class="frame"/>',
        ),
        ('<animate values="0;1" dur="2s"/>', '<animate values="0;1" dur="3s"/>'),
    ],
)
def test_drawings_differ_by_any_attribute_word_or_order(recorded, fresh):
    for size in 'viewBox="0 0 500 300"', 'viewBox="9000 9000 500 300"':
        assert not same_figure(drawing(recorded, size), drawing(fresh, size))
        assert not same_figure(drawing(fresh, size), drawing(recorded, size))


def test_a_film_of_graphs_is_compared_frame_by_frame():
    frames = [graph("a -> b", name="g").decode(), graph("a -> b [dir=back]").decode()]
    first, second = (
        drawing("".join(f'<g class="frame">{frame}</g>' for frame in order)) for order in (frames, frames[::-1])
    )
    assert same_figure(first, first) and not same_figure(first, second)


def test_a_picture_in_a_drawing_is_compared_by_its_pixels():
    def holding(pixels: np.ndarray, kind: str = "png") -> bytes:
        return drawing(f'<image href="data:image/{kind};base64,{base64.b64encode(picture(pixels, kind)).decode()}"/>')

    grey = np.full((8, 8, 3), 200)
    assert same_figure(holding(grey), holding(grey + 1))
    assert not same_figure(holding(grey), holding(grey + 9))
    assert not same_figure(holding(grey, "jpeg"), holding(grey + 9, "jpeg"))
    for other in "data:image/png;base64,A", "a.png":
        assert not same_figure(drawing(f'<image href="{other}"/>'), holding(grey))
        assert not same_figure(holding(grey), drawing(f'<image href="{other}"/>'))


def test_figures_of_two_kinds_or_a_broken_one_differ():
    drawn, pixels = graph("a -> b"), picture(np.zeros((2, 2)))
    assert not same_figure(drawn, pixels)
    assert not same_figure(drawn, drawn[:-10])
    assert not same_figure(drawn, b"")
    assert same_figure(drawn[:-10], drawn[:-10])
    for other in plot(lambda axes: axes.plot([1, 2])), b"<svg/>":
        assert not same_figure(drawn, other) and not same_figure(other, drawn)
