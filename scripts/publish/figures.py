"""Figures: as large as they are drawn, with a caption where their words are many. Films, which looks/film.js steps
through."""

import re
from html import escape
from pathlib import Path

from scripts.note.outcome import DARK
from scripts.publish.signs import with_signs

FILM = '<svg class="film"'
BY_GRAPHVIZ = 'class="graph"'  # its letters cannot be read where it is made small
ALT = 200  # letters: a longer text is a caption
SIZE = re.compile(r'<svg\b[^>]*?\swidth="([\d.]+)pt"\s+height="([\d.]+)pt"')
STOPS = [re.compile(end) for end in (r"\.(?= )", r"[;:](?= )", r",(?= )", r"(?= )")]  # from the strongest
# What moves a film, and what is not in its last frame: `film` of notes/06 writes each group of parts as a line.
MOVING = re.compile(rb'<style>\n\.film [\s\S]*?</style>\n|^<g class="frame" .*\n', re.M)


def figure(alt: str, path: str, folder: Path) -> str:
    """A figure that leads to its file, or a film. `folder` is where the page's note is."""
    if (shown := film(with_signs(alt), folder / path)) is not None:
        return shown
    said, rest = short(with_signs(alt))
    caption = f"<figcaption>{escape(rest)}</figcaption>" if rest else ""
    image = f'<img src="{path}" alt="{escape(said)}"{size(folder / path)} loading="lazy">'
    return f'<figure><a class="figure" href="{path}">{image}</a>{caption}</figure>\n'


def film(alt: str, path: Path, moving: bool = True) -> str | None:
    """A film, which is in the page itself, so that a script can step through it, or its last frame; None for other
    figures."""
    if path.suffix != ".svg" or not path.exists() or not path.read_bytes().startswith(FILM.encode()):
        return None
    svg, caption = path.read_text(encoding="utf-8").replace(DARK, ""), ""
    if not moving:
        svg, said = apart(still(path).decode())
        svg = svg.replace('class="frame last"', 'class="last"')  # what moves another film moves it not
        caption = f"<figcaption>{said}</figcaption>" if said else ""
    wide = SIZE.search(svg[:600])
    own = f' style="--own: {wide[1]}pt"' if moving and wide else ""  # the width that film.css goes by
    svg = svg.replace(FILM, f'{FILM} role="img" aria-label="{escape(alt)}"{own}', 1)
    kind = ' class="film"' if moving else ""
    return f'<figure{kind} data-search-exclude><div class="reel">{svg.rstrip()}</div>{caption}</figure>\n'


def still(path: Path) -> bytes:
    """A figure as it is on paper: without its dark theme, as e-readers turn colours over themselves; a film's last
    frame."""
    svg = path.read_bytes().replace(DARK.encode(), b"")
    return MOVING.sub(b"", svg) if svg.startswith(FILM.encode()) else svg


def apart(svg: str) -> tuple[str, str]:
    """A film's last frame without its caption and the room for that, and the caption."""
    lines = re.findall(r'<tspan x="[^"]*" y="(\d+)">(.*?)</tspan>', svg)
    if not lines:
        return svg, ""
    height = int(lines[0][0]) - 18  # as looks/film.js does it
    svg = re.sub(r' height="\d+pt" viewBox="(.*?) \d+"', rf' height="{height}pt" viewBox="\1 {height}"', svg, count=1)
    return re.sub(r'<text class="caption">.*?</text>', "", svg), " ".join(line for _, line in lines)


def short(alt: str) -> tuple[str, str]:
    """A figure's alt text and its caption: all its words, if they are many, and then of them as many whole sentences or
    parts of one as an alt text has room for."""
    if len(alt) <= ALT:
        return alt, ""
    found = next(filter(None, ([*end.finditer(alt, 0, ALT)] for end in STOPS)), [])
    return alt[: found[-1].start() if found else ALT], alt.rstrip(".") + "."


def size(path: Path) -> str:
    """The attributes that say how large a picture is, so that the page does not move when it comes."""
    if not path.exists() or path.suffix != ".svg":
        return ""
    svg = path.read_text(encoding="utf-8")
    if not (found := SIZE.search(svg[:600])):
        return ""
    own = f' style="--own: {found[1]}pt"' if BY_GRAPHVIZ in svg else ""
    return f' width="{points(found[1])}" height="{points(found[2])}"{own}'


def points(said: str) -> int:
    return round(float(said) * 4 / 3)
