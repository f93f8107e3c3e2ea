"""Pages: the Markdown that MkDocs gets, and a tiny site that it makes of two notes."""

import re
import shutil
import time

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import ROOT, Book, a_note, cell, output

from scripts import site
from scripts.notes import Note, NoteError
from scripts.pages import Glossary, Page, with_math
from scripts.versions import Index


def page_of(*texts: str, at: int = -1) -> str:
    """The page of one of these notes, by default of the last, without its front matter."""
    notes = [Note(f"notes/{number:02}-note.md", text) for number, text in enumerate(texts)]
    glossary = Glossary("# Glossary\n\n- **Leaf**: A value.\n")
    return Page(notes[at], Index(notes), glossary, "https://example.org").markdown().split("---\n\n", 1)[1]


def test_math_becomes_mathml_and_no_tex_is_left():
    text = with_math(
        "So $a_1 * b_2$ and\n\n$$\n\\frac{\\partial L}{\\partial a}\n$$\n\nthen ($x$), $y$.", "notes/00-a.md:1"
    )
    assert text.count("<math") == text.count("</math>") == 4
    assert text.count('display="block"') == 1
    assert not re.search(r"[$\\_*]", text)


@pytest.mark.parametrize(
    "text", ["`$x$` and ``$y` $z$``", "```text\n$x$\n\n$$\ny\n$$\n```", "It costs $5 and $6.", "a\\$b$"]
)
def test_code_and_money_are_no_math(text):
    assert with_math(text, "notes/00-a.md:1") == text


def test_math_that_cannot_be_read_is_refused_with_its_place():
    with pytest.raises(NoteError, match=r"^notes/00-note.md:7: math that latex2mathml cannot read: \\frac\{"):
        page_of(a_note(cell("1"), "Now $\\frac{$."))


def test_a_quote_of_a_kind_becomes_an_admonition():
    page = page_of(a_note("> [!NOTE]\n> An aside,\n>\n> with $x$.", "> [!TIP]\n> Another.", "> A plain quote."))
    assert "!!! note\n\n    An aside,\n\n    with <span><math" in page
    assert "!!! tip\n\n    Another.\n" in page
    assert "\n> A plain quote.\n" in page


def test_details_become_a_folded_block_with_their_cells_and_results():
    page = page_of(a_note("<details><summary>Solution</summary>", cell("1"), output("1"), "</details>", "After."))
    assert '??? example "Solution"\n\n    ``` { .python }\n    1\n    ```\n\n    ``` { .text .output }\n    1\n' in page
    assert "\nAfter.\n" in page
    assert "details>" not in page


def test_a_cells_fence_has_its_kind_and_title_and_no_tags():
    page = page_of(
        a_note(cell("a = 1", tag="varies", title="nn.py"), cell("1 / 0", tag="raises-exception"), output("no"))
    )
    assert '``` { .python title="micrograd/nn.py" }\na = 1\n```\n' in page
    assert "``` { .python }\n1 / 0\n```\n\n``` { .text .error }\nno\n```\n" in page
    assert "tags" not in page


def test_a_longer_fence_stays_longer():
    page = page_of(a_note("````python\ns = '''\n```\n'''\n````\n\n````output\n```\n````"))
    assert "```` { .python }\ns = '''\n```\n'''\n````\n\n```` { .text .output }\n```\n````" in page


def test_a_figure_keeps_its_words():
    page = page_of(a_note(cell("draw()"), "![A *graph*](figures/a.svg)"))
    assert "![A *graph*](figures/a.svg)" in page


def test_checks_are_invisible():
    assert "check" not in page_of(a_note("<!-- check: True -->", "Prose."))


def test_a_new_version_marks_the_lines_that_changed_and_leads_to_the_one_before_and_back():
    notes = (
        a_note(cell("class Value:\n    a = 1\n    b = 2")),
        a_note(cell("# Again.\nclass Value:\n    a = 1\n    b = 3")),
    )
    assert '``` { .python hl_lines="4" }' in page_of(*notes)
    assert "`Value`, version 2 · ← [version 1, in note 00](00-note.md#cell-1)" in page_of(*notes)
    assert "`Value`, version 1 · [version 2, in note 01](01-note.md#cell-1) →" in page_of(*notes, at=0)


def test_a_word_of_the_glossary_is_a_link_where_it_first_stands():
    page = page_of(a_note("A `leaf` is no leaf. Another leaf."))
    assert re.search(r'A `leaf` is no \[leaf\]\(glossary.md#[\w-]+ "A value.?"\)\{ .term \}. Another leaf.', page)


@pytest.mark.parametrize("title", ['The "right" order', "A \\ and a: b"])
def test_any_title_can_stand_in_the_front_matter(title):
    note = Note("notes/09-note.md", f"# {title}\n")
    page = Page(note, Index([note]), Glossary(""), "https://example.org").markdown()
    assert yaml.safe_load(page.split("---")[1])["title"] == f"9 · {title}"


def test_a_note_without_a_title_is_refused():
    with pytest.raises(NoteError, match=r"^notes/00-note.md:1: no title\n  start the note with `# Title`"):
        page_of("Prose.\n")


FIRST = a_note(
    "So $\\frac{1}{2}$, `$code$` and **bold**. To [the next](01-b.md#its-end).",
    "$$\na_1 = b_2\n$$",
    cell("import math\n\n\ndef f():\n    return '$x$'", title="tiny.py"),
    cell("f()"),
    "> [!NOTE]\n> A remark.",
    "<details><summary>Solution</summary>",
    cell("1 / 0", tag="raises-exception"),
    "</details>",
    "```text\n<b>shown</b>\n```",
)
SECOND = a_note(
    cell('import graphviz\ngraphviz.Digraph(body=["a -> b"])'),
    "![A graph from a to b](figures/a-b.svg)",
    "<!-- check: f() == '$x$' -->",
    "## Its end",
    "[Back](00-a.md), and [elsewhere](https://example.org).",
)


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """Two sites of the same two notes, built in two places, the second a moment later."""
    books = [Book(tmp_path_factory.mktemp("one")), Book(tmp_path_factory.mktemp("two"))]
    books[0]["00-a.md"], books[0]["01-b.md"] = FIRST, SECOND
    books[0]["index.md"] = "# The book\n\n[First](00-a.md)\n"
    books[0]["glossary.md"] = "# Glossary\n\n- **Aside**: A word beside the text.\n"
    shutil.copy(ROOT / "mkdocs.yml", books[0].root)
    assert books[0].command("run")[0] == 0
    shutil.copytree(books[0].root, books[1].root, dirs_exist_ok=True)
    processes = []
    for book in books:
        processes.append(book.start("-m", "scripts.site"))
        time.sleep(1.1)
    for process in processes:
        assert process.communicate(timeout=100)[1] == ""
        assert process.returncode == 0
    return books


def parsed(book, name: str) -> BeautifulSoup:
    return BeautifulSoup((book.root / "build" / "site" / name).read_text(encoding="utf-8"), "html.parser")


def test_two_builds_are_byte_identical_and_know_no_day(sites):
    first, second = (book.files("build/site") for book in sites)
    assert "build/site/00-a.html" in first
    assert first == second
    assert first["build/site/sitemap.xml.gz"][4:8] == bytes(4)  # where gzip would say when


def test_a_page_of_the_site_shows_everything_in_its_note(sites):
    article = parsed(sites[0], "00-a.html").article
    assert article.h1.get_text().startswith("0 Title")
    assert len(article.find_all("math")) == 2
    assert article.select_one(".admonition.note").get_text(" ").split() == ["Note", "A", "remark."]
    assert "1 / 0" in article.select_one("details.example").get_text()
    assert "ZeroDivisionError: division by zero" in article.select_one("details .error").get_text()
    assert "'$x$'" in article.select_one(".output").get_text()
    assert "<b>shown</b>" in article.get_text()
    assert "check:" not in str(article)
    image = parsed(sites[0], "01-b.html").select_one("img")
    assert (image["alt"], image["src"]) == ("A graph from a to b", "figures/a-b.svg")


def test_no_tex_and_no_markup_is_left_in_the_prose(sites):
    for name in ("index.html", "00-a.html", "01-b.html", "whole.html"):
        article = parsed(sites[0], name).article
        for code in article.select("pre, code, .highlight, script, style"):
            code.decompose()
        assert not re.search(r"\$|\\frac|```|\*\*|!!!|\?\?\?|\{ \.", article.get_text()), name


def test_no_page_asks_another_host(sites):
    asks = re.compile(
        r"""\ssrc(?:set)?=["'](?:https?:)?//|url\(["']?(?:https?:)?//|@import|//cdnjs|//unpkg|googleapis"""
    )
    files = sites[0].files("build/site")
    pages = {name: text.decode() for name, text in files.items() if name.endswith((".html", ".css"))}
    assert len(pages) > 5
    for name, text in pages.items():
        links = [link["href"] for link in BeautifulSoup(text, "html.parser").select("link:not([rel=canonical])")]
        assert [link for link in links if re.match(r"(https?:)?//", link)] == [], name
        assert asks.findall(text) == [], name


def test_the_whole_notebook_is_a_page_and_each_note_can_be_downloaded(sites):
    assert "def f():" in parsed(sites[0], "whole.html").get_text()
    names = {name for name in sites[0].files("build/site/notebooks")}
    assert names == {f"build/site/notebooks/{name}.ipynb" for name in ("00-a", "01-b", "whole")}


def test_a_broken_link_stops_the_build(sites, monkeypatch):
    monkeypatch.chdir(sites[1].root)
    with open("build/pages/01-b.md", "a") as page:
        page.write("\n[Nowhere](02-c.md)\n")
    with pytest.raises(NoteError, match=r"^mkdocs.yml: the site was not built\n.*'01-b.md' contains a link '02-c.md'"):
        site.build()
