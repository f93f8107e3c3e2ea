"""A run that stops after a note: `make run NOTE=01`."""

import pytest
from conftest import a_note, cell, output


@pytest.fixture
def three(book):
    """A book whose notes have never run, but for the last, which has."""
    book["02-c.md"] = a_note(cell("3"))
    assert book.here("run")[0] == 0
    book["00-a.md"], book["01-b.md"] = a_note(cell("1")), a_note(cell("2"))
    return book


@pytest.mark.parametrize("name", ["01", "notes/01-b.md"])
def test_a_run_stops_after_the_note_that_is_named_and_says_what_it_left_out(three, name):
    before = three.files("build/notebooks")
    last, lock = three["02-c.md"], three["results.lock"].splitlines()[1:]
    status, said, complaint = three.here("run", name)
    assert (status, complaint) == (0, "")
    assert said.endswith("not run: 02-c; whole.ipynb is as it was\n")
    assert output("2") in three["01-b.md"]
    assert three["02-c.md"] == last
    assert set(lock) < set(three["results.lock"].splitlines())
    assert three.files("build/notebooks")["build/notebooks/whole.ipynb"] == before["build/notebooks/whole.ipynb"]


def test_the_last_note_is_a_whole_run(three):
    assert "not run" not in three.here("run", "02")[1]


def test_an_unknown_note_is_refused_before_anything_runs(three):
    before = three.files()
    status, _, complaint = three.here("run", "07")
    assert (status, complaint) == (1, "NOTE=07: no such note\n  name one from 00-a to 02-c\n")
    assert three.files() == before
