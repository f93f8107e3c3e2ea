"""The one reading of Markdown: links, pictures, headings and prose, each with its line."""

import pytest

from scripts.note.markdown import Link, anchors, headings, leaves, links, missing_references, prose_lines, slug, tokens

LINKS = """\
# A [heading](a.md)

Prose with [one](b.md) and
[two](c.md#d), a <https://example.org/e>, and `[no](link.md)`.

![A *picture*](f.svg)

> - [in a list][ref]

[ref]: g.md

| table |
| --- |
| [cell](h.md) |

<p>
<a href="i.md">HTML</a> <img alt='words' src='j.svg'>
<IMG
 SRC=k.svg> <a name="here">no link</a>
<!-- <a href="l.md"> -->
</p>

An inline <a
href="m.md">tag</a>, <img src="n.svg" alt=""> and <!-- <a href="o.md"> -->.
Then https://example.org/p at the end.

```text
[not](this.md)
```
"""


def test_a_link_is_found_in_every_form_and_in_its_line():
    assert links(LINKS) == [
        Link(1, "a.md"),
        Link(3, "b.md"),
        Link(4, "c.md#d"),
        Link(4, "https://example.org/e"),
        Link(6, "f.svg", "A *picture*"),
        Link(8, "g.md"),
        Link(14, "h.md"),
        Link(17, "i.md"),
        Link(17, "j.svg", "words"),
        Link(18, "k.svg", ""),
        Link(23, "m.md"),
        Link(24, "n.svg", ""),
        Link(25, "https://example.org/p"),
    ]


def test_a_reference_that_is_defined_nowhere_is_found_in_its_line():
    text = "One [known][a], `[code][b]`,\na \\[x\\]\\[y\\]\nand [lost][c].\n\n[a]: a.md\n"
    assert missing_references("# T\n\n" + text) == [(4, "[x][y]"), (5, "[lost][c]")]


def test_an_anchor_is_what_a_git_host_makes_of_a_heading_and_counted_where_it_comes_again():
    text = "# It's `a_b` and *more*\n\n## Twice\n\n### Twice\n\n## Twice\n\nTwice\n---\n\n```text\n# no heading\n```\n"
    assert [anchor for _, anchor in headings(text)] == ["its-a_b-and-more", "twice", "twice-1", "twice-2", "twice-3"]
    assert anchors(text) == {"its-a_b-and-more", "twice", "twice-1", "twice-2", "twice-3"}
    assert [inline.content for inline, _ in headings(text)][:2] == ["It's `a_b` and *more*", "Twice"]
    assert slug("A  B", "-") == "a--b"


def test_a_formula_in_a_heading_is_part_of_its_anchor():
    assert anchors("# The slope of $x^2$\n") == {"the-slope-of-x2"}


def test_a_picture_and_a_footnote_in_a_heading_are_no_part_of_its_anchor():
    assert anchors("# A ![b](c.svg) *d*[^e]\n\n[^e]: f\n") == {"a--d"}


def test_a_link_keeps_its_line_and_its_target():
    assert len({Link(1, "a.md"), Link(1, "a.md"), Link(1, "a.md", "")}) == 2


def test_prose_has_the_lines_of_the_text_blank_where_code_is():
    text = "a\n\n```python\nb\n```\n\n    c\n\n> ~~~\n> d\n> ~~~\n\ne"
    for ends in "\n", "\r\n":
        assert prose_lines(text.replace("\n", ends)) == ["a", "", "", "", "", "", "", "", "", "", "", "", "e"]


def test_the_leaves_of_a_paragraph_know_the_lines_before_them():
    inline = tokens("a\n*b*  \n<i\nclass=c>e\n")[1]
    found = [(child.content, line) for child, line in leaves(inline) if child.content]
    assert found == [("a", 0), ("b", 1), ("<i\nclass=c>", 2), ("e", 3)]


@pytest.mark.parametrize(
    "before",
    [
        "`a\nb`",
        "``\na\nb``",
        "`` ` and [`a\nb`](\na.md\n)",
        "[*a\nb* `c\nd`](a.md\n'in\nwords')",
        "![a\nb `c\nd`](a.svg\n'in\nwords')",
        "[a][in\nwords] ![a][in\nwords]",
        "[![a\nb](a.svg\n'b')\nc](\na.md)",
        "$a\nb$ <a\nb> c\\\nd\ne",
    ],
)
def test_a_link_has_its_line_whatever_runs_over_line_ends_before_it(before):
    text = f"words\n{before} [b](here.md)\n[c][lost]\n\n[in words]: a.md\n"
    (line,) = (number for number, row in enumerate(text.split("\n"), 1) if "here.md" in row)
    assert links(text)[-1] == Link(line, "here.md")
    assert missing_references(text) == [(line + 1, "[c][lost]")]


@pytest.mark.parametrize("text", ["$ x $", "1$x$2", "$$\nx\n\ny\n$$", "$x$ (1)"])
def test_dollars_are_math_only_where_a_git_host_sees_math(text):
    kinds = {child.type for token in tokens(text) for child in [token, *(token.children or [])]}
    assert ("math_inline" in kinds) == (text == "$x$ (1)") and "math_block" not in kinds
