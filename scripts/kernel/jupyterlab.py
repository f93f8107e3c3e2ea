"""What JupyterLab and its kernels read when the notes are opened there, none of it in the user's own folders."""

import json
import os
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from scripts.common.files import write_file
from scripts.kernel.process import environment

LAB = Path("build/lab").absolute()
CHECKS = LAB / "checks.json"  # for the kernels: the checks below each cell
OVERRIDES = {
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Jupytext Notebook"}},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}
KERNEL = """\
import os
os.chdir({root!r})
get_config().InteractiveShellApp.extensions = ["scripts.kernel.catch_up"]
get_config().HistoryManager.enabled = False
"""


def configure(root: Path) -> dict[str, str]:
    """Writes the settings of JupyterLab and of its kernels, which start in `root`; their environment."""
    server = {
        "ServerApp": {
            "allow_root": True,  # a container's user often is; the server listens at localhost, and asks for a token
            "contents_manager_class": "scripts.kernel.contents.NotesManager",
            "jpserver_extensions": {"jupyterlab_jupytext": False},  # only its front end, which opens text
            "root_dir": str(root),
        },
        "AsyncFileCheckpoints": {"root_dir": str(LAB / "checkpoints")},
        "LabApp": {"app_settings_dir": str(LAB / "settings"), "default_url": "/lab/tree/notes"},
    }
    write_file(LAB / "ipython/profile_default/ipython_kernel_config.py", KERNEL.format(root=str(root)).encode())
    write_file(LAB / "settings/overrides.json", json.dumps(OVERRIDES).encode())
    write_file(LAB / "config/jupyter_server_config.json", json.dumps(server).encode())
    folders = {f"JUPYTER_{name.upper()}_DIR": str(LAB / name) for name in ("config", "data", "runtime")}
    return environment(str(LAB / "ipython"), root) | folders


def opened_path() -> str:
    """The path of the note whose kernel this is; JupyterLab's server knows it even after it was renamed."""
    from ipykernel.connect import get_connection_file
    from IPython import get_ipython

    kernel = Path(get_connection_file()).stem.removeprefix("kernel-")
    for file in (LAB / "runtime").glob("jpserver-*.json"):
        server = json.loads(file.read_text())
        try:
            address = f"{server['url']}api/sessions?token={server['token']}"
            sessions = json.load(build_opener(ProxyHandler({})).open(address, timeout=5))
        except OSError:  # a server that is gone
            continue
        for session in sessions:
            if session["kernel"]["id"] == kernel:
                return str(session["path"])
    return get_ipython().user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
