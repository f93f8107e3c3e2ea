"""Proving that a package can be imported before it is written: in a Python of its own, in a folder of its own."""

import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from scripts.common.problem import Problem
from scripts.note.join import Piece

IMPORT_LIMIT = 60  # seconds that all imports may take
IMPORT = """
import importlib, json, sys, traceback

sys.path[:0] = sys.argv[1:3]
for name in sys.argv[3:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        lines = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
        said = traceback.format_exception_only(error)[-1].strip()
        sys.exit("\\n" + json.dumps([said, lines]))
"""


def prove(modules: dict[str, list[Piece]], texts: dict[str, str], root: Path) -> None:
    """Raises Problem, at its place in a note, for what does not compile or cannot be imported."""
    for path, text in texts.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text, path, "exec")
        except SyntaxError as error:
            raise Problem(place(modules[path], error.lineno or 1), f"SyntaxError in {path}: {error.msg}") from None
    with tempfile.TemporaryDirectory() as folder:
        for path, text in {"micrograd/__init__.py": "", **texts}.items():
            (Path(folder) / path).parent.mkdir(exist_ok=True)
            (Path(folder) / path).write_text(text, encoding="utf-8")
        names = [path.removesuffix(".py").replace("/", ".") for path in texts]
        fault, frames = imported(names, folder, root) if names else ("", [])
    for file, line in reversed(frames):
        path = Path(file).relative_to(folder).as_posix() if file.startswith(folder) else ""
        if path in modules:
            remedy = "a file of the package has what its own titled cells say, in their order, and what it imports"
            raise Problem(place(modules[path], line), f"{path} cannot be imported: {fault}", remedy)
    if fault:
        raise Problem("micrograd", f"the package cannot be imported: {fault}")


def imported(names: list[str], folder: str, root: Path) -> tuple[str, list[tuple[str, int]]]:
    """What goes wrong when modules in `folder` are imported (empty if nothing), and the files and lines of that."""
    command = [sys.executable, "-c", IMPORT, folder, str(root.resolve()), *names]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=IMPORT_LIMIT, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return f"it takes longer than {IMPORT_LIMIT} seconds", []
    if not done.returncode:
        return "", []
    try:
        said, lines = json.loads(done.stderr.splitlines()[-1])
    except (IndexError, ValueError):
        return f"Python ends with {done.returncode}", []
    return said, [(file, line) for file, line in lines]


def place(module: list[Piece], line: int) -> str:
    """The place in the notes of a line of a file, whose first is the header."""
    at, found = 2 - module[0].gap.count("\n"), module[0].place
    for piece in module:
        at += piece.gap.count("\n")
        if at <= line:
            found = f"{piece.path}:{piece.line + line - at}"
        at += piece.source.count("\n")
    return found
