"""The package as it is handed on: what a wheel of it holds, and what tangling leaves alone."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest
from conftest import ROOT, a_note, cell

from scripts.note.format import Note
from scripts.note.tangle import write_package

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "micrograd" / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy of the project, without the network."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "micrograd", folder / "micrograd", ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "."]
    subprocess.run([*pip, "--wheel-dir", "made"], cwd=folder, check=True)
    with zipfile.ZipFile(next((folder / "made").glob("*.whl"))) as wheel:
        yield wheel


def test_a_wheel_holds_the_package_with_its_marker_of_types_and_its_readme(wheel):
    modules = {f"micrograd/{path.name}" for path in (ROOT / "micrograd").glob("*.py")}
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == {*modules, "micrograd/py.typed", "micrograd/README.md"}
    metadata = wheel.read(next(name for name in wheel.namelist() if name.endswith("/METADATA"))).decode()
    assert README.strip() in metadata


def test_the_package_index_would_refuse_it():
    assert "Private :: Do Not Upload" in PROJECT["classifiers"]


def test_the_readme_of_the_package_says_what_its_examples_print_and_draw(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    example = "\n".join(re.findall(r"```python\n(.*?)```", README, re.S))
    exec(example, {})
    assert capsys.readouterr().out == re.search(r"print.*# (.*\n)", example)[1]
    assert (tmp_path / "b.svg").read_text(encoding="utf-8").startswith('<svg class="film"')


def test_tangling_leaves_what_it_did_not_write(tmp_path):
    (tmp_path / "micrograd").mkdir()
    for name in ("README.md", "py.typed", "gone.py"):
        (tmp_path / "micrograd" / name).write_text("0\n")
    assert write_package([Note("notes/00-a.md", a_note(cell("x = 1", title="engine.py")))], tmp_path) == [
        "micrograd/engine.py",
        "micrograd/gone.py",
    ]
    assert sorted(path.name for path in (tmp_path / "micrograd").iterdir()) == ["README.md", "engine.py", "py.typed"]
