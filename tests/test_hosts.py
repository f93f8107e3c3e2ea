"""Pages say what a git host shows: the same small notes, read by GitHub's own parser and by ours, are the same."""

import re
from collections.abc import Iterator
from html import unescape

import cmarkgfm
import pytest
from bs4 import BeautifulSoup
from cmarkgfm.cmark import Options
from conftest import a_note, cell, output
from markdown import Markdown
from nbformat.v4 import new_markdown_cell, new_notebook

from scripts.note.format import Note
from scripts.publish import html
from scripts.publish.glossary import Glossary
from scripts.publish.notebook import shown_notebook
from scripts.publish.page import Page
from scripts.publish.versions import Index

SHOWN = {"h1", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "table", "tr", "th", "td", "pre", "code", "details"}
SHOWN |= {"em", "strong", "del", "a", "img", "br", "hr", "summary", "input"}
OPTIONS = Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_UNSAFE


def page(text: str) -> BeautifulSoup:
    """A note's page as MkDocs writes it."""
    notes = [Note("notes/00-a.md", text)]
    made = Page(notes[0], Index(notes), Glossary(""), "").markdown().split("---\n\n", 1)[1]
    made = made.replace('<p class="lead">1 minute to read</p>', "").partition('<p class="take">')[0]
    soup = BeautifulSoup(Markdown(extensions=["md_in_html", "toc"]).convert(made), "html.parser")
    for added in soup.select(".chapter, .markdown-alert-title"):
        added.decompose()
    return soup


def host(text: str) -> BeautifulSoup:
    """The same as a git host writes it."""
    return BeautifulSoup(cmarkgfm.github_flavored_markdown_to_html(text, OPTIONS), "html.parser")


def outline(soup: BeautifulSoup) -> list[str]:
    """What a page shows: its words one by one, and the tags that they stand in."""
    for mark in soup.select(".footnotes-sep, .footnote-backref"):
        mark.decompose()
    for link in soup.select(".footnote-ref a, figure a.figure"):
        link.unwrap()
    text = "".join(written(soup))
    for ours, plain in (
        ("[“”]", '"'),
        ("[\N{LEFT SINGLE QUOTATION MARK}’]", "'"),
        ("−", "-"),
        (r"(<a .*?)\.html", r"\1.md"),
        (r"\[(\d)\]", r"\1"),
    ):
        text = re.sub(ours, plain, text)
    return re.findall(r"<[^>]*>|[^\s<]+", text)


def written(node) -> Iterator[str]:
    """A part of a page with the tags that say what is shown, and with no others."""
    if isinstance(node, str):
        yield re.sub("[<>]", "¦", node)
        return
    name = "del" if node.name == "s" else node.name
    facts = {fact: node[fact] for fact in ("href", "src", "alt", "start", "checked") if fact in node.attrs}
    yield f"<{name} {facts}>" if name in SHOWN else ""
    if name == "pre":
        yield re.sub(r"\s", "·", re.sub("[<>]", "¦", node.get_text().rstrip("\n")))
        return
    for child in node.children:
        yield from written(child)
    yield f"</{name}>" if name in SHOWN else ""


@pytest.fixture(autouse=True)
def raw_formulas(monkeypatch):
    """The host's parser leaves dollars to a script, so formulas stand on both sides as they are written."""
    monkeypatch.setattr(
        html, "formula", lambda tex, place, display: f"{'$$' if display else '$'}{tex}{'$$' if display else '$'}"
    )


LISTS = [
    "words\n- a\n- b",
    "- a\n  - b\n    - c\n- d",
    "* a\n\n  more of a\n\n* b",
    "1. a\n2. b\n   - c\n   - d\n3. e",
    "3. Three\n4. Four",
    "1) a\n2) b",
    "1. a\n\n```text\n1\n```\n\n2. b",
    "1. a\n\n   ```text\n   1\n   ```\n\n2. b",
    "- a\n- b\n\n\n- c",
    "- a\n+ b\n* c",
    "- a\n      deep\n- b",
    "-\n- a\n-  b",
    "- > quoted\n- # heading",
    "words\n1. a",
    "words\n2. no list",
    "10. a\n    - b",
    "- [ ] to do\n- [x] done\n- [X] done\n- [y] no",
    "1. [ ] to do",
    "- a\nlazy\n- b",
]
TABLES = [
    "text\n| a | b |\n| - | - |\n| 1 | 2 |",
    "a | b\n:- | -:\n1 | 2\n3",
    "| a |\n| - |\n| `x \\| y` |\n| *b* \\| c |\nafter",
    "| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |",
    "| a |\n| - |\n\n| no table |",
    "> | a |\n> | - |\n> | b |",
    "- | a |\n  | - |\n  | b |",
]
INLINE = [
    "a\\\nb  \nc\nd",
    "use --flag and ... in prose, \"quoted\" and 'so', it's",
    "\\*no\\* \\_no\\_ \\`no\\` \\# \\[a\\](b) \\~ \\| \\$5",
    "**S**{a, b} and {: .x } and ==x== and ^x^ and H~2~O",
    "~~gone~~ and ~gone~ and ~~~no~~~",
    "snake_case_name, __init__, *a*b, _a_b, **a**b, ***both***",
    "while i<n and a > b & c &amp; &lt;b&gt; &copy; &nbsp;",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<b>bold</b> and <i>*both*</i> and H<sub>2</sub>O<br>next",
    "`` a ` b `` and ` a ` and `<b>` and `&amp;`",
    "https://example.org/a_b_c?d=e&f=g. And www.example.org, a@example.org (https://example.org/(x))",
    "<https://example.org/a> [b](https://example.org \"title\") [c] [d][c]\n\n[c]: https://example.org/c 'words'",
    "![alt *words*](a.svg) and [![in](b.svg)](https://example.org)",
    "a[^1] and b[^long].\n\n[^1]: One.\n[^long]: Two\n    lines.\n\n    And a *paragraph*.",
    "It costs \\$5 or $6 and $7.",
    'a*"b"*c **"bold"** and *(a)*b',
    "line one   \nline two",
    "ein Maß für ∂L/∂a — 5–6 … 😀 :smile: :+1:",
    "[empty]() and [spaces](<a b>) and [in (brackets)](a(b).svg)",
    "Term\n: no definition\n\n*[HTML]: no abbreviation\n\n!!! no\n    code",
]
BLOCKS = [
    "## The set {1, 2}",
    "## What is C#\n\n## Closed ##\n\n### `code` and *words* & <b>more</b>",
    "## The __init__ method and _slope_",
    "Setext\n---\n\nwords\n\n***\n\n* * *\n\n___",
    "> a\nlazy\n\n> b\n>\n> - c\n>\n>   > d",
    "    code by four\n\n    and more\n\nwords\n    no code",
    "~~~text\n$x$ <b> &amp; *a*\n~~~",
    "````text\n```\nin it\n```\n````",
    "```\nno language\n\n\nblank lines\n```",
    "<details>\n<summary>S</summary>\n\n*text*\n\n</details>\n\nafter *it*",
    "<details open><summary>*S*</summary>\n\n- a\n\n<details>\n<summary>In</summary>\n\nb\n\n</details>\n\n</details>",
    "```text\n<details>\n```\n\nafter\n\n```text\n</details>\n```",
    "<div>\n*no emphasis*\n</div>\n\n<div>\n\n*emphasis*\n\n</div>",
    '<p align="center">\n  <img src="a.svg" alt="A">\n</p>',
    "<table>\n<tr><td>\n\n**a**\n\n</td></tr>\n</table>",
    "[a]: https://example.org\n\n[a] and [A]",
    "# Not at the start? #hash\n#no heading",
    "words\n***\nwords\n===",
]
MATH = [
    "Inline $x$ and $x+1$, ($y$).",
    "$$\nx\n$$",
    "So $$x$$ is, and $$y$$ too.",
    "$$x$$ prose\nand prose $$y$$ end\n\nnext",
    "- a\n\n  $$\n  x\n  $$\n\n- b $y$",
    "> $$\n> x\n> $$\n>\n> and $y$",
    "words\n$$\nx\n$$\nwords",
    "| $x_1$ | b |\n| - | - |\n| $y$ | $z$ |",
    "`$x$` and ``$`` and <span>$x$</span>",
]


@pytest.mark.parametrize("text", [*LISTS, *TABLES, *INLINE, *BLOCKS, *MATH])
def test_a_page_says_what_a_git_host_shows_of_the_same_note(text):
    text = a_note("First.", text)
    assert outline(page(text)) == outline(host(text))


def test_what_stands_in_a_quote_and_in_a_list_is_shown_alike():
    for text in [*LISTS, *TABLES, *INLINE, *BLOCKS, *MATH]:
        if not re.search(
            r"\[ \]|\[\^|^a \|", text
        ):  # what GitHub's parser leaves to others there, or reads in its own way
            quoted, listed = text.replace("\n", "\n> "), re.sub(r"\n(?=.)", "\n  ", text)
            nested = a_note(f"> {quoted}", f"- {listed}\n\nEnd.")
            assert outline(page(nested)) == outline(host(nested)), text


def test_a_footnote_has_one_number_wherever_it_is_referred_to():
    text = a_note("a[^n] and b[^n] and c[^m].\n\n[^n]: One.\n[^m]: Two.")
    assert outline(page(text)) == outline(host(text))


def test_a_title_is_read_as_every_heading_is():
    for title in ("The __init__ method", "The _slope_ of `f`", "What is C#", "The set {1, 2}"):
        assert outline(page(f"# {title}\n\nWords.\n")) == outline(host(f"# {title}\n\nWords.\n"))


def test_two_texts_that_differ_have_two_outlines():
    for one, other in (
        ("- a", "1. a"),
        ("*a*b", "*ab*"),
        ("a b", "ab"),
        ("    a\n     b", "    a\n    b"),
        ("~~a~~", "a"),
    ):
        assert outline(page(a_note(one))) != outline(page(a_note(other)))


def test_a_list_goes_on_after_a_cell_with_the_number_that_it_has():
    lists = page(a_note("1. a", cell("1"), output("1"), "2. b")).find_all("ol")
    assert [each.get("start") for each in lists] == [None, "2"]


@pytest.mark.parametrize("kind", ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"])
@pytest.mark.parametrize("quote", [">", "> "])
def test_an_aside_is_one_however_its_lines_begin(kind, quote):
    made = page(a_note("First.", f"{quote}[!{kind}]\n{quote}*Words*\n{quote}\n{quote}- a"))
    (aside,) = made.select(f".admonition.{kind.lower()}")
    assert aside.em.text == "Words" and aside.li.text == "a" and f"[!{kind}]" not in made.text


def test_a_remark_in_italics_below_the_title_says_what_it_says_and_nothing_that_the_note_does_not():
    text = page("# T\n\n*A remark in italics.*\n\nWords.\n").text
    assert "A remark in italics" in text and "Needs" not in text and "{" not in text


def test_a_word_of_the_glossary_is_marked_neither_in_an_address_nor_in_code():
    note = Note("notes/00-a.md", a_note("https://example.org/leaf/leaf", "~~~text\nleaf\n~~~", "    leaf", "A leaf."))
    made = Page(note, Index([note]), Glossary("# G\n\n- **Leaf**: A value.\n"), "").markdown()
    assert made.count('class="term"') == 1 and ">https://example.org/leaf/leaf</a>" in made


@pytest.mark.parametrize(
    "text", ["while i<n and use $x$", "&lt;img src=x onerror=alert(1)&gt; $x$", "```text\n<details>\n$x$ <b>\n```"]
)
def test_a_notebooks_page_shows_text_as_text(text):
    notebook = new_notebook(cells=[new_markdown_cell(text)])
    shown = shown_notebook(notebook, "a.ipynb").cells[0].source
    soup = BeautifulSoup(shown, "html.parser")
    assert soup.find("img") is None and soup.find("b") is None and soup.find("details") is None
    assert soup.get_text().split() == re.sub("```(text)?", "", unescape(text)).split()
