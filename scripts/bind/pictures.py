"""Figures as they go into the book."""

from pathlib import Path

from scripts.note.outcome import DARK

LETTERS = "Helvetica,Arial,sans-serif"  # what Graphviz asks for; narrower letters fit its boxes as well


def without_dark(path: Path) -> bytes:
    """A figure without its dark theme: paper is light, and e-readers turn colours over themselves."""
    return path.read_bytes().replace(DARK.encode(), b"")


def for_print(path: Path) -> bytes:
    """A figure for the PDF, its words in a face of the book."""
    return without_dark(path).replace(LETTERS.encode(), b"Source Sans Pro")
