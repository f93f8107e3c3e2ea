"""The reader of notes: what is read in which line, and what breaks the format."""

from dataclasses import FrozenInstanceError

import pytest
from conftest import a_note, cell, output

from scripts.common.problem import Problem
from scripts.note.format import Cell, Check, Excerpt, Figure, Note, Prose

ATTRIBUTES = 'allowed are title="micrograd/NAME.py" and tags=["raises-exception"]'
TAGS = "allowed are raises-exception and varies and verbatim and hide-input"
UNCLOSED = "this fence is never closed"
COMMENT, CHECK = "a comment that is no check", "write <!-- check: EXPRESSION --> as a line"
FENCE, PYTHON = "a malformed fence", "write ```python, or ```text for what is not run"
EMPTY, HEADER, TITLE = "nothing in it", "a YAML header", "start the note with its title"
NOT_AT_THE_END = "a hide-input cell that does not end its fold"
MERGE = "a merge that was not finished"
NOWHERE, NO_CELL = " in a place where nothing is run", "a cell that is not run, since "
BACKTICKS = "write three backticks at the line's start, or ```py for what is only shown"
SHELL = "a line for the shell, whose failure nobody would see"
RUN_IT, RAISE = "write subprocess.run([...], check=True)", "delete it, or raise an exception"
END_IT = "write </details> right after it, and its results below that"


def read(text: str) -> Note:
    return Note("notes/00-a.md", text)


def refused(text: str) -> tuple[str, str, str]:
    """Place, fact and remedy of what is said of a text."""
    with pytest.raises(Problem) as caught:
        read(text)
    return caught.value.place, caught.value.fact, caught.value.remedy


@pytest.mark.parametrize(
    ("text", "line", "fact", "remedy"),
    [
        ("# T\n\n```python\n1\n", 3, UNCLOSED, "close it with ``` on a line of its own"),
        ("# T\n\n```text\n1\n", 3, UNCLOSED, "close it with ``` on a line of its own"),
        ("# T\n\n````python\n1\n```\n", 3, UNCLOSED, "close it with ```` on a line of its own"),
        ("# T\n\n> ~~~\n> 1\n", 3, UNCLOSED, "close it with ~~~ on a line of its own"),
        ("# T\n\n```text\n1\n```X", 3, UNCLOSED, "close it with ``` on a line of its own"),
        ("# T\n\n```", 3, UNCLOSED, "close it with ``` on a line of its own"),
        ("# T\n\n```python\n1\n```\n\n```output\n1\n", 7, UNCLOSED, "close it with ``` on a line of its own"),
        ("```python title=micrograd/a.py\n```", 1, "malformed attribute: title=micrograd/a.py", ATTRIBUTES),
        ('# T\n\n```python title="a.py"\n```', 3, 'malformed attribute: title="a.py"', ATTRIBUTES),
        ("```python tags=varies\n```", 1, "malformed attribute: tags=varies", ATTRIBUTES),
        ('```python tags=["varies"] x\n```', 1, "malformed attribute: x", ATTRIBUTES),
        ("# T\n\n```py x\n1\n```", 3, "malformed attribute: x", "allowed is ```py excerpt"),
        ('# T\n\n```python tags=["sometimes"]\n```', 3, "unknown tag 'sometimes'", TAGS),
        (
            "# T\n\n```bash\nls\n```",
            3,
            "a fence of 'bash', which Jupyter would run or swallow",
            "use python, or one of text, py, pycon, console",
        ),
        ("```a `b`\n```", 1, FENCE, PYTHON),
        ("# T\n\nwords\nwords\n```a `b`\n", 5, FENCE, PYTHON),
        ("# T\n\n<!-- check: a == -->", 3, "a check that is no expression: invalid syntax", ""),
        ("# T\n\n<!-- check: (a -->", 3, "a check that is no expression: '(' was never closed", ""),
        ("# T\n\n<!-- check: a == 1", 3, COMMENT, CHECK),
        ("# T\n\n<!-- check: a\n-->", 3, COMMENT, CHECK),
        ("# T\n\n<!-- check: a --> ", 3, COMMENT, CHECK),
        ("# T\n\n <!-- check: a -->", 3, COMMENT, CHECK),
        ("# T\n\n<!-- check: a --> <!-- check: b -->", 3, COMMENT, CHECK),
        ("# T\n\n> <!-- check: a == 1 -->", 3, COMMENT, CHECK),
        ("# T\n\n<p>\n<!-- a -->\n</p>", 4, COMMENT, CHECK),
        ("# T\n\nwords\nand `a\nb` and <!-- check: a --> words", 5, COMMENT, CHECK),
        ('# T\n\n```python tags=["hide-input"]\n1\n```', 3, NOT_AT_THE_END, END_IT),
        ('# T\n\n```python tags=["hide-input"]\n1\n```\n\nwords\n</details>', 3, NOT_AT_THE_END, END_IT),
        ("---\na: b\n---\n", 1, HEADER, TITLE),
        ("\ufeff# T\n", 1, "a byte order mark", "save the note as plain UTF-8"),
        ("# T\n\na\0b\n", 3, "a NUL character", "delete it"),
        ("# T\n\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> b\n", 3, MERGE, "keep one side, delete the markers"),
        ("# T\n\n```python\n1\n>>>>>>> b\n```\n", 5, MERGE, "keep one side, delete the markers"),
        (f"{cell('1')}\n\n![A](figures/b/a.svg)", 5, "a figure in a folder of its own", "name it figures/NAME"),
        ("# T\n\n ```python\n 1\n ```", 3, "a fence of 'python'" + NOWHERE, BACKTICKS),
        ("# T\n\n~~~python\n1\n~~~", 3, "a fence of 'python'" + NOWHERE, BACKTICKS),
        ("# T\n\n- a\n\n  ```python title\n  1\n  ```", 5, "a fence of 'python'" + NOWHERE, BACKTICKS),
        ("# T\n\n> ```python\n> 1\n> ```", 3, "a fence of 'python'" + NOWHERE, BACKTICKS),
        ("# T\n\n ```output\n 1\n ```", 3, "a fence of 'output'" + NOWHERE, BACKTICKS),
        ("# T\n\n    a\n    ```python\n    1", 4, NO_CELL + "it is indented", "write ```python at the line's start"),
        ("# T\n\n\t~~~ python\n\t1", 3, NO_CELL + "it is indented", "write ```python at the line's start"),
        ("<div>\n```python\n1\n```\n</div>", 2, NO_CELL + "HTML goes on to it", "leave a line empty before it"),
        (cell("1\n!false"), 3, SHELL, RUN_IT),
        (cell("if 1:\n    x = !false"), 3, SHELL, RUN_IT),
        (cell("%%sx\nfalse"), 2, SHELL, RUN_IT),
        (cell("1\nexit()"), 3, "exit ends nothing here: the notes go on", RAISE),
        (cell("def f():\n    quit(1)"), 3, "quit ends nothing here: the notes go on", RAISE),
        (cell("quit"), 2, "quit ends nothing here: the notes go on", RAISE),
        (cell("x = 1\nbreakpoint()"), 3, "breakpoint stops nothing here: nobody could answer", "delete it"),
        (cell("x = 1\nprint?"), 3, "what it asks for would not be shown", "write help(...)"),
        (cell("??a.b"), 2, "what it asks for would not be shown", "write help(...)"),
        (cell("%time?"), 2, "what it asks for would not be shown", "write help(...)"),
        ("# T\n\nTwo. <!-- check: 1 == 2 -->", 3, COMMENT, CHECK),
        ("# T\n\n- <!-- check: 1 == 2 -->", 3, COMMENT, CHECK),
        ("# T\n\n| a |\n| - |\n| <!-- check: 1 == 2 --> |", 5, COMMENT, CHECK),
        ("# T\n\n<!-- check : 1 == 2 -->", 3, COMMENT, CHECK),
        ("# T\n\n<!-- check 1 == 2 -->", 3, COMMENT, CHECK),
        ("# T\n\n<!-- Check: 1 == 2 -->", 3, COMMENT, CHECK),
        ("# T\n\n[a <!-- check: 1 == 2 -->](a.md)", 3, COMMENT, CHECK),
        ("# T\n\n[^1]: <!-- check: 1 == 2 -->\n\nx[^1]", 3, COMMENT, CHECK),
        ("", 1, EMPTY, TITLE),
        (" \n\n", 1, EMPTY, TITLE),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_breaks_the_format_is_refused_with_its_place_and_a_remedy(text, line, fact, remedy, ends):
    assert refused(text.replace("\n", ends)) == (f"notes/00-a.md:{line}", fact, remedy)


def test_line_ends_of_two_kinds_are_refused_at_the_first_that_is_not_plain():
    said = ("mixed line ends", "save the note with one kind of line end")
    assert refused("# T\n\na\r\n") == ("notes/00-a.md:3", *said)
    assert refused("# T\ra") == ("notes/00-a.md:1", *said)


@pytest.mark.parametrize(
    "text",
    [
        "X---\n---",
        "```text\n```",
        "```text x\n1\n```",
        "words\n\n    ```py\n    1",
        "words\n=======\nand <<<<<<< these",
        "> ```\n> 1\n> ```\n\n1.\t~~~\n\t1\n\t~~~",
        "words with `<!-- a -->`, \\<!-- b -->, <b>c</b> and ``` d ```",
    ],
)
def test_what_only_looks_as_if_it_broke_the_format_is_prose(text):
    assert read(text).blocks == [Prose(1, text)]


@pytest.mark.parametrize("source", ["%time 1", "a != b", "'''\n!x\n'''", "f(exit)", "sys.exit()", "x = = 2"])
def test_a_cell_whose_failure_would_be_seen_is_read(source):
    assert [block.source for block in read(cell(source)).blocks] == [source]


def test_prose_is_what_stands_between_without_the_empty_lines_around_it():
    note = read(f"\n\n  X marks\n\n\nthe spot X\n\n\n{cell('1')}\n\n\nThe end.\n\n")
    assert note.blocks == [
        Prose(3, "  X marks\n\n\nthe spot X"),
        Cell(9, "1", end=11, results_end=11),
        Prose(14, "The end."),
    ]


def test_a_check_is_read_wherever_it_is_a_line():
    text = "<!--check:a-->\n\n<p>\n<!-- check:  a == 1  -->\n</p>\n"
    assert read(text).blocks == [Check(1, "a"), Prose(3, "<p>"), Check(4, "a == 1"), Prose(5, "</p>")]


def test_an_excerpt_has_its_line_and_its_lines_and_stays_prose():
    note = read(a_note("```py excerpt\na = 1\n\n  X\n\n```", "```py\nb\n```", "```text excerpt\nc\n```", cell("a = 1")))
    assert note.excerpts == [Excerpt(3, ("a = 1", "", "  X"))]
    assert [type(block) for block in note.blocks] == [Prose, Cell]


@pytest.mark.parametrize("gap", ["", "\n", "\n\n"])
def test_a_cell_of_hidden_input_has_its_results_below_its_fold(gap):
    hidden = f'```python tags=["hide-input"]\ndraw()\n```\n{gap}  </details>'
    (found,) = read(a_note("<details>", hidden, output("1"), "![A](figures/a.svg)")).cells
    end = 8 + len(gap)
    figure = Figure(end + 6, "A", "figures/a.svg")
    assert found == Cell(5, "draw()", "", ("hide-input",), end, end + 6, "1", end + 2, (figure,))
    assert read(a_note("<details>", hidden).rstrip("\n")).cells[0].results_end == end


def test_the_results_of_a_cell_may_stand_close_or_apart():
    for gap in "", "\n", "\n \n\n":
        (found,) = read(f"{cell('1')}\n{gap}{output('1')}\n{gap}![A](figures/a.svg)\n\n\n").cells
        lines = gap.count("\n")
        assert (found.end, found.output_line, found.results_end) == (3, 4 + lines, 7 + 2 * lines)


def test_a_tag_counts_once_the_last_title_too_and_commas_need_no_space():
    text = '```python  title="micrograd/a.py"  tags=["varies","raises-exception"]title="micrograd/b.py" \n1\n```'
    (found,) = read(text).cells
    assert (found.title, found.tags) == ("micrograd/b.py", ("varies", "raises-exception"))


def test_a_block_has_nothing_but_what_it_is_given_and_keeps_it():
    assert Cell(3, "1") == Cell(3, "1", "", (), 0, 0, None, 0, ())
    for block in Prose(1, "a"), Check(1, "a"), Figure(1, "a", "b"), Excerpt(1, ("a",)), Cell(1, "a"), read("# T"):
        with pytest.raises(FrozenInstanceError):
            block.line = 2
