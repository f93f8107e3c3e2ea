"""Running: one kernel through all notes, and what it records in them."""

import shutil
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import pytest
from conftest import Book, a_note, cell, output

from scripts.common.problem import Problem
from scripts.kernel import run
from scripts.note.folder import all_notes

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4]);"
GRAPH = 'import graphviz\ngraphviz.Digraph(body=["a -> b"])'
PNG = """import base64
from IPython.display import Image
Image(base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="))"""


def facts() -> list[str]:
    """What the check would say of the recorded results."""
    return [str(error) for error in run.stale_results(all_notes(), Path("notes"))]


def test_state_carries_over_cells_checks_and_notes(book):
    book["00-a.md"] = a_note(cell("a = 1"), "<!-- check: a == 1 -->", cell("a += 1"))
    book["01-b.md"] = a_note("<!-- check: a == 2 -->", cell("a"))
    run.run()
    assert book["01-b.md"] == a_note("<!-- check: a == 2 -->", cell("a"), output("2"))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("1.0", "1.0"),
        ("print('one')\n2", "one\n2"),
        ("'∂L/∂a'", "'∂L/∂a'"),
        ("print('  indented')\nprint()\nprint('and apart')", "  indented\n\nand apart"),
        ("import sys\nprint('a warning', file=sys.stderr)\nprint('words')", "a warning\nwords"),
        ("from IPython.display import clear_output\nprint(1)\nclear_output()\nprint(2)", "2"),
    ],
)
def test_a_text_is_recorded_below_its_cell(book, source, text):
    book["00-a.md"] = a_note(cell(source), "The end.")
    run.run()
    assert book["00-a.md"] == a_note(cell(source), output(text), "The end.")


def test_an_exception_that_a_cell_announces_is_recorded_and_the_run_goes_on(book):
    raising = cell("print('before')\n1 / 0", tag="raises-exception")
    book["00-a.md"] = a_note(raising, cell("1"))
    run.run()
    text = output("before\nZeroDivisionError: division by zero")
    assert book["00-a.md"] == a_note(raising, text, cell("1"), output("1"))


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        ("graphviz.Graph(body=['a -- b'])", "a--b"),
        ("graphviz.Source('digraph { a -> b }')", "a->b"),
        ("graphviz.Digraph(body=['a [label=\"= <b>\"]'])", "= <b>"),
    ],
)
def test_every_graph_of_the_package_graphviz_is_drawn(book, drawn, words):
    book["00-a.md"] = a_note(cell(f"import graphviz\n{drawn}"))
    run.run()
    assert words in [element.text for element in ET.parse(book.figure("00-a-3-0.svg")).iter()]


def test_a_graph_is_laid_out_by_the_engine_that_it_names(book):
    drawn = "import graphviz\nfor engine in 'dot', 'circo': display(graphviz.Digraph(body=['a -> b'], engine=engine))"
    book["00-a.md"] = a_note(cell(drawn))
    run.run()
    dot, circo = (book.figure(f"00-a-3-{number}.svg").read_text() for number in (0, 1))
    assert dot != circo


def test_what_would_be_missing_in_a_drawing_is_refused(book):
    book["00-a.md"] = a_note(cell("import graphviz\ngraphviz.Digraph(body=['a [label = <<b>x</b>>]'])"))
    with pytest.raises(Problem, match="a label in HTML would not be drawn: write it as text"):
        run.run()


def test_a_new_figure_gets_a_file_and_an_image_line_without_words(book):
    book["00-a.md"] = a_note(cell(PLOT), cell(GRAPH), cell(PNG))
    run.run()
    plot, graph, png = (f"figures/00-a-{line}-0.{kind}" for line, kind in ((3, "svg"), (8, "svg"), (13, "png")))
    images = [f"![]({figure})" for figure in (plot, graph, png)]
    assert book["00-a.md"] == a_note(cell(PLOT), images[0], cell(GRAPH), images[1], cell(PNG), images[2])
    assert (book.root / "notes" / plot).read_bytes().startswith(b"<svg")
    assert b"<title>a&#45;&gt;b</title>" in (book.root / "notes" / graph).read_bytes()
    assert (book.root / "notes" / png).read_bytes().startswith(b"\x89PNG")
    assert facts() == []


def test_the_author_owns_a_figures_words_and_its_files_name(book):
    book["00-a.md"] = text = a_note(
        cell("print('words')\n" + GRAPH), output("words"), "![A → B](figures/a-b.svg)", "End."
    )
    run.run()
    assert book["00-a.md"] == text
    assert list(book.files("notes/figures")) == ["notes/figures/a-b.svg"]


def test_a_second_run_touches_no_note_and_no_figure(book):
    book["00-a.md"] = a_note(cell("1"), cell(GRAPH))
    run.run()
    before = {path: path.stat().st_mtime_ns for path in Path("notes").rglob("00-a*")}
    assert len(before) == 2
    run.run()
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_results_that_a_cell_no_longer_has_are_removed_but_no_words_of_the_author(book):
    picture = "![A](figures/a.svg)"
    book["00-a.md"] = a_note(cell("a = 1"), output("1"), picture, cell("a"), "The end.")
    run.run()
    assert book["00-a.md"] == a_note(cell("a = 1"), picture, cell("a"), output("1"), "The end.")


def test_a_recorded_result_that_agrees_is_left_as_it_stands(book, capsys):
    book["00-a.md"] = a_note(cell("1 / 3"), cell(PLOT), "![A curve](figures/curve.svg)")
    run.run()
    before = book.files("notes/figures", "notes/results.lock"), book["00-a.md"]
    close = book["00-a.md"].replace("\n1 / 3\n", "\n1 / 3 + 1e-13\n").replace("4]);", "4 + 1e-10]);")
    book["00-a.md"] = close
    capsys.readouterr()
    run.run()
    assert (book.files("notes/figures", "notes/results.lock"), book["00-a.md"]) == (before[0], close)
    assert "as recorded" in capsys.readouterr().out
    book["00-a.md"] = close.replace("1e-13", "1e-3")
    run.run()
    assert output("0.3343333333333333") in book["00-a.md"]


def test_a_digit_that_was_changed_by_hand_is_seen_however_small(book):
    book["00-a.md"] = a_note(cell("0.1 + 0.2"))
    run.run()
    right = book["00-a.md"]
    assert facts() == []
    book["00-a.md"] = right.replace("0.30000000000000004", "0.30000000000000003")
    assert facts() == ["notes/00-a.md:8: this result was changed by hand, or never recorded\n  make run"]
    run.run()
    assert book["00-a.md"] == right
    assert facts() == []


def test_a_result_that_varies_is_recorded_once_and_its_words_are_compared(book):
    timing = cell('import itertools\nnext(globals().setdefault("count", itertools.count()))', tag="varies")
    book["00-a.md"] = a_note(timing)
    run.run()
    assert book["00-a.md"] == a_note(timing, output("0"))
    run.run()
    assert book["00-a.md"] == a_note(timing, output("0"))
    assert facts() == []
    book["00-a.md"] = a_note(timing, output("a word"))
    run.run()
    assert book["00-a.md"] == a_note(timing, output("3"))


def test_a_figure_that_was_deleted_or_changed_is_drawn_again(book):
    book["00-a.md"] = a_note(cell(GRAPH), "![A](figures/a.svg)")
    run.run()
    figure = book.figure("a.svg")
    drawn = figure.read_bytes()
    for wrong in (None, drawn.replace(b">a<", b">c<"), drawn[:-9]):
        figure.unlink() if wrong is None else figure.write_bytes(wrong)
        assert len(facts()) == 1
        run.run()
        assert figure.read_bytes() == drawn


def test_a_note_that_is_edited_while_it_runs_is_not_overwritten(book):
    path = str(book.root / "notes" / "00-a.md")
    book["00-a.md"] = text = a_note(cell(f"with open({path!r}, 'a') as file:\n    file.write('More.')"), cell("1"))
    with pytest.raises(
        Problem, match=r"^notes/00-a.md: changed while it ran, so its results are not recorded\n  make run"
    ):
        run.run()
    assert book["00-a.md"] == text + "More."


@pytest.mark.parametrize("lock", [None, "", "# Made by\n\n<<<<<<< HEAD\n00-a.md\n=======\n"])
def test_a_lost_or_broken_lock_is_made_again(book, lock):
    book["00-a.md"] = a_note(cell("1"))
    run.run()
    path = book.root / "notes" / "results.lock"
    before = path.read_bytes()
    path.unlink() if lock is None else path.write_text(lock)
    assert len(facts()) == 1
    run.run()
    assert path.read_bytes() == before


def test_the_lock_forgets_a_note_that_is_gone(book):
    book["00-a.md"] = book["01-b.md"] = a_note(cell("1"), cell(GRAPH))
    run.run()
    assert book["results.lock"].count("01-b") == 3  # its own row, and its figure's, which names it
    (book.root / "notes" / "01-b.md").unlink()
    run.run()
    assert "01-b" not in book["results.lock"] and "00-a" in book["results.lock"]


def test_windows_line_ends_survive_a_run(book):
    book["00-a.md"] = a_note(cell("a = 1\nprint(a)\na"), "The end.").replace("\n", "\r\n")
    run.run()
    assert book["00-a.md"] == a_note(cell("a = 1\nprint(a)\na"), output("1\n1"), "The end.").replace("\n", "\r\n")


def test_the_executed_notebooks_hold_prose_cells_and_results_but_no_checks(book):
    book["00-a.md"] = a_note("<!-- check: True -->", cell("1"), "[Next](01-b.md)")
    book["01-b.md"] = a_note(cell("1 / 0", tag="raises-exception"), cell(PNG), "![A dot](figures/dot.png)")
    run.run()
    first, second, whole = (nbformat.read(f"build/notebooks/{name}.ipynb", 4) for name in ("00-a", "01-b", "whole"))
    assert [(c.cell_type, c.source) for c in first.cells] == [
        ("markdown", "# Title"),
        ("code", "1"),
        ("markdown", "[Next](01-b.md)"),
    ]
    assert first.cells[1].outputs[0].data == {"text/plain": "1"}
    assert second.cells[1].outputs[0].ename == "ZeroDivisionError"
    assert second.cells[2].outputs[0].data["text/plain"] == "A dot"
    assert "image/png" in second.cells[2].outputs[0].data
    code = [c for c in whole.cells if c.cell_type == "code"]
    assert [c.source for c in code][-3:] == ["1", "1 / 0", PNG]
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1))
    assert len({c.id for c in whole.cells}) == len(whole.cells)
    assert [c.source for c in whole.cells if "01-b" in c.source] == ["[Next](#01-b)", '<a id="01-b"></a>']


def test_a_run_tells_each_note_its_cells_and_what_was_recorded(book, capsys):
    book["00-a.md"] = a_note(cell("1"), cell("a = 1"))
    book["01-b.md"] = a_note()
    run.run()
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[:2] + row[3:] for row in rows[1:3]] == [["00-a", "2", "1", "recorded"], ["01-b", "0", "as", "recorded"]]
    assert rows[3][:6] == ["all,", "with", "the", "kernel", "2", rows[3][5]]


def test_on_a_terminal_a_run_shows_the_note_and_the_cell_under_way(book, capsys, monkeypatch):
    book["00-a.md"] = a_note(cell("1"), "Prose.", cell("2"))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    run.run()
    shown = [line.split()[:2] for line in capsys.readouterr().out.split("\r\x1b[K")]
    assert ["00-a", "1/2"] in shown
    assert shown[-3:] == [["00-a", "2/2"], ["00-a", "2"], ["all,", "with"]]


@pytest.mark.slow
def test_two_runs_give_the_same_bytes_wherever_the_book_lies(book, tmp_path_factory):
    book["00-a.md"] = a_note(cell("set('micrograd')"), cell("[hash('a') % 100]"), cell("float('0.1') * 3"))
    book["01-b.md"] = a_note(cell(PLOT), cell(GRAPH), cell("1 / 0", tag="raises-exception"))
    book["02-c.md"] = a_note(cell("def f():\n    return {'a', 'b'}", title="tiny.py"), cell("print(f())"), cell(PNG))
    shutil.copytree(book.root, elsewhere := tmp_path_factory.mktemp("elsewhere") / "a book")
    books = [book, Book(elsewhere)]
    for process in [each.start("-m", "scripts.run") for each in books]:
        assert process.communicate(timeout=60)[1] == ""
        assert process.returncode == 0
    first, second = (each.files() for each in books)
    assert first == second
    assert {"build/notebooks/whole.ipynb", "notes/results.lock", "notes/figures/01-b-3-0.svg"} < first.keys()
