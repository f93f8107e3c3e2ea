"""Faults while the notes run, made to happen: nothing is lost, no process stays, and one line says what it was."""

import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, a_note, cell, output
from faults import alive, bare, marked, texts, wait

from scripts.common.problem import Problem
from scripts.note import tangle
from scripts.note.folder import all_notes
from scripts.note.format import Note as read
from scripts.publish.glossary import Glossary
from scripts.publish.page import Page
from scripts.publish.versions import Index

NOT_STARTED = "the kernel: it did not start, or died at once\n"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")]


@pytest.fixture
def running(book, monkeypatch):
    """A book of five notes, each with a text and a figure to record, that takes some seconds."""
    plot = "import matplotlib.pyplot as plt, time\ntime.sleep(0.3)\nplt.plot([1, 2]);"
    for number in range(5):
        name = f"0{number}-note.md"
        cells = [cell(f"print({number})"), cell(plot), cell("time.sleep(0.2)")]
        book[name] = a_note("Words.", *cells, cell("print('a line\\n' * 3000)") if number == 1 else "", "More words.")
    book.mark, book.before = marked(monkeypatch), texts(book)
    return book


def check_intact(book, complaint: str) -> None:
    """One line was said, no process is left, and every note says what it said."""
    assert len(complaint.strip().splitlines()) == 1, complaint
    wait(lambda: not alive(book.mark), 5)
    assert texts(book) == book.before


def moments(count: int) -> list[float]:
    """Seconds after the start, from before the kernel is there to the last note."""
    return [random.Random(seed).uniform(0.3, 6) for seed in range(count)]


@pytest.mark.parametrize("moment", moments(10))
def test_an_interrupt_at_any_moment_leaves_notes_and_machine_as_they_were(running, moment):
    process = running.start("-m", "scripts.run")
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=20)
    if process.returncode:
        assert process.returncode == 130
        check_intact(running, complaint)


@pytest.mark.parametrize("moment", moments(6))
def test_a_kernel_that_is_killed_at_any_moment_is_named_with_its_place(running, moment):
    process = running.start("-m", "scripts.run")
    wait(lambda: alive(running.mark, "ipykernel_launcher") or process.poll() is not None, 20)
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        for number in alive(running.mark, "ipykernel_launcher"):
            os.kill(number, signal.SIGKILL)
    _, complaint = process.communicate(timeout=20)
    if process.returncode == 2:  # on a slow machine it was still starting
        assert complaint == NOT_STARTED
    elif process.returncode:
        assert process.returncode == 1
        assert re.match(r"notes/0\d-note.md:\d+: the kernel died while it ran this cell$", complaint.strip())
    if process.returncode:
        check_intact(running, complaint)


def test_a_kernel_that_is_killed_while_it_starts_is_one_line(running):
    process = running.start("-m", "scripts.run")
    wait(lambda: alive(running.mark, "ipykernel_launcher"), 20)
    for number in alive(running.mark, "ipykernel_launcher"):
        os.kill(number, signal.SIGKILL)
    _, complaint = process.communicate(timeout=20)
    assert (process.returncode, complaint) == (2, NOT_STARTED)
    check_intact(running, complaint)


def test_no_kernel_outlives_a_run_that_is_killed(running):
    process = running.start("-m", "scripts.run")
    wait(lambda: alive(running.mark, "ipykernel_launcher"), 20)
    process.kill()
    process.communicate()
    check_intact(running, "killed")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of two megabytes of its own, as root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.getuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can make a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def on_disk(running, folder: Path):
    """The book, moved to another disk."""
    for name in ("notes", "build"):
        (folder / name).mkdir()
    for name in running.before:
        (folder / "notes" / name).write_text(running[name])
    (folder / "notes/figures").mkdir()
    running.root = folder
    return running


@pytest.mark.parametrize("left", [0, 4096, 12288, 40960, 45056, 65536])
def test_a_disk_that_fills_up_costs_nothing(running, small_disk, left):
    book = on_disk(running, small_disk)
    room = os.statvfs(small_disk)
    (small_disk / "filler").write_bytes(bytes(max(0, room.f_bavail * room.f_bsize - left)))
    status, _, complaint = book.command("run")
    assert status == 2
    assert "No space left on device" in complaint
    check_intact(book, complaint)


def test_notes_that_cannot_be_written_are_named(running, small_disk):
    book = on_disk(running, small_disk)
    notes = str(small_disk / "notes")
    subprocess.run(["mount", "--bind", notes, notes], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", notes], check=True)
    status, _, complaint = book.command("run")
    subprocess.run(["umount", "--lazy", notes], check=True)
    assert status == 2
    assert re.match(r"notes/\S+: Read-only file system$", complaint.strip())
    check_intact(book, complaint)


def test_a_note_that_disappears_while_it_runs_is_one_line(running):
    process = running.start("-u", "-m", "scripts.run")
    wait(lambda: any(line.startswith("00-note") for line in iter(process.stdout.readline, "")), 30)
    (running.root / "notes/02-note.md").rename(running.root / "notes/02-other.md")
    running.before["02-other.md"] = running.before.pop("02-note.md")
    _, complaint = process.communicate(timeout=30)
    assert process.returncode in (1, 2)
    assert complaint.startswith("notes/02-note.md")
    check_intact(running, complaint)
    assert running.command("run")[0] == 0
    assert output("2") in running["02-other.md"]


def test_a_note_that_was_deleted_takes_its_results_along(running):
    assert running.command("run")[0] == 0
    (running.root / "notes/02-note.md").unlink()
    assert running.command("run")[0] == 0
    assert "02-note" not in (running.root / "notes/results.lock").read_text()


def mutated(text: str, chosen: random.Random) -> str:
    """A text with something cut out, doubled, moved, or broken, at a random place."""
    i, j = sorted(chosen.randrange(len(text) + 1) for _ in range(2))
    j = min(j, i + chosen.choice([1, 3, 20, 500]))
    piece = text[i:j]
    noise = [
        "```",
        "```python\n",
        "```output\n",
        "~~~\n",
        "<!-- check: ",
        "-->",
        "> [!NOTE]\n",
        "$$",
        "$",
        "\r",
        "\0",
        "\t",
    ]
    noise += [
        "<details><summary>",
        "</details>\n",
        "![",
        "](figures/a.svg)",
        'title="micrograd/x.py"',
        "# ",
        "\n\n",
        "é",
    ]
    kind = chosen.randrange(4)
    if kind == 0:
        return text[:i] + text[j:]
    if kind == 1:
        return text[:j] + piece + text[j:]
    if kind == 2:
        k = chosen.randrange(len(text) + 1)
        return text[:k] + piece + text[k:]
    return text[:i] + chosen.choice(noise) + text[j:]


def test_two_thousand_mutilated_notes_are_read_or_refused_with_a_place():
    chosen, notes = random.Random(2000), all_notes(ROOT / "notes")
    refused = 0
    for _ in range(2000):
        note = chosen.choice(notes)
        text = note.text
        for _ in range(chosen.randint(1, 3)):
            text = mutated(text, chosen)
        try:
            found = read(note.path, text)
            tangle.package([found])
        except Problem as error:
            assert re.match(r".*\.md:\d+$", error.place)
            refused += 1
            continue
        results = ["\n".join(found.lines[cell.end : cell.results_end]).split("\n") for cell in found.cells]
        kept = [lines if cell.end < cell.results_end else [] for lines, cell in zip(results, found.cells, strict=True)]
        assert found.with_results(kept) == text
        assert bare(found.with_results(kept)) == bare(text)
    assert 200 < refused < 1800


def test_no_mutilated_note_makes_the_page_writer_fail_in_another_way():
    chosen, notes = random.Random(7), all_notes(ROOT / "notes")
    glossary = Glossary((ROOT / "notes/glossary.md").read_text(encoding="utf-8"))
    for _ in range(60):
        note = chosen.choice(notes)
        try:
            found = read(note.path, mutated(note.text, chosen))
            Page(found, Index([found]), glossary, "https://example.org").markdown()
        except Problem as error:
            assert re.match(r".*\.md:\d+$", error.place)
