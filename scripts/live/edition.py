"""The package as the reader's own titled blocks make it, for the imports that follow."""

import importlib.util
import sysconfig
from pathlib import Path
from typing import Any

from scripts.common.problem import Problem
from scripts.note.blocks import Cell
from scripts.note.join import joined, module_text, pieces


def put(blocks: list[dict[str, Any]]) -> None:
    """Writes the files that titled blocks {title, note, line, code} make. One that they cannot be joined to stays the
    book's: a block that is no Python says so at its own place."""
    for title in {block["title"] for block in blocks}:
        cells = [(each["note"], Cell(each["line"], each["code"])) for each in blocks if each["title"] == title]
        try:
            text = module_text(joined(pieces(path, cell) for path, cell in cells))
        except Problem:
            continue
        file = Path(sysconfig.get_path("purelib"), title)
        file.write_text(text, encoding="utf-8")
        Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)
    importlib.invalidate_caches()
