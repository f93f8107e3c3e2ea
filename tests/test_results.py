"""Results: what a cell's outputs say, when two of them agree, and what of it is recorded."""

import io
import zlib
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from conftest import a_note, cell, output
from graphviz import Digraph
from matplotlib.figure import Figure
from nbformat.v4 import new_output
from PIL import Image

from scripts.common.problem import Problem
from scripts.kernel import inside
from scripts.note.compare import same_figure, same_text
from scripts.note.format import Cell, Note
from scripts.note.format import Figure as Drawn
from scripts.note.lock import digest, read_lock, write_lock
from scripts.note.outcome import PNG, Outcome, exception_text, outcome, picture_of, svg_file, text_of, unstable
from scripts.note.record import disagreement, record, settle


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
        ("step 3, loss 0.1", "step 3, loss 0.1000000000000001"),
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
    assert exception_text("SyntaxError", "invalid syntax (<string>, line 12)") == "SyntaxError: invalid syntax"
    assert exception_text("E", "\x1b[31mred\x1b[0;1m") == "E: red"


def test_what_a_cell_gave_is_its_text_and_its_pictures_in_order():
    png, svg = {"image/png": "iVBORw0=\n"}, {"image/svg+xml": "<svg/>", "image/png": "AAAA", "text/plain": "<Figure>"}
    outputs = [new_output("display_data", png), new_output("stream", text="1"), new_output("display_data", svg)]
    assert outcome(iter(outputs)) == Outcome("1", (b"\x89PNG\r", svg_file("<svg/>")))
    assert outcome([]) == Outcome(None) == Outcome(None, ())
    assert len({Outcome("1"), Outcome("1")}) == 1


def test_silence_and_pictures_have_no_text():
    assert text_of([]) is None
    assert text_of([new_output("stream", text=" \n\n")]) is None
    assert text_of([new_output("display_data", {"text/html": "<b>"})]) is None
    assert text_of([new_output("stream", text="\x1b[31m red \x1b[0m\n")]) == " red"
    assert text_of([new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "<Figure>"})]) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<Value object at 0x7f504be1ade0>", "a memory address (0x7f504be1ade0)"),
        ("0x7F504BE", "a memory address (0x7F504BE)"),
        ("/tmp/ipykernel_13593/2010662927.py", "a temporary name (/tmp/ipykernel_13593/2010662927.py)"),
        ("ipykernel_13593", "a temporary name (ipykernel_13593)"),
        ("tmpab12cd3_", "a temporary name (tmpab12cd3_)"),
        ("File /home/me/notes", "an absolute path (/home/me)"),
        (r"C:\Users\me", r"an absolute path (C:\Users)"),
        ("a\rb", r"a character that ends lines or is no text ('\r')"),
        ("a\u2028b", r"a character that ends lines or is no text ('\u2028')"),
        ("\ud800", r"a character that ends lines or is no text ('\ud800')"),
    ],
)
def test_an_address_a_path_a_temporary_name_or_what_is_no_text_is_unstable(text, what):
    assert unstable(f"x = {text}") == what


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
    assert same_figure(graph("ab", "cb"), graph("cb", "ab"))
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
        {"edges": ["ab", "bc"], "node_attr": {"color": "red"}},
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
    assert same_figure(png(picture), png(np.add(picture, [3, 0, 0])))
    assert not same_figure(png(picture), png(np.add(picture, [4, 0, 0])))  # by 1 of 256 a channel, with that of opacity
    assert not same_figure(png(picture), png(255 - picture))
    assert not same_figure(png(picture), png(picture[:, :29]))
    first, second = (plot(lambda axes, top=top: axes.plot([1, top, 4]), "png") for top in (2, 2.5))
    assert same_figure(first, first)
    assert not same_figure(first, second)


SHAPE = ["d", "points", "x", "y", "cx", "cy", "rx", "ry", "r", "width", "height", "transform", "style", "fill"]


@pytest.mark.parametrize("name", SHAPE)
def test_drawings_differ_by_any_attribute_that_gives_a_shape_or_a_place(name):
    first, second = (f'<svg><path id="{n}"/><path {name}="{n}"/></svg>'.encode() for n in (1, 2))
    assert not same_figure(first, second)
    assert same_figure(first, first.replace(b"id=", b"class="))


@pytest.mark.parametrize(
    ("recorded", "fresh", "agree"),
    [
        ("1000000.1", "1000000.9", True),
        ("1000000.1", "1000003.9", False),
        ("0.0001", "0.0009", True),
        ("0.0001", "0.0019", False),
    ],
)
def test_drawings_agree_to_a_millionth_or_a_thousandth(recorded, fresh, agree):
    first, second = (f'<svg><text>a</text><path d="M {n}"/></svg>'.encode() for n in (recorded, fresh))
    assert same_figure(first, second) == agree


def test_figures_of_two_kinds_or_a_broken_one_differ():
    drawn, picture = graph("ab"), png(np.zeros((2, 2)))
    assert not same_figure(drawn, picture)
    assert not same_figure(drawn, drawn[:-10])
    assert not same_figure(drawn, b"")
    assert same_figure(drawn[:-10], drawn[:-10])
    assert not same_figure(drawn, plot(lambda axes: axes.plot([1, 2])))


def test_a_recorded_svg_has_the_dark_theme_and_no_preamble():
    file = picture_of(
        new_output("display_data", {"image/svg+xml": '<?xml?>\n<svg width="1"><!-- made\nby -->\n<g/><svg/></svg>\n\n'})
    )
    assert file.startswith(b'<svg width="1"><style>@media (prefers-color-scheme: dark)')
    assert file.endswith(b"</style><g/><svg/></svg>\n")


def test_a_png_is_recorded_as_its_bytes():
    assert picture_of(new_output("display_data", {"image/png": "iVBORw0=\n"})) == b"\x89PNG\r"
    assert picture_of(new_output("stream", text="words")) is None


def fresh(*said: Outcome | str) -> list[Outcome]:
    """What cells gave: texts stand for themselves."""
    return [Outcome(each) if isinstance(each, str) else each for each in said]


def recorded(book, *said: Outcome | str) -> tuple[int, list[str]]:
    """Records in note 00-a.md what its cells gave: how many results changed, and where and how."""
    note, lock = Note.read(Path("notes/00-a.md")), read_lock(Path("notes"))
    results = settle(note, fresh(*said), lock)
    return record(note, results, lock), [f"{each.place}: {each.fact}" for each in results if each.fact]


def test_what_is_recorded_stands_below_its_cell_in_its_figure_and_in_the_lock(book):
    book["00-a.md"] = a_note(cell("1"), cell("a = 1"), cell("draw()"), "![B](figures/b.png)")
    changed, said = recorded(book, "1", Outcome(None), Outcome("words", (PNG + b"1", b"<svg/>")))
    assert (changed, said) == (
        2,
        [
            "notes/00-a.md:3: recorded nothing, the run says `1`",
            "notes/00-a.md:11: recorded nothing, the run says `words`",
        ],
    )
    pictures = "![B](figures/b.png)\n\n![](figures/00-a-11-1.svg)"
    assert book["00-a.md"] == a_note(cell("1"), output("1"), cell("a = 1"), cell("draw()"), output("words"), pictures)
    assert book.figure("b.png").read_bytes() == PNG + b"1"
    assert book.figure("00-a-11-1.svg").read_bytes() == b"<svg/>"
    assert book["results.lock"] == (
        "# Made by `make run`: a digest of each recorded result, so that a change by hand is seen.\n"
        f"00-a.md {digest('1', [])} {digest('words', [PNG + b'1', b'<svg/>'])}\n"
        f"figures/00-a-11-1.svg {digest('draw()', [])}\nfigures/b.png {digest('draw()', [])}\n"
    )
    assert not list(book.root.glob("notes/.*"))


def test_a_picture_without_a_name_gets_the_kind_that_it_is(book):
    book["00-a.md"] = a_note(cell("draw()"))
    recorded(book, Outcome(None, (PNG + b"1", b"<svg/>", PNG + b"2")))
    names = ["00-a-3-0.png", "00-a-3-1.svg", "00-a-3-2.png"]
    assert sorted(book.files("notes/figures")) == [f"notes/figures/{name}" for name in names]


def test_what_agrees_is_left_as_it_stands_even_if_its_digits_differ(book):
    book["00-a.md"] = a_note(cell("1"), cell("draw()"))
    drawn = graph("ab", "bc")
    recorded(book, "1.0", Outcome(None, (drawn,)))
    before = {path: path.stat().st_mtime_ns for path in Path("notes").rglob("*")}
    assert recorded(book, "1.0000000000001", Outcome(None, (graph("bc", "ab"),))) == (0, [])
    assert {path: path.stat().st_mtime_ns for path in Path("notes").rglob("*")} == before


def test_a_result_that_is_gone_leaves_note_and_lock(book):
    book["00-a.md"] = a_note(cell("1"), "The end.")
    recorded(book, "1")
    assert recorded(book, Outcome(None)) == (1, ["notes/00-a.md:8: recorded `1`, the run says nothing"])
    assert book["00-a.md"] == a_note(cell("1"), "The end.")
    assert book["results.lock"].splitlines()[1:] == ["00-a.md"]


def test_a_note_that_is_not_what_ran_is_not_written(book):
    book["00-a.md"] = a_note(cell("1"))
    note = Note.read(Path("notes/00-a.md"))
    book["00-a.md"] = a_note("More.", cell("1"))
    with pytest.raises(Problem) as caught:
        record(note, settle(note, fresh("1"), {}), {})
    assert str(caught.value) == "notes/00-a.md: changed while it ran, so its results are not recorded\n  make run"
    assert book["00-a.md"] == a_note("More.", cell("1"))


def test_what_another_run_would_not_give_is_refused_at_its_cell(book):
    book["00-a.md"] = a_note(cell("1"), cell("object()"))
    with pytest.raises(Problem) as caught:
        recorded(book, "1", "<object at 0x7f504be1ade0>")
    assert str(caught.value) == (
        "notes/00-a.md:7: its output holds a memory address (0x7f504be1ade0)\n  print what is the same in every run"
    )


KNOWN = Cell(3, "draw()", output="one\ntwo", output_line=7, figures=(Drawn(12, "A", "figures/a.svg"),))
PICTURE = b"<svg><text>a</text></svg>"


def differs(recorded: Cell, said: str | None, *pictures: bytes, old=(PICTURE,), known=True) -> tuple[int, str] | None:
    digests = [digest(recorded.output, old)] if known else []
    return disagreement(recorded, old, Outcome(said, pictures), digests)


def test_a_result_that_the_run_does_not_give_is_named_by_line_and_fact():
    other = PICTURE.replace(b"a<", b"b<")
    assert differs(KNOWN, "one\ntwo", PICTURE) is None
    assert differs(KNOWN, "one\n2", PICTURE) == (9, "recorded `two`, the run says `2`")
    assert differs(KNOWN, "1\ntwo", PICTURE) == (8, "recorded `one`, the run says `1`")
    assert differs(KNOWN, "one", PICTURE) == (9, "recorded `two`, the run says nothing")
    assert differs(KNOWN, "one\ntwo\nthree", PICTURE) == (10, "recorded nothing, the run says `three`")
    assert differs(KNOWN, "one\n\ntwo", PICTURE) == (9, "recorded `two`, the run says nothing")
    assert differs(KNOWN, None, PICTURE) == (8, "recorded `one`, the run says nothing")
    assert differs(KNOWN, "one\ntwo") == (3, "1 figures recorded, the run draws 0")
    assert differs(KNOWN, "one\ntwo", other) == (12, "figures/a.svg is not what the run draws")
    assert differs(KNOWN, "one\ntwo", PICTURE, old=(b"",)) == (12, "figures/a.svg is missing")
    assert differs(Cell(3, "1"), "1", old=()) == (3, "recorded nothing, the run says `1`")


def test_a_result_whose_digest_is_not_in_the_lock_was_changed_by_hand():
    fact = "this result was changed by hand, or never recorded"
    assert differs(KNOWN, "one\ntwo", PICTURE, known=False) == (8, fact)
    assert differs(replace(KNOWN, output=None, output_line=0), None, PICTURE, known=False) == (12, fact)
    assert differs(replace(KNOWN, figures=()), "one\ntwo", old=(), known=False) == (8, fact)
    assert differs(Cell(3, "a = 1"), None, old=(), known=False) is None


def test_a_result_that_varies_differs_by_its_words_and_by_how_much_it_draws():
    varying, other = replace(KNOWN, output="took 1.2 s", tags=("varies",)), PICTURE.replace(b"a<", b"b<")
    assert differs(varying, "took 3.4 s", other) is None
    assert differs(varying, "took 3.4 ms", other) == (8, "recorded `took 1.2 s`, the run says `took 3.4 ms`")
    assert differs(varying, "took 3.4 s", other, old=(b"",)) == (12, "figures/a.svg is missing")
    assert differs(replace(varying, output="1.0\na"), "2.0\nb", other) == (9, "recorded `a`, the run says `b`")


def test_the_lock_is_read_as_it_was_written_without_the_notes_that_are_gone(book):
    book["00-a.md"] = book["01-b.md"] = a_note()
    write_lock(Path("notes"), {"01-b.md": ["b", "c"], "00-a.md": [], "02-c.md": ["d"]})
    assert book["results.lock"].splitlines()[1:] == ["00-a.md", "01-b.md b c"]
    assert book["results.lock"].endswith("b c\n")
    assert read_lock(Path("notes")) == {"00-a.md": [], "01-b.md": ["b", "c"]}
    book["results.lock"] += "\n \n"
    assert read_lock(Path("notes")) == {"00-a.md": [], "01-b.md": ["b", "c"]}
    assert read_lock(book.root) == {}


def test_a_digest_tells_texts_and_pictures_apart():
    assert digest("1", []) == "83dcefb7" and digest(None, []) == digest("", []) == "00000000"
    found = [digest("1", []), digest("1", [b""]), digest("", [b"1"]), digest("", [b"a", b"b"]), digest("", [b"ab"])]
    assert len(set(found)) == 5 and {len(each) for each in found} == {8}
    assert digest("ü", []) == f"{zlib.crc32('ü'.encode()):08x}"
