"""What others do not document and we rest on: each name stands in one module, and does what that module takes it for.

When a test fails here after an upgrade, that module is the one to mend. Two things cannot be asked here: what VS Code
calls an open notebook, and what MkDocs makes of a page, which the build of a site says by itself (see lighten.py).
"""

import asyncio
import importlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from operator import attrgetter
from pathlib import Path

import pytest
from conftest import ROOT, a_note, cell

from scripts.kernel.engine import ENGINE, Frame, Pause, Session, exited, frames, ran
from scripts.kernel.notebook import to_run
from scripts.note.format import Note

NAMES = [  # how our code says it, where it is (module, name), and the one module that may say it
    ("JPY_PARENT_PID", "ipykernel.kernelapp", "IPKernelApp.parent_handle", "kernel/states.py"),
    ("app.init_poller", "ipykernel.kernelapp", "IPKernelApp.init_poller", "kernel/resting.py"),
    ("threading._counter", "threading", "_counter", "kernel/resting.py"),
    ("ipykernel_launcher", "ipykernel_launcher", "", "kernel/resting.py"),
    ("Session.copy_threshold", "jupyter_client.session", "Session.copy_threshold", "kernel/options.py"),
    ("IPythonKernel.clear_instance", "ipykernel.ipkernel", "IPythonKernel.clear_instance", "kernel/resting.py"),
    ("app.init_sockets", "ipykernel.kernelapp", "IPKernelApp.init_sockets", "kernel/resting.py"),
    ("app.init_heartbeat", "ipykernel.kernelapp", "IPKernelApp.init_heartbeat", "kernel/resting.py"),
    ("app.init_kernel", "ipykernel.kernelapp", "IPKernelApp.init_kernel", "kernel/resting.py"),
    ("app.reset_io", "ipykernel.kernelapp", "IPKernelApp.reset_io", "kernel/resting.py"),
    ("type(stream).__init__(", "ipykernel.iostream", "OutStream.set_parent", "kernel/resting.py"),
    ("post_handler_hook", "ipykernel.kernelbase", "Kernel.post_handler_hook", "kernel/resting.py"),
    ("ensure_event_loop()", "jupyter_core.utils", "ensure_event_loop", "kernel/loop.py"),
    ("(PapermillNotebookClient)", "papermill.clientwrap", "PapermillNotebookClient", "kernel/engine.py"),
    (
        ".papermill_execute_cells(",
        "papermill.clientwrap",
        "PapermillNotebookClient.papermill_execute_cells",
        "kernel/engine.py",
    ),
    ("metadata.papermill", "papermill.engines", "NotebookExecutionManager.COMPLETED", "kernel/engine.py"),
    ("Cell In", "IPython.core.ultratb", "VerboseTB", "kernel/engine.py"),
    (
        "load_jupytext_configuration_file(",
        "jupytext.config",
        "load_jupytext_configuration_file",
        "kernel/pairing.py",
    ),
    ("JPY_SESSION_NAME", "", "", "kernel/jupyterlab.py"),
    ("__vsc_ipynb_file__", "", "", "kernel/jupyterlab.py"),
    ("kernel.do_execute", "ipykernel.ipkernel", "IPythonKernel.do_execute", "kernel/catch_up.py"),
    ("shell.set_parent(", "ipykernel.zmqshell", "ZMQInteractiveShell.set_parent", "kernel/catch_up.py"),
    ("jpserver-", "", "", "kernel/jupyterlab.py"),
    ("build_site(", "mkdocs.commands.build", "build", "publish/preview.py"),
    ("LiveReloadServer(", "mkdocs.livereload", "LiveReloadServer", "publish/preview.py"),
    ("zeroclipboard", "", "", "publish/lighten.py"),
    ("highlight-ipynb", "", "", "publish/lighten.py"),
    ("data-md-", "", "", "publish/lighten.py"),
]


@pytest.mark.parametrize(("said", "module", "name", "file"), NAMES, ids=[row[0] for row in NAMES])
def test_a_name_that_others_do_not_document_is_there_and_used_in_one_place(said, module, name, file):
    scripts = {path.relative_to(ROOT / "scripts").as_posix(): path for path in (ROOT / "scripts").rglob("*.py")}
    assert [each for each, path in scripts.items() if said in path.read_text(encoding="utf-8")] == [file]
    if name:
        try:
            attrgetter(name)(importlib.import_module(module))
        except (ImportError, AttributeError):
            pytest.fail(f"{module} has no {name} any more: mend scripts/{file}")


RESTING = """
import json, sys, threading
from pathlib import Path
import psutil
from scripts.kernel import resting, states

def at_rest(pipe, copied):
    connections = psutil.Process().net_connections("all")
    said.append([kernel.shared(pipe), threading.active_count(), len(connections)])
    return next(places)

folder, said = Path(sys.argv[1]), []
resting.waited, places = at_rest, iter([folder / "a", folder / "b"])
kernel = resting.RestingKernel(folder)
shell, out, loop = kernel.app.kernel.shell, sys.stdout, kernel.loop
for name in "start", "a":
    pipe = resting.new_pipe(folder / name)
    kernel.rest(folder / name, pipe)
    said.append([kernel.app.kernel.shell is shell, sys.stdout is out, out.closed])
states.connection(folder / "c")
said.append(json.loads((folder / "c.json").read_text()))
(folder / "said").write_text(json.dumps(said))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="checkpoints need Linux")
def test_a_process_serves_one_kernel_after_another_and_rests_between_them_without_threads_or_sockets(tmp_path):
    command = [sys.executable, "-c", RESTING, str(tmp_path)]
    told = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    told["JPY_PARENT_PID"] = str(os.getpid())
    done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{done.stderr}\nmend scripts/kernel/resting.py"
    first, same, second, still, told = json.loads((tmp_path / "said").read_text())
    pair = 2  # the sockets by which the loop wakes itself
    assert first == second == ["", 1, pair], "[what is shared, threads, sockets] at rest"
    assert same == still == [True, True, False], "another shell or stream, or a closed one: notes would notice"
    assert (told["transport"], told["ip"]) == ("ipc", f"{tmp_path}/c.socket"), "mend scripts/kernel/states.py"
    assert sorted(told[name] for name in told if name.endswith("_port")) == [1, 2, 3, 4, 5] and told["key"]


def test_nbclient_waits_in_the_loop_that_we_wait_in():
    from nbclient.util import run_sync

    from scripts.kernel.loop import result

    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert run_sync(loop)() is result(loop()), "mend scripts/kernel/loop.py"


def executed(session: Session, *sources: str, pause: int = 99):
    """The cells that papermill ran in our engine; it pauses before the one at `pause`."""
    from papermill.execute import execute_notebook

    def on_cell(cell, cell_index: int) -> None:
        if cell_index == pause:
            raise Pause(cell_index)

    notebook = to_run(Note("notes/00-a.md", a_note(*map(cell, sources))))
    return execute_notebook(notebook, **ENGINE, session=session, on_cell=on_cell, time_limit=60).cells[1:]


def test_papermill_runs_cells_in_the_kernel_it_is_given_and_tells_which_it_completed(session):
    cells = executed(session, "import os; os.getpid()", "os.getpid()")
    assert [each.metadata.papermill.status for each in cells] == ["completed"] * 2, "mend scripts/kernel/engine.py"
    assert len({each.outputs[0].data["text/plain"] for each in cells}) == 1
    assert [*map(ran, cells)] == [True, True]


def test_papermill_tells_the_cell_that_exited_and_lets_it_pass(session):
    cells = executed(session, "1", "raise SystemExit", "2")
    assert [*map(exited, cells)] == [False, True, False], "mend `exited` in scripts/kernel/engine.py"
    assert [*map(ran, cells)][:2] == [True, False]


def test_papermill_takes_the_cells_after_a_pause_for_completed_and_we_do_not(session):
    cells = executed(session, "1", "2", "3", pause=2)
    assert [each.metadata.papermill.status for each in cells] == ["completed"] * 3, "`paused` is not needed any more"
    assert [*map(ran, cells)] == [True, False, False], "mend `ran` in scripts/kernel/engine.py"


def test_ipython_names_the_cell_the_line_and_the_function_of_each_frame(session):
    from papermill.exceptions import PapermillExecutionError

    with pytest.raises(PapermillExecutionError) as failed:
        executed(session, "def f():\n    import json\n    json.loads('{')\n\nf()")
    found, count = frames(failed.value.traceback), failed.value.exec_count
    assert found[:2] == [Frame(count, f"cell {count}", 5, ""), Frame(count, f"cell {count}", 3, "f")], (
        "IPython words its tracebacks otherwise: mend FRAME in scripts/kernel/engine.py"
    )
    assert found[2].cell == 0 and found[2].file.endswith("json/__init__.py") and found[2].name == "loads"


def test_jupytext_reads_a_configuration_that_its_reader_and_writer_take():
    import jupytext
    from jupytext.config import load_jupytext_configuration_file

    config = load_jupytext_configuration_file(str(ROOT / "jupytext.toml"))
    assert config.notebook_metadata_filter == "-all", "mend scripts/kernel/pairing.py"
    text = a_note(cell("1", tag="varies"))
    assert jupytext.writes(jupytext.reads(text, "md", config=config), "md", config=config) == text


def test_jupyters_server_tells_a_kernel_which_notebook_is_open():
    server = pytest.importorskip(
        "jupyter_server.services.sessions.sessionmanager",
        reason="`make lab` installs JupyterLab, and with it this test's subject",
    )
    told = server.SessionManager.get_kernel_env(None, "notes/02-c.ipynb")
    assert told["JPY_SESSION_NAME"] == "notes/02-c.ipynb", "mend scripts/kernel/jupyterlab.py"


def test_mkdocs_builds_what_changed_and_nothing_else(tmp_path):
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    (tmp_path / "docs").mkdir()
    for name in ("index", "other"):
        (tmp_path / "docs" / f"{name}.md").write_text(f"# {name}\n")
    (tmp_path / "mkdocs.yml").write_text("site_name: S\nplugins: []\nuse_directory_urls: false\n")

    def built(dirty: bool) -> dict[str, str]:
        config = load_config(
            str(tmp_path / "mkdocs.yml"), docs_dir=str(tmp_path / "docs"), site_dir=str(tmp_path / "s")
        )
        build(config, serve_url="http://127.0.0.1:8000/", dirty=dirty)
        return {path.stem: path.read_text() for path in (tmp_path / "s").glob("*.html")}

    assert {"index", "other"} <= built(dirty=False).keys()
    (tmp_path / "s" / "other.html").write_text("as it was")
    (tmp_path / "docs" / "index.md").write_text("# changed\n")
    os.utime(tmp_path / "docs" / "index.md", (time.time() + 10, time.time() + 10))
    again = built(dirty=True)
    assert "changed" in again["index"] and again["other"] == "as it was", "mend scripts/publish/preview.py"


def test_mkdocs_server_builds_when_a_watched_folder_changes_until_it_is_shut_down(tmp_path):
    from mkdocs.livereload import LiveReloadServer

    (tmp_path / "watched").mkdir()
    built = threading.Event()
    server = LiveReloadServer(built.set, "127.0.0.1", 0, str(tmp_path), polling_interval=0.1)
    server.watch(str(tmp_path / "watched"))
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    end = time.monotonic() + 30
    while not built.is_set() and time.monotonic() < end:
        (tmp_path / "watched" / "file").write_text(str(time.monotonic()))
        built.wait(0.2)
    server.shutdown()
    thread.join(30)
    assert built.is_set() and not thread.is_alive(), "mend scripts/publish/preview.py"


@pytest.mark.parametrize("file", ["book.css", "book.js"])
def test_the_classes_of_material_that_the_books_look_names_are_material_s(file):
    import material
    import mkdocs_jupyter
    from jupyter_core.paths import jupyter_path

    looks = (ROOT / "scripts" / "publish" / "looks" / file).read_text(encoding="utf-8")
    named = set(re.findall(r"\.((?:md|jp)-[\w-]*\w|highlight-ipynb)", looks))
    kinds = {".css", ".html", ".j2", ".js", ".py"}
    folders = [Path(package.__file__).parent for package in (material, mkdocs_jupyter)]
    folders += [Path(path) for path in jupyter_path("nbconvert", "templates", "lab")]  # mkdocs_jupyter builds on it
    texts = [path.read_text("utf-8", "replace") for each in folders for path in each.rglob("*") if path.suffix in kinds]
    theirs = set(re.findall(r"[\w-]+", "\n".join(texts)))
    assert named, "no class is named any more: delete this test"
    assert sorted(named - theirs) == [], f"mend scripts/publish/looks/{file}"
