"""An IPython extension for editors, where each note has a kernel of its own: before a note's first cell runs, the notes
before it do, as in a run. `make lab` loads it; in VS Code, `%load_ext scripts.kernel.catch_up` as a start-up command
does.

One line tells how far it is. An interrupt stops it after the cell under way, so that the state is one that a run has,
too; running a cell again goes on.
"""

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from scripts.common.problem import Problem
from scripts.kernel.inside import must_hold
from scripts.kernel.jupyterlab import CHECKS, opened_path
from scripts.kernel.notebook import to_run
from scripts.kernel.opened import ASIDE
from scripts.kernel.options import INSIDE
from scripts.note.folder import all_notes
from scripts.note.format import Note
from scripts.note.outcome import exception_text
from scripts.note.tangle import write_package

Reply = dict[str, Any]


class Stopped(Exception):
    """Catching up did not get to its end; what to say of it."""


@dataclass(frozen=True)
class EarlierCell:
    """A cell or a check of an earlier note."""

    note: Note
    number: str
    line: int
    source: str
    raises: bool

    def __str__(self) -> str:
        return f"{self.note.stem}, cell {self.number}"


def load_ipython_extension(shell: Any) -> None:
    """Presets figures and drawings as in a run, and the catching up."""
    shell.extension_manager.load_extension(INSIDE)
    shell.kernel.do_execute = CatchUp(shell.kernel).do_execute


class CatchUp:
    """What a kernel does before and after the cells that it is sent."""

    def __init__(self, kernel: Any):
        self.kernel, self.execute = kernel, kernel.do_execute
        self.steps: Iterator[EarlierCell] | None = None  # what is still to be run before the open note
        self.broken = ""  # why the state is one that no run has
        self.asked = 0  # how often somebody wanted to stop
        self.line = Line(kernel)

    async def do_execute(self, code: str, silent: bool, *arguments: Any, **options: Any) -> Reply:
        """Runs a cell after all that stands before it, and then looks at the checks below it."""
        if silent:
            return await self.execute(code, silent, *arguments, **options)
        self.line = Line(self.kernel)
        try:
            await self.catch_up()
        except (Stopped, Problem) as stop:
            self.line.show(" ".join(str(stop).split()))
            return {"status": "error", "ename": "CatchingUp", "evalue": str(stop), "traceback": [],
                    "execution_count": self.kernel.execution_count, "payload": [], "user_expressions": {}}  # fmt: skip
        reply: Reply = await self.execute(code, silent, *arguments, **options)
        if reply["status"] == "ok" and (found := list(failed_checks(options.get("cell_id")))):
            Line(self.kernel).show("\n".join(found))
        return reply

    async def catch_up(self) -> None:
        """Runs what is left of the notes before the open one. Raises Stopped or Problem where it does not get to the
        end."""
        if self.broken:
            raise Stopped(self.broken)
        if self.steps is None:
            self.steps = steps_before(opened_path())
        if self.steps is None:
            return
        previous, self.asked = signal.signal(signal.SIGINT, self.interrupted), 0
        try:
            for step in self.steps:
                self.line.show(f"catching up: {step}")
                await self.run(step)
                if self.asked:
                    raise Stopped(f"catching up stopped after {step}: run a cell again to go on")
        finally:
            self.kernel.shell.set_parent(self.kernel.get_parent())
            signal.signal(signal.SIGINT, previous)
        if self.line.shown:
            self.line.show("caught up with the notes before this one")

    async def run(self, step: EarlierCell) -> None:
        """Runs a cell of a note, whose outputs belong to nobody. Raises Stopped if it fails."""
        self.kernel.shell.set_parent(self.kernel.session.msg("execute_request"))
        reply = await self.execute(step.source, False, store_history=True, allow_stdin=False)
        raised = reply["status"] == "error"
        if raised == step.raises and self.asked < 2:
            return
        failed = in_one_line(reply) if raised else "expected an exception, none was raised"
        mend = "" if self.asked > 1 else "mend it, and "
        self.broken = f"catching up failed: {step.note.place(step.line)}: {failed} ({mend}restart the kernel)"
        raise Stopped(self.broken)

    def interrupted(self, *_: object) -> None:
        """Stops after the cell under way, so that the state is one that a run has too; at once, if asked again."""
        self.asked += 1
        if self.asked > 1:
            raise KeyboardInterrupt
        self.line.show("catching up stops after the cell under way; interrupt again to break it off")


class Line:
    """A line below the cell that the author runs, which is no result of it."""

    def __init__(self, kernel: Any):
        self.kernel, self.parent = kernel, kernel.get_parent()
        self.shown, self.name = "", uuid4().hex

    def show(self, text: str) -> None:
        """Shows this in place of what it said before."""
        kind = "update_display_data" if self.shown else "display_data"
        content = {"data": {"text/plain": text}, "metadata": {ASIDE: True}, "transient": {"display_id": self.name}}
        self.kernel.session.send(self.kernel.iopub_socket, kind, content, parent=self.parent)
        self.shown = text


def steps_before(path: str) -> Iterator[EarlierCell] | None:
    """The cells and checks of the notes before the one at this path; None if there is no such note. The package is what
    the notes say, as in a run."""
    notes = all_notes()
    stems = [note.stem for note in notes]
    if Path(path).stem not in stems:
        return None
    write_package(notes)
    return (step for note in notes[: stems.index(Path(path).stem)] for step in steps_of(note))


def steps_of(note: Note) -> Iterator[EarlierCell]:
    cells = [cell for cell in to_run(note).cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells, 1):
        raises = "raises-exception" in cell.metadata.get("tags", [])
        yield EarlierCell(note, f"{number} of {len(cells)}", cell.metadata.place[1], cell.source, raises)


def in_one_line(reply: Reply) -> str:
    return exception_text(reply["ename"], reply["evalue"]).split("\n")[0]


def failed_checks(cell_id: str | None) -> Iterator[str]:
    """The checks that stand below a cell and do not hold, each as a line."""
    checks = json.loads(CHECKS.read_text("utf-8")) if CHECKS.exists() else {}
    for place, expression in checks.get(cell_id, []):
        try:
            must_hold(expression)
        except AssertionError as failure:
            yield f"{place}: check failed: {failure}"
        except Exception as error:
            yield f"{place}: check failed: {expression} ({type(error).__name__}: {error})"
