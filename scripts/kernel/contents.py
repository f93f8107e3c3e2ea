"""The notes behind Jupyter's contents interface: JupyterLab opens and saves them as notebooks, and no other file is
written for that."""

import hashlib
import json
from pathlib import Path
from typing import Any

import nbformat
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from tornado.web import HTTPError

from scripts.common.files import replace_file, write_file
from scripts.common.problem import Problem
from scripts.kernel.jupyterlab import CHECKS
from scripts.kernel.opened import FOR_EDITORS, View, as_notebook, view
from scripts.kernel.saved import Saved
from scripts.note.format import Cell, Check, Note
from scripts.note.lock import Lock, read_lock, write_lock
from scripts.note.record import Recorded, write_figures

Model = dict[str, Any]
Checks = dict[str, list[tuple[str, str]]]  # place and expression of the checks below each cell, by its id


class NotesManager(AsyncLargeFileManager):
    """Jupyter's contents, in which a Markdown file is a notebook for whoever asks for one."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.views: dict[str, View] = {}
        self.checks: Checks = {}

    async def get(self, path: str, content: bool = True, type: str | None = None, format: str | None = None,
                  require_hash: bool = False) -> Model:  # fmt: skip
        """The model of a file. A note's digest leaves out its results, so that nobody is asked which ones are right."""
        if not path.endswith(".md"):
            return await super().get(path, content, type, format, require_hash)
        if type == "notebook":
            model = await super().get(path, False, "file")
            model |= {"type": "notebook", "mimetype": None}
            model |= {"content": self.open_note(path), "format": "json"} if content else {}
        else:
            model = await super().get(path, content, type, format)
        if require_hash:
            model |= {"hash": hashlib.sha256(authored(Path(path.strip("/")))).hexdigest(), "hash_algorithm": "sha256"}
        return model

    async def save(self, model: Model, path: str = "") -> Model:
        """Writes a file; a notebook as the note that it is."""
        if not (path.endswith(".md") and model.get("type") == "notebook"):
            return await super().save(model, path)
        self.run_pre_save_hooks(model=model, path=path)
        self.save_note(nbformat.from_dict(model["content"]), path)
        if not await self.checkpoints.list_checkpoints(path):
            await self.create_checkpoint(path)
        return await self.get(path, content=False, type="notebook")

    async def new_untitled(self, path: str = "", type: str = "", ext: str = "") -> Model:
        """A new notebook is a note."""
        if type != "notebook":
            return await super().new_untitled(path, type, ext)
        name = await self.increment_filename("Untitled.md", path)
        return await self.new({"type": "notebook"}, f"{path}/{name}")

    async def rename_file(self, old_path: str, new_path: str) -> None:
        await super().rename_file(old_path, new_path)
        self.views[new_path.strip("/")] = self.views.pop(old_path.strip("/"), {})

    def open_note(self, path: str) -> NotebookNode:
        """The notebook that shows a note. Raises HTTPError where this breaks the format."""
        path = path.strip("/")
        if not Path(path).read_bytes().strip():
            return new_notebook(metadata=FOR_EDITORS)
        try:
            note = Note.read(Path(path))
        except Problem as problem:
            raise HTTPError(400, f"{problem} (open it with the Editor)") from None
        notebook = as_notebook(note)
        self.views[path] = view(notebook, note.cells)
        self.tell_checks(note, list(self.views[path]))
        return notebook

    def save_note(self, notebook: NotebookNode, path: str) -> None:
        """Writes a notebook as the note at `path`, its new figures beside it."""
        path = path.strip("/")
        file, folder, note = Path(path), Path(path).parent, read_note(Path(path))
        before = file.read_bytes() if file.exists() else b""
        lock, cells = read_lock(folder), note.cells if note else []
        done = Saved(notebook, path, self.views.get(path, {}), cells, lock)
        text = done.text.replace("\n", "\r\n") if note and note.crlf else done.text
        with self.perm_to_403(path):
            write_figures(folder, done.results)
            write_drawers(file, done.results, lock)
            self.write(file, text.encode(), before)
        self.views[path] = done.view
        for problem in done.refused:
            self.log.warning("not recorded: %s", str(problem).replace("\n ", ";"))
        if note := read_note(file):
            self.tell_checks(note, list(done.view))

    def write(self, file: Path, content: bytes, before: bytes) -> None:
        """Writes a note that was this before. Raises HTTPError if somebody wrote it in the same moment."""
        if not file.exists():
            write_file(file, content)
        elif content != before and not replace_file(file, content, before):
            raise HTTPError(409, f"{file.as_posix()} was written by another program in this moment: save it again")

    def tell_checks(self, note: Note, ids: list[str]) -> None:
        """Tells the kernels which checks stand below which cell."""
        if len(ids) == len(note.cells):  # else a text holds a cell, which is one when the note is opened again
            self.checks |= dict(zip(ids, checks_below(note), strict=True))
        write_file(CHECKS, json.dumps(self.checks).encode())


def read_note(path: Path) -> Note | None:
    """The note at `path`; None if there is none, or none that can be read."""
    try:
        return Note.read(path)
    except Problem:
        return None


def authored(path: Path) -> bytes:
    """What the author wrote in a file: all of it but a note's results."""
    note = read_note(path)
    return note.with_results([[] for _ in note.cells]).encode() if note else path.read_bytes()


def checks_below(note: Note) -> list[list[tuple[str, str]]]:
    """Place and expression of the checks below each cell."""
    found: list[list[tuple[str, str]]] = []
    for block in note.blocks:
        if isinstance(block, Cell):
            found.append([])
        elif isinstance(block, Check) and found:
            found[-1].append((note.place(block.line), block.expression))
    return found


def write_drawers(file: Path, results: list[Recorded], lock: Lock) -> None:
    """Keeps which code drew the figures of a note's new results. That a run gives them too, only a run may say."""
    rows = {figure.path: [result.code, file.name] for result in results for figure, _ in result.figures}
    if any(lock.get(name) != row for name, row in rows.items()):
        write_lock(file.parent, lock | rows)
