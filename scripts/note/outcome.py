"""What a cell gave, as a person reads it: its text, and its pictures as files. One definition for every command.

What a note in plain Markdown can't hold raises Unrecordable, which says what it is and what to do.
"""

import base64
import binascii
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.note.terminal import ANSI, as_shown
from scripts.note.unstable import no_text

LIMIT = 100_000  # characters of a cell's text
PICTURES = 5_000_000  # bytes of a cell's pictures
SVG = "http://www.w3.org/2000/svg"
PNG = b"\x89PNG"
STARTS = {"png": PNG, "jpg": b"\xff\xd8\xff", "gif": b"GIF8"}  # how a picture's file begins
RASTER = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
NAMELESS = re.compile(r"(?:<[^<>\n]*(?: object| at 0x\w+)>)?")  # what an object says that has no text of its own
WARNING = re.compile(r"^\S.*?:\d+: (\w*Warning: .*)$", re.M)
# A figure's own dark theme: lightness turned over, hues kept. Git hosts and the site show figures as images, where this
# query follows the page's colour scheme.
DARK = "<style>@media (prefers-color-scheme: dark) { :root { filter: invert(1) hue-rotate(180deg) } }</style>"

Output = Mapping[str, Any]  # one of Jupyter's outputs, as in a notebook file


class Unrecordable(Exception):
    """Something that no note can hold: the fact, and what to do."""

    def __init__(self, fact: str, remedy: str):
        super().__init__(fact)
        self.fact, self.remedy = fact, remedy


TOO_LONG = Unrecordable(f"its output is longer than {LIMIT:,} characters", "print less of it")


def misshapen(data: Mapping[str, Any]) -> Unrecordable | None:
    """What is wrong with the parts of an output, if they are no texts."""
    for kind, said in data.items():
        lines = said if isinstance(said, list) else [said]
        if "json" not in kind and not all(isinstance(line, str) for line in lines):
            return Unrecordable(f"it shows {kind} that is of type {type(said).__name__}", "show text")
    return None


@dataclass(frozen=True)
class Outcome:
    """What a cell gave: its text (None if it said nothing), and its pictures as the content of their files."""

    text: str | None
    pictures: tuple[bytes, ...] = ()


def outcome(outputs: Iterable[Output]) -> Outcome:
    """What these outputs of a cell say. Raises Unrecordable."""
    outputs = list(outputs)
    pictures = tuple(picture for picture in map(picture_of, outputs) if picture)
    if sum(map(len, pictures)) > PICTURES:
        raise Unrecordable(f"its pictures are larger than {PICTURES:,} bytes", "draw fewer points, or fewer pixels")
    return Outcome(text_of(outputs), pictures)


def so_far(outputs: Iterable[Output]) -> Outcome:
    """The same of a cell that may be under way: nothing where no note could hold it."""
    try:
        return outcome(outputs)
    except Unrecordable:
        return Outcome(None)


def exception_text(name: str, message: str) -> str:
    """`Type: message`, as on the last line of a traceback."""
    message = re.sub(r" \((?:<[^>]*>|\d+\.py), line \d+\)$", "", ANSI.sub("", message))
    return f"{name}: {message}" if message else name


def text_of(outputs: Iterable[Output]) -> str | None:
    """The text of a cell's outputs: streams and values in order, an exception as `Type: message`; None if none."""
    said = ""
    for output in outputs:
        if output["output_type"] == "stream":
            if output["name"] == "stderr" and (warned := WARNING.search(output["text"])):
                raise Unrecordable(f"it warns: {warned[1]}", "mend what it warns of, or catch it and print its message")
            said += output["text"]
            continue
        said += "\n" if said and not said.endswith("\n") else ""
        if output["output_type"] == "error":
            said += exception_text(output["ename"], output["evalue"]) + "\n"
        elif not picture_of(output):
            said += _words(output["data"]) + "\n"
    text = "\n".join(line.rstrip(" \t") for line in as_shown(said).split("\n")).rstrip("\n")
    if len(text) > LIMIT:
        raise TOO_LONG
    if character := no_text(text):
        raise Unrecordable(f"its output holds the character {character}, which a note cannot hold", "print its repr()")
    return text or None


def _words(data: Mapping[str, Any]) -> str:
    """What an output says in words: its text, or the Markdown or LaTeX that it stands for."""
    texts = {kind: "".join(said) for kind, said in data.items() if kind.startswith("text/")}
    plain = texts.get("text/plain", "")
    if "text/markdown" in texts:
        return texts["text/markdown"]
    if not NAMELESS.fullmatch(plain) or not data.keys() - {"text/plain"}:
        return plain
    if "text/latex" in texts and "text/html" not in texts:
        return texts["text/latex"]
    shown = ", ".join(sorted(data.keys() - {"text/plain"}))
    raise Unrecordable(f"it shows {shown}, which a note cannot hold", "print it as text, or draw a figure")


def picture_of(output: Output) -> bytes | None:
    """An output's picture as the content of its file; None if it has none."""
    data = output.get("data", {})
    if "image/svg+xml" in data:
        return svg_file("".join(data["image/svg+xml"]))
    for kind in RASTER.keys() & data.keys():
        return _decoded(data[kind], RASTER[kind])
    return None


def _decoded(said: str, kind: str) -> bytes:
    try:
        picture = base64.b64decode("".join(said))
    except binascii.Error:
        picture = b""
    if not picture.startswith(STARTS[kind]):
        raise Unrecordable(f"it shows what is no {kind.upper()}", "show a picture of the kind that it is")
    return picture


def kind_of(picture: bytes) -> str:
    """The ending of the name of a picture's file."""
    return next((kind for kind, start in STARTS.items() if picture.startswith(start)), "svg")


def media_type(picture: bytes) -> str:
    return next((kind for kind, name in RASTER.items() if name == kind_of(picture)), "image/svg+xml")


def shown_as(picture: bytes) -> dict[str, str]:
    """A picture as the data of one of Jupyter's outputs: what picture_of makes a file of."""
    kind = media_type(picture)
    return {kind: base64.b64encode(picture).decode() if kind in RASTER else picture.decode("utf-8", "replace")}


def svg_file(svg: str) -> bytes:
    """An SVG without its preamble, and with the dark theme."""
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as error:
        raise Unrecordable(f"its SVG cannot be read: {error}", "draw one that is well-formed") from None
    if root.tag not in ("svg", f"{{{SVG}}}svg"):
        raise Unrecordable(f"its SVG is a {root.tag}", "draw one whose root is svg")
    if not (start := re.search(r"<svg\b[^>]*>", svg)):  # the name space has a prefix, as ElementTree writes it
        ET.register_namespace("", SVG)
        svg = ET.tostring(root, "unicode")
        start = re.search(r"<svg\b[^>]*>", svg)
    assert start
    body = re.sub(r"<!--.*?-->\n?", "", svg[start.start() :], flags=re.S)
    if root.tag == "svg":  # in a page it would do without its name space, in a file it does not
        body = body.replace("<svg", f'<svg xmlns="{SVG}"', 1)
    return (re.sub(r"(<svg\b[^>]*>)", r"\1" + DARK, body, count=1).rstrip() + "\n").encode()
