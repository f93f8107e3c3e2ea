"""What the pages need to know of the book before its blocks answer: every block in order, and which cannot run."""

import json
from collections.abc import Iterator
from typing import Any

from scripts.live.measured import measured
from scripts.live.needs import lacking
from scripts.note.format import Cell, Note
from scripts.publish.head import begins
from scripts.publish.page import page_title
from scripts.publish.things import Source, Words, things

Described = dict[str, Any]  # a block as the page script reads it; room.js says what stands in it


def manifest(notes: list[Note], packages: set[str]) -> str:
    """The book as JSON; `packages` are those that the site brings beyond Python's own library."""
    reasons = lacking([cell.source for note in notes for cell in note.cells], packages)
    book = [{"name": note.stem, "title": page_title(note), "cells": list(described(note, reasons))} for note in notes]
    return json.dumps({"notes": book}, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def described(note: Note, reasons: Iterator[str]) -> Iterator[Described]:
    """A note's blocks in order; the next of `reasons` says why a block cannot run (empty, if it can)."""
    tasks = dict(turns(note))
    for number, cell in enumerate(note.cells, 1):
        entry: Described = {
            "id": f"{note.stem}#cell-{number}",
            "line": cell.line,
            "title": cell.title,
            "code": cell.source,
            "text": cell.output,
            "figures": [{"path": figure.path, "alt": figure.alt} for figure in cell.figures],
            "tags": list(cell.tags),
            **measured(cell.source),
            "needs": next(reasons),
            **tasks.get(number, {}),
        }
        yield {key: value for key, value in entry.items() if key != "block" and value not in ("", None, [])}


def turns(note: Note) -> Iterator[tuple[int, Described]]:
    """The blocks of the tasks by number: the solution, with the stub it is written into, and the asserts."""
    stub, folds, asked = "", 0, ""  # what is asked for next: "", a solution, asserts
    for thing in things(note):
        match thing:
            case Words(group, _):
                opening = group[0]
                if begins(group, "Your turn."):
                    stub, asked = "", "solution"
                elif opening.type == "fence" and asked and not folds:
                    stub = opening.content.rstrip("\n")
                elif opening.type == "heading_open" and not folds:
                    asked = ""
                opened = opening.content if opening.type == "html_block" else ""
                folds += opened.count("<details") - opened.count("</details")
            case Source(number, Cell()) if asked and bool(folds) == (asked == "solution"):
                yield number, {"kind": asked} | ({"stub": stub} if asked == "solution" else {})
                asked = "asserts" if asked == "solution" else ""
