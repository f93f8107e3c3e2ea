"""Figures as they go into the book."""

import re
from pathlib import Path

from scripts.note.outcome import DARK

LETTERS = "Helvetica,Arial,sans-serif"  # what Graphviz asks for; narrower letters fit its boxes as well


# What moves a film, and what is not in its last frame: `film` of notes/06 writes each group of parts as a line.
MOVING = re.compile(rb'<style>\n\.film [\s\S]*?</style>\n|^<g class="frame" .*\n', re.M)


def still(path: Path) -> bytes:
    """A figure as it is on paper: without its dark theme, as e-readers turn colours over themselves; a film's last
    frame."""
    svg = path.read_bytes().replace(DARK.encode(), b"")
    return MOVING.sub(b"", svg) if svg.startswith(b'<svg class="film"') else svg


def for_print(path: Path) -> bytes:
    """A figure for the PDF, its words in a face of the book."""
    return still(path).replace(LETTERS.encode(), b"Source Sans Pro")
