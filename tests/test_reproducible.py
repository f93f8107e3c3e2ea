"""A clone on an unlike machine: another folder, home, hash seed, locale and time zone give the same document."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from scripts.note.folder import all_notes
from scripts.note.format import result_lines

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not (ROOT / "build/site").exists(), reason="no site here to compare with: make site"),
]
UNLIKE = {"PYTHONHASHSEED": "4711", "LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Kiritimati", "COLUMNS": "40"}


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


def made(clone: Path) -> None:
    """Clones the repository, runs it and builds its site in an unlike environment."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    without_results(clone)
    home = clone.parent / f"home of {clone.name}"
    home.mkdir()
    unset = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTEST"))}
    told = unset | UNLIKE | {"HOME": str(home), "USER": clone.name[:4]}
    if (ROOT / "build/book").exists():  # the site offers it, and the book has a test of its own
        shutil.copytree(ROOT / "build/book", clone / "build/book")
    for name in ("run", "site"):
        subprocess.run([sys.executable, "-m", f"scripts.{name}"], cwd=clone, env=told, check=True, capture_output=True)


def test_a_clone_on_an_unlike_machine_gives_the_bytes_that_make_site_gave_here(tmp_path):
    made(clone := tmp_path / "a long way off, and with spaces")
    what = (
        "notes/*.md",
        "notes/results.lock",
        "notes/figures/*",
        "micrograd/*.py",
        "build/notebooks/*",
        "build/site/**/*",
    )
    here, there = sums(ROOT, *what), sums(clone, *what)
    assert len(here) > 100
    assert {path: here.get(path) for path in there} == there
    assert here.keys() == there.keys()
