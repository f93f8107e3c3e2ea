"""The book's pages as XHTML, for e-readers: no script, formulas as MathML, nothing folded."""

from collections.abc import Iterable
from html import escape

from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from scripts.bind.content import Book, Chapter, Fold, Part
from scripts.note.format import Cell
from scripts.note.markdown import heading_text
from scripts.publish.cells import known, shown_code
from scripts.publish.code import code_block
from scripts.publish.html import Html, Tokens, parsed
from scripts.publish.page import note_number
from scripts.publish.things import Results, Source, Thing

XHTML = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head>
<title>{title}</title>
<link rel="stylesheet" href="book.css"/>
</head>
<body>
{body}
</body>
</html>
"""


def xhtml_page(title: str, body: str, kind: str = "") -> str:
    """A page of the e-book. `kind` is what its one section is, in the words of the EPUB standard."""
    said = f'<section epub:type="{kind}">\n{body}\n</section>' if kind else body
    return XHTML.format(title=escape(title), body=said)


class Xhtml(Html):
    """Tokens as the HTML of an e-book."""

    ending = ".xhtml"

    def image(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        path, alt = str(tokens[at].attrs["src"]), escape(tokens[at].content)
        return f'<img class="figure" src="{path}" alt="{alt}"/>'

    def paragraph_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return self.renderToken(tokens, at, options, env)

    def paragraph_close(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return self.renderToken(tokens, at, options, env)

    def alert_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="aside" role="note">\n'

    def alert_title_open(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        tokens[at + 1].children = []
        return ""

    def alert_title_close(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return ""


def inline(token: Token) -> str:
    return Xhtml().of([token])


def chapter_page(chapter: Chapter) -> str:
    """A chapter: its title, its text, and what the site folds."""
    number = f'<span class="number">{chapter.page.number}</span> ' if chapter.page.number else ""
    body = [f"<h1>{number}{inline(chapter.title)}</h1>\n", stream(chapter, chapter.things), folded(chapter)]
    kind = {"glossary": "glossary"}.get(chapter.page.note.stem, "chapter" if chapter.page.number else "appendix")
    return xhtml_page(heading_text(chapter.title), "".join(body), kind)


def stream(chapter: Chapter, things: Iterable[Thing | Fold]) -> str:
    return "".join(thing_html(chapter, thing) for thing in things)


def thing_html(chapter: Chapter, thing: Thing | Fold) -> str:
    """One thing of a chapter."""
    match thing:
        case Fold(number=number):
            link = f'<a href="#fold-{number}">{number} {inline(thing.summary)}</a>'
            return f'<p class="pointer" id="from-{number}">{link}</p>\n'
        case Source(number, cell):
            return shown_code(cell, number, chapter.page.found(number))
        case Results(number, cell):
            return "".join(results(chapter, number, cell))
        case _:
            place = chapter.page.note.place(thing.line)
            return "" if thing.line == 1 else Xhtml(place).of(thing.tokens)


def results(chapter: Chapter, number: int, cell: Cell) -> Iterable[str]:
    if cell.output is not None:
        yield code_block(cell.output, "text", "error" if "raises-exception" in cell.tags else "output") + "\n"
    for figure in cell.figures:
        yield Xhtml().of(parsed(f"![{figure.alt}]({figure.path})"))
    yield from (Xhtml().of(words) for words in known(cell, chapter.page.found(number)))


def folded(chapter: Chapter) -> str:
    """What is folded on the site, each with a way back."""
    parts = [
        f'<section id="fold-{fold.number}">\n<h3>{fold.number} {inline(fold.summary)} '
        f'<a class="back" href="#from-{fold.number}">back</a></h3>\n{stream(chapter, fold.things)}</section>\n'
        for fold in chapter.folds
    ]
    return f'<section class="folded">\n<h2>Solutions and details</h2>\n{"".join(parts)}</section>\n' if parts else ""


def title_page(book: Book) -> str:
    """The title, what the book says of itself, whose it is."""
    said = "".join(Xhtml().of(words.tokens) for words in [*book.preface, *book.closing])
    head = f'<h1 class="title">{escape(book.title)}</h1>\n<p class="subtitle">{escape(book.description)}.</p>\n'
    return xhtml_page(book.title, head + said, "titlepage")


def part_page(part: Part, number: int) -> str:
    """The page that opens a part."""
    words = "".join(Xhtml().of(said.tokens) for said in part.words)
    lines = "".join(
        f'<p class="entry"><a href="{chapter.page.note.stem}.xhtml">{chapter.page.number} · '
        f"{inline(chapter.title)}</a><br/>{inline(chapter.said)}</p>\n"
        for chapter in part.chapters
    )
    head = f'<p class="part">Part {number}</p>\n<h1 id="{part.anchor}">{inline(part.title)}</h1>\n'
    return xhtml_page(heading_text(part.title), head + words + lines, "part")


def names_page(book: Book) -> str:
    """Where each class and each function is defined."""
    lines = []
    for name, found in sorted(book.index.by_name.items(), key=lambda entry: entry[0].lower()):
        links = [
            f'<a href="{one.target.replace(".md#", ".xhtml#")}">{one.label or f"chapter {note_number(one.note)}"}</a>'
            for one in found
            if one.source
        ]
        lines += [f"<p class='entry'><code>{name}</code>: {', '.join(links)}</p>\n"] if links else []
    return xhtml_page("Names", f"<h1>Names</h1>\n{''.join(lines)}", "index")
