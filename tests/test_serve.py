"""The preview: what runs again after an edit, that its state is a clean run's, and what the author sees."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT, a_note, cell, free_port, output
from faults import alive, marked, wait

from scripts.common.problem import Problem
from scripts.kernel.document import Document, Stale
from scripts.kernel.execute import execute
from scripts.kernel.process import environment
from scripts.kernel.states import Checkpoints, FromTheStart, kept_states
from scripts.note.format import Note

linux = pytest.mark.skipif(sys.platform != "linux", reason="checkpoints need Linux")


@pytest.fixture(params=[pytest.param(Checkpoints, marks=linux), FromTheStart])
def states(request, book):
    with request.param(book.root) as states:
        yield states


@pytest.fixture
def checkpoints(book, monkeypatch):
    monkeypatch.setattr("scripts.kernel.states.environment", lambda *where: unlike_pytest(environment(*where)))
    with Checkpoints(book.root) as states:
        yield states


@pytest.fixture
def ran(monkeypatch):
    """The code of each cell that runs, as long as it comes to a stretch's end."""
    sources = []

    def traced(*arguments, **how):
        steps = execute(*arguments, **how)
        sources.extend(step.code.source for step in steps)
        return steps

    monkeypatch.setattr("scripts.kernel.document.execute", traced)
    return sources


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
def test_an_edit_of_code_runs_from_its_note_on_and_an_edit_of_prose_nothing(book, checkpoints, ran):
    for number, name in enumerate("abc"):
        book[f"0{number}-{name}.md"] = a_note(cell(f"'{name}'"))
    document = Document(Path("notes"), checkpoints)
    document.update()
    assert ran == ["'a'", "'b'", "'c'"]
    book["01-b.md"] = book["01-b.md"].replace("'b'", "'B'", 1)
    document.update()
    assert ran[3:] == ["'B'", "'c'"]
    book["00-a.md"] = "# Other words\n" + book["00-a.md"].split("\n", 1)[1] + "\nAnd more.\n"
    document.update()
    assert ran[5:] == []


@linux
def test_an_edit_late_in_a_note_that_takes_long_does_not_run_its_beginning(book, checkpoints, ran, monkeypatch):
    monkeypatch.setattr("scripts.kernel.document.STRETCH", 0)
    book["00-a.md"] = a_note(cell("a = 1"), cell("b = 1"), cell("1 / 0", "raises-exception"), cell("x = 1"))
    document = Document(Path("notes"), checkpoints)
    document.update()
    book["00-a.md"] = book["00-a.md"].replace("b = 1", "b = 2")
    document.update()
    assert ran == ["a = 1", "b = 1", "1 / 0", "x = 1", "b = 2", "1 / 0", "x = 1"]


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
def test_a_change_of_the_package_runs_the_notes_that_import_it(book, checkpoints, ran):
    book["00-a.md"] = a_note(cell("'a'"))
    book["01-b.md"] = a_note(cell("from micrograd.one import x\nx"))
    book["02-c.md"] = a_note(cell("", title="__init__.py"), cell("x = 1", title="one.py"))
    document = Document(Path("notes"), checkpoints)
    document.update()
    assert output("1") in book["01-b.md"]
    book["02-c.md"] = a_note(cell("", title="__init__.py"), cell("x = 2", title="one.py"))
    document.update()
    assert output("2") in book["01-b.md"]
    assert ran.count("'a'") == 1


@linux
@pytest.mark.parametrize(
    ("file", "code"),
    [("notes/data.csv", "open('notes/data.csv').read()"), ("helper.py", "import helper\nhelper.VALUE")],
)
def test_a_file_that_a_note_has_read_or_imported_runs_it_again_when_it_changes(book, checkpoints, ran, file, code):
    (book.root / file).write_text("VALUE = 'old'")
    book["00-a.md"], book["01-b.md"] = a_note(cell("'a'")), a_note(cell(code))
    document = Document(Path("notes"), checkpoints)
    document.update()
    assert "old" in book["01-b.md"]
    seen, first = document.look(), (book.root / file).stat().st_mtime_ns
    (book.root / file).write_text("VALUE = 'new'")
    os.utime(book.root / file, ns=(first + 1, first + 1))  # within one second, for which Python would not look again
    assert document.look() != seen
    document.update()
    assert "new" in book["01-b.md"] and "old" not in book["01-b.md"]
    assert ran == ["'a'", code, code]


@linux
def test_what_a_note_has_written_is_written_again_before_another_reads_it(book, checkpoints):
    book["00-a.md"] = a_note(cell("with open('made', 'w') as file: file.write('1')"))
    book["01-b.md"] = a_note(cell("print(open('made').read())"))
    book["02-c.md"] = a_note(cell("with open('made', 'w') as file: file.write('2')"))
    document = Document(Path("notes"), checkpoints)
    document.update()
    book["01-b.md"] = a_note(cell("print(open('made').read() + '!')"))
    document.update()
    assert output("1!") in book["01-b.md"]


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


# What a note leaves behind, what the next one asks for, what a run says to that, and why no copy is made between them.
LEFT_BEHIND = [
    ("class N: pass\nn = N(); import weakref; r = weakref.ref(n)", "del n\nr() is None", "True", ""),
    ("import sys; out = sys.stdout", "out is sys.stdout", "True", ""),
    ("import decimal; decimal.getcontext().prec = 3", "print(decimal.Decimal(1) / 3)", "0.333", ""),
    ("import numpy as np; np.set_printoptions(precision=2)", "np.array([1 / 3])", "array([0.33])", ""),
    ("import random; random.seed(1)", "random.random()", "0.13436424411240122", ""),
    ("import math; math.tau = 6", "math.tau", "6", ""),
    ("import asyncio; loop = asyncio.get_running_loop()", "loop is asyncio.get_running_loop()", "True", ""),
    ("import random; random.getstate = None", "random.getstate is None", "True", ""),
    ("import json; json.dumps = json.loads = lambda *a, **b: 'mine'", "json.dumps(1)", "'mine'", ""),
    ("import gc; gc.disable()", "gc.collect();\ngc.isenabled()", "False", ""),
    ("from concurrent.futures import ThreadPoolExecutor as E; e = E(1); list(e.map(abs, [-1]))",
     "list(e.map(abs, [-3]))", "[3]", "a thread"),
    ("e.shutdown(); task = asyncio.create_task(asyncio.sleep(2, 5))", "await task", "5", "a task"),
    ("import os; f = open(os.path.join('notes', '00-a.md')); f.readline()", "len(f.readline())", "1", "an open file"),
    ("f.close(); pipe = os.pipe(); os.write(pipe[1], b'ab')", "os.read(pipe[0], 2)", "b'ab'", "an open file"),
    ("[os.close(n) for n in pipe]; import mmap; m = mmap.mmap(-1, 1)", "m[0]", "0", "shared memory"),
    ("m.close(); import signal; signal.setitimer(signal.ITIMER_REAL, 99)",
     "signal.setitimer(signal.ITIMER_REAL, 0)[0] > 9", "True", "a timer"),
    ("pid = os.getpid()", "pid == os.getpid()", "True", "the number of the process"),
    ("pid = 0; import subprocess as s; p = s.Popen(['cat'], stdin=s.PIPE)", "p.communicate()\np.returncode", "0",
     "an open file"),
    ("p = s.Popen(['sleep', '99'], close_fds=True)", "p.kill()\np.wait()", "-9", "a process"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "version", "kept"),
    [
        ("linux", (3, 11, 7), Checkpoints),
        ("linux", (3, 12, 0), FromTheStart),
        ("linux", (3, 13, 0), FromTheStart),
        ("darwin", (3, 11, 7), FromTheStart),
        ("win32", (3, 11, 7), FromTheStart),
    ],
)
def test_states_are_kept_where_copies_are_known_to_hold_and_elsewhere_a_line_says_what_that_costs(
    book, monkeypatch, capsys, platform, version, kept
):
    monkeypatch.setattr("scripts.kernel.states.sys", SimpleNamespace(platform=platform, version_info=version))
    assert type(kept_states(book.root)) is kept
    said = "" if kept is Checkpoints else "no checkpoints here: each change of code runs all notes\n"
    assert tuple(capsys.readouterr()) == (said, "")


ELSEWHERE = """\
import sys, types
from scripts.common.door import exit_status
from scripts.kernel import states
states.sys = types.SimpleNamespace(platform="linux", version_info=(3, 13, 0))
from scripts import serve
sys.exit(exit_status(serve.main))"""


@pytest.mark.parametrize("served", [["-c", ELSEWHERE]], indirect=True)
def test_a_preview_without_kept_states_says_so_once_and_has_a_clean_run_s_results_after_an_edit(served):
    served["00-a.md"] = a_note("First words.", cell("x = 30"))
    wait(lambda: output("31") in served["01-b.md"] and served.said[-1] == "up to date\n", 60)
    quiet = r"no checkpoints here: .*|http\S+ shows the notes.*|0\d-\w .*(as recorded|recorded)|.* runs.*|up to date"
    assert not [line for line in served.said if not re.fullmatch(quiet, line.strip())]
    assert sum("no checkpoints here" in line for line in served.said) == 1


@linux
def test_a_state_is_kept_exactly_or_not_at_all(book, checkpoints):
    for number, (left, asked, _, _) in enumerate(LEFT_BEHIND):
        book[f"{2 * number:02}-a.md"], book[f"{2 * number + 1:02}-b.md"] = a_note(cell(left)), a_note(cell(asked))
    Document(Path("notes"), checkpoints).update()
    said = [Note.read(path).cells[-1].output for path in sorted(Path("notes").glob("*-b.md"))]
    assert said == [expected for _, _, expected, _ in LEFT_BEHIND]
    assert [rest.shared for rest in checkpoints.rests[1::2]] == [why for *_, why in LEFT_BEHIND]


# What a note can see of the kernel it runs in: its threads and their names, its arguments, and how deep a call may be.
# The large message is one that pyzmq would start a thread for.
SEEN = [
    "import os, sys, threading\nfrom IPython.display import SVG",
    "large = '<svg xmlns=\"http://www.w3.org/2000/svg\">' + 'x' * 300_000 + '</svg>'",
    "def deep(n):\n    try: return deep(n + 1)\n    except RecursionError: return n\ndeep(0);",
    "print([each.name for each in threading.enumerate()], threading.Thread().name)",
    "print(deep(0), len(sys.argv), os.path.basename(sys.argv[0]), sys.argv[3:], 'JPY_PARENT_PID' in os.environ)",
    "SVG(large)",
]


@linux
def test_a_note_sees_of_its_kernel_what_a_run_shows(book, checkpoints):
    def shown() -> list[str | None]:
        return [each.output for path in sorted(Path("notes").glob("*.md")) for each in Note.read(path).cells]

    for number in range(3):
        book[f"0{number}-a.md"] = a_note(*map(cell, SEEN))
    Document(Path("notes"), checkpoints).update()
    preview = shown()
    for number in range(3):
        book[f"0{number}-a.md"] = a_note(*map(cell, SEEN))
    assert book.command("run")[0] == 0
    assert preview == shown()


@linux
def test_a_state_without_a_copy_costs_time_and_no_truth(book, checkpoints, ran):
    book["00-a.md"], book["01-b.md"] = a_note(cell("x = 1")), a_note(cell("import threading; t = threading.Event()"))
    book["02-c.md"] = a_note(cell("w = threading.Thread(target=t.wait); w.start()"))
    book["03-d.md"] = a_note(cell("w.is_alive(), x"))
    document = Document(Path("notes"), checkpoints)
    document.update()
    book["03-d.md"] = a_note(cell("w.is_alive(), x + 1"), cell("t.set(); w.join()"))
    document.update()
    assert output("(True, 2)") in book["03-d.md"]
    assert [sum(code in source for source in ran) for code in ("x = 1", "import threading", "w.start()")] == [1, 1, 2]


@linux
def test_a_state_leaves_one_file_in_the_temporary_folder_and_no_socket(book, checkpoints):
    for version in range(3):
        book["00-a.md"] = a_note(cell(f"x = {version}"))
        document = Document(Path("notes"), checkpoints)
        document.update()
    names = {path.name for path in checkpoints.folder.iterdir() if not path.name.startswith("start")}
    assert names == {"profile_default", "1", "2", "3"}


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


def test_an_edit_stops_a_cell_that_would_never_end(book, states):
    book["00-a.md"] = a_note(cell("open('started', 'w').close()\nwhile True: pass"), cell("'a'"))
    edit_while_it_runs(book, a_note(cell("'b'")))
    document = Document(Path("notes"), states)
    with pytest.raises(Stale):
        document.update()
    document.update()
    assert output("'b'") in book["00-a.md"]


@linux
def test_an_edit_in_the_instant_after_the_notes_are_read_is_seen(book, checkpoints, monkeypatch):
    book["00-a.md"], book["01-b.md"] = a_note(cell("1")), a_note(cell("2"))
    document, record = Document(Path("notes"), checkpoints), Document.record

    def recorded(self, note):
        if note.stem == "00-a":
            book["00-a.md"] = a_note(cell("3"))
        return record(self, note)

    monkeypatch.setattr(Document, "record", recorded)
    assert not document.keep_up()
    assert book["00-a.md"] == a_note(cell("3"))
    monkeypatch.setattr(Document, "record", record)
    assert document.keep_up() and output("3") in book["00-a.md"]


@pytest.fixture
def served(request, book, monkeypatch):
    """A book and its preview, whose every process carries a mark."""
    mark = marked(monkeypatch)
    shutil.copy(ROOT / "mkdocs.yml", book.root)
    book["index.md"] = "# The book\n"
    book["00-a.md"] = a_note("First words.", cell("x = 20"))
    book["01-b.md"] = a_note("Words.", cell("x + 1"))
    port = free_port()
    process = book.start("-u", *getattr(request, "param", ["-m", "scripts.serve"]), str(port))
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
    wait(lambda: output("22") in served["01-b.md"], 20)
    served["01-b.md"] = a_note("Words.", cell("y + 1"), cell("2"))
    wait(lambda: "notes/01-b.md:6: NameError" in page(served, "01-b"), 30)
    wait(lambda: "notes/01-b.md:6: NameError: name 'y' is not defined\n" in served.said, 20)
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
    started = "import subprocess\nfor own in (False, True): subprocess.Popen(['sleep', '4711'], start_new_session=own)"
    served["01-b.md"] = a_note("Words.", cell(f"{started}\nopen('started', 'w').close()\nwhile True: pass"))
    wait((served.root / "started").exists, 60)
    wait(lambda: len(alive(served.mark, "sleep 4711")) == 2, 20)  # until each has become what it was started as
    folders = list(Path(tempfile.gettempdir()).glob(f"mg-{served.process.pid}-*"))
    assert len(folders) == 1
    os.kill(served.process.pid, how)
    served.process.wait(timeout=20)
    wait(lambda: not alive(served.mark) and not folders[0].exists(), 20)
    if how in (signal.SIGINT, signal.SIGTERM):
        assert served.process.returncode == 130
        wait(lambda: any(re.match("interrupted", line) for line in served.said), 20)  # a thread reads it


def test_a_figure_that_the_preview_drew_goes_with_the_last_note_that_names_it(book, states):
    document = Document(Path("notes"), states)
    drawn = "import graphviz\ngraphviz.Digraph(body=['{} -> b'])"
    for name in "a", "c":
        book["00-a.md"] = a_note(cell(drawn.format(name)), f"![A graph](figures/{name}.svg)")
        document.update()
    assert [path.name for path in sorted(book.figure("").iterdir())] == ["c.svg"]
    assert "figures/a.svg" not in book["results.lock"]
    book.figure("hand.svg").write_text("<svg/>")
    book["index.md"] = "# The book\n\n![The graph](figures/c.svg)\n"
    book["00-a.md"] = a_note(cell("1"))
    document.update()
    assert book.figure("c.svg").exists() and book.figure("hand.svg").exists()
    book["index.md"] = "# The book\n"
    document.update()
    assert [path.name for path in book.figure("").iterdir()] == ["hand.svg"]
    assert "figures/" not in book["results.lock"]


def git(book, *command: str) -> str:
    """What git says in the book's folder."""
    named = ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", *command]
    return subprocess.run(named, cwd=book.root, capture_output=True, encoding="utf-8", check=True).stdout


def version(number: int, alt: str = "", code: str = "") -> str:
    """A note that draws and counts, with the author's words for what is drawn if there are some."""
    drawn = cell(f"import graphviz\ngraphviz.Digraph(body=['a -> b{number}'])")
    words = [f"![{alt}](figures/b{number}.svg)"] if alt else []
    return a_note(f"Words of {number}.", drawn, *words, cell(f"x = {number}"), *([cell(code)] if code else []))


@linux
@pytest.mark.slow
def test_git_may_put_other_notes_in_place_while_the_preview_watches(served):
    """Nothing of the author's is lost, and every result is the one that a run has recorded or would."""

    def kept_up(*commands: str, text: str = "") -> dict[str, bytes]:
        """The notes after a change, or several at once, as soon as the preview is up to date with them."""
        since = len(served.said)
        if text:
            served["00-a.md"] = text
        for command in commands:
            git(served, *command.split())
        wait(lambda: "up to date\n" in served.said[since:] and served.said[-1] == "up to date\n", 60)
        return served.files("notes")

    wait(lambda: "up to date\n" in served.said, 60)
    (served.root / ".gitignore").write_text("build/\nmicrograd/\nstarted\n")
    git(served, "init", "-b", "main")
    recorded = {}
    for number in 1, 2:
        recorded[number] = kept_up(text=version(number, f"A graph, {number}"))
        assert f"![A graph, {number}](figures/b{number}.svg)" in served["00-a.md"]
        assert output(str(number + 1)) in served["01-b.md"]
        git(served, "checkout", "-b", f"v{number}")
        git(served, "add", "--all")
        git(served, "commit", "-m", "Recorded")
    assert kept_up("checkout v1") == recorded[1]
    assert kept_up("checkout v2") == recorded[2]
    assert kept_up(*(f"checkout v{number}" for number in (1, 2, 1, 2, 1))) == recorded[1]

    mine = kept_up(text=version(3, "A graph of mine"))
    assert kept_up("stash --include-untracked") == recorded[1]
    assert kept_up("stash pop") == mine
    assert "![A graph of mine](figures/b3.svg)" in served["00-a.md"]
    kept_up("stash --include-untracked")
    git(served, "stash", "drop")

    endless = version(4, "Not drawn yet", "open('started', 'w').close()\nwhile True: pass")
    for back in "stash", "checkout notes":
        served["00-a.md"] = endless
        wait((served.root / "started").exists, 60)
        assert kept_up(back) == recorded[1]
        (served.root / "started").unlink()
    git(served, "stash", "pop")
    wait((served.root / "started").exists, 60)
    assert served["00-a.md"] == endless
    assert kept_up("checkout v1 -f") == recorded[1]

    served.process.send_signal(signal.SIGINT)
    served.process.wait(timeout=20)
    assert served.command("run")[0] == 0
    assert served.files("notes") == recorded[1]
    assert git(served, "status", "--porcelain") == ""


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
