"""The faces of the book, cut down to the letters it uses: Source Serif for text, STIX Two Math for formulas."""

import html
import importlib.util
from pathlib import Path

from fontTools import subset

FACES = {
    "serif.woff2": ("font_source_serif_pro", "files/SourceSerifPro-Regular.ttf"),
    "serif-italic.woff2": ("font_source_serif_pro", "files/SourceSerifPro-It.ttf"),
    "serif-bold.woff2": ("font_source_serif_pro", "files/SourceSerifPro-Semibold.ttf"),
    "math.woff2": ("ziamath", "fonts/STIXTwoMath-Regular.ttf"),
}
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x180)}
# Browsers turn a lone letter of a formula into one of these, and draw the root by the last.
FORMULAS = {*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E, 0x221A}


def write_fonts(folder: Path, text: str) -> None:
    """Writes each face to `folder`, with Latin and whatever else `text` has."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (package, file) in FACES.items():
        spec = importlib.util.find_spec(package)  # found, and not imported: that takes long
        assert spec and spec.origin
        path = Path(spec.origin).parent / file
        options = subset.Options(flavor="woff2", layout_features=["*"])
        subsetter = subset.Subsetter(options)
        letters = set(map(ord, html.unescape(text)))
        subsetter.populate(unicodes=LATIN | letters | (FORMULAS if "math" in name else set()))
        with subset.load_font(str(path), options) as font:
            subsetter.subset(font)
            subset.save_font(font, str(folder / name), options)
