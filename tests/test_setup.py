"""Setting up: the places that name versions agree, and the Makefile tells what it can do."""

import re
import subprocess
import tomllib

import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LINES = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINNED = [Requirement(line) for line in LINES[1:]]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = ("document", "dev")  # requirements-lab.txt pins the third, which `make lab` installs
DIRECT = [Requirement(line) for group in GROUPS for line in PROJECT["dependency-groups"][group]]
CONDA_NAMES = {"brotli-python": "brotli", "matplotlib-base": "matplotlib", "python-graphviz": "graphviz"}


def versions(requirements: list[Requirement]) -> dict[str, str]:
    return {canonicalize_name(each.name): str(each.specifier) for each in requirements}


def conda() -> dict[str, str]:
    """The versions of environment.yml by the names that PyPI gives them, without Python and pip."""
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = [line for entry in entries if isinstance(entry, dict) for line in entry["pip"]]
    pairs = [entry.split("=") for entry in entries if isinstance(entry, str) and entry != "pip"]
    by_conda = {CONDA_NAMES.get(name, name): f"=={version}" for name, version in pairs if name != "python"}
    return by_conda | versions([Requirement(line) for line in by_pip])


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


def test_every_direct_dependency_is_pinned_alike_for_pip_and_for_conda():
    direct, pinned, by_conda = versions(DIRECT), versions(PINNED), conda()
    assert direct == {name: pinned.get(name) for name in direct}
    assert direct == {name: by_conda.get(name) for name in direct}


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


def test_continuous_integration_builds_the_site_tests_and_checks():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^make (\w+)", script, re.M) == ["site", "test", "test", "check"]
    assert "set -euo pipefail" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
