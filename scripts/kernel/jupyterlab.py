"""What JupyterLab and its kernels read when the notes are opened there, none of it in the user's own folders."""

import json
from pathlib import Path

from scripts.common.files import write_file
from scripts.kernel.process import environment

LAB = Path("build/lab").absolute()
SETTINGS = LAB / "settings"
OVERRIDES = {
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Jupytext Notebook"}},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}
KERNEL = """\
import os
os.chdir({root!r})
get_config().InteractiveShellApp.extensions = ["scripts.kernel.catch_up"]
"""


def configure(root: Path) -> dict[str, str]:
    """Writes the settings of JupyterLab and of its kernels, which start in `root`; their environment."""
    write_file(LAB / "ipython/profile_default/ipython_kernel_config.py", KERNEL.format(root=str(root)).encode())
    write_file(SETTINGS / "overrides.json", json.dumps(OVERRIDES).encode())
    return environment(str(LAB / "ipython"), root)
