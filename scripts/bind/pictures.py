"""Figures as they go into the book."""

from pathlib import Path

from scripts.publish.figures import still

LETTERS = "Helvetica,Arial,sans-serif"  # what Graphviz asks for; narrower letters fit its boxes as well


def for_print(path: Path) -> bytes:
    """A figure for the PDF, its words in a face of the book."""
    return still(path).replace(LETTERS.encode(), b"Source Sans Pro")
