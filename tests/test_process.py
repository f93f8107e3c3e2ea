"""The process of a kernel: what it is told, what it leaves behind."""

import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from conftest import a_note, cell
from faults import alive, marked, wait

from scripts.kernel.execute import execute
from scripts.kernel.process import Kernel, environment, own_folder
from scripts.note.format import Note

READ_BY_PYTHON = {
    "TZ": "Asia/Tokyo",
    "LANG": "de_DE.UTF-8",
    "LC_NUMERIC": "de_DE.UTF-8",
    "COLUMNS": "40",
    "PYTHONHASHSEED": "4711",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONUTF8": "0",
    "PYTHONIOENCODING": "latin-1",
    "PYTHONINTMAXSTRDIGITS": "640",
    "PYTHONSTARTUP": "own.py",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "7",
    "MKL_NUM_THREADS": "7",
    "MPLBACKEND": "agg",
}


def test_what_python_reads_from_the_environment_is_the_same_everywhere(monkeypatch, tmp_path):
    for name in READ_BY_PYTHON:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MY_OWN", "kept")
    plain = environment("folder", tmp_path)
    for name, value in READ_BY_PYTHON.items():
        monkeypatch.setenv(name, value)
    assert environment("folder", tmp_path) == plain
    assert (plain["TZ"], plain["LC_ALL"], plain["PYTHONHASHSEED"], plain["MY_OWN"]) == ("UTC", "C.UTF-8", "0", "kept")


def test_a_folder_that_a_killed_process_has_left_is_deleted_and_others_stay(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for name in (f"mg-{gone.pid}-left", "mg-other-kind", f"mg-{psutil.Process().ppid()}-alive"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "socket").touch()
    new = own_folder()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"mg-other-kind", f"mg-{psutil.Process().ppid()}-alive", new.name}


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_nothing_that_a_cell_has_started_outlives_the_kernel(book, monkeypatch):
    mark = marked(monkeypatch)
    source = "import subprocess\nfor own in (False, True): subprocess.Popen(['sleep', '4711'], start_new_session=own)"
    with Kernel(Path()) as session:
        execute(Note("notes/00-a.md", a_note(cell(source))), session)
        assert len(alive(mark, "sleep 4711")) == 2
    wait(lambda: not alive(mark), 10)
