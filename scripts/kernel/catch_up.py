"""An IPython extension for editors, where each note has a kernel of its own: before a note's first cell runs, the notes
before it do. `make lab` loads it; in VS Code, `%load_ext scripts.kernel.catch_up` as a start-up command does."""

import os
import sys
from pathlib import Path
from typing import Any

from IPython.utils.capture import capture_output

from scripts.kernel.process import INSIDE
from scripts.note.folder import all_notes
from scripts.note.format import Note


def load_ipython_extension(shell: Any) -> None:
    """Presets figures and drawings as in a run, and the catching up."""
    shell.extension_manager.load_extension(INSIDE)

    def first(_: object) -> None:
        shell.events.unregister("pre_run_cell", first)
        opened = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
        notes = all_notes()
        if Path(opened).stem in [note.stem for note in notes]:
            catch_up(shell, [note for note in notes if note.stem < Path(opened).stem])

    shell.events.register("pre_run_cell", first)


def catch_up(shell: Any, notes: list[Note]) -> None:
    """Runs the cells of these notes without showing what they give; stops where one fails."""
    for note in notes:
        print(f"first, {note.stem}", file=sys.stderr, flush=True)
        for cell in note.cells:
            with capture_output():
                error = shell.run_cell(cell.source, silent=True).error_in_exec
            if error and "raises-exception" not in cell.tags:
                print(f"{note.place(cell.line)}: {type(error).__name__}: {error}", file=sys.stderr)
                return
