"""The preview: what runs again after an edit, that its state is a clean run's, and what the author sees."""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from conftest import ROOT, Book, a_note, cell, free_port, output
from faults import alive, marked, wait

from scripts.common.problem import Problem
from scripts.kernel.document import Document, Stale
from scripts.kernel.process import environment
from scripts.kernel.states import Checkpoints, FromTheStart

linux = pytest.mark.skipif(sys.platform != "linux", reason="checkpoints need Linux")
COUNT = 'print(open("ran.txt", "a").write("{0}"))'  # a trace of each time that a cell runs


@pytest.fixture(params=[pytest.param(Checkpoints, marks=linux), FromTheStart])
def states(request, book):
    with request.param(book.root) as states:
        yield states


@pytest.fixture
def checkpoints(book, monkeypatch):
    monkeypatch.setattr("scripts.kernel.states.environment", lambda *where: unlike_pytest(environment(*where)))
    with Checkpoints(book.root) as states:
        yield states


def unlike_pytest(told: dict[str, str]) -> dict[str, str]:
    """An environment in which ipykernel captures what subprocesses print, as it does outside of pytest."""
    return {name: value for name, value in told.items() if name != "PYTEST_CURRENT_TEST"}


def test_a_state_goes_on_from_note_to_note_and_is_recorded(book, states):
    book["00-a.md"] = a_note(cell("x = [1]"))
    book["01-b.md"] = a_note(cell("x.append(2)"), "<!-- check: len(x) == 2 -->")
    book["02-c.md"] = a_note(cell("x"))
    document = Document(Path("notes"), states)
    document.update()
    assert output("[1, 2]") in book["02-c.md"]
    book["01-b.md"] = a_note(cell("x.append(3)"))
    document.update()
    assert output("[1, 3]") in book["02-c.md"]


@linux
def test_an_edit_of_code_runs_from_its_note_on_and_an_edit_of_prose_nothing(book, checkpoints):
    for name in "abc":
        book[f"0{'abc'.index(name)}-{name}.md"] = a_note(cell(COUNT.format(name)))
    document, ran = Document(Path("notes"), checkpoints), book.root / "ran.txt"
    document.update()
    assert ran.read_text() == "abc"
    book["01-b.md"] = book["01-b.md"].replace('"b"', '"B"')
    document.update()
    assert ran.read_text() == "abcBc"
    book["00-a.md"] = "# Other words\n" + book["00-a.md"].split("\n", 1)[1] + "\nAnd more.\n"
    document.update()
    assert ran.read_text() == "abcBc"


@linux
def test_an_edit_late_in_a_note_that_takes_long_does_not_run_its_beginning(book, checkpoints):
    slow = cell(f"import time; time.sleep(1.6); {COUNT.format('a')}")
    book["00-a.md"] = a_note(slow, cell(COUNT.format("b")), cell("1 / 0", "raises-exception"), cell("x = 1"))
    document, ran = Document(Path("notes"), checkpoints), book.root / "ran.txt"
    document.update()
    book["00-a.md"] = book["00-a.md"].replace('"b"', '"B"')
    document.update()
    assert ran.read_text() == "abB"


@linux
def test_a_result_that_was_deleted_is_recorded_again_without_a_run(book, checkpoints):
    book["00-a.md"] = a_note(cell("6 * 7"), "Words.")
    document = Document(Path("notes"), checkpoints)
    document.update()
    recorded = book["00-a.md"]
    book["00-a.md"] = a_note("More words.", cell("6 * 7"), "Words.")
    document.update()
    assert book["00-a.md"] == recorded.replace("# Title\n", "# Title\n\nMore words.\n")


@linux
def test_a_change_of_the_package_runs_the_notes_that_import_it(book, checkpoints):
    book["00-a.md"] = a_note(cell(COUNT.format("a")))
    book["01-b.md"] = a_note(cell("from micrograd.one import x\nx"))
    book["02-c.md"] = a_note(cell("", title="__init__.py"), cell("x = 1", title="one.py"))
    document = Document(Path("notes"), checkpoints)
    document.update()
    assert output("1") in book["01-b.md"]
    book["02-c.md"] = a_note(cell("", title="__init__.py"), cell("x = 2", title="one.py"))
    document.update()
    assert output("2") in book["01-b.md"]
    assert (book.root / "ran.txt").read_text() == "a"


@linux
def test_frames_in_a_note_whose_lines_moved_name_the_lines_as_they_are(book, checkpoints):
    book["00-a.md"] = a_note(cell("def f():\n    return 1 / 0"))
    book["01-b.md"] = a_note(cell("1"))
    document = Document(Path("notes"), checkpoints)
    document.update()
    book["00-a.md"] = a_note("Two more", "lines of prose.", cell("def f():\n    return 1 / 0"))
    book["01-b.md"] = a_note(cell("f()"))
    with pytest.raises(Problem) as caught:
        document.update()
    assert str(caught.value).split("\n") == [
        "notes/01-b.md:4: ZeroDivisionError: division by zero",
        "  notes/01-b.md:4",
        "  notes/00-a.md:9, in f",
    ]


UNTIL_EDITED = """\
import os, time
open("started", "w").close()
while not os.path.exists("edited"):
    time.sleep(0.01)"""


def edit_while_it_runs(book, text: str) -> None:
    """Changes a note, in a thread, once its first cell says that it has started, and then lets that cell end."""

    def edit():
        wait((book.root / "started").exists, 60)
        book["00-a.md"] = text
        (book.root / "edited").touch()

    threading.Thread(target=edit, daemon=True).start()


@linux
@pytest.mark.parametrize("newer", ["print(2)", "print(1)"])
def test_an_edit_made_while_a_note_runs_is_kept(book, checkpoints, newer):
    book["00-a.md"] = a_note(cell(UNTIL_EDITED), cell("print(1)"))
    document = Document(Path("notes"), checkpoints)
    edited = a_note("New words.", cell(UNTIL_EDITED), cell(newer))
    edit_while_it_runs(book, edited)
    try:
        document.update()
    except Stale:
        assert book["00-a.md"] == edited
        document.update()
    assert book["00-a.md"] == edited + "\n" + output(newer[6]) + "\n"


@linux
def test_an_edit_of_code_stops_a_run_that_it_makes_useless(book, checkpoints):
    cells = [cell(UNTIL_EDITED), cell(COUNT.format("a"))]
    book["00-a.md"] = a_note(*cells)
    edit_while_it_runs(book, a_note(cells[1]))
    with pytest.raises(Stale):
        Document(Path("notes"), checkpoints).update()
    assert not (book.root / "ran.txt").exists()


# What a fork could get wrong: random numbers, kept streams, counts, IPython's own names, figures, depth, subprocesses.
STATE = [
    "import random, sys, time\nrandom.seed(1337)\nout = sys.stdout\nseen = []",
    "random.random()",
    "seen.append(random.random()); print(len(seen), file=out)",
    "def deep(n): return n and deep(n - 1)\ndeep(900)",
    "_",
    "class Node:\n    count = 0",
    "Node.count += 1; Node.count",
    "from IPython import get_ipython\nget_ipython().execution_count",
    "import matplotlib.pyplot as plt\nplt.plot([1, len(seen), 3]);",
    "import numpy as np\nnp.random.seed(len(seen)); float(np.random.rand())",
    "import warnings\nwith warnings.catch_warnings(record=True) as said: warnings.warn('once')\nlen(said)",
    "import os; os.system('echo from a subprocess');",
    "print('to stderr', file=sys.stderr)\nsum(seen)",
    "import threading, graphviz\ngraphviz.Digraph(body=['a -> b'])",
]


def edited(chosen: random.Random, sources: dict[str, list[str]]) -> None:
    """Changes a note's code at random: a cell more, a cell less, or two that change places."""
    name = chosen.choice(list(sources)[1:])
    cells = sources[name]
    kind = chosen.choice(["more", "less", "swap"])
    if kind == "more" or len(cells) < 2:
        cells.insert(chosen.randrange(len(cells) + 1), chosen.choice(STATE[1:]))
    elif kind == "less":
        del cells[chosen.randrange(len(cells))]
    else:
        i, j = chosen.sample(range(len(cells)), 2)
        cells[i], cells[j] = cells[j], cells[i]


@linux
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_after_random_edits_all_results_are_those_of_a_clean_run(book, checkpoints, tmp_path_factory):
    chosen = random.Random(6)
    sources = {"00-a.md": STATE} | {f"0{i}-b.md": chosen.sample(STATE[1:], 3) for i in range(1, 5)}
    document, texts = Document(Path("notes"), checkpoints), {}
    for _ in range(10):
        for name, cells in sources.items():  # only what changed, as an author saves
            if texts.get(name) != (text := a_note(*map(cell, cells))):
                book[name] = texts[name] = text
        try:
            document.update()
        except Problem as error:
            failure = str(error)
        else:
            failure = ""
        clean = Book(tmp_path_factory.mktemp("clean"))
        for name, text in texts.items():
            clean[name] = text
        told = unlike_pytest(os.environ | {"PYTHONPATH": str(ROOT)})
        run = [sys.executable, "-m", "scripts.run"]
        done = subprocess.run(run, cwd=clean.root, env=told, capture_output=True, encoding="utf-8")
        assert (done.returncode, done.stderr.strip()) == (bool(failure), failure)
        recorded, expected = book.files("notes"), clean.files("notes")
        assert {path: recorded.get(path) for path in expected} == expected  # figures of earlier edits may be left over
        edited(chosen, sources)


@pytest.fixture
def served(book, monkeypatch):
    """A book and its preview, whose every process carries a mark."""
    mark = marked(monkeypatch)
    shutil.copy(ROOT / "mkdocs.yml", book.root)
    book["index.md"] = "# The book\n"
    book["00-a.md"] = a_note("First words.", cell("x = 20"))
    book["01-b.md"] = a_note("Words.", cell("x + 1"))
    port = free_port()
    process = book.start("-u", "-m", "scripts.serve", str(port))
    book.process, book.port, book.mark, book.said = process, port, mark, []
    streams = process.stdout, process.stderr

    def read(lines) -> None:
        for line in lines:
            book.said.append(line)

    readers = [threading.Thread(target=read, args=[stream], daemon=True) for stream in streams]
    for reader in readers:
        reader.start()
    try:
        wait(lambda: any(line.startswith("01-b") for line in book.said), 60)
        yield book
    finally:
        process.kill()
        process.wait()
        for reader, stream in zip(readers, streams, strict=True):
            reader.join()
            stream.close()


def page(book, name: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{book.port}/{name}.html") as response:
        return response.read().decode()


@linux
def test_an_edit_comes_to_the_page_and_then_its_result_or_its_failure_until_it_is_mended(served):
    for number in range(4):
        words = f"Words of version {number}."
        served["00-a.md"] = a_note(words, cell("x = 20"))
        wait(lambda words=words: words in page(served, "00-a"), 20)
    served["01-b.md"] = a_note("Words.", cell("x + 2"))
    wait(lambda: ">22\n" in page(served, "01-b") or "\n22\n" in page(served, "01-b"), 30)
    assert output("22") in served["01-b.md"]
    served["01-b.md"] = a_note("Words.", cell("y + 1"), cell("2"))
    wait(lambda: "notes/01-b.md:6: NameError" in page(served, "01-b"), 30)
    assert "notes/01-b.md:6: NameError: name 'y' is not defined\n" in served.said
    served["01-b.md"] = a_note("Words.", "```python", "never closed")
    wait(lambda: "this fence is never closed" in page(served, "01-b"), 30)
    served["01-b.md"] = a_note("Words.", cell("x + 3"))
    wait(lambda: output("23") in served["01-b.md"] and "The run stopped here" not in page(served, "01-b"), 30)


@linux
@pytest.mark.slow
def test_a_kernel_that_is_killed_does_not_end_the_preview(served):
    served["01-b.md"] = a_note("Words.", cell("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    wait(lambda: any("the kernel died while it ran this cell" in line for line in served.said), 30)
    served["01-b.md"] = a_note("Words.", cell("x + 4"))
    wait(lambda: output("24") in served["01-b.md"], 30)


def rarer(*signals) -> list:
    return [pytest.param(each, marks=pytest.mark.slow) for each in signals]


@linux
@pytest.mark.parametrize("how", [signal.SIGINT, *rarer(signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)])
def test_no_process_outlives_the_preview(served, how):
    served["01-b.md"] = a_note("Words.", cell("open('started', 'w').close(); import time\ntime.sleep(60)"))
    wait((served.root / "started").exists, 60)
    assert len(alive(served.mark)) > 2
    os.kill(served.process.pid, how)
    served.process.wait(timeout=20)
    wait(lambda: not alive(served.mark), 5)
    if how in (signal.SIGINT, signal.SIGTERM):
        assert served.process.returncode == 130
        assert any(re.match("interrupted", line) for line in served.said)


def test_a_port_that_cannot_be_had_is_said_in_one_line(book):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = f"port {port}: cannot be had\n  name another one: make serve PORT=8001\n"
        assert book.here("serve", str(port)) == (2, "", said)


@pytest.mark.parametrize("door", ["serve", "lab"])
@pytest.mark.parametrize("port", ["99999", "-1", "http", "8000 8001"])
def test_what_is_no_port_is_refused_in_one_line(book, door, port):
    status, said, complaint = book.here(door, *port.split())
    assert (status, said, complaint.count("\n")) == (2, "", 1)
    assert f"usage: python -m scripts.{door}" in complaint


@linux
def test_a_state_that_was_lost_is_said_in_one_line(book, checkpoints):
    book["00-a.md"] = a_note(cell("1"))
    document = Document(Path("notes"), checkpoints)
    document.update()
    checkpoints.process.kill()
    checkpoints.process.wait()
    book["00-a.md"] = a_note(cell("2"))
    with pytest.raises(Problem, match="the preview: the process that keeps the notes' state is gone"):
        document.update()
