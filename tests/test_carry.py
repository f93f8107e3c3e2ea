"""The author's words stay with what they speak of: figures after cells were inserted, removed, moved, changed."""

import re
from pathlib import Path

import pytest
from conftest import a_note, cell
from test_results import fresh, recorded

from scripts.note.format import Note
from scripts.note.lock import read_lock, write_lock
from scripts.note.outcome import STARTS, Outcome
from scripts.note.record import settle, undrawn


def plot(name: str) -> str:
    return cell(f"plot({name!r})")


def picture(name: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg"><text>{name}</text></svg>\n'.encode()


def run(book) -> list[str]:
    """Records what plot(NAME) draws in a note's cells: a picture that says NAME."""
    cells = Note.read(Path("notes/00-a.md")).cells
    return recorded(
        book, *(Outcome(None, tuple(map(picture, re.findall(r"^plot\('(.*)'\)", c.source, re.M)))) for c in cells)
    )[1]


def shown(book) -> dict[str, list[tuple[str, str]]]:
    """The words below each cell, and what the picture there says."""
    return {
        cell.source: [
            (f.alt, re.findall("<text>(.*)</text>", book.figure(f.path[8:]).read_text())[0]) for f in cell.figures
        ]
        for cell in Note.read(Path("notes/00-a.md")).cells
    }


A, B, C, N = (f"plot({name!r})" for name in "abcn")
A2, B2 = f"# the same\n{A}", f"{B}  # the same"
a, b, c, n = map(plot, "abcn")
WORDS_A, WORDS_B = "![A is shown](figures/a.svg)", "![B is shown](figures/b.svg)"
A_SHOWN, B_SHOWN, NEW = [("A is shown", "a")], [("B is shown", "b")], [("", "n")]


@pytest.fixture
def two(book):
    """A note with two plots, whose words and names are the author's."""
    book["00-a.md"] = a_note(plot("a"), WORDS_A, plot("b"), WORDS_B)
    run(book)
    return book


@pytest.mark.parametrize(
    ("blocks", "expected"),
    {
        "a plot above": ([n, a, WORDS_A, b, WORDS_B], {N: NEW, A: A_SHOWN, B: B_SHOWN}),
        "a plot between a cell and its figure": ([a, n, WORDS_A, b, WORDS_B], {A: A_SHOWN, N: NEW, B: B_SHOWN}),
        "cells exchanged, figures as they were": ([b, WORDS_A, a, WORDS_B], {B: B_SHOWN, A: A_SHOWN}),
        "cells exchanged with their figures": ([b, WORDS_B, a, WORDS_A], {B: B_SHOWN, A: A_SHOWN}),
        "a cell removed": ([a, WORDS_A, WORDS_B], {A: [*A_SHOWN, *B_SHOWN]}),
        "the first cell removed": ([b, WORDS_A, WORDS_B], {B: [*B_SHOWN, *A_SHOWN]}),
        "two cells made one": ([cell(f"{A}\n{B}"), WORDS_A, WORDS_B], {f"{A}\n{B}": [*A_SHOWN, *B_SHOWN]}),
        "one cell made two": ([a, WORDS_A, cell("1"), cell(B2), WORDS_B], {A: A_SHOWN, "1": [], B2: B_SHOWN}),
        "code that draws the same": ([cell(A2), n, WORDS_A, b, WORDS_B], {A2: A_SHOWN, N: NEW, B: B_SHOWN}),
        "code that draws something else": ([c, WORDS_A, b, WORDS_B], {C: [("A is shown", "c")], B: B_SHOWN}),
        "code changed, a plot between": ([c, n, WORDS_A, b, WORDS_B],
                                         {C: [("", "c")], N: [*NEW, *A_SHOWN], B: B_SHOWN}),
        "words put between": ([a, "More.", WORDS_A, b, WORDS_B], {A: [("", "a")], B: B_SHOWN}),
    }.values(),
)  # fmt: skip
def test_words_follow_what_is_drawn(two, blocks, expected):
    two["00-a.md"] = a_note(*blocks)
    run(two)
    assert shown(two) == expected
    assert (two.figure("a.svg").read_bytes() == picture("c")) == (expected.get(C) == [("A is shown", "c")])
    assert two.figure("b.svg").read_bytes() == picture("b")
    assert run(two) == []  # and it stays so
    assert shown(two) == expected


def test_words_that_change_places_below_a_cell_of_two_plots_go_back_to_what_they_speak_of(book):
    both = cell(f"{A}\n{B}")
    book["00-a.md"] = a_note(both, WORDS_A, WORDS_B)
    run(book)
    book["00-a.md"] = a_note(both, WORDS_B, WORDS_A)
    run(book)
    assert shown(book) == {f"{A}\n{B}": [*A_SHOWN, *B_SHOWN]}


def test_a_plot_that_is_commented_out_and_restored_has_its_words(two):
    before = two.files()
    two["00-a.md"] = two["00-a.md"].replace(A, f"# {A}")
    run(two)
    assert shown(two) == {f"# {A}": A_SHOWN, B: B_SHOWN}
    two["00-a.md"] = two["00-a.md"].replace(f"# {A}", A)
    run(two)
    assert two.files() == before


def test_a_figure_without_words_goes_with_its_plot(two):
    before = two.files()
    two["00-a.md"] = a_note(plot("n"), plot("a"), WORDS_A, plot("b"), WORDS_B)
    run(two)
    two["00-a.md"] = two["00-a.md"].replace(N, f"# {N}")
    run(two)
    assert two.files("notes/figures").keys() == {"notes/figures/a.svg", "notes/figures/b.svg"}
    two["00-a.md"] = a_note(plot("a"), WORDS_A, plot("b"), WORDS_B)
    run(two)
    assert two.files() == before


def test_of_two_cells_of_one_code_each_keeps_its_figure_though_one_draws_no_more(book):
    book["00-a.md"] = a_note(plot("a"), WORDS_A, plot("a"), WORDS_B)
    run(book)
    book["00-a.md"] = a_note(cell("1"), WORDS_A, plot("a"), WORDS_B)
    recorded(book, Outcome(None), Outcome(None, (picture("another"),)))
    assert shown(book) == {"1": A_SHOWN, A: [("B is shown", "another")]}


def test_a_figure_to_which_the_author_gave_no_words_but_a_name_waits(book):
    book["00-a.md"] = a_note(plot("a"), "![](figures/own.svg)")
    run(book)
    book["00-a.md"] = book["00-a.md"].replace(A, f"# {A}")
    run(book)
    assert shown(book) == {f"# {A}": [("", "a")]}


def test_a_new_figure_takes_no_name_that_is_in_use(book):
    book["00-a.md"] = a_note(plot("a"))
    run(book)
    named = "![A is shown](figures/00-a-3-0.svg)"
    for name in "00-a-7-0.svg", "00-a-3-0-1.svg":
        book.figure(name).write_bytes(b"by hand")
    book["00-a.md"] = a_note(plot("n"), "Words.", plot("a"), named)
    run(book)
    assert shown(book) == {N: [("", "n")], A: [("A is shown", "a")]}
    assert book.figure("00-a-7-0.svg").read_bytes() == book.figure("00-a-3-0-1.svg").read_bytes() == b"by hand"
    assert "![](figures/00-a-3-0-2.svg)" in book["00-a.md"]


def test_a_copy_of_a_cell_never_draws_over_the_figure_of_the_original(two):
    two["00-a.md"] = a_note(plot("a"), WORDS_A, plot("c"), WORDS_A, plot("b"), WORDS_B)
    run(two)
    assert shown(two) == {A: A_SHOWN, C: [("", "c"), *A_SHOWN], B: B_SHOWN}
    two["01-b.md"] = two["00-a.md"].replace(WORDS_B, "")
    two["00-a.md"] = a_note(plot("n"), WORDS_A, plot("b"), WORDS_B)  # it was recorded for another note
    write_lock(Path("notes"), read_lock(Path("notes")) | {"figures/a.svg": ["its code", "01-b.md"]})
    run(two)
    assert shown(two) == {N: [*NEW, *A_SHOWN], B: B_SHOWN}
    (two.root / "notes/01-b.md").unlink()
    two["00-a.md"] = a_note(plot("a"), "![](figures/00-a-3-0.svg)", WORDS_A, plot("b"), WORDS_B)
    run(two)
    assert shown(two) == {A: A_SHOWN, B: B_SHOWN}  # words go before a name that a run gave


def test_a_picture_made_by_hand_is_never_drawn_over(book):
    book.figure("mine.svg").write_bytes(picture("mine"))
    book["00-a.md"] = a_note(plot("a"), "![My own](figures/mine.svg)")
    run(book)
    assert shown(book) == {A: [("", "a"), ("My own", "mine")]}


def test_a_figure_of_another_kind_gets_a_name_of_that_kind(two):
    recorded(two, Outcome(None, (STARTS["png"] + b"1",)), Outcome(None, (picture("b"),)))
    assert "![A is shown](figures/a.png)" in two["00-a.md"]
    assert two.files("notes/figures").keys() == {"notes/figures/a.png", "notes/figures/b.svg"}


def test_a_figure_that_no_cell_draws_is_a_finding_at_its_line(two):
    two["00-a.md"] = two["00-a.md"].replace(A, f"# {A}")
    note = Note.read(Path("notes/00-a.md"))
    results = settle(note, fresh(Outcome(None), Outcome(None, (picture("b"),))), read_lock(Path("notes")))
    found = [str(undrawn(note, figure)).splitlines()[0] for result in results for figure in result.waiting]
    assert found == ["notes/00-a.md:7: the cell above does not draw figures/a.svg"]
