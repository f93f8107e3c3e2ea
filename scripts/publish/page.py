"""A note's page: text in, text out."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

from scripts.note.format import Cell, Note
from scripts.publish import cells, head
from scripts.publish.glossary import Glossary, definition_list
from scripts.publish.html import Html, heading
from scripts.publish.things import Results, Source, Thing, Words, things
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
        self.number = note_number(note)
        self.folds = 0  # how many are open
        self.covers = self.turn = False  # whether a guess was asked for; whether a task is set
        self.waiting: list[tuple[Cell, list[Definition]]] = []  # in a fold: what is defined is said below it

    def markdown(self) -> str:
        """The page, with its front matter."""
        said = head.front_matter(page_title(self.note), head.description(self.note))
        return said + "\n".join([*self.pieces(), self.take_away()])

    def take_away(self) -> str:
        """Links to the note as a notebook and to its source."""
        source = f"{self.repository}/blob/main/{self.note.path}"
        links = [f'<a href="{source}">the source of this page</a>']
        links += [f'<a href="{source.replace("/blob/", "/edit/")}">edit it</a>']
        if self.number:
            links.insert(0, f'<a href="notebooks/{self.note.stem}.ipynb">this note as a notebook</a>')
        return f'<p class="take">{" · ".join(links)}</p>\n'

    def things(self) -> Iterator[Thing]:
        """What stands on the page, its words of the glossary and its needs with their links."""
        for thing in things(self.note):
            if isinstance(thing, Words):
                opening = thing.tokens[0]
                group = [self.marked(token, opening) if token.type == "inline" else token for token in thing.tokens]
                thing = Words(head.needs(group, self.note, self.index), thing.line)
            yield thing

    def marked(self, inline: Token, opening: Token) -> Token:
        """An inline token with the glossary's words marked."""
        return self.glossary.marked(inline, self.seen) if self.number and opening.type not in UNMARKED else inline

    def found(self, count: int) -> list[Definition]:
        return self.index.by_cell.get((self.note.stem, count), [])

    def pieces(self) -> list[str]:
        """The HTML of each thing on the page, in order. An aside comes with what it is said of."""
        pieces: list[str] = []
        apart = False  # whether an aside would have nothing before it to stand beside
        for kind, html in self.kinds():
            if kind == "aside" and pieces and not apart:
                pieces[-1] = f'<div class="noted">\n{html}{pieces[-1]}</div>\n'
            else:
                pieces.append(html)
            apart = kind != "plain"
        return pieces

    def kinds(self) -> Iterator[tuple[str, str]]:
        """Each thing on the page: what kind it is ("plain", "aside", or a part of something larger), and its HTML."""
        code = ""  # that of the cell whose results come next
        for thing in self.things():
            match thing:
                case Source(count, cell):
                    code = cells.shown_code(cell, count, self.found(count), answers=bool(self.number))
                    if "hide-input" in cell.tags:
                        yield ("part" if self.folds else "plain"), code
                        self.waiting.append((cell, self.found(count)))
                case Results(count, cell) if "hide-input" in cell.tags:
                    yield from (("plain", results) for results in [self.results(cell, count)] if results)
                case Results(count, cell):
                    self.waiting.append((cell, self.found(count)))
                    yield ("part" if self.folds else "plain"), code + self.results(cell, count) + self.taken()
                    yield from self.end_of_turn() if not self.folds else ()
                case Words(group, line):
                    yield from self.words(group, line)
        yield from self.end_of_turn()

    def results(self, cell: Cell, number: int) -> str:
        """What stands below a cell's code; covered, if a guess was asked for."""
        results = cells.shown_results(cell, number, self.note, self.covers)
        self.covers = self.covers and not results
        return results

    def taken(self) -> str:
        """The captions that wait, unless a fold is open."""
        if self.folds:
            return ""
        waiting, self.waiting = self.waiting, []
        return cells.captions(waiting)

    def words(self, group: list[Token], line: int) -> Iterator[tuple[str, str]]:
        """What is neither a cell nor its results."""
        if head.is_next(group, self.note):
            return
        if head.begins(group, "Predict."):
            self.covers = True
        if not self.folds:
            if group[0].type == "heading_open":
                yield from self.end_of_turn()
                self.covers = False
            if head.begins(group, "Your turn."):
                yield from self.end_of_turn()
                self.turn = True
                yield "part", '<div class="turn">\n'
        yield self.kind(group[0]), self.html(group, line)
        opened = group[0].content if group[0].type == "html_block" else ""
        self.folds += opened.count("<details") - opened.count("</details")
        yield from (("part", captions) for captions in [self.taken()] if captions)

    def kind(self, opening: Token) -> str:
        if self.folds or opening.type in ("heading_open", "html_block"):
            return "part"
        return "aside" if opening.type == "alert_open" else "plain"

    def end_of_turn(self) -> Iterator[tuple[str, str]]:
        """The end of a task, if there is one."""
        if self.turn:
            self.turn = False
            yield "part", "</div>\n"

    def html(self, group: list[Token], line: int) -> str:
        html = Html(self.note.place(line))
        if not self.number and self.note.stem == "glossary" and group[0].type == "bullet_list_open":
            return definition_list(group, html, self.titles)
        if group[0].type != "heading_open":
            made = html.of(group)
            return head.lead(made, self.note) if head.is_lead(group) and self.number and self.is_first(line) else made
        inside, tag, anchor = html.of([group[1]]), group[0].tag, str(group[0].attrs["id"])
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


def note_number(note: Note) -> str:
    """A note's number; empty for a page that is none."""
    return str(int(note.number)) if note.number.isdigit() else ""


def page_title(note: Note) -> str:
    """What a page is called where pages are listed."""
    said = note.lines[0][2:].strip()
    return f"{note_number(note)} · {said}" if note_number(note) else said
