"""The book as Typst's source: its chapters, and what stands before and after them."""

from collections.abc import Iterable

from scripts.bind.content import Book, Chapter, Fold, Part
from scripts.bind.markup import Print, code, picture, string
from scripts.note.format import Cell
from scripts.publish.cells import changed_lines, known
from scripts.publish.things import Results, Source, Thing, Words


class Typesetter:
    """A chapter as Typst's source."""

    def __init__(self, chapter: Chapter):
        self.chapter, self.page = chapter, chapter.page

    def of(self, stream: Iterable[Thing | Fold]) -> str:
        return "".join(map(self.thing, stream))

    def thing(self, thing: Thing | Fold) -> str:
        match thing:
            case Fold():
                return f"#pointer({string(self.label(thing))}, {string(thing.number)})[{self.summary(thing)}]\n"
            case Source(number, cell):
                followed = "hide-input" not in cell.tags and (cell.output is not None or bool(cell.figures))
                anchor = f"{self.chapter.name}#cell-{number}" if self.page.found(number) else ""
                return code(cell.source, "python", cell.title, changed_lines(self.page.found(number)), followed, anchor)
            case Results(number, cell):
                return "".join(self.results(number, cell))
            case _:
                return self.words(thing)

    def words(self, words: Words) -> str:
        said, group = Print(self.chapter.name, self.page.note.place(words.line)), words.tokens
        if group[0].type != "heading_open":
            return said.of(group)
        if words.line == 1:
            return ""  # the chapter's title, which `source` has set
        label = string(said.aim(f"#{group[0].attrs['id']}"))
        return f"\n#heading(level: {int(group[0].tag[1]) + 1})[{said.of([group[1]])}]#label({label})\n"

    def results(self, number: int, cell: Cell) -> Iterable[str]:
        if cell.output is not None:
            kind = "failure" if "raises-exception" in cell.tags else "output"
            yield f"#{kind}({string(cell.output)})\n"
        yield from (picture(figure.path, figure.alt, "hide-input" in cell.tags) for figure in cell.figures)
        yield from map(Print(self.chapter.name).of, known(cell, self.page.found(number)))

    def label(self, fold: Fold) -> str:
        return f"{self.chapter.name}#fold-{fold.number}"

    def summary(self, fold: Fold) -> str:
        return Print(self.chapter.name).of([fold.summary])

    def source(self) -> str:
        """The whole chapter."""
        title = Print(self.chapter.name).of([self.chapter.title])
        head = f"#chapter({string(self.chapter.name)}, {string(self.page.number)})[{title}]\n"
        return head + self.of(self.chapter.things) + self.end()

    def end(self) -> str:
        """What is folded on the site."""
        said = [f"#folded({string(self.label(f))}, {string(f.number)})[{self.summary(f)}]\n{self.of(f.things)}"
                for f in self.chapter.folds]  # fmt: skip
        return f"#solutions[\n{''.join(said)}]\n" if said else ""


def front(book: Book) -> str:
    """Cover, title page, what the book says of itself, and the contents."""
    preface, closing = map(said_on_the_first_page, (book.preface, book.closing))
    return f"{setting(book)}#front({cover_words(book)})[{preface}][{closing}]\n"


def said_on_the_first_page(words: list[Words]) -> str:
    return Print("index.md").of(token for each in words for token in each.tokens)


def setting(book: Book) -> str:
    said = f"title: {string(book.title)}, description: {string(book.description)}"
    return f'#import "book.typ": *\n#show: book.with({said})\n'


def cover_words(book: Book) -> str:
    """What stands on the cover."""
    return ", ".join(map(string, (book.title, book.description, *book.picture)))


def cover(book: Book) -> str:
    """The source of the cover alone."""
    return f"{setting(book)}#cover({cover_words(book)})\n"


def part(part: Part, number: int) -> str:
    """The page that opens a part: its chapters, and what is said of them."""
    of, label = Print("index.md").of, string(f"index.md#{part.anchor}")
    lines = [f"({string(chapter.name)}, {string(chapter.page.number)}, [{of([chapter.said])}]),"
             for chapter in part.chapters]  # fmt: skip
    words = said_on_the_first_page(part.words)
    return f"#part({label}, {number}, [{of([part.title])}], [{words}], ({''.join(lines)}))\n"


def names(book: Book) -> str:
    """The index of the classes and functions: where each is defined, and defined anew."""
    entries = []
    for name, found in sorted(book.index.by_name.items(), key=lambda entry: entry[0].lower()):
        places = [f"({string(one.target)}, {string(one.label)})," for one in found if one.source]
        entries += [f"({string(name)}, ({''.join(places)}))," if places else ""]
    return f"#names(({''.join(entries)}))\n"


def whole(book: Book) -> str:
    """The source of the whole book."""
    said = [front(book)]
    for number, each in enumerate(book.parts, 1):
        said += [part(each, number), *(Typesetter(chapter).source() for chapter in each.chapters)]
    return "".join([*said, *(Typesetter(chapter).source() for chapter in book.end), names(book)])
