"""The faces of the book, cut down to the letters it uses: Source Serif for text, STIX Two Math for formulas."""

import html
import importlib.util
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FACES = {
    "serif.woff2": ("font_source_serif_pro", "files/SourceSerifPro-Regular.ttf"),
    "serif-italic.woff2": ("font_source_serif_pro", "files/SourceSerifPro-It.ttf"),
    "serif-bold.woff2": ("font_source_serif_pro", "files/SourceSerifPro-Semibold.ttf"),
    "math.woff2": ("ziamath", "fonts/STIXTwoMath-Regular.ttf"),
}
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x100)}
RADICAL = 0x221A
# Browsers turn a lone letter of a formula into one of these, and draw the root by the last.
FORMULAS = {*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E, RADICAL}


def with_one_root(font: TTFont) -> None:
    """Leaves the root its smallest size: Chromium makes room for the widest that it finds, so that a small radicand
    would stand far from its root."""
    table = font["MATH"].table
    variants, root = table.MathVariants, font.getBestCmap()[RADICAL]
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    construction.MathGlyphVariantRecord = construction.MathGlyphVariantRecord[:1]
    construction.GlyphAssembly = None
    table.MathConstants.RadicalVerticalGap.Value = 270


def write_fonts(folder: Path, text: str) -> None:
    """Writes each face to `folder`, with Latin and whatever else `text` has."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FACES:
        math = name == "math.woff2"
        options = subset.Options(flavor="woff2", hinting=False, **({"layout_features": []} if math else {}))
        subsetter = subset.Subsetter(options)
        letters = set(map(ord, html.unescape(text)))
        subsetter.populate(unicodes=LATIN | letters | (FORMULAS if math else set()))
        with subset.load_font(str(face_path(name)), options) as font:
            if math:
                with_one_root(font)
            subsetter.subset(font)
            subset.save_font(font, str(folder / name), options)


def face_path(name: str) -> Path:
    """The face that a file of the site is cut from."""
    package, file = FACES[name]
    spec = importlib.util.find_spec(package)  # found, and not imported: that takes long
    assert spec and spec.origin
    return Path(spec.origin).parent / file
