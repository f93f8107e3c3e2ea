"""A note's page: text in, text out."""

import json
import re
from collections.abc import Iterable, Iterator
from copy import copy

from markdown_it.token import Token

from scripts.note.format import Cell, Check, Note
from scripts.note.markdown import headings
from scripts.publish.code import code_block
from scripts.publish.glossary import Glossary, anchored
from scripts.publish.html import Html, groups, heading, parsed
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
        self.anchors = [anchor for _, anchor in headings(note.body)]

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

    def body(self) -> Iterator[str]:
        """The HTML of each thing on the page, in order."""
        starts = {cell.line - 1: (number, cell) for number, cell in enumerate(self.note.cells, 1)}
        hidden = {block.line - 1 for block in self.note.blocks if isinstance(block, Check)}
        hidden |= {at for cell in self.note.cells for at in range(cell.end, cell.results_end)}
        anchors, folds = iter(self.anchors), 0
        waiting: tuple[int, Iterable[str]] = (0, ())  # the line from which a cell's results come, and they
        for group in groups(parsed(self.note.body)):
            at = group[0].map[0] if group[0].map else len(self.note.lines)
            if waiting[0] <= at:
                yield from waiting[1]
                waiting = (0, ())
            if at in starts:
                number, cell = starts[at]
                yield self.code(number, cell)
                waiting = (cell.end, self.results(number, cell))
            elif at not in hidden:
                group = [self.prose(token, group[0]) if token.type == "inline" else token for token in group]
                yield self.html(group, at + 1, anchors, folds)
                opened = group[0].content if group[0].type == "html_block" else ""
                folds += opened.count("<details") - opened.count("</details")
        yield from waiting[1]

    def html(self, group: list[Token], line: int, anchors: Iterator[str], folds: int) -> str:
        html = Html(self.note.place(line))
        if group[0].type != "heading_open":
            return html.of(self.needs(group))
        inside, tag, anchor = html.of([group[1]]), group[0].tag, next(anchors)
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
        found = self.found(number)
        changed = sorted({line for definition in found if definition.previous for line in definition.changed})
        anchor = f'<span id="cell-{number}"></span>\n' if found else ""
        return anchor + code_block(cell.source, "python", title=cell.title, changed=changed) + "\n"

    def results(self, number: int, cell: Cell) -> Iterator[str]:
        """A cell's output and figures, and what is known of the definitions in it."""
        if cell.output is not None:
            yield code_block(cell.output, "text", "error" if "raises-exception" in cell.tags else "output") + "\n"
        for figure in cell.figures:
            yield Html(self.note.place(figure.line)).of(parsed(f"![{figure.alt}]({figure.path})"))
        yield from map(versions_line, self.found(number))
        if cell.title:
            yield home_line([definition.name for definition in self.found(number) if definition.source])


def versions_line(definition: Definition) -> str:
    """Which version of a class or function this is, the ones beside it, and what changed."""
    before, after = definition.previous, definition.next
    if not (before or after):
        return ""
    links = [f"<code>{definition.name}</code>, {definition.label}"]
    links += [f'← <a href="{page_of(before)}">{beside(definition, before)}</a>'] if before else []
    links += [f'<a href="{page_of(after)}">{beside(definition, after)}</a> →'] if after else []
    links += [f'<a href="versions.html#{definition.anchor}">what changed</a>'] if before else []
    return f'<p class="version">{" · ".join(links)}</p>\n'


def home_line(names: list[str]) -> str:
    """Where the definitions of a tangled cell live in the package."""
    links = [f'<a href="package.html#{name.lower()}"><code>{name}</code></a>' for name in names]
    return f'<p class="version">In the package: {", ".join(links)}</p>\n' if links else ""


def page_of(definition: Definition) -> str:
    return definition.target.replace(".md#", ".html#")


def beside(definition: Definition, other: Definition) -> str:
    """How the caption of a definition names the one before or after it."""
    return other.label if other.note is definition.note else f"{other.label}, in note {other.note.stem[:2]}"
