"""The note format: what is read from a note, what is written back, and what is refused."""

import jupytext
import pytest
from conftest import a_note, cell, output
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from scripts.common.problem import Problem
from scripts.kernel.pairing import unpaired
from scripts.note import format as note_format
from scripts.note import tangle
from scripts.note.form import stray_spaces
from scripts.note.format import Cell, Check, Figure, Note, Prose, result_lines
from scripts.note.unstable import no_text, unstable

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
> ```py
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

~~~py
not_run()
~~~

- a list

  ```py
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


def test_a_note_that_cannot_be_read_is_refused_with_its_place(tmp_path):
    def refused() -> str:
        with pytest.raises(Problem) as caught:
            Note.read(path)
        return str(caught.value).removeprefix(path.as_posix())

    path = tmp_path / "00-a.md"
    assert refused() == ": cannot be read: No such file or directory"
    path.write_bytes(b"# T\n\n\xff\n\n")
    assert refused() == ":3: not UTF-8 text\n  save the note as UTF-8"


def test_a_note_knows_its_file_and_the_places_in_it(tmp_path):
    (tmp_path / "00-a.md").write_bytes(WINDOWS.encode())
    note = Note.read(tmp_path / "00-a.md")
    assert (note.path, note.text, note.stem) == ((tmp_path / "00-a.md").as_posix(), WINDOWS, "00-a")
    assert read("# T").place(3) == "notes/00-a.md:3"
    assert str(read("# T").problem(3, "wrong", "mend it")) == "notes/00-a.md:3: wrong\n  mend it"


def test_a_note_is_what_it_is_made_of_if_that_is_given():
    text = a_note("```py excerpt\na\n```", cell("a"))
    whole = read(text)
    assert Note(whole.path, text, whole.blocks[:1]).excerpts == ()
    assert Note(whole.path, text, whole.blocks[:1]).cells == []
    assert len(whole.excerpts) == len(whole.cells) == 1


def test_results_are_as_many_as_cells():
    with pytest.raises(ValueError):
        read(a_note(cell("1"))).with_results([])


def test_the_format_has_the_names_of_what_a_note_is_made_of():
    names = {"Block", "Cell", "Check", "Excerpt", "Figure", "Note", "Prose", "result_lines"}
    assert {name for name in note_format.__all__ if hasattr(note_format, name)} == names


BLOCKS = [
    "Prose.\nMore prose, ∂ and ü.",
    "- a list\n\n  ```py\n  not_run()\n  ```",
    "> [!NOTE]\n> ```py\n> not_run()\n> ```",
    "$$\nx = 1\n$$",
    "![No figure](elsewhere/a.svg)",
    "<!-- check: True -->",
    "<details><summary>More</summary>",
    "</details>",
    "```text\nonly shown\n```",
    "~~~py\nnot_run()\n~~~",
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
    assume(not unstable(text) and not no_text(text))
    written = read(a_note(cell("1"), "The end.").replace("\n", ends)).with_results([result_lines(text, [])])
    assert read(written).cells[0].output == text
