"""After any edit the preview's results are a clean run's: random edits of hostile little notes, and of the book's own.

The seed, the number of edits and the time are printed; `EDITS=200 SEED=7` before the command sets others.
"""

import os
import random
import re
import shutil
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, Book, a_note, cell

from scripts.common.problem import Problem
from scripts.kernel import process, states
from scripts.kernel.document import Document
from scripts.kernel.process import Kernel
from scripts.kernel.run import run as run_all
from scripts.kernel.states import Checkpoints
from scripts.note.format import Note

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checkpoints need Linux")
EDITS, SEED = int(os.environ.get("EDITS", "0")), int(os.environ.get("SEED", "1"))

FIRST = """\
import asyncio, builtins, contextvars, decimal, gc, io, itertools, logging, math, mmap, os, random, signal, subprocess
import sys, tempfile, threading, time, warnings, weakref
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from IPython import get_ipython
out, loop, pid, here = sys.stdout, asyncio.get_running_loop(), os.getpid(), os.getcwd()
class Node:
    alive = 0
    def __init__(self): Node.alive += 1
    def __del__(self): Node.alive -= 1
node, kept, counter, lock, seen = Node(), [Node()], itertools.count(), threading.Lock(), []
ref, number, var = weakref.ref(node), 1, contextvars.ContextVar("var", default=0)
random.seed(1); np.random.seed(1); rng = np.random.default_rng(1)
executor = task = file = pipe = memory = child = made = written = None
async def later(x):
    await asyncio.sleep(0.01)
    return x
def lines(): yield from "abcdefgh" * 20
letters = lines()"""

# Each may stand anywhere, any number of times, and gives the same in every clean run.
HOSTILE = [
    "node = Node(); ref = weakref.ref(node)",
    "node = None\nref() is None, Node.alive",
    "kept.append(Node()); kept[0].other = kept; Node.alive",
    "kept = []\ngc.collect();\nNode.alive",
    "gc.disable()\ngc.isenabled()",
    "gc.enable()\nsum(isinstance(each, Node) for each in gc.get_objects()), sys.getrefcount(kept)",
    "cycle = Node(); cycle.me = cycle; ref = weakref.ref(cycle)\ndel cycle\ngc.collect();\nref() is None",
    "out is sys.stdout, loop is asyncio.get_running_loop(), pid == os.getpid()",
    "print('kept', file=out); print('error', file=sys.stderr)",
    "next(counter), next(letters)",
    "get_ipython().execution_count - len(In), len(Out) > 0, number",
    "_",
    "number += 1; number",
    "random.random(), random.getrandbits(8)",
    "np.random.rand(), float(rng.random())",
    "random.seed(number); np.random.seed(number)",
    "np.set_printoptions(precision=number % 5 + 1); np.array([1 / 3])",
    "np.array([2 / 3]), decimal.Decimal(1) / 3",
    "decimal.getcontext().prec = number % 7 + 2",
    "var.set(number); var.get()",
    "var.get()",
    "executor = ThreadPoolExecutor(1); list(executor.map(abs, [-number]))",
    "list(executor.map(abs, [-3])) if executor else 'none'",
    "threading.active_count() - (1 if executor else 0) > 0, lock.locked()",
    "executor and executor.shutdown(); executor = None",
    "lock.acquire(blocking=False)",
    "task = asyncio.create_task(later(number))",
    "await task if task else 'none'",
    "await later(5)",
    "file = open(here + '/data.txt'); file.readline()",
    "file.readline() if file and not file.closed else 'none'",
    "file and file.close()",
    "made = tempfile.TemporaryFile('w+'); made.write('x' * number); made.flush()",
    "made and (made.write('y'), made.flush(), made.tell())",
    "made = None",
    "pipe = os.pipe(); os.write(pipe[1], b'12345')",
    "os.read(pipe[0], 1) if pipe and select.select([pipe[0]], [], [], 0)[0] else 'none'",
    "import select",
    "memory = mmap.mmap(-1, 8); memory[0] = number % 200",
    "memory[0] if memory else 'none'",
    "if memory: memory[0] = (memory[0] + 1) % 256",
    "child = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)",
    "child.communicate(b'abc')[0] if child else 'none'",
    "child = None",
    "math.tau = number; math.tau",
    "math.tau > 6.28, hasattr(math, 'mine')",
    "math.mine = 1; builtins.mine = number",
    "getattr(builtins, 'mine', 'none')",
    "os.environ['MINE'] = str(number); os.environ['MINE']",
    "os.environ.get('MINE'), os.environ['TZ'], time.tzname",
    "os.chdir(here + '/notes'); os.path.basename(os.getcwd())",
    "os.chdir(here); os.path.basename(os.getcwd()) == os.path.basename(here)",
    "os.getcwd() == here",
    "sys.setrecursionlimit(3000 + number); sys.getrecursionlimit()",
    "def deep(n): return n and 1 + deep(n - 1)\ndeep(900)",
    "sys.path.append('mine'); sys.path.count('mine')",
    "warnings.simplefilter('ignore'); len(warnings.filters) > 0",
    "logging.basicConfig(level=30, format='%(message)s'); logging.warning('logged'); len(logging.getLogger().handlers)",
    "len(logging.getLogger('tornado').handlers), signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL",
    "signal.signal(signal.SIGUSR1, lambda *_: seen.append(1)); os.kill(os.getpid(), signal.SIGUSR1); len(seen)",
    "signal.setitimer(signal.ITIMER_REAL, 1000); signal.getitimer(signal.ITIMER_REAL)[0] > 0",
    "signal.getitimer(signal.ITIMER_REAL)[0] > 0",
    "tee, sys.stdout = io.StringIO(), out\nsys.stdout = tee; print('hidden')",
    "sys.stdout = out; print(tee.getvalue() if 'tee' in globals() else 'none')",
    "sys.excepthook = print; sys.excepthook is print",
    "sys.excepthook is print",
    "with open(here + '/made.txt', 'w') as into: into.write(str(number))\nwritten = True",
    "open(here + '/made.txt').read() if written else 'none'",
    "open(here + '/data.txt').read(3)",
    "import helper\nhelper.VALUE",
    "import matplotlib.pyplot as plt; plt.plot([number, 2]); plt.rcParams['lines.linewidth'] = 1 + number % 3",
    "plt.rcParams['lines.linewidth'] if 'plt' in globals() else 'none'",
    "import graphviz; graphviz.Digraph(body=[f'a -> b{number}'])",
    "1 / 0",
    "print(len(threading.enumerate()), len(asyncio.all_tasks()))",
    "sorted(each.name for each in threading.enumerate()), threading.Thread().name",
    "from IPython.display import SVG; SVG('<svg xmlns=\"http://www.w3.org/2000/svg\">' + 'x' * 99_000 + '</svg>')",
    "def deepest(n):\n    try: return deepest(n + 1)\n    except RecursionError: return n\ndeepest(0) // 2",
    "sys.argv[3:], sys.stdin.read(), subprocess.run(['cat'], capture_output=True).stdout",
]


def a_clean_run(book: Book, files: dict[str, bytes], root: Path) -> tuple[str, dict[str, bytes]]:
    """What `make run` says of these files in a folder of their own, and what it leaves."""
    clean = Book(root)
    for name, content in files.items():
        (clean.root / name).parent.mkdir(parents=True, exist_ok=True)
        (clean.root / name).write_bytes(content)
    os.chdir(clean.root)
    try:
        run_all()
    except Problem as problem:
        return str(problem), clean.files("notes")
    finally:
        os.chdir(book.root)
    return "", clean.files("notes")


def named(files: dict[str, bytes]) -> dict[str, list[str]]:
    """The lines of these files, without the figures that no note names: the preview deletes what it drew, a run leaves
    it to the check."""
    words = "".join(text.decode() for name, text in files.items() if name.endswith(".md"))

    def left_over(line: str) -> bool:
        return "figures/" in line and line.split(" ")[0].rpartition("/")[2] not in words

    lines = {name: text.decode().split("\n") for name, text in files.items() if not left_over(name)}
    lock = "notes/results.lock"
    return lines | ({lock: [line for line in lines[lock] if not left_over(line)]} if lock in lines else {})


def kept_up(document: Document) -> str:
    """What the preview says after an edit."""
    try:
        while not document.keep_up():
            continue
    except Problem as problem:
        return str(problem)
    return ""


@pytest.fixture
def unlike_pytest(book, monkeypatch):
    """ipykernel captures what processes print, as it does outside of pytest; the clean run has a kernel of its own."""

    def told(*where):
        return {name: value for name, value in environment(*where).items() if name != "PYTEST_CURRENT_TEST"}

    environment = process.environment
    for module in process, states:
        monkeypatch.setattr(module, "environment", told)
    monkeypatch.setattr("scripts.kernel.run.Kernel", Kernel)
    return book


def compared(book: Book, edit, edits: int, root: Path) -> None:
    """Makes this many edits and compares each with a clean run."""
    start = time.monotonic()
    with Checkpoints(book.root) as kept:
        document = Document(Path("notes"), kept)
        for number in range(edits + 1):
            files = {name: text for name, text in book.files().items() if not name.startswith("build/")}
            said = kept_up(document)
            failure, clean = a_clean_run(book, files, root / str(number))
            where = f"edit {number} of seed {SEED}"
            assert said.replace(str(book.root), "") == failure.replace(str(root / str(number)), ""), where
            left, clean = named(book.files("notes")), named(clean)
            for name in left | clean:
                assert left.get(name) == clean.get(name), f"{name}, {where}"
            shutil.rmtree(root / str(number))
            edit()
    print(f"\nseed {SEED}, {edits} edits, {time.monotonic() - start:.0f} s")


def an_edit_of(book: Book, chosen: random.Random, sources: dict[str, list[str]]) -> None:
    """A cell more, less, other, or two that change places; sometimes a file that the notes read."""
    kind = chosen.choice(["more", "more", "less", "less", "swap", "data", "helper"])
    name = chosen.choice(list(sources)[1:])
    cells = sources[name]
    if kind == "data":
        (book.root / "data.txt").write_text("".join(f"line {chosen.random()}\n" for _ in range(5)))
    elif kind == "helper":
        (book.root / "helper.py").write_text(f"VALUE = {chosen.random()}\n")
    elif kind == "more" or len(cells) < 3:
        cells.insert(chosen.randrange(len(cells) + 1), chosen.choice(HOSTILE))
    elif kind == "less":
        del cells[chosen.randrange(len(cells))]
    else:
        i, j = chosen.sample(range(len(cells)), 2)
        cells[i], cells[j] = cells[j], cells[i]
    write(book, sources)


def write(book: Book, sources: dict[str, list[str]]) -> None:
    """Writes the notes whose code is another now, as an author saves them."""
    for name, cells in sources.items():
        path = book.root / "notes" / name
        if not path.exists() or [each.source for each in Note.read(path).cells] != cells:
            book[name] = a_note(*map(cell, cells))


def hostile(book: Book, edits: int, root: Path) -> None:
    chosen = random.Random(SEED)
    (book.root / "data.txt").write_text("one\ntwo\nthree\n")
    (book.root / "helper.py").write_text("VALUE = 1\n")
    sources = {"00-a.md": [FIRST]} | {f"0{i}-b.md": chosen.sample(HOSTILE, 7) for i in range(1, 6)}
    write(book, sources)
    compared(book, lambda: an_edit_of(book, chosen, sources), edits, root)


@pytest.mark.timeout(600)
def test_after_a_few_edits_of_hostile_notes_all_results_are_a_clean_run_s(unlike_pytest, tmp_path_factory):
    hostile(unlike_pytest, 2, tmp_path_factory.mktemp("clean"))


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_after_many_edits_of_hostile_notes_all_results_are_a_clean_run_s(unlike_pytest, tmp_path_factory):
    hostile(unlike_pytest, EDITS or 20, tmp_path_factory.mktemp("clean"))


def another(chosen: random.Random, source: str) -> str:
    """A cell's code with another number, a line less, or a line more."""
    lines = source.split("\n")
    kind = chosen.choice(["number", "number", "less", "more"])
    if kind == "number" and (found := list(re.finditer(r"\b\d+\b", source))):
        at = chosen.choice(found)
        return source[: at.start()] + str(chosen.randrange(1, 9)) + source[at.end() :]
    if kind == "less" and len(lines) > 1:
        del lines[chosen.randrange(len(lines))]
    else:
        lines.append(
            chosen.choice(
                ["import gc; gc.collect();", "print(len(Out))", "import random; random.seed(5); random.random()"]
            )
        )
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_after_edits_of_the_book_s_own_notes_all_results_are_a_clean_run_s(unlike_pytest, tmp_path_factory):
    book, chosen = unlike_pytest, random.Random(SEED)
    for path in sorted((ROOT / "notes").glob("0[0-7]-*.md")):
        book[path.name] = path.read_text(encoding="utf-8")
    shutil.copytree(ROOT / "notes/figures", book.root / "notes/figures", dirs_exist_ok=True)
    lock = (ROOT / "notes/results.lock").read_text(encoding="utf-8").splitlines(True)
    book["results.lock"] = "".join(line for line in lock if line[0] == "#" or re.search(r"\b0[0-7]-[\w-]+\.md\b", line))
    originals = {path.name: book[path.name] for path in sorted((book.root / "notes").glob("*.md"))}

    def edit() -> None:
        for name, text in originals.items():  # one edit at a time, or most of them would fail at the first
            if Note(name, book[name]).cells != Note(name, text).cells and chosen.random() < 0.7:
                book[name] = text
        name = chosen.choice(list(originals))
        note = Note(name, book[name])
        at = chosen.choice(note.cells)
        lines = list(note.lines)
        lines[at.line : at.line + at.source.count("\n") + 1] = another(chosen, at.source).split("\n")
        book[name] = "\n".join(lines)

    compared(book, edit, EDITS or 4, tmp_path_factory.mktemp("clean"))
