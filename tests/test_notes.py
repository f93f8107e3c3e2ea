"""The note format: what is read from a note, what is written back, and what is refused."""

import jupytext
import pytest
from conftest import a_note, cell, output
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from scripts.common.problem import Problem
from scripts.kernel.pairing import unpaired
from scripts.note import tangle
from scripts.note.folder import all_notes
from scripts.note.form import stray_spaces
from scripts.note.format import Cell, Check, Figure, Note, Prose, result_lines
from scripts.note.outcome import unstable

EVERYTHING = r"""# Ein Maß für ∂L/∂a

Prose with `code`, $\frac{\partial L}{\partial a}$ and a [link](01-next.md).

```python title="micrograd/engine.py"
a = 3.0
```

```python tags=["raises-exception"]
1 / 0
```

```output
ZeroDivisionError: division by zero
```

> [!NOTE]
> An aside:
> ```python
> not_run()
> ```

````python
print('''
```
''')
````

````output

```
````

![Two lines, ∂ and ü](figures/two-lines.svg)

![A picture](figures/a-picture.png)

<!-- check: a == 3.0 -->

```text
only shown
```

~~~python
not_run()
~~~

- a list

  ```python
  not_run()
  ```

<details><summary>Solution</summary>

```python tags=["varies"]
a * 2
```

```output
6.0
```

</details>

The end.
"""
WINDOWS = EVERYTHING.replace("\n", "\r\n")
UNFINISHED = EVERYTHING.rstrip("\n")
ENDS_WITH_A_RESULT = a_note(cell("1"), output("1")).rstrip("\n")


def read(text: str) -> Note:
    return Note("notes/00-a.md", text)


def form(note: Note) -> list[Problem]:
    """What the check says of a note's form."""
    return [*unpaired(note), *stray_spaces(note)]


def recorded(note: Note) -> list[list[str]]:
    return [result_lines(cell.output, cell.figures) for cell in note.cells]


def facts(note: Note) -> list[tuple]:
    """What a note says of its cells, without the lines where they stand."""
    return [(c.source, c.title, c.tags, c.output, [(f.alt, f.path) for f in c.figures]) for c in note.cells]


def test_a_note_is_read_as_prose_cells_and_checks_with_their_lines():
    note = read(a_note("Prose.", cell("a = 1\na"), output("1"), "<!-- check: a == 1 -->", "The end."))
    assert note.blocks == [
        Prose(1, "# Title\n\nProse."),
        Cell(5, "a = 1\na", end=8, results_end=12, output="1", output_line=10),
        Check(14, "a == 1"),
        Prose(16, "The end."),
    ]


@pytest.mark.parametrize("text", [EVERYTHING, WINDOWS, UNFINISHED, ENDS_WITH_A_RESULT])
def test_writing_back_the_recorded_results_gives_the_same_bytes(text):
    note = read(text)
    assert note.with_results(recorded(note)) == text


def test_jupytext_sees_the_same_cells():
    cells = jupytext.reads(EVERYTHING, "md").cells
    assert [c.source for c in cells if c.cell_type == "code"] == [c.source for c in read(EVERYTHING).cells]
    assert form(read(EVERYTHING)) == form(read(WINDOWS)) == []


def test_windows_line_ends_stay_in_the_file_and_out_of_its_cells():
    note = read(WINDOWS)
    assert facts(note) == facts(read(EVERYTHING))
    written = note.with_results([["", "```output", "new", "```"]] * len(note.cells))
    assert written.count("\r\n") == written.count("\n")


def test_a_note_without_a_final_newline_is_read_to_its_end_and_gets_none():
    note = read(a_note(cell("1")).rstrip("\n"))
    assert note.with_results([["", "```output", "1", "```"]]) == ENDS_WITH_A_RESULT


def test_adjacent_cells_keep_their_own_results():
    note = read(a_note(cell("1"), output("1"), cell("2"), cell("3"), output("3")))
    assert [(c.source, c.output) for c in note.cells] == [("1", "1"), ("2", None), ("3", "3")]
    tight = read("```python\n1\n```\n```python\n2\n```")
    assert tight.with_results([result_lines("1", []), result_lines("2", [])]) == (
        "```python\n1\n```\n\n```output\n1\n```\n```python\n2\n```\n\n```output\n2\n```"
    )


def test_a_longer_fence_holds_shorter_ones():
    cells = read(EVERYTHING).cells
    assert cells[2].source == "print('''\n```\n''')"
    assert cells[2].output == "\n```"
    assert not read("````text\n```python\n1\n```\n````").cells


@pytest.mark.parametrize("shown", ["```", "   ````", "a\n`````\nb"])
def test_an_output_that_shows_a_fence_stands_in_a_longer_one(shown):
    lines = result_lines(shown, [])
    assert lines[1].count("`") == 1 + shown.count("`")
    assert read(a_note(cell("1")) + "\n".join(lines)).cells[0].output == shown


@pytest.mark.parametrize("language", ["", "text", "py", "pycon", "console"])
def test_a_fence_of_another_language_is_shown_and_never_run(language):
    assert not read(a_note(f"```{language}\n1\n```")).cells


def test_title_and_tags_are_read_in_any_order():
    titled, tagged = 'title="micrograd/nn.py"', 'tags=["raises-exception", "varies"]'
    for attributes in (f"{titled} {tagged}", f"{tagged} {titled}"):
        (found,) = read(f"```python {attributes}\n1\n```").cells
        assert (found.title, found.tags) == ("micrograd/nn.py", ("raises-exception", "varies"))


@pytest.mark.parametrize(
    ("results", "text", "figures"),
    [
        ([], None, []),
        ([output("1")], "1", []),
        ([output("two\n\nlines")], "two\n\nlines", []),
        (["```output\n```"], "", []),
        (["![A](figures/a.svg)"], None, ["figures/a.svg"]),
        (["![A [1]](figures/a.svg)", "![](figures/b.png)"], None, ["figures/a.svg", "figures/b.png"]),
        ([output("1"), "![A](figures/a.svg)"], "1", ["figures/a.svg"]),
        (["![A](elsewhere/a.svg)"], None, []),
        (["![A](figures/a.svg) and words"], None, []),
        ([output("1"), "Prose.", "![A](figures/a.svg)"], "1", []),
    ],
)
def test_the_results_of_a_cell_are_what_stands_directly_below_it(results, text, figures):
    (found,) = read(a_note(cell("1"), *results, "Prose.")).cells
    assert (found.output, [figure.path for figure in found.figures]) == (text, figures)


def test_a_figure_has_its_line_its_words_and_its_file():
    (found,) = read(a_note(cell("1"), "![A *line*](figures/a.svg)")).cells
    assert found.figures == (Figure(7, "A *line*", "figures/a.svg"),)


def test_results_are_replaced_added_and_removed():
    note = read(a_note(cell("1"), output("old"), cell("2"), cell("3"), output("gone"), "![G](figures/g.svg)", "End."))
    new = [result_lines("new", []), result_lines("2", [Figure(0, "F", "figures/f.svg")]), []]
    expected = a_note(cell("1"), output("new"), cell("2"), output("2"), "![F](figures/f.svg)", cell("3"), "End.")
    assert note.with_results(new) == expected


@pytest.mark.parametrize(
    ("text", "line", "fact", "remedy"),
    [
        ("# T\n\n```python\n1\n", 3, "this fence is never closed", "close it with ```"),
        ("# T\n\n```text\n1\n", 3, "this fence is never closed", "close it with ```"),
        ("# T\n\n````python\n1\n```\n", 3, "this fence is never closed", "close it with ````"),
        ("# T\n\n> ~~~\n> 1\n", 3, "this fence is never closed", "close it with ~~~"),
        ("# T\n\n```python\n1\n```\n\n```output\n1\n", 7, "this fence is never closed", "close it with ```"),
        ("```python title=micrograd/a.py\n```", 1, "malformed attribute: title=micrograd/a.py", 'title="micrograd/'),
        ('```python title="a.py"\n```', 1, 'malformed attribute: title="a.py"', 'title="micrograd/NAME.py"'),
        ("```python tags=varies\n```", 1, "malformed attribute: tags=varies", 'tags=["raises-exception"]'),
        ('```python tags=["varies"] x\n```', 1, "malformed attribute: x", "allowed are"),
        ('```python tags=["sometimes"]\n```', 1, "unknown tag 'sometimes'", "raises-exception and varies"),
        ("```bash\nls\n```", 1, "a fence of 'bash', which Jupyter would run", "use python, or one of text, py"),
        ("```a `b`\n```", 1, "a malformed fence", "write ```python"),
        ("# T\n\n```output\n1\n```", 3, "an output without a cell right before it", "delete it"),
        ("```python\n1\n```\n\nAnd:\n\n```output\n1\n```", 7, "an output without a cell right before it", "delete"),
        ("```python\n1\n```\n```output\n1\n```\n```output\n2\n```", 7, "an output without a cell right", "delete it"),
        ("```python\n1\n```\n![](figures/a.svg)\n```output\n1\n```", 5, "an output without a cell right", "delete it"),
        ("# T\n\n<!-- check: a == -->", 3, "a check that is no expression: invalid syntax", ""),
        ("# T\n\n<!-- check: a = 1 -->", 3, "a check that is no expression", ""),
        ("# T\n\n<!-- check: a == 1", 3, "a comment that is no check", "write <!-- check: EXPRESSION -->"),
        ("# T\n\n> <!-- check: a == 1 -->", 3, "a comment that is no check", "write <!-- check: EXPRESSION -->"),
        ("---\na: b\n---\n", 1, "a YAML header", "start the note with its title"),
        ("\ufeff# T\n", 1, "a byte order mark", "save the note as plain UTF-8"),
        ("", 1, "nothing in it", "start the note with its title"),
        (" \n\n", 1, "nothing in it", "start the note with its title"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_breaks_the_format_is_refused_with_its_place_and_a_remedy(text, line, fact, remedy, ends):
    with pytest.raises(Problem) as caught:
        read(text.replace("\n", ends))
    error = caught.value
    assert error.place == f"notes/00-a.md:{line}"
    assert error.fact.startswith(fact)
    assert remedy in error.remedy


def test_an_error_says_place_fact_detail_and_remedy():
    error = Problem("notes/00-a.md:3", "wrong", "mend it", "  in here")
    assert str(error) == "notes/00-a.md:3: wrong\n  in here\n  mend it"
    assert str(Problem("notes", "wrong")) == "notes: wrong"


def test_notes_are_read_in_the_order_of_their_names_without_the_first_page(book):
    for name in ("10-c.md", "02-b.md", "index.md", "01-a.md"):
        book[name] = a_note()
    assert [note.path for note in all_notes()] == ["notes/01-a.md", "notes/02-b.md", "notes/10-c.md"]


def test_a_folder_without_notes_a_strange_name_and_a_note_that_is_no_text_are_refused(book):
    with pytest.raises(Problem, match=r"^notes: no notes here\n  run this from the root"):
        all_notes()
    (book.root / "notes" / "00-a.md").write_bytes(b"# T\n\n\xff\n")
    with pytest.raises(Problem, match=r"^notes/00-a.md:3: not UTF-8 text"):
        all_notes()
    book["00 a.md"] = a_note()
    with pytest.raises(Problem, match=r"^notes/00 a.md: a name that is not just letters, digits and hyphens"):
        all_notes()


BLOCKS = [
    "Prose.\nMore prose, ∂ and ü.",
    "- a list\n\n  ```python\n  not_run()\n  ```",
    "> [!NOTE]\n> ```python\n> not_run()\n> ```",
    "$$\nx = 1\n$$",
    "![No figure](elsewhere/a.svg)",
    "<!-- check: True -->",
    "<details><summary>More</summary>",
    "</details>",
    "```text\nonly shown\n```",
    "~~~python\nnot_run()\n~~~",
    cell("a = 1\n\na"),
    cell("1", tag="varies", title="nn.py"),
    "````python\ns = '''\n```\n'''\n````",
    cell("1") + "\n\n" + output("1"),
    cell("1") + "\n\n" + output("1") + "\n\n![A](figures/a.svg)\n\n![B](figures/b.png)",
]  # no longer fence around a shorter one: Jupytext misreads those that are only shown, and the check says so


@given(st.lists(st.sampled_from(BLOCKS)))
@settings(max_examples=50, deadline=None)
def test_whatever_a_note_is_made_of_jupytext_sees_the_same_cells_and_writes_the_same_bytes(blocks):
    note = read(a_note(*blocks))
    assert form(note) == []
    assert note.with_results(recorded(note)) == note.text


@st.composite
def mutations(draw):
    """EVERYTHING after a few cuts, copies and slips of the keyboard."""
    text = draw(st.sampled_from([EVERYTHING, WINDOWS]))
    slips = st.sampled_from([*"`~<>![](){}=-:\"'# \t\r\n\0\ufeffé", "```", "```python", "```output\n", "\n\n", "---"])
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 80)))
        text = text[:start] + draw(slips | st.just(text[start:end] * 2) | st.just("")) + text[end:]
    return text


@given(mutations())
@example("# T\n\n```python\n1\n```\n\n   \n")
@settings(max_examples=300, deadline=None)
def test_a_mutilated_note_is_refused_or_read_and_written_back_as_it_is(text):
    try:
        note = read(text)
        tangle.package([note])
    except Problem as error:
        assert error.place.startswith("notes/00-a.md:")
        assert 1 <= int(error.place.partition(":")[2]) <= text.count("\n") + 1
        return
    assert note.with_results([note.lines[c.end : c.results_end] for c in note.cells]) == text
    assert facts(read(note.with_results(recorded(note)))) == facts(note)


@given(st.text().map(lambda text: "\n".join(map(str.rstrip, text.rstrip().split("\n")))).filter(bool))
@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_any_text_that_is_recorded_is_read_again(ends, text):
    assume(not unstable(text))
    written = read(a_note(cell("1"), "The end.").replace("\n", ends)).with_results([result_lines(text, [])])
    assert read(written).cells[0].output == text
