"""Two clones on unlike machines: other folders, homes, hash seeds, locales and time zones give the same document."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from scripts.note.folder import all_notes
from scripts.note.format import result_lines

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
UNLIKE = {
    "here": {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Pacific/Kiritimati", "COLUMNS": "40"},
    "a long way off, and with spaces": {"PYTHONHASHSEED": "4711", "LC_ALL": "de_DE.UTF-8", "TZ": "America/St_Johns"},
}


def sums(folder: Path, *patterns: str) -> dict[str, str]:
    """A checksum for each file of these patterns."""
    paths = sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def without_results(clone: Path) -> None:
    """Takes all results away but those that vary, so that they are recorded anew."""
    for note in all_notes(clone / "notes"):
        kept = []
        for cell in note.cells:
            varies = "varies" in cell.tags
            kept.append(result_lines(cell.output if varies else None, cell.figures))
            for figure in [] if varies else cell.figures:
                (clone / "notes" / figure.path).unlink()
        Path(note.path).write_bytes(note.with_results(kept).encode())


def made(clone: Path, environment: dict[str, str]) -> dict[str, str]:
    """Clones the repository, runs it and builds its site in this environment; checksums of all that came of it."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    without_results(clone)
    home = clone.parent / f"home of {clone.name}"
    home.mkdir()
    unset = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTEST"))}
    told = unset | environment | {"HOME": str(home), "USER": clone.name[:4]}
    for name in ("run", "site"):
        subprocess.run([sys.executable, "-m", f"scripts.{name}"], cwd=clone, env=told, check=True, capture_output=True)
    return sums(clone, "notes/**/*", "micrograd/*.py", "build/notebooks/*", "build/site/**/*")


def test_two_clones_on_unlike_machines_give_the_same_bytes(tmp_path):
    one, other = (made(tmp_path / name, environment) for name, environment in UNLIKE.items())
    assert len(one) > 100
    assert {path: one.get(path) for path in other} == other
    assert one.keys() == other.keys()
