"""Tiny notes, written as strings, and the books they make: a root folder to run, check and publish."""

import importlib
import io
import os
import socket
import subprocess
import sys
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import pytest

from scripts.common.door import exit_status
from scripts.kernel import run
from scripts.kernel.process import Kernel

pytest_plugins = ["browser", "room"]  # their fixtures: server, chromium, open_page, reader
ROOT = Path(__file__).resolve().parent.parent


def cell(source: str, tag: str = "", title: str = "") -> str:
    attributes = (f' title="micrograd/{title}"' if title else "") + (f' tags=["{tag}"]' if tag else "")
    return f"```python{attributes}\n{source}\n```"


def output(text: str) -> str:
    return f"```output\n{text}\n```"


def a_note(*blocks: str) -> str:
    """A note's text: a title on line 1, the first of its blocks on line 3."""
    return "\n\n".join(["# Title", *blocks]) + "\n"


class Book:
    """A root folder with the notes that are put into it: `book["00-a.md"] = a_note(...)`."""

    def __init__(self, root: Path):
        self.root = root
        (root / "notes" / "figures").mkdir(parents=True, exist_ok=True)

    def __setitem__(self, name: str, text: str) -> None:
        (self.root / "notes" / name).write_bytes(text.encode())

    def __getitem__(self, name: str) -> str:
        return (self.root / "notes" / name).read_bytes().decode()

    def figure(self, name: str) -> Path:
        return self.root / "notes" / "figures" / name

    def files(self, *folders: str) -> dict[str, bytes]:
        """What every file of these folders says, or of all."""
        paths = [path for folder in folders or [""] for path in (self.root / folder).rglob("*") if path.is_file()]
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths}

    def run_in(self, session) -> None:
        """Runs the book in a kernel that is there."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.root)
            patch.setattr(run, "Kernel", lambda cwd: nullcontext(session))
            run.run()

    def start(self, *command: str) -> subprocess.Popen:
        """Python with this command line, in the book's folder."""
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def command(self, name: str, *arguments: str) -> tuple[int, str, str]:
        """`python -m scripts.NAME`: its exit status, what it prints, what it complains of."""
        process = self.start("-m", f"scripts.{name}", *arguments)
        try:
            out, complaint = process.communicate()
        finally:
            process.kill()  # if the test's time limit ended the wait
        return process.returncode, out, complaint

    def here(self, name: str, *arguments: str) -> tuple[int, str, str]:
        """What `command` gives, in this process, which saves the start of a Python and of a kernel."""
        main, out, complaint = importlib.import_module(f"scripts.{name}").main, io.StringIO(), io.StringIO()
        own = mock.patch("signal.signal"), mock.patch.object(sys, "argv", [name, *arguments])
        with own[0], own[1], redirect_stdout(out), redirect_stderr(complaint):
            try:
                status = exit_status(main)
            except SystemExit as end:
                status = end.code
        return status, out.getvalue(), complaint.getvalue()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(scope="session")
def session():
    """A kernel for all tests that don't harm it, since starting one takes a second."""
    with Kernel() as session:
        yield session


@pytest.fixture
def book(tmp_path, monkeypatch, request):
    """An empty book in the working directory. In this process, it runs in the kernel that the tests share."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "Kernel", lambda cwd: nullcontext(request.getfixturevalue("session")))
    return Book(tmp_path)
