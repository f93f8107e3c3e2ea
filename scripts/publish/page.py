"""A note's page: text in, text out."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

from scripts.note.format import Cell, Check, Note
from scripts.note.markdown import headings
from scripts.publish import cells, head
from scripts.publish.glossary import Glossary, definitions
from scripts.publish.html import Html, groups, heading, parsed
from scripts.publish.versions import Definition, Index

UNMARKED = ("heading_open",)  # no word of the glossary is marked in these


class Page:
    """A note's page. `index` knows where every name of the book is defined, `repository` where its source is, `titles`
    what each page is called."""

    def __init__(
        self, note: Note, index: Index, glossary: Glossary, repository: str, titles: dict[str, str] | None = None
    ):
        self.note, self.index, self.glossary, self.repository = note, index, glossary, repository
        self.titles = titles or {}
        self.seen: set[str] = set()
        if not note.lines[0].startswith("# "):
            raise note.problem(1, "no title", "start the note with `# Title`")
        self.number = number(note)
        self.anchors = iter([anchor for _, anchor in headings(note.body)])
        self.folds = 0  # how many are open
        self.covers = self.turn = False  # whether a guess was asked for; whether a task is set
        self.captions = ""  # what is known of the definitions in a fold, to be said below it

    def markdown(self) -> str:
        """The page, with its front matter."""
        said = head.front_matter(title(self.note), head.description(self.note))
        return said + "\n".join([*self.pieces(), self.take_away()])

    def take_away(self) -> str:
        """Links to the note as a notebook and to its source."""
        source = f"{self.repository}/blob/main/{self.note.path}"
        links = [f'<a href="{source}">the source of this page</a>']
        links += [f'<a href="{source.replace("/blob/", "/edit/")}">edit it</a>']
        if self.number:
            links.insert(0, f'<a href="notebooks/{self.note.stem}.ipynb">this note as a notebook</a>')
        return f'<p class="take">{" · ".join(links)}</p>\n'

    def pieces(self) -> list[str]:
        """The HTML of each thing on the page, in order. An aside comes with what it is said of."""
        pieces: list[str] = []
        apart = False  # whether an aside would have nothing before it to stand beside
        for kind, html in self.things():
            if kind == "aside" and pieces and not apart:
                pieces[-1] = f'<div class="noted">\n{html}{pieces[-1]}</div>\n'
            else:
                pieces.append(html)
            apart = kind != "plain"
        return pieces

    def things(self) -> Iterator[tuple[str, str]]:
        """Each thing on the page: what kind it is ("plain", "aside", or a part of something larger), and its HTML."""
        starts = {cell.line - 1: (count, cell) for count, cell in enumerate(self.note.cells, 1)}
        hidden = {block.line - 1 for block in self.note.blocks if isinstance(block, Check)}
        hidden |= {at for cell in self.note.cells for at in range(cell.end, cell.results_end)}
        below: tuple[int, str] = (0, "")  # the line from which a folded cell's results come, and they
        for group in groups(parsed(self.note.body)):
            at = group[0].map[0] if group[0].map else len(self.note.lines)
            if below[1] and below[0] <= at:
                yield "plain", below[1]
                below = (0, "")
            if at in starts:
                code, results = self.cell(*starts[at])
                yield (
                    ("part" if self.folds else "plain"),
                    code + ("" if "hide-input" in starts[at][1].tags else results),
                )
                below = (starts[at][1].end, results) if "hide-input" in starts[at][1].tags else below
                yield from self.end_of_turn() if not self.folds else ()
            elif at not in hidden:
                yield from self.prose(group, at + 1)
        yield from [("plain", below[1])] if below[1] else []
        yield from self.end_of_turn()

    def cell(self, count: int, cell: Cell) -> tuple[str, str]:
        """A cell's code, and what stands below it."""
        found = self.found(count)
        results = cells.results(cell, self.note, self.covers)
        self.covers = self.covers and not results
        self.captions += cells.captions(cell, found)
        return cells.code(cell, count, found), results + ("" if self.folds else self.taken())

    def taken(self) -> str:
        """The captions that wait."""
        captions, self.captions = self.captions, ""
        return captions

    def found(self, count: int) -> list[Definition]:
        return self.index.by_cell.get((self.note.stem, count), [])

    def prose(self, group: list[Token], line: int) -> Iterator[tuple[str, str]]:
        """What is neither a cell nor its results."""
        kind = "part" if self.folds or group[0].type in ("heading_open", "html_block") else "plain"
        if head.begins(group, "Predict."):
            self.covers = True
        if head.begins(group, "Your turn.") and not self.folds:
            yield from self.end_of_turn()
            self.turn = True
            yield "part", '<div class="turn">\n'
        if group[0].type == "heading_open" and not self.folds:
            yield from self.end_of_turn()
            self.covers = False
        if group[0].type == "alert_open" and not self.folds:
            kind = "aside"
        if head.is_next(group, self.note):
            return
        marked = [self.marked(token, group[0]) if token.type == "inline" else token for token in group]
        yield kind, self.html(marked, line)
        opened = group[0].content if group[0].type == "html_block" else ""
        self.folds += opened.count("<details") - opened.count("</details")
        if self.captions and not self.folds:
            yield "part", self.taken()

    def end_of_turn(self) -> Iterator[tuple[str, str]]:
        """The end of a task, if there is one."""
        if self.turn:
            self.turn = False
            yield "part", "</div>\n"

    def html(self, group: list[Token], line: int) -> str:
        html = Html(self.note.place(line))
        if not self.number and self.note.stem == "glossary" and group[0].type == "bullet_list_open":
            return definitions(group, html, self.titles)
        if group[0].type != "heading_open":
            made = html.of(head.needs(group, self.note, self.index))
            return head.lead(made, self.note) if head.is_lead(group) and self.number and self.is_first(line) else made
        inside, tag, anchor = html.of([group[1]]), group[0].tag, next(self.anchors)
        if line == 1 and self.number:
            inside = f'<span class="chapter">{self.number}</span> {inside}'
            missing = head.lead("", self.note) if not self.has_lead() else ""
            return heading(tag, anchor, inside) + missing
        return f'<{tag} id="{anchor}">{inside}</{tag}>\n' if self.folds else heading(tag, anchor, inside)

    def is_first(self, line: int) -> bool:
        """Whether nothing but the title is before this line."""
        return not any(self.note.lines[1 : line - 1])

    def has_lead(self) -> bool:
        return bool(re.match(r"\*[^*]", next((line for line in self.note.lines[1:] if line), "")))

    def marked(self, inline: Token, opening: Token) -> Token:
        """An inline token with the glossary's words marked."""
        return self.glossary.marked(inline, self.seen) if self.number and opening.type not in UNMARKED else inline


def number(note: Note) -> str:
    """A note's number; empty for a page that is none."""
    chapter = re.match(r"(\d\d)-", note.stem)
    return str(int(chapter[1])) if chapter else ""


def title(note: Note) -> str:
    """What a page is called where pages are listed."""
    said = note.lines[0][2:].strip()
    return f"{number(note)} · {said}" if number(note) else said
