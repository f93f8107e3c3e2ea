"""A note's page: text in, text out."""

import json
import re
from collections.abc import Iterator
from copy import copy

from markdown_it.token import Token

from scripts.note.format import Cell, Note
from scripts.publish.code import code_block
from scripts.publish.glossary import Glossary, anchored
from scripts.publish.html import Html, heading, parsed
from scripts.publish.things import Results, Source, Thing, Words, things
from scripts.publish.versions import Definition, Index

UNMARKED = ("heading_open",)  # no word of the glossary is marked in these


def front_matter(title: str, *more: str) -> str:
    return "\n".join(["---", f"title: {json.dumps(title, ensure_ascii=False)}", "hide: [toc]", *more, "---", "", ""])


def title_of(page: str) -> str:
    """The title that a page's front matter gives it."""
    return json.loads(page.partition("\ntitle: ")[2].partition("\n")[0])


class Page:
    """A note's page. `index` knows where every name of the book is defined, `repository` where its source is."""

    def __init__(self, note: Note, index: Index, glossary: Glossary, repository: str):
        self.note, self.index, self.glossary, self.repository = note, index, glossary, repository
        self.seen: set[str] = set()
        if not note.lines[0].startswith("# "):
            raise note.problem(1, "no title", "start the note with `# Title`")
        self.title = note.lines[0][2:].strip()
        chapter = re.match(r"(\d\d)-", note.stem)
        self.number = str(int(chapter[1])) if chapter else ""

    def markdown(self) -> str:
        """The page, with its front matter."""
        title = f"{self.number} · {self.title}" if self.number else self.title
        return front_matter(title) + "\n".join([*self.body(), self.take_away()])

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
                group = [self.prose(token, opening) if token.type == "inline" else token for token in thing.tokens]
                thing = Words(self.needs(group), thing.line)
            yield thing

    def body(self) -> Iterator[str]:
        """The HTML of each thing on the page, in order."""
        folds = 0
        for thing in self.things():
            match thing:
                case Source(number, cell):
                    yield self.code(number, cell)
                case Results(number, cell):
                    yield from self.results(number, cell)
                case Words(group, line):
                    yield self.html(group, line, folds)
                    opened = group[0].content if group[0].type == "html_block" else ""
                    folds += opened.count("<details") - opened.count("</details")

    def html(self, group: list[Token], line: int, folds: int) -> str:
        html = Html(self.note.place(line))
        if group[0].type != "heading_open":
            return html.of(group)
        inside, tag, anchor = html.of([group[1]]), group[0].tag, str(group[0].attrs["id"])
        if line == 1 and self.number:
            inside = f'<span class="chapter">{self.number}</span> {inside}'
        return f'<{tag} id="{anchor}">{inside}</{tag}>\n' if folds else heading(tag, anchor, inside)

    def prose(self, inline: Token, opening: Token) -> Token:
        """An inline token with the glossary's words marked; in the glossary itself, with their anchors."""
        if opening.type in UNMARKED:
            return inline
        return self.glossary.marked(inline, self.seen) if self.number else anchored(inline)

    def needs(self, group: list[Token]) -> list[Token]:
        """A paragraph of what the note needs and defines: each name with a link to its definition."""
        if not re.search(r"\b(?:Needs|Defines):", group[1].content if len(group) == 3 else ""):
            return group
        inline, own = copy(group[1]), False
        children: list[Token] = []
        for child in inline.children or []:
            own |= child.type == "text" and "Defines:" in child.content
            found = self.index.find(child.content, self.note, own) if child.type == "code_inline" else None
            opening = [Token("link_open", "a", 1, attrs={"href": found.target})] if found else []
            children += [*opening, child, *([Token("link_close", "a", -1)] if found else [])]
        inline.children = children
        return [Token("paragraph_open", "p", 1, attrs={"class": "needs"}), inline, group[2]]

    def found(self, number: int) -> list[Definition]:
        return self.index.by_cell.get((self.note.stem, number), [])

    def code(self, number: int, cell: Cell) -> str:
        """A cell's code, its changed lines marked."""
        anchor = f'<span id="cell-{number}"></span>\n' if self.found(number) else ""
        return anchor + code_block(cell.source, "python", title=cell.title, changed=self.changed(number)) + "\n"

    def changed(self, number: int) -> list[int]:
        """The lines of a cell that are new since the definitions in it were last written."""
        return sorted({line for found in self.found(number) if found.previous for line in found.changed})

    def results(self, number: int, cell: Cell) -> Iterator[str]:
        """A cell's output and figures, and what is known of the definitions in it."""
        if cell.output is not None:
            yield code_block(cell.output, "text", "error" if "raises-exception" in cell.tags else "output") + "\n"
        for figure in cell.figures:
            yield Html(self.note.place(figure.line)).of(parsed(f"![{figure.alt}]({figure.path})"))
        yield from (Html().of(words) for words in self.captions(number, cell))

    def captions(self, number: int, cell: Cell, changes: bool = True) -> Iterator[list[Token]]:
        """What is known of a cell's definitions: their versions, the ones beside them (and what changed, on a page of
        its own), their places in the package."""
        for definition in self.found(number):
            if said := versions(definition, changes):
                yield caption(said)
        names = [definition.name for definition in self.found(number) if definition.source and cell.title]
        if names:
            yield caption("In the package: " + ", ".join(f"[`{name}`](package.md#{name.lower()})" for name in names))


def versions(definition: Definition, changes: bool) -> str:
    """Which version of a class or function this is, and the ones beside it, as Markdown; empty if there are none."""
    before, after = definition.previous, definition.next
    links = [f"← [{beside(definition, before)}]({before.target})"] if before else []
    links += [f"[{beside(definition, after)}]({after.target}) →"] if after else []
    links += [f"[what changed](versions.md#{definition.anchor})"] if before and changes else []
    return " · ".join([f"`{definition.name}`, {definition.label}", *links]) if links else ""


def caption(text: str) -> list[Token]:
    """Markdown of one paragraph as the line below a cell."""
    group = parsed(text)
    group[0].attrs["class"] = "version"
    return group


def beside(definition: Definition, other: Definition) -> str:
    """How the caption of a definition names the one before or after it."""
    return other.label if other.note is definition.note else f"{other.label}, in note {other.note.stem[:2]}"
