"""What a reader waits for until the first result: on note 02's page, and in JupyterLite's notebook with one cell.

JupyterLite is built from the registry, as it comes, except that it fetches nothing from elsewhere: it gets our Pyodide,
and from PyPI the wheels that its kernel loads, in the versions of Pyodide's lock. Pyodide's builds of them have other
digests, so the lock gets those of PyPI's.
"""

import hashlib
import json
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.common.files import write_file
from scripts.measure.live import FLAGS, PARTS, chromium, served

LITE = ["jupyterlite-core==0.8.6", "jupyterlite-pyodide-kernel==0.8.6", "doit==0.37.0", "pkginfo==2.0"]
PYODIDE = Path("build/live/node_modules/pyodide")
LOADED, NOT_IN_PYODIDE = ["micropip", "ipython", "jedi"], ["comm==0.2.3"]  # both by the kernel
EXTENSION = "@jupyterlite/pyodide-kernel-extension"
QUIETLY = ["--quiet", "--disable-pip-version-check", "--no-deps"]
SETTINGS = {"litePluginSettings": {f"{EXTENSION}:kernel": {"disablePyPIFallback": True}}}
ONE: dict[str, Any] = {"cell_type": "code", "source": "1 + 1", "outputs": [], "execution_count": None, "metadata": {}}
NOTEBOOK = {"cells": [ONE], "metadata": {"kernelspec": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 4}
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # whoever asks the network gets nothing
OUR_PAGE = "02-a-slope.html", '[data-cell="2"] .tools button', ".changes:not(.shown)"  # nothing runs, nothing to say
THEIR_PAGE = (
    "notebooks/index.html?path=one.ipynb",
    '.jp-NotebookPanel:has(.cm-content) [data-jp-item-name="run"]',
    '.jp-OutputArea-output pre:text-is("2")',
)


def needed(packages: dict[str, Any]) -> list[dict[str, Any]]:
    """What Pyodide's lock says of the packages that the kernel loads, and of those that they need."""
    names = list(LOADED)
    for name in names:  # grows
        depends = [each.replace("_", "-") for each in packages[name]["depends"]]
        names += [each for each in depends if each not in names]
    return [packages[name] for name in names]


def build_lite(work: Path, python: Callable[..., float]) -> Path:
    """JupyterLite's site, in the working folder."""
    tool, source, site = work / "lite-tool", work / "lite", work / "lite-site"
    python("-m", "pip", "install", *QUIETLY, "--target", str(tool), *LITE, cwd=work)
    pyodide = source / "static/pyodide"  # its name for this folder, and for `pypi` and `files`
    shutil.copytree(PYODIDE, pyodide)
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    packages = needed(lock["packages"])
    pinned = [f"{package['name']}=={package['version']}" for package in packages]
    pip = ["download", *QUIETLY, "--only-binary=:all:", "--python-version", lock["info"]["python"], "--dest"]
    for folder, wheels in (pyodide, pinned), (source / "pypi", NOT_IN_PYODIDE):
        python("-m", "pip", *pip, str(folder), *wheels, cwd=work)
    for package in packages:
        package["sha256"] = hashlib.sha256((pyodide / package["file_name"]).read_bytes()).hexdigest()
    extensions = [str(tool / "share/jupyter/labextensions" / EXTENSION)]
    build = {"apps": ["notebooks"], "federated_extensions": extensions, "ignore_sys_prefix": True}
    for name, content in (
        ("static/pyodide/pyodide-lock.json", lock),
        ("files/one.ipynb", NOTEBOOK),
        ("jupyter-lite.json", {"jupyter-lite-schema-version": 0, "jupyter-config-data": SETTINGS}),
        ("jupyter_lite_config.json", {"LiteBuildConfig": build}),
    ):
        write_file(source / name, json.dumps(content).encode())
    python("-m", "jupyterlite_core", "build", "--output-dir", str(site), cwd=source, PYTHONPATH=str(tool))
    return site


def first_result(folder: Path, path: str, run: str, done: str) -> tuple[float, float]:
    """Seconds until the first result, in a new profile: from opening the page, and from the click on Run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, served(folder) as address:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, ALONE])
        page = browser.new_page()
        page.set_default_timeout(300_000)
        opened = time.perf_counter()
        page.goto(address + path)
        page.locator(run).first.wait_for()
        clicked = time.perf_counter()
        page.locator(run).first.click()
        page.locator(done).first.wait_for(state="attached")
        shown = time.perf_counter()
        browser.close()
    return shown - opened, shown - clicked


def first_results(work: Path, python: Callable[..., float]) -> list[list[str]]:
    """Both pages in turn, three times each; the medians."""
    theirs = build_lite(work, python)
    pairs = [(first_result(PARTS.parent, *OUR_PAGE), first_result(theirs, *THEIR_PAGE)) for _ in range(3)]
    rows = []
    for n, since in (0, "from opening the page"), (1, "from the click on Run"):
        ours, peer = (statistics.median(pair[side][n] for pair in pairs) for side in (0, 1))
        rows.append([f"live: first result {since}: note 02", f"{ours:.1f} s", "1"])
        rows.append([f"live: first result {since}: JupyterLite, `1 + 1`", f"{peer:.1f} s", f"{peer / ours:.3g}"])
    return rows
