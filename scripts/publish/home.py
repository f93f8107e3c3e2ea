"""The first page, and the parts of the book, from the page that lists them: notes/index.md."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it.token import Token

from scripts.note.format import Note
from scripts.note.markdown import headings, links, tokens
from scripts.publish.figures import film
from scripts.publish.head import description, front_matter
from scripts.publish.html import Html, groups, heading, parsed
from scripts.publish.page import note_number, page_title
from scripts.publish.signs import with_signs

FIRST_GRAPH = "figures/06-backward-pass.svg"  # the first graph of the book with its gradients, and what it ends with
MOONS = "figures/18-decision.svg"
Entry = str | dict[str, Any]  # a page, or one under a name of its own, or several
Section = tuple[str, str, list[Note]]  # its name, its anchor, its notes


def parts(index: Note, notes: list[Note]) -> list[Section]:
    """The parts of the book: the headings of its first page, each with the notes that are listed below it."""
    names, found = {f"{note.stem}.md": note for note in notes}, list[Section]()
    anchors = iter([anchor for _, anchor in headings(index.body)])
    for opening, inline in pairwise(tokens(index.body)):
        if opening.type == "heading_open":
            found.append((inline.content, next(anchors), []))
        elif found and opening.type == "paragraph_open" and opening.level > 0:
            found[-1][2].extend(names[link.target] for link in links(inline.content) if link.target in names)
    return [part for part in found if part[2]]


def navigation(index: Note | None, notes: list[Note], others: Sequence[Entry]) -> list[Entry]:
    """The pages as MkDocs shall list them: the first, the parts with their notes, the notes in none, the others."""
    found = parts(index, notes) if index else []
    sections = [{name: [f"{note.stem}.md" for note in listed]} for name, _, listed in found]
    placed = {note.stem for _, _, listed in found for note in listed}
    rest = [f"{note.stem}.md" for note in notes if note.stem not in placed]
    return [*(["index.md"] if index else []), *sections, *rest, {"Beside the notes": list(others)}]


def home(index: Note, notes: list[Note]) -> str:
    """The first page: what the book promises, its graph, where to begin, its parts; then its end, and index.md."""
    html = Html(index.place(1))
    things = groups(parsed(index.body))
    first = [thing for thing in things if thing[0].type == "paragraph_open"]
    promise = html.of(first[0]) if first else ""
    shown = {id(thing) for thing in [*first[:1], *[each for each in first if leads_on(each)]]}
    graph, moons = drawn(FIRST_GRAPH, notes, moving=False), drawn(MOONS, notes)
    skipped = False
    below = []
    anchors = [anchor for _, anchor in headings(index.body)]
    coming = iter(anchors)
    for thing in things:
        if thing[0].type == "heading_open":
            anchor = next(coming)
            below += [heading(thing[0].tag, anchor, html.of([thing[1]]))] if thing[0].tag != "h1" else []
        elif graph and not skipped and html.of(thing).startswith("<figure"):
            skipped = True
        elif id(thing) not in shown:
            below.append(html.of(thing))
    top = heading("h1", anchors[0], escape(index.lines[0][2:]))
    screen = [f'{top}<div class="promise">\n{promise}</div>\n', start(notes), graph, listed_parts(index, notes), moons]
    said = front_matter(index.lines[0][2:], description(index), "home: true")
    return said + "\n".join(filter(None, [*screen, *below]))


def leads_on(group: Sequence[Token]) -> bool:
    """Whether this is the line of index.md that the button stands for."""
    return group[1].content.startswith("**Start here")


def start(notes: list[Note]) -> str:
    """Where to begin, and where to go on."""
    button = f'<a class="button" href="{notes[0].stem}.html">Start reading</a>'
    return f'<p class="start">{button} <a class="continue" href="{notes[0].stem}.html" hidden></a></p>\n'


def drawn(path: str, notes: list[Note], moving: bool = True) -> str:
    """A figure of the notes, with its words (a film's last frame, if not `moving`); empty if no note has it."""
    found = [(note, each) for note in notes for cell in note.cells for each in cell.figures if each.path == path]
    for note, each in found:
        last = None if moving else film(with_signs(each.alt), Path(note.path).parent / path, moving)
        return last or Html(note.path).of(parsed(f"![{each.alt}]({path})"))
    return ""


def listed_parts(index: Note, notes: list[Note]) -> str:
    """The parts in a row, each with its first and last note."""
    items = []
    for name, anchor, listed in parts(index, notes):
        span = "–".join(dict.fromkeys(note_number(note) for note in (listed[0], listed[-1])))
        titles = escape(", ".join(page_title(note).partition(" · ")[2] for note in listed[:3]))
        items.append(
            f'<li><a href="#{anchor}">{escape(name)}</a> <span>{span}</span><br><small>{titles} …</small></li>\n'
        )
    return f'<ul class="parts">\n{"".join(items)}</ul>\n' if items else ""
