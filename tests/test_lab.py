"""Notes in JupyterLab: opened with their results, saved as a run would record them, run after those before."""

import asyncio
import json
import os
import re
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.request import Request, urlopen

import nbformat
import pytest
from conftest import ROOT, a_note, cell, free_port, output
from faults import wait
from jupyter_client import KernelManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from test_results import recorded

from scripts.kernel import catch_up, jupyterlab, run
from scripts.kernel.catch_up import CatchUp
from scripts.kernel.opened import as_notebook, view
from scripts.kernel.saved import Saved
from scripts.note.folder import all_notes, plain_pages
from scripts.note.format import Note
from scripts.note.lock import digest, read_lock
from scripts.note.outcome import Outcome, svg_file
from scripts.note.record import record, settle

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><text>{}</text></svg>\n'


def picture(words: str) -> str:
    """The file of a figure that says these words."""
    return svg_file(SVG.format(words)).decode()


A, B = "![A is shown](figures/a.svg)", "![B is shown](figures/b.svg)"


def drawn(words: str) -> list:
    """The outputs of a cell that draws these words."""
    return [new_output("display_data", {"image/svg+xml": SVG.format(words), "text/plain": "<Figure>"})]


def value(text: str) -> list:
    return [new_output("execute_result", {"text/plain": text}, execution_count=1)]


def ran(cell, outputs):
    """The cell after it ran in JupyterLab."""
    cell.execution_count, cell.outputs = 1, outputs


class Lab:
    """JupyterLab's server in a book: what it does when a note is opened and saved."""

    def __init__(self, book):
        from scripts.kernel.contents import NotesManager

        self.book, self.manager = book, NotesManager(root_dir=str(book.root))
        self.manager.checkpoints.root_dir = str(book.root / "build")

    def open(self, name: str):
        return self.model(name, type="notebook")["content"]

    def model(self, name: str, **asked):
        return asyncio.run(self.manager.get(f"notes/{name}", require_hash=True, **asked))

    def save(self, notebook, name: str = "00-a.md") -> str:
        content = json.loads(json.dumps(notebook))  # as it comes over the wire
        asyncio.run(self.manager.save({"type": "notebook", "format": "json", "content": content}, f"notes/{name}"))
        return self.book[name]


@pytest.fixture
def lab(book, monkeypatch):
    pytest.importorskip("jupyter_server", reason="`make lab` installs JupyterLab, and with it this test's subject")
    monkeypatch.setattr("scripts.kernel.contents.CHECKS", book.root / "build/lab/checks.json")
    return Lab(book)


@pytest.fixture
def two(lab):
    """A note with a text and two figures, recorded."""
    lab.book["00-a.md"] = a_note(cell("a"), A, "Words.", cell("b"), output("1.0"), B)
    recorded(lab.book, Outcome(None, (picture("a").encode(),)), Outcome("1.0", (picture("b").encode(),)))
    return lab


def test_every_note_is_the_same_after_it_was_opened_and_saved():
    for note in [*all_notes(ROOT / "notes"), *plain_pages(ROOT / "notes")]:
        notebook = as_notebook(note)
        seen = view(notebook, note.cells)
        assert Saved(notebook, note.path, seen, note.cells, {}).text == note.text
        assert Saved(notebook, note.path, {}, [], {}).text == note.text  # the server was started anew, the file is gone


def test_a_note_is_shown_with_its_results_as_outputs_and_nothing_is_asked(two):
    notebook = two.open("00-a.md")
    nbformat.validate(notebook)
    assert [(c.cell_type, c.source) for c in notebook.cells] == [
        ("markdown", "# Title"), ("code", "a"), ("markdown", "Words."), ("code", "b"),
    ]  # fmt: skip
    a, b = (c for c in notebook.cells if c.cell_type == "code")
    assert [list(out.data) for out in a.outputs] == [["image/svg+xml", "text/plain"]]
    assert (b.outputs[0].text, b.outputs[1].data["image/svg+xml"]) == ("1.0\n", picture("b"))
    assert b.metadata.figures == [{"alt": "B is shown", "file": "figures/b.svg"}]
    assert b.metadata.trusted and notebook.metadata.kernelspec.name == "python3"


def test_run_all_and_save_changes_nothing(two):
    notebook, before = two.open("00-a.md"), two.book["00-a.md"]
    ran(notebook.cells[1], drawn("a"))
    ran(notebook.cells[3], [*value("1.00000000000001"), *drawn("b")])
    assert two.save(notebook) == two.save(notebook) == before
    files = {"notes/00-a.md", "notes/results.lock", "notes/figures/a.svg", "notes/figures/b.svg"}
    assert two.book.files("notes").keys() == files


def test_a_new_result_is_written_as_the_run_would_write_it_and_left_to_the_run_to_verify(two):
    notebook = two.open("00-a.md")
    notebook.cells[1].source = "a2"
    ran(notebook.cells[1], [new_output("stream", name="stdout", text="said\n"), *drawn("a2")])
    assert two.save(notebook) == a_note(cell("a2"), output("said"), A, "Words.", cell("b"), output("1.0"), B)
    assert "a2</text>" in two.book.figure("a.svg").read_text()
    assert digest("said", [picture("a2").encode()]) not in read_lock(Path("notes"))["00-a.md"]


def inserted(notebook):
    new = new_code_cell("n")
    ran(new, drawn("n"))
    notebook.cells.insert(2, new)


def words_inserted(notebook):
    notebook.cells.insert(2, new_markdown_cell("More."))


def exchanged(notebook):
    notebook.cells[1], notebook.cells[3] = notebook.cells[3], notebook.cells[1]


def removed(notebook):
    del notebook.cells[1]


def copied(notebook):
    copy = new_code_cell("a", metadata=notebook.cells[1].metadata)
    ran(copy, drawn("a"))
    notebook.cells.insert(1, copy)


def merged(notebook):
    notebook.cells[1].source = "a\n\nb"
    del notebook.cells[3]


def split(notebook):
    first, second = new_code_cell("a1", metadata=notebook.cells[1].metadata), notebook.cells[1]
    second.source = "a2"
    ran(first, drawn("a"))
    ran(second, value("2"))
    notebook.cells.insert(1, first)


def emptied(notebook):
    for each in notebook.cells[1], notebook.cells[3]:
        each.execution_count, each.outputs = None, []


def failed(notebook):
    ran(notebook.cells[1], [new_output("error", ename="NameError", evalue="a", traceback=["…"])])


def aside(notebook):
    said = new_output("display_data", {"text/plain": "caught up"}, metadata={"catching up": True})
    ran(notebook.cells[1], [said, *drawn("a")])


def unstable(notebook):
    ran(notebook.cells[3], value("<object at 0x7f504be1ade0>"))


NEW = "![](figures/00-a-{}-0.svg)"
CELL_A, CELL_B = [cell("a"), A], [cell("b"), output("1.0"), B]


@pytest.mark.parametrize(
    ("edit", "blocks"),
    [
        (inserted, [*CELL_A, cell("n"), NEW.format(9), "Words.", *CELL_B]),
        (words_inserted, [*CELL_A, "More.", "Words.", *CELL_B]),
        (exchanged, [*CELL_B, "Words.", *CELL_A]),
        (removed, ["Words.", *CELL_B]),
        (copied, [cell("a"), NEW.format(3), *CELL_A, "Words.", *CELL_B]),
        (split, [cell("a1"), A, cell("a2"), output("2"), "Words.", *CELL_B]),
        (merged, [cell("a\n\nb"), A, B, "Words."]),
        *[(edit, [*CELL_A, "Words.", *CELL_B]) for edit in (emptied, failed, aside, unstable)],
    ],
)
def test_words_and_files_travel_with_their_cell(two, edit, blocks):
    notebook = two.open("00-a.md")
    edit(notebook)
    assert two.save(notebook) == two.save(notebook) == a_note(*blocks)
    assert two.book.figure("a.svg").read_text() == picture("a")
    assert two.book.figure("b.svg").read_text() == picture("b")
    again = two.open("00-a.md")
    assert two.save(again) == a_note(*blocks)


def test_a_new_figure_keeps_its_name_and_words_when_its_cell_is_changed_again(two):
    notebook = two.open("00-a.md")
    inserted(notebook)
    two.save(notebook)
    two.book["00-a.md"] = two.book["00-a.md"].replace("![]", "![N is shown]")  # in an editor, meanwhile
    notebook.cells[2].source = "n2"
    ran(notebook.cells[2], drawn("n2"))
    assert cell("n2") + "\n\n![N is shown](figures/00-a-9-0.svg)" in two.save(notebook)
    assert "n2</text>" in two.book.figure("00-a-9-0.svg").read_text()


def test_words_may_be_written_in_the_metadata_of_a_cell(two):
    notebook = two.open("00-a.md")
    notebook.cells[1].metadata.figures = [{"alt": "A, better", "file": "figures/a.svg"}]
    assert two.save(notebook) == a_note(cell("a"), "![A, better](figures/a.svg)", "Words.", *CELL_B)


def test_a_result_that_a_run_recorded_meanwhile_stays_and_nobody_is_asked(two):
    notebook, before = two.open("00-a.md"), two.model("00-a.md", content=False)["hash"]
    two.book["00-a.md"] = two.book["00-a.md"].replace("1.0", "2.0").replace(A, f"{output('new')}\n\n{A}")
    assert two.model("00-a.md", content=False)["hash"] == before
    notebook.cells[2].source = "Other words."
    assert two.save(notebook) == a_note(cell("a"), output("new"), A, "Other words.", cell("b"), output("2.0"), B)
    two.book["00-a.md"] = two.book["00-a.md"].replace("Other", "My own")  # but this is the author's
    assert two.model("00-a.md", content=False)["hash"] != before


def test_two_blank_lines_in_a_cell_of_words_stay_two_blank_lines(two):
    notebook = two.open("00-a.md")
    notebook.cells[2].source = "One.\n\n\nTwo.\n"
    assert two.save(notebook) == a_note(*CELL_A, "One.\n\n\nTwo.", *CELL_B)


def test_what_breaks_the_format_is_saved_as_it_is_and_said_when_it_is_opened(two):
    notebook = two.open("00-a.md")
    notebook.cells[2].source = "````text\nnever closed"
    broken = two.save(notebook)
    assert broken == a_note(*CELL_A, "````text\nnever closed", *CELL_B)
    with pytest.raises(Exception, match=re.escape("notes/00-a.md:9: this fence is never closed")):
        two.open("00-a.md")
    notebook.cells[2].source = "Words."
    assert two.save(notebook) == a_note(*CELL_A, "Words.", *CELL_B)


def test_results_of_folded_code_stay_below_the_fold(lab):
    fold = "<details><summary>How</summary>"
    text = a_note(fold, cell("a", "hide-input"), "</details>", A, "Words.")
    lab.book["00-a.md"] = text
    recorded(lab.book, Outcome(None, (picture("a").encode(),)))
    notebook = lab.open("00-a.md")
    assert [c.source for c in notebook.cells] == ["# Title\n\n" + fold, "a", "</details>\n\nWords."]
    ran(notebook.cells[1], drawn("a2"))
    assert lab.save(notebook) == text
    assert "a2</text>" in lab.book.figure("a.svg").read_text()


def test_line_ends_stay_as_they_are(lab):
    lab.book["00-a.md"] = a_note(cell("1"), output("1"), "Words.").replace("\n", "\r\n")
    notebook = lab.open("00-a.md")
    notebook.cells[2].source = "More\nwords."
    assert lab.save(notebook) == a_note(cell("1"), output("1"), "More\nwords.").replace("\n", "\r\n")


def test_a_new_notebook_is_an_empty_note_that_stops_no_command(lab):
    lab.book["00-a.md"] = a_note(cell("1"), output("1"))
    path = asyncio.run(lab.manager.new_untitled("notes", type="notebook"))["path"]
    assert (path, lab.book["Untitled.md"], lab.open("Untitled.md").cells) == ("notes/Untitled.md", "", [])
    assert [note.path for note in all_notes()] == ["notes/00-a.md"]
    notebook = lab.open("Untitled.md")
    notebook.cells.append(new_code_cell("1"))
    lab.save(notebook, "Untitled.md")
    assert [note.path for note in all_notes()] == ["notes/00-a.md"]
    asyncio.run(lab.manager.rename("notes/Untitled.md", "notes/01-b.md"))
    assert [note.path for note in all_notes()] == ["notes/00-a.md", "notes/01-b.md"]
    assert lab.save(notebook, "01-b.md") == cell("1") + "\n"


def test_a_note_that_is_renamed_while_it_is_open_keeps_its_results_and_figures(two):
    notebook, before = two.open("00-a.md"), two.book["00-a.md"]
    ran(notebook.cells[3], [*value("1.0"), *drawn("b")])
    assert two.save(notebook) == before
    asyncio.run(two.manager.rename("notes/00-a.md", "notes/03-c.md"))
    assert two.save(notebook, "03-c.md") == before
    two.book["03-c.md"] = before.replace(output("1.0"), output("2.0"))  # by a run, meanwhile
    assert two.save(notebook, "03-c.md") == two.book["03-c.md"] != before
    two.book["03-c.md"] = before
    notebook.cells[1].source = "a2"
    ran(notebook.cells[1], drawn("a2"))
    saved = a_note(cell("a2"), A, "Words.", cell("b"), output("1.0"), B)
    assert two.save(notebook, "03-c.md") == two.save(notebook, "03-c.md") == saved
    assert "a2</text>" in two.book.figure("a.svg").read_text()
    files = {"notes/03-c.md", "notes/results.lock", "notes/figures/a.svg", "notes/figures/b.svg"}
    assert two.book.files("notes").keys() == files
    note, lock = Note.read(Path("notes/03-c.md")), read_lock(Path("notes"))
    fresh = Outcome(None, (picture("a2").encode(),)), Outcome("1.0", (picture("b").encode(),))
    record(note, settle(note, list(fresh), lock), lock)
    assert two.book["03-c.md"] == saved
    lock = read_lock(Path("notes"))
    assert {name: row[-1] for name, row in lock.items() if name != "03-c.md"} == {
        "figures/a.svg": "03-c.md", "figures/b.svg": "03-c.md",
    }  # fmt: skip
    assert len(lock["03-c.md"]) == 2


@contextmanager
def a_kernel(book, name: str):
    """The kernel that JupyterLab starts for a note, and its client."""
    environment = jupyterlab.configure(book.root) | {"JPY_SESSION_NAME": str(book.root / "notes" / name)}
    manager = KernelManager()
    manager.start_kernel(env=environment, cwd=str(book.root / "notes"))
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def execute(client, source: str, cell_id: str = "", when=lambda content: None) -> list[dict]:
    """What comes of a cell; `when` is told at once."""
    request = client.session.msg("execute_request", {"code": source, "silent": False})
    request["metadata"] = {"cellId": cell_id}
    client.shell_channel.send(request)
    said = []
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") == request["header"]["msg_id"]:
            if message["content"].get("execution_state") == "idle":
                return said
            if message["msg_type"] not in ("status", "execute_input"):
                said.append(message["content"])
                when(message["content"])


def texts(said: list[dict]) -> list[str]:
    return [content["data"]["text/plain"] for content in said]


def test_a_kernel_of_the_lab_catches_up_in_one_line_and_goes_on_after_an_interrupt(book, monkeypatch):
    monkeypatch.setattr(jupyterlab, "LAB", book.root / "build/lab")
    waits = "import pathlib, time\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.01)"
    imports = "import graphviz\nfrom asyncio import sleep\nx = 40\nprint('noise')"
    book["00-a.md"] = a_note(cell(imports), cell("x"), cell("x = await sleep(0, 41)"))
    book["01-b.md"] = a_note(cell("x += 1"), "<!-- check: x == 42 -->", cell(waits), cell("1 / 0", "raises-exception"))
    book["02-c.md"] = a_note(cell("x"), "<!-- check: x == 43 -->")
    (book.root / "build/lab").mkdir(parents=True)
    checks = {"its-id": [["notes/02-c.md:7", "x == 43"], ["notes/02-c.md:9", "x == 42"]]}
    (book.root / "build/lab/checks.json").write_text(json.dumps(checks))
    with a_kernel(book, "02-c.md") as (manager, client):
        interrupted = []

        def interrupt(content):
            text = content["data"]["text/plain"]
            if "catching up: 01-b" in text and not interrupted:
                interrupted.append(text)
                manager.interrupt_kernel()
            if "interrupt again" in text:
                (book.root / "go").touch()

        said = execute(client, "x", when=interrupt)
        assert {content["transient"]["display_id"] for content in said} == {said[0]["transient"]["display_id"]}
        assert all(content["metadata"] == {"catching up": True} for content in said)
        stopped = r"catching up stopped after 01-b, cell \d of 4: run a cell again to go on"
        assert re.fullmatch(stopped, texts(said)[-1])
        *_, done, value, failed = execute(client, "x", "its-id")
        assert texts([done, value, failed]) == [
            "caught up with the notes before this one",
            "42",
            "notes/02-c.md:7: check failed: x == 43 (x is 42)",
        ]
        assert texts(execute(client, "open('notes/02-c.md').read()[:7]")) == ["'# Title'"]
        graph = execute(client, "graph = graphviz.Digraph(); graph.edge('a', 'b'); graph")
        assert 'class="node"' in graph[0]["data"]["image/svg+xml"]


class FakeKernel:
    """A kernel that answers each source as it is told, and keeps what it shows."""

    execution_count, iopub_socket = 1, None

    def __init__(self, **replies):
        self.replies, self.ran, self.shown, self.session, self.shell = replies, [], [], self, self

    async def do_execute(self, code, silent, *arguments, **options):
        self.ran.append(code)
        return self.replies.get(code, {"status": "ok"})

    def get_parent(self):
        return {}

    def set_parent(self, parent):
        pass

    def msg(self, kind):
        return {}

    def send(self, socket, kind, content, parent):
        self.shown.append(content["data"]["text/plain"])


def caught_up(kernel, monkeypatch, path: str, times: int = 1) -> list[str]:
    """What a kernel of the note at `path` runs when it is asked to run `mine`, and what it shows last."""
    monkeypatch.setattr(catch_up, "opened_path", lambda: path)
    catching_up = CatchUp(kernel)
    for _ in range(times):
        asyncio.run(catching_up.do_execute("mine", False))
    return [*kernel.ran, *kernel.shown[-1:]]


def test_a_catching_up_that_fails_is_one_line_and_the_cell_does_not_run(book, monkeypatch):
    book["00-a.md"] = a_note(cell("a"), cell("b"))
    book["01-b.md"] = a_note(cell("c"))
    failing = FakeKernel(a={"status": "error", "ename": "NameError", "evalue": "name 'a' is not\ndefined"})
    said = "catching up failed: notes/00-a.md:3: NameError: name 'a' is not (mend it, and restart the kernel)"
    assert caught_up(failing, monkeypatch, "notes/01-b.md", times=2) == ["a", said]
    book["00-a.md"] = a_note(cell("a", "raises-exception"))
    said = (
        "catching up failed: notes/00-a.md:3: expected an exception, none was raised (mend it, and restart the kernel)"
    )
    assert caught_up(FakeKernel(), monkeypatch, "notes/01-b.md", times=2) == ["a", said]
    book["00-a.md"] = a_note("```sh\n```")
    said = "notes/00-a.md:3: a fence of 'sh', which Jupyter would run or swallow"
    assert caught_up(FakeKernel(), monkeypatch, "notes/01-b.md")[0].startswith(said)


def test_a_kernel_catches_up_once_with_the_notes_before_its_own_and_with_none_before_a_draft(book, monkeypatch):
    book["00-a.md"], book["01-b.md"], book["Untitled.md"] = a_note(cell("a")), a_note(cell("b")), a_note(cell("c"))
    assert caught_up(FakeKernel(), monkeypatch, "notes/01-b.md", times=2)[:3] == ["a", "mine", "mine"]
    assert caught_up(FakeKernel(), monkeypatch, "notes/Untitled.md", times=2) == ["mine", "mine"]


def test_jupyterlab_starts_for_root_and_keeps_its_files_out_of_the_users_folders(book, monkeypatch):
    monkeypatch.setattr(jupyterlab, "LAB", book.root / "build/lab")
    told = jupyterlab.configure(book.root)
    folders = [told[f"JUPYTER_{name}_DIR"] for name in ("CONFIG", "DATA", "RUNTIME")] + [told["IPYTHONDIR"]]
    assert all(Path(folder).parent == book.root / "build/lab" for folder in folders)
    server = json.loads((book.root / "build/lab/config/jupyter_server_config.json").read_text())["ServerApp"]
    assert server["allow_root"] and server["jpserver_extensions"] == {"jupyterlab_jupytext": False}
    assert find_spec("jupyterlab_jupytext"), "Jupytext's server part has another name now: mend kernel/jupyterlab.py"


def test_a_run_names_the_files_that_are_no_notes_yet(book, capsys):
    book["00-a.md"], book["01-b.md"], book["Untitled.md"] = a_note(cell("1")), "\n", a_note(cell("1 / 0"))
    run.run()
    said = capsys.readouterr().out
    assert re.findall(r"not run: (\S+), no note", said) == ["notes/01-b.md", "notes/Untitled.md"]


@pytest.fixture
def no_home(monkeypatch, tmp_path_factory):
    """A home folder that nobody can write into, not even root: it is a file."""
    for name in [name for name in os.environ if name.startswith(("XDG_", "JUPYTER", "IPYTHON", "MPL"))]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home") / "file"
    home.touch()
    monkeypatch.setenv("HOME", str(home))


def test_jupyterlab_its_settings_and_its_kernels_need_no_home(book, no_home):
    pytest.importorskip("jupyterlab", reason="`make lab` installs it")
    book["00-a.md"] = a_note(cell("import matplotlib.pyplot as plt"))
    process = book.start("-m", "scripts.lab", str(free_port()))
    try:
        runtime = book.root / "build/lab/runtime"
        wait(lambda: [*runtime.glob("jpserver-*.json")] or process.poll() is not None, 60)
        assert process.poll() is None, process.communicate()[1]
        server = json.loads(next(runtime.glob("jpserver-*.json")).read_text())

        def ask(method: str, what: str, **content) -> dict:
            told, body = {"Authorization": f"token {server['token']}"}, json.dumps(content).encode()
            with urlopen(Request(server["url"] + what, body, told, method=method), timeout=60) as answer:
                return json.loads(answer.read() or "{}")

        wait(lambda: answers(lambda: ask("GET", "api/status")), 60)
        ask("PUT", "lab/api/settings/@jupyterlab/apputils-extension:themes", raw='{"theme": "JupyterLab Dark"}')
        ask("PUT", "lab/api/workspaces/mine", data={}, metadata={"id": "mine"})
        kernel = {"path": "notes/00-a.md", "type": "notebook", "name": "", "kernel": {"name": "python3"}}
        ask("DELETE", f"api/sessions/{ask('POST', 'api/sessions', **kernel)['id']}")
    finally:
        process.kill()
        said = process.communicate(timeout=60)[1]
    assert not re.search(r"PermissionError|NotADirectoryError|Read-only|cannot be written", said), said


def answers(asked) -> bool:
    try:
        return bool(asked())
    except OSError:
        return False


def test_a_run_and_its_check_need_no_home(book, no_home):
    book["00-a.md"] = a_note(cell("import matplotlib.pyplot as plt\nplt.plot([1, 2]);"))
    status, _, complaint = book.command("run")
    assert (status, complaint) == (0, "")
    book["00-a.md"] = book["00-a.md"].replace("![]", "![A line]")
    status, said, complaint = book.command("check")
    assert (status, complaint) == (0, ""), said
