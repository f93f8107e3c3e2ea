"""Opens the notes in JupyterLab, as notebooks: `make lab`. Saving one writes the same plain note back.

A kernel starts in the root folder and first catches up with the notes before its own (see scripts/catch_up.py): what
cells give is what they give in a run.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path

from scripts.command import command, write_file
from scripts.engine import environment

FOLDER = Path("build/lab").absolute()
OVERRIDES = {
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Jupytext Notebook"}},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def configure(root: Path) -> dict[str, str]:
    """Writes what JupyterLab and its kernels read, none of it in the user's own folders; their environment."""
    kernel = f"import os\nos.chdir({str(root)!r})\nget_config().InteractiveShellApp.extensions = ['scripts.catch_up']\n"
    write_file(FOLDER / "ipython/profile_default/ipython_kernel_config.py", kernel.encode())
    write_file(FOLDER / "settings/overrides.json", json.dumps(OVERRIDES).encode())
    return environment(str(FOLDER / "ipython"), root)


@command(__name__)
def main() -> int:
    if not importlib.util.find_spec("jupyterlab"):
        print("JupyterLab is not installed here: pip install -r requirements-lab.txt", file=sys.stderr)
        return 2
    root = Path.cwd()
    options = [f"--ServerApp.root_dir={root}", f"--LabApp.app_settings_dir={FOLDER / 'settings'}"]
    options += ["--LabApp.default_url=/lab/tree/notes", *(f"--ServerApp.port={port}" for port in sys.argv[1:2])]
    os.execve(sys.executable, [sys.executable, "-m", "jupyterlab", *options], configure(root))
