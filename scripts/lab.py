"""Opens the notes in JupyterLab, as notebooks: `make lab`, or `make lab PORT=8889`. Saving one writes the same plain
note back. A kernel starts in the root folder and first catches up with the notes before its own: what cells give is
what they give in a run."""

import importlib.util
import os
import sys
from pathlib import Path

from scripts.common.door import Parser, door, port
from scripts.common.problem import Problem
from scripts.kernel.jupyterlab import configure


@door(__name__)
def main() -> int:
    parser = Parser("scripts.lab", __doc__)
    parser.add_argument("port", nargs="?", type=port, help="the port to listen at")
    asked = parser.parse_args().port
    if not importlib.util.find_spec("jupyterlab"):
        raise Problem("JupyterLab is not installed here", "pip install -r requirements-lab.txt", status=2)
    options = [f"--ServerApp.port={asked}"] if asked else []
    os.execve(sys.executable, [sys.executable, "-m", "jupyterlab", *options], configure(Path.cwd()))
