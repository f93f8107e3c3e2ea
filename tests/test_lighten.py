"""What MkDocs has built is made lighter: it says the same, and what is no longer there to be replaced is said."""

import json

import pytest

from scripts.common.problem import Problem
from scripts.publish import lighten
from scripts.publish.glossary import Glossary

PLACE = "build/site/exercises.html"
PAGE = '<div role="dialog"></div><a data-md-component="source" href="#">Source</a>'
COPY = '<div class="zeroclipboard-container">\n<clipboard-copy for="c"><i></i></clipboard-copy>\n</div>'
WHOLE = f"""<head><style type="text/css">a {{}}</style><style type="text/css">b {{}}
.hl-python, .gone {{}} .gone b {{}}</style></head>
<script>import("https://cdnjs.example/m.js")</script><script>MathJax</script><script>ClipboardCopyElement</script>
<script>let x = "clipboard-copy"</script><script src=""></script><script>let kept = 1</script>
{COPY}<div class="clipboard-copy-txt" id="c">x = 1</div>
<div class="highlight-ipynb hl-python"><pre><span class="n">x</span> <span class="mi">1</span> $y$</pre></div>"""
INDEX = {
    "docs": [
        {"location": "exercises.html#a", "text": "A leaf."},
        {"location": "versions.html", "text": "A leaf."},
        {"location": "glossary.html", "text": "A leaf."},
        {"location": "00-a.html", "text": "A tree."},
        {"location": "00-a.html#b", "text": "The Leaf."},
        {"location": "00-a.html#c", "text": "A leaf."},
    ],
    "config": {},
}
LEAF = Glossary("- **leaf**: a value. [00](00-a.md)\n")


def test_a_page_labels_its_search_and_asks_nobody_for_stars():
    made = lighten.page(PAGE, "build/site/a.html")
    assert made == '<div role="dialog" aria-label="Search"></div><a  href="#">Source</a>'


def test_a_notebooks_page_keeps_what_it_says_and_no_more():
    made, styles = lighten.notebook(WHOLE, PLACE)
    assert styles == "a {}\nb {}\n.hl-python{}"
    assert made.count("<script") == 1 and "let kept = 1" in made
    assert '<link rel="stylesheet" href="looks/notebook.css"></head>' in made
    assert '<div class="highlight-ipynb hl-python" tabindex="0"><pre>x <span class="mi">1</span> $y$</pre>' in made
    assert "clipboard" not in made


def test_the_search_finds_nothing_twice_and_a_word_where_it_is_explained_and_in_the_glossary():
    made = lighten.search_index(f"var __index = {json.dumps(INDEX)}", "build/site/search/search_index.js", LEAF)
    head, _, index = made.partition("{")
    assert head == "var __index = " and json.loads("{" + index) == {
        "docs": [
            {"location": "00-a.html", "text": "A tree."},
            {"location": "00-a.html#b", "text": "The Leaf.", "tags": ["leaf"]},
            {"location": "00-a.html#c", "text": "A leaf."},
            {"location": "glossary.html", "title": "Glossary", "text": ""},
            {"location": "glossary.html#word-leaf", "title": "leaf", "text": "<p>a value.</p>"},
        ],
        "config": {},
    }


def test_the_search_index_is_fetched_when_somebody_searches():
    made = lighten.late_search('a(location.protocol!=="file:"),b', "bundle.js")
    assert made == "a(!1),b"
    with pytest.raises(Problem, match=r"^bundle.js: nothing to replace, looked for "):
        lighten.late_search("ab", "bundle.js")


@pytest.mark.parametrize("gone", ['role="dialog"', 'data-md-component="source"'])
def test_a_page_without_what_has_to_be_replaced_is_refused(gone):
    with pytest.raises(
        Problem, match=r"^build/site/a.html: nothing to replace, looked for .+\n  .+lighten.py$"
    ) as said:
        lighten.page(PAGE.replace(gone, ""), "build/site/a.html")
    assert gone in str(said.value)


@pytest.mark.parametrize(
    "gone",
    [
        "https://cdnjs",
        "MathJax",
        "ClipboardCopyElement",
        'let x = "clipboard-copy"',
        '<script src=""></script>',
        "zeroclipboard-container",
        "clipboard-copy-txt",
        'class="n"',
        "hl-python",
        'type="text/css"',
        "</head>",
    ],
)
def test_a_notebooks_page_without_what_has_to_be_replaced_is_refused(gone):
    with pytest.raises(Problem, match=r"^build/site/exercises.html: nothing to replace, looked for "):
        lighten.notebook(WHOLE.replace(gone, ""), PLACE)


@pytest.mark.parametrize("text", ["", "{}", '{"docs":[]}', '{"docs":[{"location":"versions.html","text":""}]}'])
def test_a_search_index_without_a_page_is_refused(text):
    with pytest.raises(Problem, match=r"^index.json: nothing to replace, looked for the entries of pages\n"):
        lighten.search_index(text, "index.json", Glossary())


def test_a_search_index_without_the_glossary_is_refused():
    text = '{"docs":[{"location":"a.html","text":""}]}'
    assert lighten.search_index(text, "index.json", Glossary()) == text
    with pytest.raises(Problem, match=r"^index.json: nothing to replace, looked for the entries of glossary.html\n"):
        lighten.search_index(text, "index.json", LEAF)
