"""The error contract: whatever goes wrong, one place, one cause, one exit status, and nothing half-written."""

import ast
import re
import signal
import sys
from pathlib import Path

import psutil
import pytest
from conftest import ROOT, a_note, cell, output
from faults import wait
from filelock import FileLock

from scripts import setup
from scripts.common.problem import Problem
from scripts.kernel import run
from scripts.kernel.process import Kernel
from scripts.note import tangle

GOOD = a_note(cell("def half(x):\n    return 1 / x\n\nhalf(2)"))
GOOD_AFTERWARDS = a_note(cell("def half(x):\n    return 1 / x\n\nhalf(2)"), output("0.5"))
GRAPH = 'import graphviz\ngraphviz.Digraph(body=["a -> b"])'


def complaint(book, *blocks: str) -> str:
    """What a run says of a note that comes after a good one; the note must stay as it is."""
    book["00-a.md"], book["01-b.md"] = GOOD, a_note(*blocks)
    with pytest.raises(Problem) as caught:
        run.run()
    assert book["00-a.md"] == GOOD_AFTERWARDS
    assert book["01-b.md"] == a_note(*blocks)
    return str(caught.value)


def children() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


@pytest.fixture
def own_kernel(book, monkeypatch):
    """Runs in this process start a kernel of their own, which must be gone afterwards."""
    monkeypatch.setattr(run, "Kernel", Kernel)
    before = children()
    yield
    assert children() == before


def test_an_exception_names_its_line_and_the_frames_in_earlier_notes_and_leaves_the_note_as_it_was(book):
    failing = a_note(
        cell(GRAPH), output("old"), "![A](figures/a.svg)", cell("def go():\n    half(0)\n\ngo()"), output("2")
    )
    book["00-a.md"], book["01-b.md"] = GOOD, failing
    book.figure("a.svg").write_text("old")
    status, out, error = book.command("run")
    assert status == 1
    assert error == (
        "notes/01-b.md:16: ZeroDivisionError: division by zero\n"
        "  notes/01-b.md:18\n"
        "  notes/01-b.md:16, in go\n"
        "  notes/00-a.md:5, in half\n"
    )
    assert "00-a" in out
    assert book["00-a.md"] == GOOD_AFTERWARDS
    assert "00-a.md" in book["results.lock"]
    assert book["01-b.md"] == failing
    assert book.figure("a.svg").read_text() == "old"
    assert list(book.files("build/notebooks")) == ["build/notebooks/00-a.ipynb"]


def test_a_syntax_error_names_its_line(book):
    assert complaint(book, cell("a = 1\nb = = 2")).startswith("notes/01-b.md:5: SyntaxError: invalid syntax\n")


def test_an_exception_in_a_library_shows_the_librarys_frame(book):
    said = complaint(book, cell("import json\njson.loads('x')"))
    assert said.startswith("notes/01-b.md:5: JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n")
    assert "json/__init__.py:" in said


def test_an_expected_exception_that_is_not_raised_is_a_failure(book):
    said = complaint(book, cell("1", tag="raises-exception"), cell("2"))
    assert said == "notes/01-b.md:3: expected an exception, none was raised"


def test_an_expected_exception_does_not_hide_the_one_after_it(book):
    assert complaint(book, cell("1 / 0", tag="raises-exception"), cell("2 / 0")).startswith("notes/01-b.md:8: Zero")


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("a == 2.0", "a == 2.0 (a is 1.0)"),
        ("0 < a < b", "0 < a < b (a is 1.0, b is 0.5)"),
        ("not a", "not a"),
        ("c == 1", "c == 1 (NameError: name 'c' is not defined)"),
    ],
)
def test_a_check_that_is_false_says_what_its_parts_are(book, expression, said):
    said_by_run = complaint(book, cell("a, b = 1.0, 0.5"), f"<!-- check: {expression} -->")
    assert said_by_run == f"notes/01-b.md:7: check failed: {said}"


def test_what_breaks_the_format_is_said_before_anything_runs(book):
    book["00-a.md"], book["01-b.md"] = GOOD, "# Title\n\n```python\n1\n"
    status, out, error = book.here("run")
    assert (status, out) == (1, "")
    assert error == "notes/01-b.md:3: this fence is never closed\n  close it with ``` on a line of its own\n"
    assert book["00-a.md"] == GOOD


def test_an_output_with_a_memory_address_is_refused(book):
    said = complaint(book, cell("object()"))
    assert said.startswith("notes/01-b.md:3: its output holds a memory address (0x")
    assert said.endswith('\n  print what is the same in every run; if this is, tag the block "verbatim"')


@pytest.mark.parametrize("source", ["import sys; sys.exit()", "raise SystemExit(0)"])
def test_a_cell_that_exits_is_a_failure_and_takes_no_results_with_it(book, source):
    said = complaint(book, cell(source), cell("2"), output("2"))
    assert said == "notes/01-b.md:3: SystemExit: the rest of the note did not run"


@pytest.mark.timeout(60)
def test_a_cell_that_asks_for_input_gets_none(book):
    assert complaint(book, cell("input('?')")).startswith("notes/01-b.md:4: StdinNotImplementedError")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("end", ["import os\nos._exit(0)", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"])
def test_the_death_of_the_kernel_is_seen_within_seconds(book, own_kernel, end):
    assert complaint(book, cell("1"), cell(end), cell("2")) == "notes/01-b.md:7: the kernel died while it ran this cell"


@pytest.mark.timeout(60)
def test_a_cell_that_passes_its_time_limit_is_stopped(book, own_kernel):
    book["00-a.md"] = text = a_note(cell("1"), cell("while True:\n    pass"))
    with pytest.raises(Problem, match=r"^notes/00-a.md:7: this cell ran longer than 1 s$"):
        run.run(time_limit=1)
    assert book["00-a.md"] == text


@pytest.mark.parametrize("sent", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_an_interrupt_stops_the_kernel_and_leaves_the_note_as_it_was(book, sent):
    long = a_note(cell("open('started', 'w').close()\nimport time\ntime.sleep(60)"), output("old"))
    book["00-a.md"], book["01-b.md"] = GOOD, long
    if sent == signal.SIGINT:  # which a shell that runs the tests in the background has them ignore
        signal.signal(sent, signal.default_int_handler)
    process = book.start("-m", "scripts.run")
    wait((book.root / "started").exists, 60)
    kernels = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(sent)
    _, error = process.communicate(timeout=10)
    assert process.returncode == 130
    assert error == "\ninterrupted: what was not finished is as it was\n"
    assert kernels
    assert not [kernel for kernel in kernels if kernel.is_running()]
    assert (book["00-a.md"], book["01-b.md"]) == (GOOD_AFTERWARDS, long)


def test_two_runs_at_once_are_one_too_many(book):
    book["00-a.md"] = GOOD
    (book.root / "build").mkdir()
    with FileLock(book.root / "build" / "run.lock"):
        status, out, error = book.here("run")
    assert (status, out) == (2, "")
    assert error == "another run is at work here: wait for it, or stop it\n"
    assert book["00-a.md"] == GOOD


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to stand for a full disk")
def test_a_full_disk_is_one_line_and_leaves_the_note_as_it_was(book):
    book["00-a.md"] = GOOD
    (book.root / "notes" / ".00-a.md.new").symlink_to("/dev/full")
    status, _, error = book.here("run")
    assert status == 2
    assert error in ("notes/.00-a.md.new: No space left on device\n", "this machine: No space left on device\n")
    assert book["00-a.md"] == GOOD
    assert list((book.root / "notes").glob(".*")) == []


def test_a_folder_that_cannot_be_made_is_one_line(book):
    book["00-a.md"] = GOOD
    (book.root / "build").write_text("")
    assert book.here("run") == (2, "", "build: File exists\n")


def test_without_notes_a_command_says_where_it_should_be_started(book):
    said = "notes: no notes here\n  run this from the root of the repository\n"
    assert book.here("tangle") == (1, "", said)


def test_a_titled_cell_that_is_no_python_is_refused_at_its_line(book):
    book["00-a.md"] = a_note(cell("a = 1\nb = = 2", title="a.py"))
    assert book.here("tangle") == (1, "", "notes/00-a.md:5: SyntaxError: invalid syntax\n")
    assert tangle.differences({}) == []


def set_up(book, preparation: str) -> tuple[int, str]:
    """`python -m scripts.setup` on a machine that this line of Python makes poorer: exit status and complaint."""
    start = f"import runpy, sys; {preparation}; runpy.run_module('scripts.setup', run_name='__main__')"
    process = book.start("-c", start)
    _, error = process.communicate(timeout=60)
    assert not (book.root / ".venv").exists()
    return process.returncode, error


def test_a_python_that_is_too_old_is_one_line(book):
    status, error = set_up(book, "sys.version_info = (3, 8, 0, 'final', 0)")
    assert status == 2
    assert error.startswith("set-up: Python 3.11 or newer is needed, this is 3.8")
    assert error.count("\n") == 1


def test_a_python_without_venv_is_one_line(book):
    status, error = set_up(book, "sys.modules['venv'] = None")
    assert (status, error.count("\n")) == (2, 1)
    assert error.startswith("set-up: this Python has no venv: install it")


def test_an_environment_that_cannot_be_made_is_one_line(book):
    denied = "import venv; venv.create = lambda *_, **__: (_ for _ in ()).throw(OSError(28, 'No space left on device'))"
    assert set_up(book, denied) == (2, "set-up: cannot make .venv: No space left on device\n")


def test_what_pip_complains_of_is_one_line():
    assert setup.pip_failure("WARNING: x\nERROR: Could not install: [Errno 28] No space left") == "no room on the disk"
    assert setup.pip_failure("WARNING: x\nERROR: No match\nERROR: y") == "pip failed: ERROR: No match"
    lost = "WARNING: Retrying (…) after connection broken by 'NewConnectionError('…')': /simple/a/\nERROR: No match"
    assert setup.pip_failure(lost).startswith("no package index could be reached: is there a network")
    assert setup.pip_failure("a proxy\n").startswith("pip failed: ")


@pytest.mark.parametrize("name", ["run", "check", "tangle", "site", "serve", "review"])
def test_a_python_without_the_packages_is_one_line_with_what_to_do(book, name):
    process = book.start("-S", "-m", f"scripts.{name}")
    _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert re.fullmatch(
        r"there is no \w+ for \S+python\S*\n  pip install -r requirements.txt, or leave PYTHON= out\n", error
    )


def test_even_an_old_python_can_read_the_set_up_and_say_that_it_is_too_old():
    ast.parse((ROOT / "scripts" / "setup.py").read_text(), feature_version=(3, 4))
