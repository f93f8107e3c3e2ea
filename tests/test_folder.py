"""The folder of the notes: which files are notes, in which order, and which pages stand beside them."""

import pytest
from conftest import a_note, cell

from scripts.common.problem import Problem
from scripts.note.folder import all_notes, markdown_files, plain_pages, up_to
from scripts.note.format import Note

NOTES = [Note(f"notes/{name}.md", a_note()) for name in ("00-a", "01-b", "02-c")]


def test_notes_are_read_in_the_order_of_their_names_without_the_pages_that_are_not_run(book):
    for name in ("10-c.md", "02-B-2.md", "index.md", "glossary.md", f"{'a' * 50}.md", "01-a.md", "b.txt"):
        book[name] = a_note(name)
    assert [note.path for note in all_notes()] == [
        "notes/01-a.md",
        "notes/02-B-2.md",
        "notes/10-c.md",
        f"notes/{'a' * 50}.md",
    ]
    assert all_notes()[0] == Note("notes/01-a.md", a_note("01-a.md"))
    assert all_notes(book.root / "notes")[0].path == (book.root / "notes/01-a.md").as_posix()


def test_the_pages_that_are_not_run_are_those_that_there_are(book):
    assert plain_pages() == []
    book["00-a.md"], book["glossary.md"] = a_note(), a_note("Words.")
    assert plain_pages() == [Note("notes/glossary.md", a_note("Words."))]
    book["index.md"] = a_note("First.")
    assert [note.path for note in plain_pages()] == ["notes/index.md", "notes/glossary.md"]


def refused() -> str:
    with pytest.raises(Problem) as caught:
        all_notes()
    return str(caught.value)


def test_a_folder_without_notes_is_refused(book):
    book["index.md"] = a_note()
    assert refused() == "notes: no notes here\n  run this from the root of the repository"


@pytest.mark.parametrize("name", ["00 a.md", "ü.md", "a_b.md", f"{'a' * 51}.md", "a.b.md"])
def test_a_note_with_a_strange_name_is_refused(book, name):
    book["00-a.md"] = book[name] = a_note()
    assert refused() == f"notes/{name}: a name that is not just letters, digits and hyphens\n  rename the note"


@pytest.mark.parametrize("name", [".#00-a.md", ".00-a.md.swp.md", "._00-a.md", ".md"])
def test_a_file_whose_name_begins_with_a_dot_is_an_editors_and_no_note(book, name):
    book["00-a.md"] = a_note()
    (book.root / "notes" / name).symlink_to("nobody@nowhere.4711")  # a lock, as Emacs makes it
    assert [note.path for note in all_notes()] == ["notes/00-a.md"]
    assert markdown_files(book.root / "notes") == [book.root / "notes" / "00-a.md"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["1-a", "2-b", "10-c"], "2-b.md: files list it after 10-c.md, its number is smaller"),
        (["99-a", "100-b"], "99-a.md: files list it after 100-b.md, its number is smaller"),
        (["01-a", "01-b"], "01-b.md: 01-a.md has this number, too"),
        (["1-a", "01-b"], "1-a.md: 01-b.md has this number, too"),
    ],
)
def test_numbers_that_say_another_order_than_the_names_are_refused(book, names, said):
    for name in names:
        book[f"{name}.md"] = a_note()
    assert refused().startswith(f"notes/{said}\n  ")


@pytest.mark.parametrize("names", [["001-a", "099-b", "100-c"], ["8-a", "9-b"], ["00-a", "99-z", "a", "b"]])
def test_notes_stand_in_the_order_of_their_numbers(book, names):
    for name in reversed(names):
        book[f"{name}.md"] = a_note()
    assert [note.stem for note in all_notes()] == names
    assert [note.number for note in all_notes()] == [name.partition("-")[0] for name in names]


@pytest.mark.parametrize("name", ["index.md", "glossary.md"])
@pytest.mark.parametrize(("block", "what"), [(cell("2 + 2"), "a cell"), ("<!-- check: 1 == 2 -->", "a check")])
def test_a_page_that_is_not_run_has_neither_cells_nor_checks(book, name, block, what):
    book[name] = a_note("Words.", block)
    with pytest.raises(Problem) as caught:
        plain_pages()
    assert str(caught.value) == f"notes/{name}:5: {what} on a page that is not run\n  move it to a note"


@pytest.mark.parametrize("last", ["01", "01-b", "01-b.md", "notes/01-b.md"])
def test_the_notes_up_to_one_are_those_before_it_and_itself(last):
    assert up_to(NOTES, last) == NOTES[:2]


def test_the_notes_up_to_none_are_all_and_those_up_to_an_unknown_one_are_refused():
    assert up_to(NOTES, "") == NOTES
    for last in "b", "1", "03":
        with pytest.raises(Problem) as caught:
            up_to(NOTES, last)
        assert str(caught.value) == f"NOTE={last}: no such note\n  name one from 00-a to 02-c"
