"""The check: notes, results, package, figures and links must agree, and where they don't, it says how to mend it."""

import shutil
from pathlib import Path

import pytest
from conftest import Book, a_note, cell, output

from scripts import check
from scripts.kernel import run
from scripts.note.form import (
    dead_links,
    drifted_excerpts,
    drifted_package,
    orphans,
    stray_figures,
    stray_spaces,
    unlike,
)
from scripts.note.format import Note
from scripts.note.lock import write_lock
from scripts.note.tangle import write_package

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4]);"
FIRST = a_note(
    cell("def double(x):\n    return x + x\n\n\ndef half(x):\n    return x / 2", title="tiny.py"),
    cell("print('twice')\nhalf(3), double(0.1)"),
    cell("1 / 0", tag="raises-exception"),
    "<!-- check: double(1) == 2 -->",
    "## A part",
    "To [the next note](01-b.md#its-end), [a part](#a-part) and [elsewhere](https://example.org).",
)
SECOND = a_note(cell(PLOT), "![A curve that bends up](figures/curve.svg)", "## Its *end*", "[Back](00-a.md)")
OK = """ok   the notes' form
ok   excerpts
ok   links and alt texts
ok   formulas
ok   figures
ok   package = notes
ok   results = a fresh run
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory, session):
    """A book that was run, and in which all is well."""
    book = Book(tmp_path_factory.mktemp("finished"))
    book["00-a.md"], book["01-b.md"] = FIRST, SECOND
    book["index.md"] = "# Contents\n\n[First](00-a.md) and [why](../README.md)\n"
    (book.root / "README.md").write_text("# Why\n\nSee [the notes](notes/00-a.md#a-part).\n")
    book.run_in(session)
    return book


@pytest.fixture
def well(book, finished):
    """A copy of the book in which all is well."""
    shutil.copytree(finished.root, book.root, dirs_exist_ok=True)
    return book


def said(capsys) -> str:
    """What the check finds wrong, without the subjects that are ok."""
    assert not check.check()
    lines = capsys.readouterr().out.splitlines()
    return "\n".join(line for line in lines if not line.startswith("ok   "))


def state(book) -> dict:
    return {path: (path.stat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in book.root.rglob("*")}


def test_when_all_is_well_it_says_so_and_writes_nothing(well):
    before = state(well)
    assert well.command("check") == (0, OK, "")
    assert state(well) == before


def change(book, file: str, old: str, new: str) -> dict:
    """Changes one place in a file of the book; the book's state after that."""
    path = book.root / file
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())
    return state(book)


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "fact"),
    [
        ("00-a.md", "1.5, 0.2)", "1.5, 0.3)", 19, "recorded `(1.5, 0.3)`, the run says `(1.5, 0.2)`"),
        ("00-a.md", "1.5, 0.2)", "1.5, 0.2000000000000001)", 18, "this result was changed by hand, or never recorded"),
        ("00-a.md", "\ntwice\n", "\nthrice\n", 18, "recorded `thrice`, the run says `twice`"),
        ("00-a.md", "\ntwice\n", "\n", 18, "recorded `(1.5, 0.2)`, the run says `twice`"),
        ("00-a.md", "by zero", "by 0", 27, "recorded `ZeroDivisionError: division by 0`, the run says `ZeroDiv"),
        ("00-a.md", f"{output('ZeroDivisionError: division by zero')}\n\n", "", 22, "recorded nothing, the run says"),
        ("00-a.md", "x / 2\n```", f"x / 2\n```\n\n{output('3')}", 13, "recorded `3`, the run says nothing"),
        ("00-a.md", "half(3)", "half(5)", 19, "recorded `(1.5, 0.2)`, the run says `(2.5, 0.2)`"),
        ("01-b.md", "2, 4]", "2, 5]", 8, "figures/curve.svg is not what the run draws"),
        ("figures/curve.svg", 'd="M ', 'd="M 1', 8, "figures/curve.svg is not what the run draws"),
        ("figures/curve.svg", "</svg>", "</svg> ", 8, "this result was changed by hand, or never recorded"),
    ],
)
def test_a_recorded_result_that_the_run_does_not_give_is_mended_by_a_run(well, capsys, file, old, new, line, fact):
    before = change(well, f"notes/{file}", old, new)
    note = file if file.endswith(".md") else "01-b.md"
    text = said(capsys)
    assert f"FAIL notes/{note}:{line}: {fact}" in text
    assert text.splitlines()[-1].startswith("  make run")
    assert state(well) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("notes/00-a.md", "x / 2", "x * 0.5", 7),
        ("micrograd/tiny.py", "x / 2", "x / 3", 7),
        ("micrograd/tiny.py", "x / 2\n", "x / 2", 7),
        ("micrograd/tiny.py", "def double", "def twice", 2),
        ("micrograd/tiny.py", "# Made", "# made", 1),
    ],
)
def test_a_package_that_is_not_what_the_notes_say_is_mended_by_tangling(well, capsys, file, old, new, line):
    before = change(well, file, old, new)
    text = said(capsys)
    assert text.startswith(f"FAIL micrograd/tiny.py:{line}: differs from the notes\n--- micrograd/tiny.py\n+++")
    assert text.endswith("\n  make tangle")
    assert state(well) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "fact", "remedy"),
    [
        ("01-b.md", "[A curve that bends up]", "[]", "01-b.md:8", "figures/curve.svg has no alt text", "say in the b"),
        ("01-b.md", "figures/c", "figure/c", "01-b.md:8", "broken link: figure/curve.svg", "link to a file by its pa"),
        ("01-b.md", "(00-a.md)", "(00-b.md)", "01-b.md:12", "broken link: 00-b.md", "link to a file by its path"),
        ("00-a.md", "(#a-part)", "(#apart)", "00-a.md:34", "broken link: #apart names no heading", "mend the anchor"),
        ("01-b.md", "Its *end*", "End", "00-a.md:34", "broken link: 01-b.md#its-end names no head", "mend the anchor"),
        ("index.md", "(00-a.md)", "(/)", "index.md:3", "broken link: /", "link to a file by its path"),
        ("../README.md", "#a-part", "#b", "README.md:3", "broken link: notes/00-a.md#b names no", "mend the anchor"),
        ("01-b.md", "curve.svg)", "bow.svg)", "figures/curve.svg", "no page shows this figure", "delete it, or name"),
        ("00-a.md", "A part", "A part ", "00-a.md:32", "white space at the end of the line", "delete it"),
        ("00-a.md", 'exception"]', 'exception",]', "00-a.md:22", "a round trip through a notebook", "write it as"),
        ("00-a.md", "To [", "<!-- #region -->\nTo [", "00-a.md:34", "a comment that is no check", "write <!-- check"),
        ("01-b.md", "## I", "~~~\n```python\n~~~\n\n## I", "01-b.md", "Jupytext sees other cells in it", "three back"),
        ("01-b.md", "```\n\n![", "\n![", "01-b.md:3", "this fence is never closed", "close it with ``` on a line"),
        ("01-b.md", "## I", "# I", "01-b.md:10", "a second title", "write it as ## for a part of the note"),
        ("01-b.md", "# ", "", "01-b.md:1", "no title", "start the note with `# Title`"),
        ("index.md", "# ", "## ", "index.md:1", "no title", "start the note with `# Title`"),
        ("index.md", "[First]", f"{cell('2 + 2')}\n\n[F]", "index.md:3", "a cell on a page that is not run", "move it"),
        ("01-b.md", "## I", "<<<<<<< HEAD\n## I", "01-b.md:10", "a merge that was not finished", "keep one side"),
        (
            "index.md",
            "[First]",
            "$\\N$ [First]",
            "index.md:3",
            "math that a page cannot show: \\N in \\N",
            "write it wi",
        ),
        ("01-b.md", "```python", "```python x", "01-b.md:3", "malformed attribute: x", "allowed are title="),
    ],
)
def test_a_link_a_figure_or_a_form_that_is_wrong_is_said_with_its_remedy(
    well, capsys, file, old, new, place, fact, remedy
):
    before = change(well, f"notes/{file}", old, new)
    text = said(capsys)
    folder = "" if place.startswith("README") else "notes/"
    assert f"FAIL {folder}{place}: {fact}" in text
    assert f"\n  {remedy}" in text
    assert state(well) == before


def test_what_fails_when_it_is_run_fails_the_check(well, capsys):
    change(well, "notes/00-a.md", "double(1) == 2", "double(1) == 3")
    assert said(capsys) == "FAIL notes/00-a.md:30: check failed: double(1) == 3 (double(1) is 2)"
    change(well, "notes/00-a.md", "1 / 0", "1 / 1")
    assert said(capsys) == "FAIL notes/00-a.md:22: expected an exception, none was raised"


def test_a_broken_package_is_shown_with_its_difference(well, capsys):
    (well.root / "micrograd" / "tiny.py").unlink()
    (well.root / "micrograd" / "old.py").write_text("x = 1\n")
    text = said(capsys)
    assert "FAIL micrograd/tiny.py:1: differs from the notes\n--- micrograd/tiny.py\n" in text
    assert "\n+def half(x):\n" in text
    assert "FAIL micrograd/old.py:1: differs from the notes\n--- micrograd/old.py\n" in text
    assert "\n-x = 1\n  make tangle" in text


def test_a_missing_figure_is_a_broken_link_and_a_wrong_result(well, capsys):
    well.figure("curve.svg").unlink()
    text = said(capsys)
    assert "FAIL notes/01-b.md:8: broken link: figures/curve.svg" in text
    assert "FAIL notes/01-b.md:8: figures/curve.svg is missing\n  make run" in text


def test_a_figure_that_two_cells_record_is_refused(well, capsys):
    well["01-b.md"] += f"\n{cell(PLOT)}\n\n![Again](figures/curve.svg)\n"
    assert "FAIL notes/01-b.md:19: figures/curve.svg stands at notes/01-b.md:8 too\n  rename one" in said(capsys)


def test_links_in_code_and_to_other_hosts_are_not_followed(well):
    well["01-b.md"] += "\n`[x](nowhere.md)`, ``![](y)``, [z](https://example.org/z), [w](mailto:a@example.org)\n"
    well["01-b.md"] += "\n```text\n[x](nowhere.md) ![](y.svg)\n```\n"
    assert check.check()


def test_a_page_that_is_no_text_and_an_anchor_in_a_picture_are_no_accident(well, capsys):
    (well.root / "README.md").write_bytes(b"\xff\n\n[x](notes/figures/curve.svg#x)\n")
    assert "FAIL README.md:3: broken link: notes/figures/curve.svg#x names no heading there" in said(capsys)


def test_windows_line_ends_are_no_disagreement(well):
    well["00-a.md"] = well["00-a.md"].replace("\n", "\r\n")
    assert check.check()


def test_nothing_recorded_yet_is_said_cell_by_cell_and_run_mends_it(book, capsys):
    book["00-a.md"] = a_note(cell("1"), cell("2"))
    text = said(capsys)
    assert "FAIL notes/00-a.md:3: recorded nothing, the run says `1`\n  make run" in text
    assert "FAIL notes/00-a.md:7: recorded nothing, the run says `2`\n  make run" in text
    run.run()
    assert check.check()


def test_a_folder_without_notes_is_a_failure(book, capsys):
    assert said(capsys) == "FAIL notes: no notes here\n  run this from the root of the repository"


def read(text: str, name: str = "00-a.md") -> Note:
    return Note(f"notes/{name}", text)


def found(problems) -> list[str]:
    """What the check would print, problem by problem."""
    return [str(problem) for problem in problems]


def test_white_space_at_the_end_of_a_line_is_seen_where_no_code_is():
    note = read(f"# T \n\n{cell('a = 1 ')}\n\nwords\t\nwords\n")
    assert found(stray_spaces(note)) == [
        f"notes/00-a.md:{line}: white space at the end of the line\n  delete it" for line in (1, 7)
    ]


SOURCE = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n\n    x = 1"


@pytest.mark.parametrize(
    ("excerpt", "first"),
    [
        ("class A:", None),
        ("    x = 1", None),
        ("class A:\n    ...\n        return 2", None),
        ("...\n    def g(self):\n        ...\n    x = 1", None),
        ("class A:\n    ...\n\n    x = 1\n    ...", None),
        (SOURCE, None),
        ("...", None),
        ("class A:\n    x = 1", "class A:"),  # not beside each other
        ("class A:\n    x = 2", "    x = 2"),
        ("    x = 1\n    ...\nclass A:", "class A:"),  # the other way round
        ("    def f(self):\n    ...\n    def f(self):", "    def f(self):"),  # twice
        ("    x = 1\n    ...\n    x = 1", "    x = 1"),
        ("class A:  # ...", "class A:  # ..."),
    ],
)
def test_an_excerpt_is_lines_of_its_cell_in_their_order(excerpt, first):
    assert unlike(tuple(excerpt.split("\n")), SOURCE) == first


def test_an_excerpt_that_drifted_from_the_next_cell_is_said_with_its_line():
    def excerpt(source: str) -> str:
        return f"```py excerpt\n{source}\n```"

    said = (
        "the cell after this excerpt does not say `{}` there\n  copy it from the cell; a line of ... leaves lines out"
    )
    note = read(a_note(cell("y = 1"), excerpt("  x = 1"), cell("  x = 1"), excerpt("y = 1"), cell("z"), excerpt("z")))
    assert found(drifted_excerpts(note)) == [
        "notes/00-a.md:15: " + said.format("y = 1"),
        "notes/00-a.md:23: " + said.format("z"),
    ]


def test_a_link_that_leads_nowhere_and_a_picture_without_words_are_said_with_line_and_remedy(book):
    book["01-b.md"] = "# B\n\n## Its end\n"
    book.figure("a.svg").write_bytes(b"\xff")
    book["00-a.md"] = (
        "# A\r\n\r\n[a](01-b.md) [b](01-b.md#its-end) [c](#a) [d](https://x.org) [e](mailto:a@x.org)\r\n\r\n"
        "[f](02-c.md)\r\n[g](01-b.md#end)\r\n[h](#b)\r\n[i](/work)\r\n![](figures/a.svg)\r\n![ ](https://x.org/b.svg)\r\n"
        "[j][k]\r\n[l](http://)\r\n[m](ftp://x.org)\r\n![n](figures/n.svg)\r\n![o](figures/a.svg#p)"
    )
    path, anchor, words = "link to a file by its path from here", "mend the anchor", "say in the brackets what it shows"
    assert found(dead_links(Path("notes/00-a.md"))) == [
        f"notes/00-a.md:{said}"
        for said in (
            f"5: broken link: 02-c.md\n  {path}",
            f"6: broken link: 01-b.md#end names no heading there\n  {anchor}",
            f"7: broken link: #b names no heading there\n  {anchor}",
            f"8: broken link: /work\n  {path}",
            f"9: figures/a.svg has no alt text\n  {words}",
            f"10: https://x.org/b.svg has no alt text\n  {words}",
            f"12: broken link: http://\n  {path}",
            f"13: broken link: ftp://x.org\n  {path}",
            f"14: broken link: figures/n.svg\n  {path}",
            f"15: broken link: figures/a.svg#p names no heading there\n  {anchor}",
            "11: broken link: [j][k] names no address\n  define it, or write (address)",
        )
    ]


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ('[x](nowhere.md "t")', "nowhere.md"),
        ("[x](<no where.md>)", "no%20where.md"),
        ("[x](nowhere_(y).md)", "nowhere_(y).md"),
        ("[x][y]", "[x][y] names no address"),
        ("[x][]", "[x][] names no address"),
        ("a[^1]", "[^1] names no address"),
        ("[x][y]\n\n[y]: nowhere.md", "nowhere.md"),
        ('a <a class="b" href=nowhere.md>', "nowhere.md"),
        ('<p>\n<img alt="a" src="nowhere.svg">', "nowhere.svg"),
        ('<video src="nowhere.mp4"></video>', "nowhere.mp4"),
        ('![x](figures/no%20where.svg "t")', "figures/no%20where.svg"),
        ("| [x](nowhere.md) |\n| - |", "nowhere.md"),
        ("a[^1]\n\n[^1]: [x](nowhere.md)", "nowhere.md"),
    ],
)
def test_a_link_is_followed_in_whatever_form_it_is_written(book, link, said):
    book["00-a.md"] = a_note(link)
    assert [problem.fact for problem in dead_links(Path("notes/00-a.md"))] == [f"broken link: {said}"]


def test_a_name_with_a_space_is_a_link_that_leads_somewhere(book):
    book.figure("a b.svg").write_text("")
    book["00-a.md"] = a_note(
        "![x](figures/a%20b.svg) ![x](<figures/a b.svg>) a[^1] x[0]\n\n[^1]: b", "`a[i][j]` `[^2]`"
    )
    assert found(dead_links(Path("notes/00-a.md"))) == []


def test_a_figure_of_two_cells_and_a_file_of_none_are_strays(book):
    shown = "![A](figures/a.svg)"
    (book.root / "notes/figures/d").mkdir()
    for name in "a.svg", "b.svg", "c.png", "d/e.svg", ".DS_Store":
        book.figure(name).write_text("")
    notes = [read(a_note(cell("1"), shown)), read(a_note(cell("1"), shown, "![B](figures/b.svg)", cell("2"), shown))]
    twice = "figures/a.svg stands at notes/00-a.md:7 too\n  rename one"
    assert found(stray_figures(notes, Path("notes"))) == [
        f"notes/00-a.md:7: {twice}",
        f"notes/00-a.md:15: {twice}",
        "notes/figures/c.png: no page shows this figure\n  delete it, or name it below its cell",
        "notes/figures/d/e.svg: no page shows this figure\n  delete it, or name it below its cell",
    ]


def test_a_result_that_has_lost_its_cell_is_found_at_its_line_and_a_picture_made_by_hand_is_none(book):
    for name in "a.svg", "mine.svg":
        book.figure(name).write_text("")
    write_lock(Path("notes"), {"figures/a.svg": ["its code"]})
    pictures = "![A](figures/a.svg)", "![My](figures/mine.svg)"
    note = read(a_note(cell("1"), output("1"), output("2"), "And", output("3"), *pictures))
    remedy = "put its line right below the cell that draws it; if it is yours now, give the file another name"
    lost = "an output without a cell right before it\n  delete it, and make run"
    assert found(orphans(note)) == [f"notes/00-a.md:11: {lost}", f"notes/00-a.md:17: {lost}"]
    astray = f"notes/00-a.md:21: figures/a.svg has lost its cell\n  {remedy}"
    assert found(stray_figures([note], Path("notes"))) == [astray]


def test_a_figure_that_no_cell_draws_is_found_at_its_line(well, capsys):
    before = change(well, "notes/01-b.md", "plt.plot", "#lt.plot")
    place = "FAIL notes/01-b.md:8: the cell above does not draw figures/curve.svg\n  put its line right below the cell"
    assert place in said(capsys)
    assert state(well) == before


def test_a_package_that_drifted_is_shown_from_the_first_line_that_differs(book):
    notes = [read(a_note(cell("a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6", title="x.py"), cell("y = 1", title="y.py")))]
    write_package(notes)
    assert found(drifted_package(notes, Path("notes"))) == []
    path = book.root / "micrograd/x.py"
    path.write_text(path.read_text().replace("e = 5", "e = 6"))
    (book.root / "micrograd/y.py").unlink()
    first, second = drifted_package(notes, Path("notes"))
    assert (first.place, first.fact, first.remedy) == ("micrograd/x.py:6", "differs from the notes", "make tangle")
    assert first.detail.startswith("--- micrograd/x.py\n+++ micrograd/x.py, by the notes\n@@ ")
    assert first.detail.endswith("\n-e = 6\n+e = 5\n f = 6")
    assert second.place == "micrograd/y.py:1"
    (book.root / "micrograd/z.py").touch()
    said = "micrograd/z.py:1: differs from the notes\nmicrograd/z.py is empty, and no note makes it\n  make tangle"
    assert found(drifted_package(notes, Path("notes")))[2:] == [said]
