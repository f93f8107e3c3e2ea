"""What cells give, from the kernel into the note: in order, as a person reads it, or refused at once with its place."""

import pytest
from conftest import a_note, cell, output

from scripts.common.problem import Problem
from scripts.kernel import run
from scripts.kernel.process import Kernel

PRINTED = [
    ("print('a')\ndisplay('b')\nprint('c')", "a\n'b'\nc"),
    ("import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')\n_ = sys.stderr.write('d')", "a\nb\nc\nd"),
    (
        "import os\nprint('here')\nos.system('echo there; echo so >&2; echo too')\nprint('end')",
        "here\nthere\nso\ntoo\nend",
    ),
    (
        "import os, sys\nprint(1)\n_ = os.write(1, '²\\n'.encode())\nsys.stdout.flush()\n_ = os.write(2, b'3\\n')\n4",
        "1\n²\n3\n4",
    ),
    ("import subprocess, sys\n_ = subprocess.run(['echo', 'a'], stdout=sys.stdout)\nprint('b')", "a\nb"),
    ("import os\nif not os.fork():\n    print('copy')\n    os._exit(0)\n_ = os.wait()\nprint('own')", "copy\nown"),
    ("import os\n_ = os.system('seq 1 5000 | tr -d \"\\\\n\" | wc -c')", "18893"),
    ("for n in range(3):\n    print(f'\\r{n} of 3', end='')", "2 of 3"),
    ("from IPython.display import clear_output\nprint('a')\nclear_output(wait=True)\nprint('b')", "b"),
    ("h = display('a', display_id='h')\ndisplay('b')\nh.update('c')", "'c'\n'b'"),
    ("display({'text/plain': ['a', 'b']}, raw=True)", "ab"),
    ("from IPython.display import Markdown\nMarkdown('loss is **1**')", "loss is **1**"),
]


@pytest.mark.parametrize(("source", "text"), PRINTED)
def test_what_a_cell_gives_is_recorded_in_the_order_in_which_it_was_written(book, capfd, source, text):
    book["00-a.md"] = a_note(cell(source))
    run.run()
    assert book["00-a.md"] == a_note(cell(source), output(text))
    assert not set(text.split("\n")) & set("".join(capfd.readouterr()).split("\n"))  # nothing gets into the table


def test_several_figures_of_one_cell_are_recorded_in_order(book):
    book["00-a.md"] = a_note(
        cell(
            "import io\nfrom IPython.display import Image\nfrom PIL import Image as Pixels\n"
            "for kind in 'gif', 'jpeg', 'png':\n    file = io.BytesIO()\n    Pixels.new('L', (2, 2)).save(file, kind)\n"
            "    display(Image(file.getvalue()))"
        )
    )
    run.run()
    assert sorted(book.files("notes/figures")) == [
        "notes/figures/00-a-3-0.gif",
        "notes/figures/00-a-3-1.jpg",
        "notes/figures/00-a-3-2.png",
    ]
    before = book.files("notes")
    run.run()
    assert book.files("notes") == before


GROUP = "raise ExceptionGroup('two', [ValueError('a'), ExceptionGroup('in it', [TypeError('b\\nc')])])"
GROUP_SAID = """\
ExceptionGroup: two (2 sub-exceptions)
  ValueError: a
  ExceptionGroup: in it (1 sub-exception)
    TypeError: b
    c"""
TASKS = """\
import asyncio
async def fail():
    raise ValueError("x")
async with asyncio.TaskGroup() as group:
    group.create_task(fail())"""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (GROUP, GROUP_SAID),
        (TASKS, "ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n  ValueError: x"),
        (f"try:\n    {GROUP}\nexcept* ValueError:\n    raise KeyError('k')", None),
        ("%nonexistent_magic", "UsageError: Line magic function `%nonexistent_magic` not found."),
        ("error = ValueError('x')\nerror.add_note('think')\nraise error", "ValueError: x\nthink"),
        ("raise ValueError('\\ud800')", "ValueError: \\ud800"),
        (
            "print('\\ud800')",
            "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed",
        ),
    ],
)
def test_an_exception_of_any_kind_counts_as_raised_and_says_all_that_it_has_to_say(book, source, text):
    book["00-a.md"] = a_note(cell(source, tag="raises-exception"))
    run.run()
    if text:
        assert book["00-a.md"] == a_note(cell(source, tag="raises-exception"), output(text))
    book["00-a.md"] = a_note(cell(source))
    with pytest.raises(Problem, match=r"^notes/00-a.md:\d+: \w+: ") as caught:
        run.run()
    assert not text or text in str(caught.value)


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        ("import warnings\nwarnings.warn('careful')", "it warns: UserWarning: careful"),
        ("from IPython.display import HTML\nHTML('<b>1</b>')", "it shows text/html, which a note cannot hold"),
        ("display({'text/plain': 5}, raw=True)", "it shows text/plain that is of type int"),
        (
            "display({'text/plain': '\\ud800'}, raw=True)",
            r"its output holds the character '\ud800', which a note cannot hold",
        ),
        ("h.update('later')", "it changes what another block shows"),
        ("print('x' * 5_000_000)", "its output is longer than 100,000 characters"),
        ("'x' * 5_000_000", "its output is longer than 100,000 characters"),
    ],
)
@pytest.mark.timeout(60)
def test_what_a_note_cannot_hold_is_refused_at_its_cell(book, source, fact):
    text = a_note(cell("h = display('a', display_id='here')"), cell(source))
    book["00-a.md"] = text
    with pytest.raises(Problem) as caught:
        run.run()
    assert (caught.value.place, caught.value.fact) == ("notes/00-a.md:7", fact) and caught.value.remedy
    assert book["00-a.md"] == text


@pytest.mark.timeout(60)
@pytest.mark.parametrize("source", ["while True:\n    print('x')", "import os\nos.system('yes')"])
def test_output_without_end_is_refused_at_once(book, monkeypatch, source):
    monkeypatch.setattr(run, "Kernel", Kernel)
    book["00-a.md"] = a_note(cell(source))
    with pytest.raises(Problem, match=r"^notes/00-a.md:3: its output is longer than 100,000 characters"):
        run.run()


def test_a_thousand_values_and_more_are_shown_without_a_word_of_a_cache(book):
    book["00-a.md"] = a_note(cell("for n in range(1100):\n    get_ipython().displayhook(n)"))
    run.run()
    assert book["00-a.md"].count("\n") == 1100 + 9
    assert "cache" not in book["00-a.md"]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("(1 == 2, 'no')", "of type tuple"),
        ("'yes'", "of type str"),
        ("1", "of type int"),
        ("None", "of type NoneType"),
    ],
)
def test_a_check_of_what_is_no_truth_value_fails(book, expression, said):
    book["00-a.md"] = a_note(cell("1"), f"<!-- check: {expression} -->")
    with pytest.raises(Problem) as caught:
        run.run()
    assert str(caught.value) == f"notes/00-a.md:7: check failed: {expression} (neither True nor False, but {said})"


def test_numpy_has_truth_values_too(book):
    book["00-a.md"] = a_note(cell("import numpy as np"), "<!-- check: (np.ones(2) == 1).all() -->")
    run.run()


def test_the_check_of_a_random_number_says_what_settles_it(book):
    book["00-a.md"] = a_note(cell("import random\nrandom.random()"))
    run.run()
    (problem,) = run.stale_results(run.all_notes(), book.root / "notes")
    assert problem.remedy == 'make run; if every run gives others, seed the random numbers, or tag the block "varies"'
