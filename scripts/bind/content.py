"""What the book consists of: parts that notes/index.md lists, the notes as chapters, what is folded at their ends."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import count

from markdown_it.token import Token

from scripts.note.format import Note
from scripts.note.tangle import package
from scripts.publish.glossary import Glossary, anchored
from scripts.publish.html import groups, parsed
from scripts.publish.listings import package_text
from scripts.publish.page import Page
from scripts.publish.things import Results, Thing, Words, things
from scripts.publish.versions import Index

FOLD = re.compile(r"<details[^>]*>\s*<summary>(.*?)</summary>", re.S)
OPEN = "Needs and defines"  # the one fold that stays where it is: two lines
ONWARDS = re.compile(r"Next: \[")  # paper needs no such link


@dataclass(frozen=True)
class Fold:
    """What the site folds and the book puts at the chapter's end; where it was, a line leads there. `chapter` is the
    page's name, `number` is like 7.2, `summary` the words on the fold."""

    chapter: str
    number: str
    summary: Token
    things: list["Thing | Fold"] = field(default_factory=list)


@dataclass(frozen=True)
class Chapter:
    """A note, or another page of the book. `said` is what notes/index.md says of it, if anything."""

    page: Page
    things: list[Thing | Fold]
    folds: list[Fold]
    said: Token = field(default_factory=lambda: Token("inline", "", 0, children=[]))

    @property
    def name(self) -> str:
        return f"{self.page.note.stem}.md"

    @property
    def title(self) -> Token:
        return parsed(self.page.note.lines[0])[1]


@dataclass
class Part:
    """A part of the book: its title, its anchor in notes/index.md, what is said of it, its chapters."""

    title: Token
    anchor: str
    words: list[Words] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)


@dataclass
class Book:
    """The whole book. `picture` is the first of notes/index.md, its path and its words, for the cover; `preface` and
    `closing` are what is said there before and after the parts."""

    title: str
    description: str
    repository: str
    index: Index
    picture: tuple[str, str] = ("", "")
    preface: list[Words] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    closing: list[Words] = field(default_factory=list)
    end: list[Chapter] = field(default_factory=list)

    @property
    def chapters(self) -> list[Chapter]:
        return [chapter for part in self.parts for chapter in part.chapters] + self.end


def make_book(notes: list[Note], plain: list[Note], site: dict[str, str]) -> Book:
    """The book of these notes and plain pages; `site` is what mkdocs.yml says. Raises Problem for a note that the first
    page does not list."""
    pages = {note.stem: note for note in plain}
    index, glossary = Index(notes), Glossary(pages["glossary"].body if "glossary" in pages else "")
    description = site["site_description"].replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    book = Book(site["site_name"], description, site["repo_url"], index)

    def chapter(note: Note, *said: Token) -> Chapter:
        page = Page(note, index, glossary, book.repository)
        stream = page.things() if page.number else map(with_anchors, page.things())
        return Chapter(page, *unfolded(stream, page), *said)

    read_index(book, pages["index"], {f"{note.stem}.md": note for note in notes}, chapter)
    if "glossary" in pages:
        book.end.append(chapter(pages["glossary"]))
    if files := package(notes):
        book.end.append(chapter(Note("package.md", package_text(index, files))))
    return book


def with_anchors(thing: Thing) -> Thing:
    """A thing of the glossary, each word of it with its anchor."""
    if not isinstance(thing, Words):
        return thing
    return Words([anchored(token) if token.type == "inline" else token for token in thing.tokens], thing.line)


def read_index(book: Book, page: Note, notes: dict[str, Note], chapter: Callable[[Note, Token], Chapter]) -> None:
    """Takes the preface, the parts with their chapters, and the closing words from the first page."""
    into = book.preface
    for thing in (thing for thing in things(page) if isinstance(thing, Words)):
        group = thing.tokens
        if group[0].type == "heading_open":
            if group[0].tag == "h2":
                book.parts.append(Part(group[1], str(group[0].attrs["id"])))
                into = book.parts[-1].words
        elif group[0].type == "bullet_list_open" and book.parts:
            entries = (token for token in group if token.type == "inline")
            book.parts[-1].chapters += [chapter(notes.pop(target), said) for target, said in map(listed, entries)
                                        if target in notes]  # fmt: skip
            into = book.closing
        elif image := next((each for each in group[1].children or [] if each.type == "image"), None):
            book.picture = book.picture if any(book.picture) else (str(image.attrs["src"]), image.content)
        elif not is_signpost(group):
            into.append(thing)
    for note in notes.values():
        raise page.problem(1, f"no part lists {note.path}", "list it below the heading of a part")


def listed(entry: Token) -> tuple[str, Token]:
    """The file that an entry of the first page's lists names, and what it says of it."""
    children = entry.children or []
    target = next((str(child.attrs["href"]) for child in children if child.type == "link_open"), "")
    after = next((at for at, child in enumerate(children) if child.type == "link_close"), -1) + 1
    said = Token("inline", "", 0, children=children[after:])
    if said.children and said.children[0].type == "text":
        said.children[0].content = said.children[0].content.removeprefix(":").lstrip()
    return target, said


def is_signpost(group: list[Token]) -> bool:
    """Whether a paragraph is a line in bold that says where to click."""
    kinds = [child.type for child in group[1].children or [] if child.type != "text" or child.content]
    return bool(kinds) and (kinds[0], kinds[-1]) == ("strong_open", "strong_close")


def unfolded(stream: Iterable[Thing], page: Page) -> tuple[list[Thing | Fold], list[Fold]]:
    """The things of a page, with its folds in their places, and these."""
    folds: list[Fold] = []
    numbers, name = count(1), f"{page.note.stem}.md"
    stack: list[list[Thing | Fold]] = [[]]
    for thing in without_signposts(stream):
        html = thing.tokens[0].content if isinstance(thing, Words) and thing.tokens[0].type == "html_block" else ""
        if opening := FOLD.search(html):
            if opening[1] == OPEN:
                stack.append(stack[-1])
                continue
            summary = groups(parsed(unescape(opening[1]).strip()))[0][1]
            fold = Fold(name, ".".join(filter(None, [page.number, str(next(numbers))])), summary)
            folds.append(fold)
            stack[-1].append(fold)
            stack.append(fold.things)
        elif "</details>" in html and len(stack) > 1:
            stack.pop()
        elif isinstance(thing, Results) and "hide-input" in thing.cell.tags:
            stack[-1].insert(-1, thing)  # the figure, and then the line that leads to its code
        elif not html:
            stack[-1].append(thing)
    return stack[0], folds


def without_signposts(stream: Iterable[Thing]) -> Iterator[Thing]:
    """The things of a page without the paragraph that leads to the next one."""
    for thing in stream:
        if not (isinstance(thing, Words) and len(thing.tokens) == 3 and ONWARDS.match(thing.tokens[1].content)):
            yield thing
