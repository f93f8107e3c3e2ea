"""The book as an EPUB: its pages, what lists them, and the container, the same bytes each time."""

import io
import re
import zipfile
from html import escape
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from scripts.bind import xhtml
from scripts.bind.content import Book, Chapter
from scripts.publish import fonts
from scripts.publish.figures import still
from scripts.publish.things import Words

MEDIA = {
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".woff2": "font/woff2",
}
CONTAINER = """\
<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PACKAGE = """\
<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:language>en</dc:language>
<dc:creator>the authors of the notes</dc:creator>
<dc:contributor>Andrej Karpathy</dc:contributor>
<dc:description>{description}</dc:description>
<dc:source>{repository}</dc:source>
<dc:rights>MIT License</dc:rights>
<meta property="dcterms:modified">2026-01-01T00:00:00Z</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">displayTransformability</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityFeature">readingOrder</meta>
<meta property="schema:accessibilityFeature">structuralNavigation</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta property="schema:accessibilitySummary">All pictures have descriptions, formulas are MathML, code is text.</meta>
<meta name="cover" content="cover.png"/>
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
COVER = '<div class="cover"><img src="cover.png" alt="{}"/></div>'


def pages(book: Book) -> dict[str, str]:
    """The pages in the order in which they are read."""
    made = {"cover.xhtml": xhtml.xhtml_page(book.title, COVER.format(escape(book.title)), "cover")}
    made["index.xhtml"] = xhtml.title_page(book)
    made["nav.xhtml"] = nav(book)
    for number, part in enumerate(book.parts, 1):
        made[f"part-{number}.xhtml"] = xhtml.part_page(part, number)
        made |= {f"{each.page.note.stem}.xhtml": xhtml.chapter_page(each) for each in part.chapters}
    made |= {f"{chapter.page.note.stem}.xhtml": xhtml.chapter_page(chapter) for chapter in book.end}
    return made | {"names.xhtml": xhtml.names_page(book)}


def nav(book: Book) -> str:
    """The contents, as e-readers and people read them."""
    lines = []
    for number, part in enumerate(book.parts, 1):
        chapters = "".join(map(entry, part.chapters))
        lines += [f'<li><a href="part-{number}.xhtml">{xhtml.inline(part.title)}</a>\n<ol>\n{chapters}</ol></li>\n']
    lines += [*map(entry, book.end), '<li><a href="names.xhtml">Names</a></li>\n']
    contents = f'<nav epub:type="toc" role="doc-toc">\n<h1>Contents</h1>\n<ol>\n{"".join(lines)}</ol>\n</nav>\n'
    places = {"cover": "cover", "toc": "nav", "bodymatter": "part-1"}
    marks = "".join(f'<li><a epub:type="{kind}" href="{place}.xhtml">{kind.capitalize()}</a></li>\n'
                    for kind, place in places.items())  # fmt: skip
    return xhtml.xhtml_page("Contents", f'{contents}<nav epub:type="landmarks" hidden="">\n<ol>\n{marks}</ol>\n</nav>')


def entry(chapter: Chapter) -> str:
    """A chapter's line of the contents, and its sections."""
    name = f"{chapter.page.note.stem}.xhtml"
    heads = [thing.tokens for thing in chapter.things if isinstance(thing, Words) and thing.tokens[0].tag == "h2"]
    inner = "".join(f'<li><a href="{name}#{head[0].attrs["id"]}">{xhtml.inline(head[1])}</a></li>\n' for head in heads)
    said = " · ".join(filter(None, [chapter.page.number, xhtml.inline(chapter.title)]))
    return f'<li><a href="{name}">{said}</a>{f"<ol>{inner}</ol>" if inner else ""}</li>\n'


def opf(book: Book, files: dict[str, bytes], spine: list[str]) -> str:
    """What is in the book, and what it is."""

    def item(name: str) -> str:
        kinds = {"nav.xhtml": "nav", "cover.png": "cover-image"}.get(name, "")
        kinds += " mathml" if name.endswith(".xhtml") and b"<math" in files[name] else ""
        properties = f' properties="{kinds.strip()}"' if kinds else ""
        return f'<item id="{identifier(name)}" href="{name}" media-type="{MEDIA[Path(name).suffix]}"{properties}/>'

    return PACKAGE.format(
        identifier=uuid5(NAMESPACE_URL, book.repository),
        title=escape(book.title),
        description=escape(book.description),
        repository=escape(book.repository),
        manifest="\n".join(map(item, files)),
        spine="\n".join(f'<itemref idref="{identifier(name)}"/>' for name in spine),
    )


def identifier(name: str) -> str:
    return name if name == "cover.png" else re.sub(r"\W", "-", f"file-{name}")


def epub(book: Book, figures: Path, cover: bytes, folder: Path) -> bytes:
    """The book as an EPUB; its fonts are written to `folder`."""
    made = pages(book)
    text = "".join(made.values())
    fonts.write_fonts(folder, text)
    files = {name: page.encode() for name, page in made.items()}
    files |= {"book.css": Path(__file__).with_name("looks").joinpath("epub.css").read_bytes(), "cover.png": cover}
    files |= {f"fonts/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.woff2"))}
    shown = sorted(set(re.findall(r'src="figures/([^"]+)"', text)))
    files |= {f"figures/{name}": still(figures / name) for name in shown}
    return packed(files | {"book.opf": opf(book, files, list(made)).encode()})


def packed(files: dict[str, bytes]) -> bytes:
    """An EPUB with these files of the book: no dates in it, and first what kind of file it is."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), b"application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr(zipfile.ZipInfo("META-INF/container.xml"), CONTAINER, zipfile.ZIP_DEFLATED)
        for name, said in files.items():
            archive.writestr(zipfile.ZipInfo(f"book/{name}"), said, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
