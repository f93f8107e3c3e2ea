"""What a cell gave, as a person reads it: its text, and its pictures as files. One definition for every command."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PNG = b"\x89PNG"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
UNSTABLE = {
    "a memory address": re.compile(r"\b0x[0-9a-fA-F]{7,}"),
    "a temporary name": re.compile(r"ipykernel_\d+|[/\\]te?mp[/\\]\S+|\btmp[a-z0-9_]{8}\b"),
    "a character that ends lines or is no text": re.compile(r"[\0\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029\ud800-\udfff]"),
    "an absolute path": re.compile(r"(?<![\w.:/])(?:/(?:home|root|Users|usr|opt|var|mnt|work)/[\w.]+|[A-Z]:\\\\?\w+)"),
}
# A figure's own dark theme: lightness turned over, hues kept. Git hosts and the site show figures as images, where this
# query follows the page's colour scheme.
DARK = "<style>@media (prefers-color-scheme: dark) { :root { filter: invert(1) hue-rotate(180deg) } }</style>"


@dataclass(frozen=True)
class Outcome:
    """What a cell gave: its text (None if it said nothing), and its pictures as the content of their files."""

    text: str | None
    pictures: tuple[bytes, ...] = ()


Output = Mapping[str, Any]  # one of Jupyter's outputs, as in a notebook file


def outcome(outputs: Iterable[Output]) -> Outcome:
    """What these outputs of a cell say."""
    outputs = list(outputs)
    return Outcome(text_of(outputs), tuple(picture for picture in map(picture_of, outputs) if picture))


def exception_text(name: str, message: str) -> str:
    """`Type: message`, as on the last line of a traceback."""
    message = re.sub(r" \((?:<[^>]*>|\d+\.py), line \d+\)$", "", ANSI.sub("", message))
    return f"{name}: {message}" if message else name


def text_of(outputs: Iterable[Output]) -> str | None:
    """The text of a cell's outputs: streams and values in order, an exception as `Type: message`; None if none."""
    parts = []
    for output in outputs:
        if output["output_type"] == "stream":
            parts.append(output["text"])
        elif output["output_type"] == "error":
            parts.append(exception_text(output["ename"], output["evalue"]) + "\n")
        elif not picture_of(output):
            parts.append(output["data"].get("text/plain", "") + "\n")
    text = ANSI.sub("", "".join(parts)).rstrip()
    return "\n".join(line.rstrip() for line in text.split("\n")) if text else None


def picture_of(output: Output) -> bytes | None:
    """An output's picture as the content of its file; None if it has none."""
    data = output.get("data", {})
    if "image/svg+xml" in data:
        return svg_file(data["image/svg+xml"])
    return base64.b64decode(data["image/png"]) if "image/png" in data else None


def svg_file(svg: str) -> bytes:
    """An SVG without its preamble, and with the dark theme."""
    svg = re.sub(r"<!--.*?-->\n?", "", svg[svg.index("<svg") :], flags=re.S)
    return (re.sub(r"(<svg\b[^>]*>)", r"\1" + DARK, svg, count=1).rstrip() + "\n").encode()


def unstable(text: str) -> str | None:
    """What in `text` would differ between two runs or machines, in words; None if nothing."""
    for what, pattern in UNSTABLE.items():
        if match := pattern.search(text):
            return f"{what} ({match[0] if match[0].isprintable() else ascii(match[0])})"
    return None
