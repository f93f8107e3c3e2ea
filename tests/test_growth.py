"""A document may be long: four times as many cells are about four times as much work, in calls, not in seconds."""

import sys
from itertools import chain
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, Book, a_note, cell, output

from scripts.kernel.document import Document
from scripts.kernel.notebook import finished, to_run
from scripts.kernel.opened import as_notebook, view
from scripts.kernel.pairing import unpaired
from scripts.kernel.run import changed_places, show_progress
from scripts.kernel.saved import Saved
from scripts.kernel.states import kept_states
from scripts.kernel.whole import whole_notebook
from scripts.note import form
from scripts.note.format import Note, Prose
from scripts.note.lock import read_lock
from scripts.note.outcome import Outcome, svg_file
from scripts.note.record import hints, record, settle
from scripts.note.tangle import package
from scripts.publish.site import texts

FEW, MANY = 150, 600
AT_MOST = 1.3 * MANY / FEW  # what is looked up by halves may take a step more; quadratic would be four times this
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><text>{}</text></svg>'


def blocks(number: int) -> list[str]:
    """A text, a check, a figure, a definition: a long note is made of these."""
    return [
        f"## Heading {number}\n\nWords of *this*, `code` and $x_{number}$.",
        cell(f"x = {number}"),
        f"<!-- check: x == {number} -->",
        cell(f"print({number})"),
        cell(f"draw({number})"),
        cell(f"def f{number}():\n    return 1", title="m.py"),
    ]


def long_note(book: Book, cells: int) -> tuple[Note, list[Outcome]]:
    """A note of so many cells in the book, its results recorded; what they give when they run again."""
    text = a_note(*chain.from_iterable(map(blocks, range(cells // 4))))
    book["00-a.md"] = text
    outcomes = list(map(given, Note("notes/00-a.md", text).cells))
    note, lock = Note.read(Path("notes/00-a.md")), read_lock(Path("notes"))
    record(note, settle(note, outcomes, lock), lock)
    return Note.read(Path("notes/00-a.md")), outcomes


def given(cell) -> Outcome:
    said = cell.source.partition("(")[2].strip(")")
    drawn = cell.source.startswith("draw")
    return Outcome(said if "print" in cell.source else None, (svg_file(SVG.format(said)),) if drawn else ())


def others(outcomes: list[Outcome]) -> list[Outcome]:
    """The same texts, other pictures."""
    return [Outcome(each.text, tuple(p.replace(b"<text>", b"<text>so ") for p in each.pictures)) for each in outcomes]


def settled(note: Note, outcomes: list[Outcome]):
    return settle(note, outcomes, read_lock(Path("notes")))


def executed(note: Note, outcomes: list[Outcome]) -> None:
    steps = [block for block in note.blocks if not isinstance(block, Prose)]
    notebook = finished(note, [[] for _ in steps], settled(note, outcomes))
    nbformat.writes(whole_notebook([note], [notebook], {}))


def saved(note: Note, outcomes: list[Outcome]) -> None:
    notebook = as_notebook(note)
    seen = view(notebook, note.cells)
    for shown in notebook.cells:
        shown.execution_count = 1
        for out in shown.get("outputs", []):
            out.get("data", {}).pop("image/svg+xml", None)
    Saved(notebook, note.path, seen, note.cells, read_lock(Path("notes")))


def checked(note: Note, outcomes: list[Outcome]) -> None:
    for finder in form.stray_spaces, form.stray_titles, form.orphans, form.drifted_excerpts, unpaired:
        list(finder(note))
    list(form.dead_links(Path(note.path)))
    list(form.stray_figures([note], Path("notes")))


DONE = {
    "read": lambda note, outcomes: Note(note.path, note.text),
    "told how far it is": lambda note, outcomes: [show_progress(note, 0, at) for at in range(len(note.blocks))],
    "made ready to run": lambda note, outcomes: to_run(note),
    "recorded as it is": settled,
    "recorded with other pictures": lambda note, outcomes: settled(note, others(outcomes)),
    "recorded anew": lambda note, outcomes: changed_places(note, settled(note, [Outcome("0") for _ in outcomes])),
    "hinted at": lambda note, outcomes: hints(note, settled(note, outcomes)),
    "executed": executed,
    "saved in an editor": saved,
    "checked": checked,
    "tangled": lambda note, outcomes: package([note]),
    "published": lambda note, outcomes: texts([note], [], "https://example.org/repository"),
}


def work(action, where: str = "") -> int:
    """How many calls an action makes: of functions in these files, and from them."""
    calls = 0

    def count(frame, event, _) -> None:
        nonlocal calls
        calls += where in frame.f_code.co_filename

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("done", DONE)
def test_what_is_done_with_a_note_grows_as_the_note_does(book, done, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    counts = []
    for cells in FEW, MANY:
        note, outcomes = long_note(book, cells)
        counts.append(work(lambda note=note, outcomes=outcomes: DONE[done](note, outcomes)))
    assert counts[1] < AT_MOST * counts[0]


def test_a_run_grows_as_its_note_does(book, session):
    counts = []
    for cells in FEW // 3, MANY // 3:
        book["00-a.md"] = a_note(*(cell(f"x = {number}\nx") for number in range(cells)))
        counts.append(work(lambda: book.run_in(session), str(ROOT / "scripts")))
        assert output(str(cells - 1)) in book["00-a.md"]
    assert counts[1] < AT_MOST * counts[0]


def test_an_edit_near_the_end_of_a_long_note_grows_as_the_note_does(book, monkeypatch):
    monkeypatch.setattr(Document, "meanwhile", lambda *_: None)
    counts = []
    for cells in FEW // 3, MANY // 3:
        sources = [f"x = {number}\nx" for number in range(cells)]
        with kept_states(book.root) as states:
            document = Document(Path("notes"), states)
            book["00-a.md"] = a_note(*map(cell, sources))
            document.update()
            sources[-2] = "x = 'edited'\nx"
            book["00-a.md"] = a_note(*map(cell, sources))
            counts.append(work(document.update, str(ROOT / "scripts")))
        assert output("'edited'") in book["00-a.md"] and output(str(cells - 1)) in book["00-a.md"]
    assert counts[1] < AT_MOST * counts[0]
