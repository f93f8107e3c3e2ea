"""Packages of Pyodide's distribution, which the site brings if the build is given them: NumPy, Matplotlib, SymPy."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.common.problem import Problem

Distribution = dict[str, Any]  # what pyodide-lock.json says: of each package its file, the file's digest, what it needs


def distributed(folder: Path, wanted: list[str], lock: Distribution) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The lock's entries of those wanted packages whose file is in the folder, with what they need; and the files.
    Raises Problem if one that is needed is not there, or is not what the lock says."""
    found = [name for name in wanted if name in lock["packages"] and (folder / file_of(name, lock)).exists()]
    if not found:
        raise Problem(
            folder.as_posix(), f"none of {', '.join(wanted)} is here", "name Pyodide's distribution", status=2
        )
    entries, files = {}, {}
    for name in closure(found, lock):
        path = folder / file_of(name, lock)
        content = path.read_bytes() if path.exists() else b""
        if hashlib.sha256(content).hexdigest() != lock["packages"][name]["sha256"]:
            fact = "not what Pyodide's lock says" if content else "missing, and needed"
            raise Problem(
                path.as_posix(), fact, f"take it from Pyodide {lock['info']['python']}'s distribution", status=2
            )
        entries[name], files[path.name] = lock["packages"][name], content
    return entries, files


def file_of(name: str, lock: Distribution) -> str:
    return str(lock["packages"][name]["file_name"])


def closure(names: list[str], lock: Distribution) -> Iterator[str]:
    """These packages and all that they need, each once."""
    seen, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in seen:
            seen.add(name)
            waiting += lock["packages"][name]["depends"]
            yield name
