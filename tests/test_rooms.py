"""The rooms of scripts/: who may import whom, how large a file may be, and that a name means one thing."""

import ast
import subprocess
import sys
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

import pytest
from conftest import ROOT

ROOMS = {  # and the rooms that each may import
    "common": set(),
    "note": {"common"},
    "kernel": {"common", "note"},
    "publish": {"common", "note"},
    "bind": {"common", "note", "publish"},
    "live": {"common", "note", "publish"},
    "measure": {"common", "note", "kernel"},
}
FOREIGN = ("IPython", "ipykernel", "jupyter", "mkdocs", "nbclient", "nbformat", "papermill", "torch", "zmq")
ANYWHERE = {"main", "load_ipython_extension"}  # a command's, and what IPython asks an extension for
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path.read_text(encoding="utf-8")
    for path in (ROOT / "scripts").rglob("*.py")
}


def imports(module: str) -> set[str]:
    """The modules of scripts/ that one of them imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(SOURCES[module])):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: write out where `{ast.unparse(node)}` is from"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in SOURCES else node.module for name in names}
    return found & SOURCES.keys()


def room(module: str) -> str:
    """The room that a module is in; empty for a door."""
    name = [*module.split("."), ""][1]
    return name if name in ROOMS else ""


def defined(source: str) -> set[str]:
    """The names of the functions, classes and constants at a module's top level."""
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found


def test_every_folder_of_scripts_is_a_room():
    folders = {path.parent.name for path in (ROOT / "scripts").rglob("*.py")} - {"scripts"}
    assert folders == ROOMS.keys()


def test_a_room_imports_only_the_rooms_it_may_and_nobody_imports_a_door():
    pairs = [(module, other) for module in SOURCES for other in imports(module)]
    assert len(pairs) > 100
    assert [f"{a} imports the door {b}" for a, b in pairs if not room(b)] == []
    assert [f"{a} imports {b}" for a, b in pairs if room(a) and room(b) not in {room(a), *ROOMS[room(a)]}] == []


def test_no_module_imports_itself_by_way_of_others():
    try:
        TopologicalSorter({module: imports(module) for module in SOURCES}).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_the_room_of_notes_loads_neither_jupyter_nor_mkdocs_nor_torch():
    modules = ", ".join(module for module in SOURCES if room(module) in ("common", "note"))
    command = [sys.executable, "-c", f"import sys, {modules}; print(*sys.modules)"]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split()
    assert "scripts.note.format" in loaded
    assert [name for name in loaded if name.startswith(FOREIGN)] == []


def test_no_file_is_longer_than_250_lines():
    assert {module: len(source.splitlines()) for module, source in SOURCES.items() if source.count("\n") > 250} == {}


def test_no_two_modules_give_one_name_to_two_things():
    places = defaultdict(list)
    for module, source in SOURCES.items():
        for name in defined(source) - ANYWHERE:
            places[name].append(module)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}
