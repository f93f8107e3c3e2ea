"""Figures: as large as they are drawn, with a caption where their words are many. Films, which looks/film.js steps
through."""

import re
from html import escape
from pathlib import Path

from scripts.note.outcome import DARK
from scripts.publish.signs import with_signs

FILM = '<svg class="film"'
ALT = 200  # letters: a longer text is a caption
SIZE = re.compile(r'<svg\b[^>]*?\swidth="([\d.]+)pt"\s+height="([\d.]+)pt"')
END = re.compile(r"[.;:](?= )|,(?= )")
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
    svg = path.read_text(encoding="utf-8").replace(DARK, "")
    if not moving:
        svg = still(path).decode().replace('class="frame last"', 'class="last"')  # what moves another film moves it not
    wide = SIZE.search(svg[:600])
    own = f' style="--own: {wide[1]}pt"' if moving and wide else ""  # the width that film.css goes by
    svg = svg.replace(FILM, f'{FILM} role="img" aria-label="{escape(alt)}"{own}', 1)
    kind = ' class="film"' if moving else ""
    return f"<figure{kind} data-search-exclude>{svg.rstrip()}</figure>\n"


def still(path: Path) -> bytes:
    """A figure as it is on paper: without its dark theme, as e-readers turn colours over themselves; a film's last
    frame."""
    svg = path.read_bytes().replace(DARK.encode(), b"")
    return MOVING.sub(b"", svg) if svg.startswith(FILM.encode()) else svg


def short(alt: str) -> tuple[str, str]:
    """A figure's words, divided where the last sentence or part of one ends that an alt text has room for."""
    if len(alt) <= ALT:
        return alt, ""
    ends = list(END.finditer(alt, 0, ALT))
    strong = [end for end in ends if end[0] != ","]
    at = (strong or ends or [*re.compile(" |$").finditer(alt, ALT // 2)][:1])[-1]
    rest = alt[at.end() :].strip()
    word = re.match(r"[a-z]{2,}\b", rest)  # rather than the name of a variable
    return alt[: at.start()].rstrip(" .;:,"), rest[:1].upper() + rest[1:] if word else rest


def size(path: Path) -> str:
    """The attributes that say how large a picture is, so that the page does not move when it comes."""
    if not path.exists() or path.suffix != ".svg":
        return ""
    found = SIZE.search(path.read_text(encoding="utf-8")[:600])
    return f' width="{points(found[1])}" height="{points(found[2])}"' if found else ""


def points(said: str) -> int:
    return round(float(said) * 4 / 3)
