"""Notes in Jupyter: opened and saved through Jupytext's contents manager, run in the kernel that `make lab` sets up."""

import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, a_note, cell
from jupyter_client import KernelManager

from scripts.kernel import jupyterlab
from scripts.note.folder import all_notes


def saved(folder: Path, name: str, edit=lambda notebook: None) -> str:
    """What a note says after it was opened as a notebook, edited, given what JupyterLab adds, and saved."""
    pytest.importorskip("jupyter_server", reason="`make lab` installs JupyterLab, and with it this test's subject")
    from jupytext import TextFileContentsManager

    manager = TextFileContentsManager(root_dir=str(folder))
    model = manager.get(f"notes/{name}", type="notebook", content=True)
    model["content"].metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for each in model["content"].cells:
        each.metadata |= {"collapsed": False, "editable": True}
        if each.cell_type == "code":
            each.execution_count = 1
            each.outputs = [{"output_type": "stream", "name": "stdout", "text": "ran\n"}]
    edit(model["content"])
    manager.save(model, f"notes/{name}")
    return (folder / "notes" / name).read_text(encoding="utf-8")


@pytest.fixture
def root(tmp_path):
    """A copy of the repository's notes with Jupytext's settings."""
    shutil.copytree(ROOT / "notes", tmp_path / "notes", ignore=shutil.ignore_patterns("*.ipynb"))
    shutil.copy(ROOT / "jupytext.toml", tmp_path)
    return tmp_path


def test_opening_running_and_saving_leaves_every_note_as_it_was(root):
    for note in all_notes(ROOT / "notes"):
        assert saved(root, Path(note.path).name) == note.text


def test_an_edit_in_jupyter_changes_its_line_only(root):
    note = all_notes(ROOT / "notes")[0]

    def edit(notebook):
        code = next(cell for cell in notebook.cells if cell.cell_type == "code")
        code.source = "edited = 1\n" + code.source

    lines = note.text.split("\n")
    lines.insert(note.cells[0].line, "edited = 1")
    assert saved(root, Path(note.path).name, edit) == "\n".join(lines)


def test_a_kernel_of_the_lab_catches_up_and_draws_as_a_run_does(book, monkeypatch):
    book["00-a.md"] = a_note(cell("import graphviz\nx = 41"))
    book["01-b.md"] = a_note(cell("x += 1"), cell("1 / 0", "raises-exception"))
    book["02-c.md"] = a_note(cell("x"))
    monkeypatch.setattr(jupyterlab, "LAB", book.root / "build/lab")
    environment = jupyterlab.configure(book.root) | {"JPY_SESSION_NAME": str(book.root / "notes/02-c.ipynb")}
    manager = KernelManager()
    manager.start_kernel(env=environment, cwd=str(book.root / "notes"))
    client, said = manager.client(), []
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        graph = "graph = graphviz.Digraph(); graph.edge('a', 'b'); graph"
        for source in "x", "open('notes/02-c.md').read()[:7]", graph:
            client.execute_interactive(source, timeout=60, output_hook=lambda message: said.append(message["content"]))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    values = [content["data"] for content in said if "data" in content]
    assert [value["text/plain"] for value in values[:2]] == ["42", "'# Title'"]
    assert 'class="node"' in values[2]["image/svg+xml"]
    notices = "".join(content["text"] for content in said if content.get("name") == "stderr")
    assert re.findall(r"first, (\S+)", notices) == ["00-a", "01-b"]
