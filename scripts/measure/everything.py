"""Engine and site against others. Everything works on a copy of the document in build/bench; Karpathy's micrograd is
put beside it, never into .venv."""

import gzip
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path

from scripts.common.files import write_file
from scripts.common.problem import Problem
from scripts.measure.document import edits, per_cell, whole_document
from scripts.measure.lite import first_results
from scripts.measure.live import live
from scripts.note.folder import FOLDER, all_notes
from scripts.note.tangle import write_package

WORK = Path("build/bench").absolute()
DOCUMENT = WORK / "document"
TABLE = Path("build/bench.md")
PEER = "micrograd==0.1.0"
STOCK = "site_name: Stock\ntheme: material\nplugins: [mkdocs-jupyter]\n"


def python(*arguments: str, cwd: Path = DOCUMENT, **environment: str) -> tuple[float, str]:
    """Seconds that Python took with these arguments, and what it printed. Raises Problem if it failed."""
    start = time.perf_counter()
    told = os.environ | {"NO_MKDOCS_2_WARNING": "1"} | environment
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, env=told, capture_output=True, text=True)
    if done.returncode:
        raise Problem("make bench", f"`python {' '.join(arguments)}` failed", detail=done.stderr.strip()[-500:])
    return time.perf_counter() - start, done.stdout


def seconds(*arguments: str, cwd: Path = DOCUMENT, **environment: str) -> float:
    return python(*arguments, cwd=cwd, **environment)[0]


def engine() -> list[list[str]]:
    """One training step: the package of the notes, Karpathy's, PyTorch; best of three processes each."""
    pip = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade", "--target", "peer", PEER]
    python("-m", "pip", *pip, cwd=WORK)
    step = str(Path(__file__).with_name("step.py"))
    sides = [("ours", "micrograd", DOCUMENT), (PEER, "micrograd", WORK / "peer"), ("PyTorch", "torch", WORK)]
    found: dict[str, list[dict[str, float]]] = {name: [] for name, *_ in sides}
    for _ in range(3):
        for name, kind, path in sides:
            found[name].append(json.loads(python("-P", step, kind, PYTHONPATH=str(path))[1]))
    rows = []
    for gc in ("on", "off"):
        best = {name: min(each[gc] for each in runs) for name, runs in found.items()}
        for name, seconds in best.items():
            what = f"a training step, garbage collector {gc}: {name}"
            rows.append([what, f"{seconds * 1000:.2f} ms", f"{seconds / best['ours']:.3g}"])
    losses = [each["loss"] for runs in found.values() for each in runs]
    if max(losses) - min(losses) > 1e-9:
        raise Problem("make bench", f"the engines do not agree: {losses}")
    return rows


def weight(pages: list[Path]) -> tuple[float, float]:
    """The median page's kilobytes, plain and gzipped."""
    contents = [page.read_bytes() for page in pages]
    plain, zipped = [len(text) for text in contents], [len(gzip.compress(text)) for text in contents]
    return statistics.median(plain) / 1000, statistics.median(zipped) / 1000


def afresh(folder: Path, *arguments: str, **environment: str) -> float:
    """Seconds, without what mkdocs-jupyter kept of the last time."""
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return seconds(*arguments, cwd=folder, **environment)


def site() -> list[list[str]]:
    """Building the site, against stock mkdocs-jupyter on the notebooks of the same notes."""
    stock = WORK / "stock"
    shutil.rmtree(stock, ignore_errors=True)
    shutil.copytree(DOCUMENT / "build/notebooks", stock / "docs", ignore=shutil.ignore_patterns("whole.ipynb"))
    (stock / "mkdocs.yml").write_text(STOCK)
    ours = min(afresh(DOCUMENT, "-m", "scripts.site", PYTHONPATH=str(Path.cwd())) for _ in range(2))
    theirs = min(afresh(stock, "-m", "mkdocs", "build") for _ in range(2))
    names = [path.stem for path in (stock / "docs").glob("*.ipynb")]
    plain, zipped = weight([DOCUMENT / "build/site" / f"{name}.html" for name in names])
    their_plain, their_zipped = weight([stock / "site" / name / "index.html" for name in names])
    return [
        ["site: ours, with the whole notebook's page", f"{ours:.1f} s", "1"],
        ["site: stock mkdocs-jupyter", f"{theirs:.1f} s", f"{theirs / ours:.3g}"],
        ["a note's page, median: ours", f"{plain:.0f} kB, {zipped:.0f} kB gzipped", "1"],
        ["a note's page, median: stock", f"{their_plain:.0f} kB, {their_zipped:.0f} kB", f"{their_plain / plain:.3g}"],
    ]


def machine() -> str:
    """Where and with what this was measured."""
    names = ("ipykernel", "nbclient", "papermill", "nbconvert", "mkdocs-jupyter", "torch")
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}"
    tools = ", ".join(f"{name} {version(name)}" for name in names)
    return f"Measured on {system}; Python {platform.python_version()}, {tools}. Read the ratios, not the seconds."


def table(rows: list[list[str]]) -> str:
    head = [["what", "measured", "ratio to the line with 1"], ["---", "---:", "---:"]]
    return "\n".join("| " + " | ".join(row) + " |" for row in head + rows)


def copy_document() -> None:
    """The notes and what a run and a site need, in build/bench."""
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(FOLDER, DOCUMENT / FOLDER, ignore=shutil.ignore_patterns("*.ipynb"))
    shutil.copy("mkdocs.yml", DOCUMENT)
    write_package(all_notes(), DOCUMENT)


def measure_all() -> Path:
    """Measures, printing each part as it is known; the file with the whole table."""
    where, rows = machine(), []
    copy_document()
    parts = engine, partial(whole_document, DOCUMENT, seconds), site, partial(per_cell, DOCUMENT, seconds)
    for measure in *parts, partial(edits, DOCUMENT), live, partial(first_results, WORK, seconds):
        found = measure()
        print(table(found).split("\n", 2)[2], flush=True)
        rows += found
    write_file(TABLE, f"# Benchmarks\n\n{where}\n\n{table(rows)}\n".encode())
    return TABLE
