"""Pages: the Markdown that MkDocs gets, and a tiny site that it makes of two notes."""

import re
import shutil

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import ROOT, Book, a_note, cell, output
from markdown import Markdown
from markdown_it import MarkdownIt

from scripts.common.problem import Problem
from scripts.note.format import Note
from scripts.publish.code import code_block
from scripts.publish.figures import figure, short
from scripts.publish.glossary import Glossary
from scripts.publish.head import description
from scripts.publish.home import FIRST_GRAPH
from scripts.publish.page import Page
from scripts.publish.versions import Index


def page_of(*texts: str, at: int = -1) -> str:
    """The page of one of these notes, by default of the last, without its front matter."""
    notes = [Note(f"notes/{number:02}-note.md", text) for number, text in enumerate(texts)]
    glossary = Glossary("# Glossary\n\n- **Leaf**: A value.\n")
    return Page(notes[at], Index(notes), glossary, "https://example.org").markdown().split("---\n\n", 1)[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("One thing. It goes on:", "One thing."),
        ("A nudge of 0.1 helps. One of $10^{-16}$ does not. Why?", "A nudge of 0.1 helps."),
        ("All that *is* said. In `code`, too!", "All that is said. In code, too!"),
        ("One. " + "Word " * 40 + "end.", "One."),
    ],
)
def test_a_page_is_described_by_its_first_whole_sentences_without_markup(text, said):
    assert description(Note("notes/00-note.md", a_note(text))) == said


@pytest.mark.parametrize(
    ("words", "lines", "said"), [(9, 9, "1 minute"), (2200, 100, "12 minutes"), (2420, 100, "14 minutes")]
)
def test_a_note_says_how_long_one_reads_its_words_and_its_code_but_not_what_that_gives(words, lines, said):
    page = page_of(a_note("word " * (words - 1), cell("\n".join("x" * lines)), output("1\n" * 999)))
    assert f'<p class="lead">{said} to read</p>' in page


def test_math_becomes_mathml_and_no_tex_is_left():
    page = page_of(
        a_note("So $a_1 * b_2$ and\n\n$$\n\\frac{\\partial L}{\\partial a}\n$$\n\nthen ($x$), $y$; $$z^2$$ too.")
    )
    assert page.count("<math") == page.count("</math>") == 5
    assert page.count('display="block"') == 2
    assert not re.search(r"[$\\]", page)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`$x$` and ``$y` $z$``", '<code class="short">$x$</code> and <code class="short">$y` $z$</code>'),
        ("```text\n$x$\n\n$$\ny\n$$\n```", "$x$\n\n$$\ny\n$$\n</code>"),
        ("~~~text\n$x$\n~~~", "$x$\n</code>"),
        ("    $x$ leaf", "$x$ leaf\n</code>"),
        ("It costs $5 and $6.", "<p>It costs $5 and $6.</p>"),
        ("It costs \\$5, or a\\$b$.", "<p>It costs $5, or a$b$.</p>"),
    ],
)
def test_code_and_money_are_no_math(text, shown):
    assert shown in page_of(a_note(text))


def test_math_that_cannot_be_read_is_refused_with_its_place():
    said = r"^notes/00-note.md:7: math that latex2mathml cannot read: \\frac\{ \(\)$"
    with pytest.raises(Problem, match=said):
        page_of(a_note(cell("1"), "Now $\\frac{$."))


def test_what_is_money_rather_than_math_is_refused():
    with pytest.raises(Problem, match=r"^notes/00-note.md:3: a formula whose brackets do") as caught:
        page_of(a_note("Now $5 (in US$)."))
    assert caught.value.fact == "a formula whose brackets do not match: 5 (in US"
    assert caught.value.remedy == "write \\$ for a dollar that is money"
    assert page_of(a_note("In $(0, 1]$, but $\\left[0, 1\\right)$.")).count("<math") == 2


def test_lines_that_are_aligned_and_signs_that_are_no_operation_are_set_as_such():
    page = page_of(a_note("$$\n\\begin{aligned}\na &= -b\n\\end{aligned}\n$$", "$a - b$, $(-a)$ and $a = -1$"))
    assert 'displaystyle="true"' in page or "<mtable" in page
    assert page.count('<mo form="prefix">−</mo>') == 3 and page.count("<mo>−</mo>") == 1


def test_a_page_without_a_glossary_says_what_its_note_says():
    note = Note("notes/00-a.md", a_note("A leaf."))
    assert "<p>A leaf.</p>" in Page(note, Index([note]), Glossary(""), "").markdown()


def test_a_word_of_the_glossary_is_left_alone_in_html_and_marked_after_it():
    page = page_of(a_note("A <b>leaf</b>, <i>a <b>leaf</b> leaf</i> and a leaf."))
    assert '<b>leaf</b>, <i>a <b>leaf</b> leaf</i> and a <a class="term"' in page


def test_a_fence_of_no_language_is_plain_text():
    page = page_of(a_note("- a\n\n  ```\n\n  <x>\n  ```"))
    assert BeautifulSoup(page, "html.parser").code.get_text() == "\n<x>\n"


def test_a_quote_of_a_kind_becomes_an_admonition():
    page = page_of(a_note("> [!NOTE]\n> An aside,\n>\n> with $x$.", "> [!TIP]\n> Another.", "> A plain quote."))
    aside = BeautifulSoup(page, "html.parser").select_one(".admonition.note")
    assert [p.get_text() for p in aside.find_all("p")] == ["Note", "An aside,", "with x."] and aside.math
    assert re.search(r'<div class="admonition tip">\n<p.*>Tip</p>\n<p>Another.</p>\n</div>', page)
    assert "<blockquote>\n<p>A plain quote.</p>\n</blockquote>" in page


@pytest.mark.parametrize("opening", ["<details><summary>S</summary>", "<details open>\n<summary>S</summary>"])
def test_details_are_a_fold_with_their_cells_and_results(opening):
    page = page_of(a_note(opening, "## In it", cell("1"), output("1"), "</details>", "After."))
    fold = BeautifulSoup(page, "html.parser").details
    assert fold["class"] == ["example"] and fold.summary.get_text() == "S"
    assert [block["class"] for block in fold.select(".highlight")] == [["highlight"], ["highlight", "output"]]
    assert fold.h2["id"] == "in-it" and "markdown" not in fold.h2.attrs
    assert "After." not in fold.get_text()


def test_what_a_fold_defines_for_the_package_is_one_line_below_it():
    cells = [cell(f"def {name}(): pass", title="nn.py") for name in "fgh"]
    soup = BeautifulSoup(page_of(a_note("<details><summary>S</summary>", *cells, "</details>")), "html.parser")
    assert [line.get_text() for line in soup.select(".version")] == ["In the package: f, g, h"]
    assert not soup.details.select(".version")


def test_a_number_keeps_its_per_cent_and_its_minus():
    page = page_of(a_note("It is -1, or 50 % of 2 - 4; see `50 % -1`."))
    assert 'It is −1, or 50\N{NO-BREAK SPACE}% of 2 − 4; see <code class="short">50 % -1</code>.' in page


def test_a_link_of_the_glossary_says_the_title_once_whatever_its_lines():
    entry = "- **Leaf**: a value. [By\n  *hand*](06-b.md), or\n  [there](a.md).\n"
    note = Note("notes/glossary.md", f"# Glossary\n\n{entry}")
    page = Page(note, Index([note]), Glossary(""), "", {"06-b": "6 · By hand"}).markdown()
    page = page.replace("\N{NO-BREAK SPACE}", "~")
    assert 'a value. <a href="06-b.html">6~·~By hand</a>, or\n<a href="a.html">there</a>.' in page


def test_a_cell_has_its_kind_and_title_and_no_tags():
    page = page_of(
        a_note(cell("a = 1", tag="varies", title="nn.py"), cell("1 / 0", tag="raises-exception"), output("no"))
    )
    blocks = BeautifulSoup(page, "html.parser").select(".highlight")
    assert [block["class"][1:] for block in blocks] == [[], [], ["error"]]
    assert [block.code.get_text() for block in blocks] == ["a = 1\n", "1 / 0\n", "no\n"]
    assert blocks[0].select_one(".filename").get_text() == "micrograd/nn.py"
    assert "tags" not in page


def test_hidden_input_is_a_fold_with_its_figure_below():
    drawn = ["<details><summary>How</summary>", cell("draw()", tag="hide-input"), "</details>", "![A](figures/a.svg)"]
    soup = BeautifulSoup(page_of(a_note(*drawn, "After.")), "html.parser")
    assert soup.details.code.get_text() == "draw()\n" and not soup.details.img
    assert [element.name for element in soup.find_all(["details", "img"])] == ["details", "img"]


def test_a_fence_in_a_cell_is_shown_as_it_is():
    page = page_of(a_note("````python\ns = '''\n```\n'''\n````\n\n````output\n```\n````"))
    assert [code.get_text() for code in BeautifulSoup(page, "html.parser").select("code")] == [
        "s = '''\n```\n'''\n",
        "```\n",
    ]


def test_a_figure_of_many_words_says_them_all_in_its_caption_and_whole_sentences_as_its_alt_text():
    alt, caption = short("Two curves. The first rises, " + "and rises " * 20 + "to 1. Right: the second falls to -1")
    assert alt == "Two curves"
    assert caption.startswith("Two curves. The first rises") and caption.endswith("falls to -1.")
    assert short("word " * 50)[0] == ("word " * 40).rstrip()
    assert short("A graph") == ("A graph", "")


def test_a_graph_says_its_own_width_so_that_it_stays_legible_and_another_picture_does_not(tmp_path):
    head = '<svg width="300pt" height="100pt">'
    (tmp_path / "graph.svg").write_text(f'{head}<g id="graph0" class="graph"></g></svg>')
    (tmp_path / "curve.svg").write_text(f"{head}</svg>")
    assert 'width="400" height="133" style="--own: 300pt"' in figure("A graph", "graph.svg", tmp_path)
    assert 'width="400" height="133" loading' in figure("A curve", "curve.svg", tmp_path)


def test_the_title_of_a_fold_has_typographic_apostrophes_but_its_code_has_not():
    shown = page_of(a_note("<details><summary>The lecture's <code>d['a']</code></summary>\n\nText.\n\n</details>"))
    assert "<summary>The lecture’s <code>d['a']</code></summary>" in shown


def test_a_path_can_be_broken_between_its_folders_and_short_code_nowhere():
    assert '<code>a/<wbr/>b_c/<wbr/>d.py</code> and <code class="short">1 / 2</code>' in page_of(
        a_note("`a/b_c/d.py` and `1 / 2`")
    )


def test_lines_that_changed_beside_each_other_are_marked_as_one():
    assert '<span class="hll">b\nc\n</span>d' in code_block("a\nb\nc\nd", "text", changed=[2, 3])


def test_a_formula_of_the_glossary_is_plain_where_only_text_can_stand():
    assert Glossary("- **sigmoid**: $1 / (1 + e^{-x})$, a curve.").words["sigmoid"] == "1 / (1 + e⁻ˣ), a curve."


def test_a_figure_keeps_its_words_and_leads_to_its_file():
    page = page_of(a_note(cell("draw()"), "![A *graph*](figures/a.svg)"))
    image = '<a class="figure" href="figures/a.svg"><img src="figures/a.svg" alt="A graph"'
    assert f'<figure data-of="1">{image}' in page


def test_checks_are_invisible():
    assert "check" not in page_of(a_note("<!-- check: True -->", "Prose."))


@pytest.mark.parametrize(("head", "file"), [("Defines: `Value` (version {}).", ""), ("What is of the book.", "nn.py")])
def test_a_new_version_marks_the_lines_that_changed_and_leads_to_the_one_before_and_back(head, file):
    notes = (
        a_note(head.format(1), cell("class Value:\n    a = 1\n    b = 2", title=file)),
        a_note(head.format(2), cell("# Again.\nclass Value:\n    a = 1\n    b = 3", title=file)),
    )
    marked = BeautifulSoup(page_of(*notes), "html.parser").select(".hll")
    assert [line.get_text() for line in marked] == ["    b = 3\n"]
    version, note = "<code>Value</code>, version", "note\N{NO-BREAK SPACE}"
    assert f'{version} 2 · ← <a href="00-note.html#cell-1">version 1, in {note}00</a>' in page_of(*notes)
    assert f'{version} 1 · <a href="01-note.html#cell-1">version 2, in {note}01</a> →' in page_of(*notes, at=0)


def test_a_name_that_a_note_needs_leads_to_its_definition():
    head = "Needs: `math`, `f`. Defines: `f` (version 7)."
    notes = a_note(cell("import math\n\ndef f(): return 1")), a_note(head, cell("def f(): return 2"))
    links = BeautifulSoup(page_of(*notes), "html.parser").select(".needs a")
    assert [(link.get_text(), link["href"]) for link in links] == [
        ("math", "00-note.html#cell-1"),
        ("f", "00-note.html#cell-1"),
        ("f", "01-note.html#cell-1"),
    ]
    assert "version 7" in page_of(*notes)


def test_a_word_of_the_glossary_is_a_link_where_it_first_stands():
    page = page_of(a_note("A `leaf` is no **leaf**, no [leaf](00-note.md), but a leaf. Another leaf."))
    assert page.count('class="term"') == 1
    assert 'but a <a class="term" href="glossary.html#word-leaf" title="A value.">leaf</a>. Another leaf.' in page


@pytest.mark.parametrize(
    "title",
    ["The __init__ method", "The _slope_", "The set {1, 2}", "What is C#", "a*b*c `x_y`", "\\N and $x_1$", "1. Go"],
)
def test_a_heading_says_the_same_after_python_markdown(title):
    page = page_of(f"# T\n\n## {title}\n\nEnd.\n")
    made = BeautifulSoup(Markdown(extensions=["md_in_html", "toc"]).convert(page), "html.parser").h2
    plain = BeautifulSoup(MarkdownIt().render(f"## {title}"), "html.parser").h2
    assert made.get_text().replace("$", "") == plain.get_text() or made.math
    assert made["id"] and not re.search(r"[{}*\\]", made["id"])


@pytest.mark.parametrize("title", ['The "right" order', "A \\ and a: b"])
def test_any_title_can_stand_in_the_front_matter(title):
    note = Note("notes/09-note.md", f"# {title}\n")
    page = Page(note, Index([note]), Glossary(""), "https://example.org").markdown()
    assert yaml.safe_load(page.split("---")[1])["title"] == f"9 · {title}"


def test_a_note_without_a_title_is_refused():
    with pytest.raises(Problem, match=r"^notes/00-note.md:1: no title\n  start the note with `# Title`"):
        page_of("Prose.\n")


ADDRESS = "https://example.org/book/"
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
def built(tmp_path_factory, session):
    """A book of two notes, with its site, which is to be at ADDRESS."""
    book = Book(tmp_path_factory.mktemp("built"))
    book["00-a.md"], book["01-b.md"] = FIRST, SECOND
    book["index.md"] = "# The book\n\n[First](00-a.md)\n"
    book["glossary.md"] = "# Glossary\n\n- **Aside**: A word beside the text.\n"
    shutil.copy(ROOT / "mkdocs.yml", book.root)
    shutil.copy(ROOT / "notes" / FIRST_GRAPH, book.root / "notes" / FIRST_GRAPH)
    book.run_in(session)
    (book.root / "build" / "book").mkdir()
    for kind in "epub", "pdf":
        (book.root / "build" / "book" / f"tiny.{kind}").write_bytes(kind.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", ADDRESS)
        status, said, complaint = book.command("site")
    assert (status, complaint) == (0, "")
    assert said == "build/site/index.html: open it, or serve build/site from anywhere\n"
    return book


def parsed(book, name: str) -> BeautifulSoup:
    return BeautifulSoup((book.root / "build" / "site" / name).read_text(encoding="utf-8"), "html.parser")


def test_the_first_page_offers_the_book_to_take_away_as_far_as_it_is_made(built):
    links = parsed(built, "index.html").select("p.take a[href^=book]")
    assert [(link["href"], link.get_text()) for link in links] == [("book/tiny.epub", "EPUB"), ("book/tiny.pdf", "PDF")]
    assert [(built.root / "build" / "site" / link["href"]).read_bytes() for link in links] == [b"epub", b"pdf"]


def test_a_site_knows_no_day(built):
    assert built.files("build/site")["build/site/sitemap.xml.gz"][4:8] == bytes(4)  # where gzip would say when


@pytest.mark.slow
def test_two_builds_are_byte_identical(built, tmp_path, monkeypatch):
    monkeypatch.setenv("SITE_URL", ADDRESS)
    shutil.copytree(built.root, tmp_path / "other")
    other = Book(tmp_path / "other")
    shutil.rmtree(other.root / "build/site")
    assert other.command("site")[0] == 0
    assert "build/site/00-a.html" in other.files("build/site")
    assert other.files("build/site") == built.files("build/site")


def test_a_page_of_the_site_shows_everything_in_its_note(built):
    article = parsed(built, "00-a.html").article
    assert article.h1.get_text().startswith("0 Title")
    assert len(article.find_all("math")) == 2
    assert article.select_one(".admonition.note").get_text(" ").split() == ["Note", "A", "remark."]
    assert "1 / 0" in article.select_one("details.example").get_text()
    assert "ZeroDivisionError: division by zero" in article.select_one("details .error").get_text()
    assert "'$x$'" in article.select_one(".output").get_text()
    assert "<b>shown</b>" in article.get_text()
    assert "check:" not in str(article)
    image = parsed(built, "01-b.html").select_one("img")
    assert (image["alt"], image["src"]) == ("A graph from a to b", "figures/a-b.svg")


def test_no_tex_and_no_markup_is_left_in_the_prose(built):
    for name in ("index.html", "00-a.html", "01-b.html", "whole.html"):
        article = parsed(built, name).article
        for code in article.select("pre, code, .highlight, script, style"):
            code.decompose()
        assert not re.search(r"\$|\\frac|```|\*\*|!!!|\?\?\?|\{ \.", article.get_text()), name


def test_no_page_asks_another_host(built):
    asks = re.compile(
        r"""\ssrc(?:set)?=["'](?:https?:)?//|url\(["']?(?:https?:)?//|@import|//cdnjs|//unpkg|googleapis"""
    )
    files = built.files("build/site")
    pages = {name: text.decode() for name, text in files.items() if name.endswith((".html", ".css"))}
    assert len(pages) > 5
    for name, text in pages.items():
        links = [link["href"] for link in BeautifulSoup(text, "html.parser").select("link:not([rel=canonical])")]
        assert [link for link in links if re.match(r"(https?:)?//", link)] == [], name
        assert asks.findall(text) == [], name


def test_the_whole_notebook_is_a_page_and_each_note_can_be_downloaded(built):
    assert parsed(built, "whole.html").select_one("a[href='notebooks/whole.ipynb']")
    names = {name for name in built.files("build/site/notebooks")}
    assert names == {f"build/site/notebooks/{name}.ipynb" for name in ("00-a", "01-b", "whole")}


def test_a_page_names_itself_and_its_picture_to_those_who_share_and_index_it(built):
    head = parsed(built, "00-a.html").head
    said = {tag.get("property"): tag["content"] for tag in head.select("meta[property]")}
    assert head.select_one("link[rel=canonical]")["href"] == said["og:url"] == ADDRESS + "00-a.html"
    assert said["og:description"].startswith("So ") and said["og:image"] == ADDRESS + "looks/card.png"
    assert (built.root / "build/site/looks/card.png").read_bytes().startswith(b"\x89PNG")


def test_the_sitemap_has_every_page_and_a_missing_one_knows_where_the_site_is(built):
    site = built.root / "build" / "site"
    listed = set(re.findall("<loc>(.*?)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8")))
    pages = {path.name for path in site.glob("*.html")} - {"404.html"}
    assert {address.replace(ADDRESS, "") or "index.html" for address in listed} == pages
    assert f'<base href="{ADDRESS}">' in (site / "404.html").read_text(encoding="utf-8")
