"""Results: what a cell's outputs say, and what of it is recorded."""

import base64
import os
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import a_note, cell, output
from nbformat.v4 import new_output

from scripts.common.problem import Problem
from scripts.note.format import Cell, Figure, Note
from scripts.note.lock import digest, read_lock, write_lock
from scripts.note.outcome import (
    LIMIT,
    PICTURES,
    Outcome,
    Unrecordable,
    exception_text,
    outcome,
    picture_of,
    svg_file,
    text_of,
)
from scripts.note.record import disagreement, hints, record, settle
from scripts.note.terminal import as_shown
from scripts.note.unstable import unstable

PNG, JPEG, GIF = b"\x89PNG", b"\xff\xd8\xff", b"GIF89a"


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
    assert text_of([new_output("stream", text="\x1b[31m red \x1b[0m\n")]) == " red"
    assert text_of([new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "<Figure>"})]) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<Value object at 0x7f504be1ade0>", "a memory address (0x7f504be1ade0)"),
        ("<Value object at 0x104F50>", "a memory address (0x104F50)"),
        ("0x7f504be1ade0", "a memory address (0x7f504be1ade0)"),
        ("/tmp/ipykernel_13593/2010662927.py", "a temporary name (/tmp/ipykernel_13593/2010662927.py)"),
        ("ipykernel_13593", "a temporary name (ipykernel_13593)"),
        ("<ipython-input-3-abc>", "a temporary name (<ipython-input-3)"),
        ("tmpab12cd3_", "a temporary name (tmpab12cd3_)"),
        ("['/tmp/mine']", "a temporary name (/tmp/mine)"),
        ("/private/var/folders/zz/T/x", "a temporary name (/var/folders/zz)"),
        ("File /home/me/notes", "an absolute path (/home/me)"),
        ("/srv/data", "an absolute path (/srv/data)"),
        ("/app/book", "an absolute path (/app/book)"),
        ("/workspaces/book", "an absolute path (/workspaces/book)"),
        ("/builds/me/book", "an absolute path (/builds/me)"),
        ("/usr/lib/python3", "an absolute path (/usr/lib)"),
        ("file:///Users/me", "an absolute path (/Users/me)"),
        (r"C:\Users\me", r"an absolute path (C:\Users)"),
    ],
)
def test_an_address_a_path_or_a_temporary_name_is_unstable(text, what):
    assert unstable(f"x = {text}") == what


@pytest.mark.parametrize(
    "text",
    [
        "0xff",
        hex(2**32),
        hex(2**47),
        "1/2 and 3/4",
        "https://example.org/home/x",
        "a/usr/b",
        "#!/usr/bin/env python",
        "/usr/bin/dot, /dev/null",
        "template",
        "temp 3",
        "tmp_results",
        r"'Q:\nWho?'",
    ],
)
def test_other_words_are_stable(text):
    assert unstable(text) is None


def test_the_folders_of_this_machine_are_unstable_wherever_they_are(tmp_path, monkeypatch):
    folder = tmp_path / "Book 1"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(tempfile, "tempdir", "/scratch")
    monkeypatch.setenv("HOME", "/people/me")
    for path in f"{folder}/notes", "/scratch", "/people/me/x", os.__file__:
        assert unstable(f"in {path}")
    assert unstable("/scratchy") is None and unstable("/people/met") is None
    monkeypatch.setenv("HOME", "/")
    assert unstable("a / b") is None
    monkeypatch.setenv("HOME", "/r")
    assert unstable("/r/notes") == "an absolute path (/r/notes)"


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("\x1b[31;1mred\x1b[0m", "red"),
        ("50%\r100%", "100%"),
        ("long text\rshort", "shorttext"),
        ("done\r\nnext\r\n", "done\nnext\n"),
        ("abc\b\bX", "aXc"),
        ("\b\babc", "abc"),
        ("long text\r\x1b[Kx", "x"),
        ("long text\x1b[2K\rx", "x"),
        ("ab\x1b[2Kc", "  c"),
        ("1\n2\r3", "1\n3"),
    ],
)
def test_text_is_what_a_terminal_shows_in_the_end(printed, shown):
    assert as_shown(printed) == shown


def shown(**data: object) -> list:
    """A display with these parts, whose kinds are written with an underscore."""
    return [new_output("display_data", {kind.replace("_", "/", 1): said for kind, said in data.items()})]


OBJECT = "<IPython.core.display.Markdown object>"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"text_markdown": "loss is **1**", "text_plain": OBJECT}, "loss is **1**"),
        ({"text_markdown": "**1**", "text_plain": "one"}, "**1**"),
        ({"text_latex": "$x^2$", "text_plain": OBJECT}, "$x^2$"),
        ({"text_latex": "$x^2$", "text_plain": "x**2"}, "x**2"),
        ({"text_html": "<table>", "text_plain": "   a\n0  1"}, "   a\n0  1"),
        ({"text_plain": ["a", "b"]}, "ab"),
        ({"text_plain": "<Color.RED: 1>"}, "<Color.RED: 1>"),
        ({}, None),
    ],
)
def test_a_rich_value_is_recorded_as_the_text_that_says_most(data, text):
    assert text_of(shown(**data)) == text


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        (
            {"text_html": "<b>", "text_plain": "<IPython.core.display.HTML object>"},
            "it shows text/html, which a note cannot hold",
        ),
        ({"text_html": "<b>"}, "it shows text/html, which a note cannot hold"),
        ({"text_html": "<b>", "text_plain": "<m.T at 0x7f504be1ade0>"}, "it shows text/html, which a note cannot hold"),
        ({"text_html": "<b>", "text_latex": "b"}, "it shows text/html, text/latex, which a note cannot hold"),
        ({"image_webp": "AAAA"}, "it shows image/webp, which a note cannot hold"),
        ({"image_png": "AAAA"}, "it shows what is no PNG"),
        ({"image_jpeg": "A"}, "it shows what is no JPG"),
        ({"image_svg+xml": "<p>"}, "its SVG cannot be read: no element found: line 1, column 3"),
        ({"image_svg+xml": "<p/>"}, "its SVG is a p"),
        ({"text_plain": "a\x0cb"}, r"its output holds the character '\x0c', which a note cannot hold"),
        ({"text_plain": "a\0"}, r"its output holds the character '\x00', which a note cannot hold"),
        ({"text_plain": "a\x0b"}, r"its output holds the character '\x0b', which a note cannot hold"),
        ({"text_plain": "a\u2028"}, r"its output holds the character '\u2028', which a note cannot hold"),
        ({"text_plain": "\ud800"}, r"its output holds the character '\ud800', which a note cannot hold"),
        ({"text_plain": "\x1b[2A"}, r"its output holds the character '\x1b', which a note cannot hold"),
        ({"text_plain": "x" * (LIMIT + 1)}, "its output is longer than 100,000 characters"),
        ({"image_svg+xml": f"<svg>{'x' * PICTURES}</svg>"}, "its pictures are larger than 5,000,000 bytes"),
    ],
)
def test_what_a_note_cannot_hold_is_refused(data, fact):
    with pytest.raises(Unrecordable) as refused:
        outcome(shown(**data))
    assert refused.value.fact == fact and refused.value.remedy


def test_a_warning_is_named_as_one():
    said = "/tmp/ipykernel_1/2.py:1: UserWarning: careful\n  warnings.warn('careful')\n"
    with pytest.raises(Unrecordable, match="it warns: UserWarning: careful"):
        text_of([new_output("stream", name="stderr", text=f"before\n{said}")])
    assert text_of([new_output("stream", name="stdout", text="a:1: UserWarning: x\n")]) == "a:1: UserWarning: x"
    assert text_of([new_output("stream", name="stderr", text="WARNING:root:x\n")]) == "WARNING:root:x"


def test_a_value_begins_a_line_of_its_own():
    outputs = [new_output("stream", text="no end"), new_output("execute_result", {"text/plain": "3"})]
    assert text_of(outputs) == "no end\n3"


def test_a_recorded_svg_is_a_file_of_its_own_with_the_dark_theme_and_no_preamble():
    (made,) = shown(
        **{"image_svg+xml": '<?xml version="1.0"?>\n<svg width="1"><!-- made\nby -->\n<g/><svg/></svg>\n\n'}
    )
    file = picture_of(made)
    head = b'<svg xmlns="http://www.w3.org/2000/svg" width="1"><style>@media (prefers-color-scheme: dark)'
    assert file.startswith(head)
    assert file.endswith(b"</style><g/><svg/></svg>\n")


def test_an_svg_whose_name_space_has_a_prefix_is_recorded_without_it():
    file = svg_file('<ns0:svg xmlns:ns0="http://www.w3.org/2000/svg"><ns0:g /></ns0:svg>')
    assert file.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"><style>') and file.endswith(b"<g /></svg>\n")


@pytest.mark.parametrize(("kind", "picture"), [("png", PNG), ("jpeg", JPEG), ("gif", GIF)])
def test_a_picture_is_recorded_as_its_bytes(kind, picture):
    (made,) = shown(**{f"image_{kind}": base64.encodebytes(picture).decode()})
    assert picture_of(made) == picture
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
        f"figures/00-a-11-1.svg {digest('draw()', [])} 00-a.md\nfigures/b.png {digest('draw()', [])} 00-a.md\n"
    )
    assert not list(book.root.glob("notes/.*"))


def test_a_picture_without_a_name_gets_the_kind_that_it_is(book):
    book["00-a.md"] = a_note(cell("draw()"))
    recorded(book, Outcome(None, (PNG + b"1", b"<svg/>", JPEG, GIF)))
    names = ["00-a-3-0.png", "00-a-3-1.svg", "00-a-3-2.jpg", "00-a-3-3.gif"]
    assert sorted(book.files("notes/figures")) == [f"notes/figures/{name}" for name in names]


def test_what_agrees_is_left_as_it_stands_even_if_its_digits_differ(book):
    book["00-a.md"] = a_note(cell("1"), cell("draw()"))
    drawn, again = (f'<svg viewBox="0 0 9 9"><path d="M{x}"/></svg>'.encode() for x in (1, 1.000001))
    recorded(book, "1.0", Outcome(None, (drawn,)))
    before = {path: path.stat().st_mtime_ns for path in Path("notes").rglob("*")}
    assert recorded(book, "1.000000000000001", Outcome(None, (again,))) == (0, [])
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


def test_what_another_run_would_not_give_is_refused_at_its_cell_unless_it_is_meant(book):
    book["00-a.md"] = a_note(cell("1"), cell("object()"))
    with pytest.raises(Problem) as caught:
        recorded(book, "1", "<object at 0x7f504be1ade0>")
    assert str(caught.value) == (
        "notes/00-a.md:7: its output holds a memory address (0x7f504be1ade0)\n"
        '  print what is the same in every run; if this is, tag the block "verbatim"'
    )
    book["00-a.md"] = a_note(cell("1"), cell("route", tag="verbatim"))
    assert recorded(book, "1", "/app/login")[0] == 2


def test_a_figure_keeps_its_name_as_long_as_it_is_of_its_kind(book):
    book["00-a.md"] = a_note(cell("draw()"), "![B](figures/b.jpeg)")
    recorded(book, Outcome(None, (JPEG,)))
    assert "![B](figures/b.jpeg)" in book["00-a.md"]
    recorded(book, Outcome(None, (GIF,)))
    assert "![B](figures/b.gif)" in book["00-a.md"] and book.figure("b.gif").read_bytes() == GIF


def test_a_result_that_varies_brings_no_hint(book):
    book["00-a.md"] = a_note(cell("random()", tag="varies"))
    recorded(book, "0.25")
    note = Note.read(Path("notes/00-a.md"))
    assert hints(note, settle(note, fresh("0.5"), read_lock(Path("notes")))) == []


def test_other_numbers_below_a_block_of_chance_bring_a_hint(book):
    book["00-a.md"] = a_note(cell("random()"), cell("2"), cell("random.choice('ab')"))
    recorded(book, "0.25", "2", "a")
    note, lock = Note.read(Path("notes/00-a.md")), read_lock(Path("notes"))
    results = settle(note, fresh("0.5", "3", "b"), lock)
    chance = 'if every run gives others, seed the random numbers, or tag the block "varies"'
    assert [each.remedy for each in results] == [f"make run; {chance}", f"make run; {chance}", "make run"]
    assert hints(note, results) == [f"notes/00-a.md:8: recorded `0.25`, the run says `0.5`; {chance}"]


@pytest.mark.parametrize("source", ["id(node)", "os.getpid()", "[hash(n) % 7 for n in nodes]", "threading.get_ident()"])
def test_a_number_of_this_run_only_brings_a_hint_with_its_place(book, source):
    book["00-a.md"] = a_note(cell(source), cell("grid(3), pidgin, rehash(1)"))
    recorded(book, "139872340112", "1")
    note = Note.read(Path("notes/00-a.md"))
    said = hints(note, settle(note, fresh("140211170456", "2"), read_lock(Path("notes"))))
    assert len(said) == 1 and said[0].endswith('seed the random numbers, or tag the block "varies"')
    assert said[0].startswith("notes/00-a.md:8: recorded `139872340112`, the run says `140211170456`; ")


KNOWN = Cell(3, "draw()", output="one\ntwo", output_line=7, figures=(Figure(12, "A", "figures/a.svg"),))
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
    assert differs(Cell(3, "draw()"), None, PICTURE, old=()) == (3, "0 figures recorded, the run draws 1")
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
