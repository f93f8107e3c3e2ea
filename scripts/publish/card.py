"""The picture that a link to the book is shown with."""

from html import escape
from pathlib import Path

import resvg_py

from scripts.publish.figures import still

WIDTH, HEIGHT = 1200, 630
CARD = """\
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" height="{height}">
<rect width="100%" height="100%" fill="#fffefb"/>
<text x="70" y="120" font-family="Source Serif Pro" font-size="64" fill="#211f1c">{title}</text>
<svg x="70" y="170" width="1060" height="400" viewBox="{box}">{figure}</svg>
</svg>"""


def card(title: str, figure: Path, serif: Path) -> bytes:
    """A PNG with the title and a figure of the notes."""
    drawing = still(figure).decode()
    box = drawing.partition('viewBox="')[2].partition('"')[0]
    inside = drawing.partition(">")[2].rpartition("</svg>")[0]
    text = CARD.format(width=WIDTH, height=HEIGHT, title=escape(title), box=box, figure=inside)
    picture = resvg_py.svg_to_bytes(
        svg_string=text, font_files=[str(serif)], sans_serif_family="Source Serif Pro", skip_system_fonts=True
    )
    return bytes(picture)
