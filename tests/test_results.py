"""Results: what a cell's outputs say, and when two of them agree."""

import io

import matplotlib
import numpy as np
import pytest
from graphviz import Digraph
from matplotlib.figure import Figure
from nbformat.v4 import new_output
from PIL import Image

from scripts.kernel import inside
from scripts.note.compare import same_figure, same_text
from scripts.note.outcome import exception_text, picture_of, svg_file, text_of, unstable


@pytest.mark.parametrize(
    ("recorded", "fresh"),
    [
        ("1.0", "1.0"),
        ("0.1", "0.1000000000000001"),
        ("1e-9", "0.000000001"),
        ("0.0", "1e-13"),
        ("-0.0", "0.0"),
        ("loss 12345678.9, then 0.5", "loss 12345678.900000001, then 0.5"),
        ("[1.0, 2.5]", "[1.0, 2.5000000001]"),
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
        ("0.0", "1e-11"),
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
        ("nan", "1.0"),
        ("", None),
        ("1.0", None),
    ],
)
def test_texts_differ_by_a_word_a_sign_a_whole_number_or_a_digit_that_counts(recorded, fresh):
    assert not same_text(recorded, fresh)
    assert not same_text(fresh, recorded)


def test_a_text_that_varies_keeps_its_words_and_may_change_its_numbers():
    assert same_text("took 1.2 s", "took 350 s", varies=True)
    assert not same_text("took 1.2 s", "took 1.2 ms", varies=True)
    assert not same_text("took 1.2 s", None, varies=True)


def test_the_text_of_outputs_is_what_was_printed_then_the_value_without_white_space_at_line_ends():
    outputs = [new_output("stream", text="one  \n\ntwo\n"), new_output("execute_result", {"text/plain": "3.0"})]
    assert text_of(outputs) == "one\n\ntwo\n3.0"


def test_an_exception_is_its_type_and_message():
    def error(name, message):
        return new_output("error", ename=name, evalue=message, traceback=["long"])

    assert text_of([new_output("stream", text="before\n"), error("ValueError", "no")]) == "before\nValueError: no"
    assert exception_text("StopIteration", "") == "StopIteration"
    assert exception_text("SyntaxError", "invalid syntax (1843956808.py, line 1)") == "SyntaxError: invalid syntax"
    assert exception_text("E", "\x1b[31mred\x1b[0m") == "E: red"


def test_silence_and_pictures_have_no_text():
    assert text_of([]) is None
    assert text_of([new_output("stream", text=" \n\n")]) is None
    assert text_of([new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "<Figure>"})]) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<Value object at 0x7f504be1ade0>", "a memory address (0x7f504be1ade0)"),
        ("/tmp/ipykernel_13593/2010662927.py", "a temporary name"),
        ("tmpab12cd3_", "a temporary name (tmpab12cd3_)"),
        ("File /home/me/notes", "an absolute path (/home/me)"),
        (r"C:\Users\me", r"an absolute path (C:\Users"),
    ],
)
def test_an_address_a_path_or_a_temporary_name_is_unstable(text, what):
    assert unstable(f"x = {text}").startswith(what)


@pytest.mark.parametrize("text", ["0xff", "1/2 and 3/4", "https://example.org/home/x", "a/usr/b", "template", "temp 3"])
def test_other_words_are_stable(text):
    assert unstable(text) is None


def graph(*edges: str, label: str = "data 1.0", **attributes) -> bytes:
    """The figure of a graph with these edges, such as "ab"; node a has a label."""
    digraph = Digraph(**attributes)
    digraph.node("a", label=label)
    for tail, head in edges:
        digraph.edge(tail, head)
    return svg_file(inside.svg(digraph))


def test_graphs_agree_when_labels_nodes_and_edges_do_however_they_are_laid_out():
    drawn = graph("ab", "bc")
    assert same_figure(drawn, graph("bc", "ab"))
    assert same_figure(drawn, graph("ab", "bc", graph_attr={"rankdir": "LR", "nodesep": "2"}))


@pytest.mark.parametrize(
    "other",
    [
        {"edges": ["ba", "bc"]},
        {"edges": ["ab"]},
        {"edges": ["ab", "ab", "bc"]},
        {"edges": ["ab", "bc"], "label": "data 2.0"},
        {"edges": ["ab", "bc"], "edge_attr": {"color": "red"}},
        {"edges": ["ab", "bc"], "node_attr": {"style": "filled", "fillcolor": "red"}},
        {"edges": ["ab", "bc"], "node_attr": {"shape": "box"}},
    ],
)
def test_graphs_differ_by_an_edge_a_label_a_colour_or_a_shape(other):
    assert not same_figure(graph("ab", "bc"), graph(*other.pop("edges"), **other))


def plot(draw, kind: str = "svg") -> bytes:
    """The figure of a plot, by default of the kind that notes record."""
    with matplotlib.rc_context(inside.STYLE):
        figure = Figure(figsize=(3, 2))
        draw(figure.subplots())
        file = io.BytesIO()
        figure.savefig(file, format=kind, metadata={"Date": None} if kind == "svg" else None)
    return svg_file(file.getvalue().decode()) if kind == "svg" else file.getvalue()


def test_plots_agree_when_their_curves_are_close():
    assert same_figure(plot(lambda axes: axes.plot([1, 2, 4])), plot(lambda axes: axes.plot([1, 2, 4 + 1e-9])))


@pytest.mark.parametrize(
    ("recorded", "fresh"),
    [
        (lambda axes: axes.plot([1, 2, 4]), lambda axes: axes.plot([1, 2.01, 4])),
        (lambda axes: axes.plot([1, 2, 4]), lambda axes: axes.plot([1, 2, 3, 4])),
        (lambda axes: axes.plot([1, 2, 4]), lambda axes: axes.plot([1, 2, 4], color="red")),
        (lambda axes: axes.plot([1, 2], marker="o"), lambda axes: axes.plot([1, 2], marker="s")),
        (lambda axes: axes.set_title("loss"), lambda axes: axes.set_title("gain")),
        (lambda axes: axes.imshow([[0, 1], [2, 3]]), lambda axes: axes.imshow([[3, 1], [2, 0]])),
        (lambda axes: axes.scatter([1, 2], [1, 2], c=[1, 2]), lambda axes: axes.scatter([1, 2], [1, 2], c=[2, 1])),
    ],
)
def test_plots_differ_by_a_curve_a_colour_a_marker_a_word_or_a_heat_map(recorded, fresh):
    assert not same_figure(plot(recorded), plot(fresh))


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.astype("uint8")).save(file, "png")
    return file.getvalue()


def test_pictures_are_compared_by_their_pixels():
    picture = np.full((20, 30, 3), 200)
    assert same_figure(png(picture), png(picture + np.eye(20, 30, dtype=int)[..., None]))
    assert not same_figure(png(picture), png(255 - picture))
    assert not same_figure(png(picture), png(picture[:, :29]))
    first, second = (plot(lambda axes, top=top: axes.plot([1, top, 4]), "png") for top in (2, 2.5))
    assert same_figure(first, first)
    assert not same_figure(first, second)


def test_figures_of_two_kinds_or_a_broken_one_differ():
    drawn, picture = graph("ab"), png(np.zeros((2, 2)))
    assert not same_figure(drawn, picture)
    assert not same_figure(drawn, drawn[:-10])
    assert not same_figure(drawn, b"")
    assert not same_figure(drawn, plot(lambda axes: axes.plot([1, 2])))


def test_a_recorded_svg_has_the_dark_theme_and_no_preamble():
    file = picture_of(
        new_output("display_data", {"image/svg+xml": '<?xml?>\n<svg width="1"><!-- made by -->\n<g/></svg>'})
    )
    assert file.startswith(b'<svg width="1"><style>@media (prefers-color-scheme: dark)')
    assert file.endswith(b"</style><g/></svg>\n")


def test_a_png_is_recorded_as_its_bytes():
    assert picture_of(new_output("display_data", {"image/png": "iVBORw0=\n"})) == b"\x89PNG\r"
    assert picture_of(new_output("stream", text="words")) is None
