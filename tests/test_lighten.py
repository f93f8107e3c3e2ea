"""What MkDocs has built is made lighter: it says the same, and what is no longer there to be replaced is said."""

import json

import pytest

from scripts.common.problem import Problem
from scripts.publish import lighten

PLACE = "build/site/whole.html"
PAGE = '<div role="dialog"></div><a data-md-component="source" href="#">Source</a>'
COPY = '<div class="zeroclipboard-container">\n<clipboard-copy for="c"><i></i></clipboard-copy>\n</div>'
WHOLE = f"""<head><style type="text/css">a {{}}</style><style type="text/css">b {{}}</style></head>
<script>import("https://cdnjs.example/m.js")</script><script>MathJax</script><script>ClipboardCopyElement</script>
<script>let x = "clipboard-copy"</script><script src=""></script><script>let kept = 1</script>
{COPY}<div class="clipboard-copy-txt" id="c">x = 1</div>
<div class="highlight-ipynb hl-python"><pre><span class="n">x</span> <span class="mi">1</span> $y$</pre></div>
<p>So $z$.</p>"""
INDEX = {"docs": [{"location": "whole.html#a"}, {"location": "00-a.html"}], "config": {}}


def test_a_page_labels_its_search_and_asks_nobody_for_stars():
    made = lighten.page(PAGE, "build/site/a.html")
    assert made == '<div role="dialog" aria-label="Search"></div><a  href="#">Source</a>'


def test_the_whole_notebooks_page_keeps_what_it_says_and_no_more():
    made, styles = lighten.notebook(WHOLE, PLACE, formulas=True)
    assert styles == "a {}\nb {}"
    assert made.count("<script") == 1 and "let kept = 1" in made
    assert '<link rel="stylesheet" href="looks/notebook.css"></head>' in made
    assert '<div class="highlight-ipynb hl-python" tabindex="0"><pre>x <span class="mi">1</span> $y$</pre>' in made
    assert made.count("<math") == 1 and "$z$" not in made and "clipboard" not in made


def test_the_search_finds_nothing_twice():
    made = lighten.search_index(f"var __index = {json.dumps(INDEX)}", "build/site/search/search_index.js")
    assert made == 'var __index = {"docs":[{"location":"00-a.html"}],"config":{}}'


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
        "$z$",
    ],
)
def test_a_notebooks_page_without_what_has_to_be_replaced_is_refused(gone):
    with pytest.raises(Problem, match=r"^build/site/whole.html: nothing to replace, looked for "):
        lighten.notebook(WHOLE.replace(gone, ""), PLACE, formulas=True)


def test_a_notebook_without_formulas_needs_none():
    assert "<math" not in lighten.notebook(WHOLE.replace("$z$", "z"), PLACE, formulas=False)[0]


@pytest.mark.parametrize("text", ["", "{}", '{"docs":[]}', '{"docs":[{"location":"a.html"}]}'])
def test_a_search_index_without_the_whole_notebook_is_refused(text):
    with pytest.raises(Problem, match=r"^index.json: nothing to replace, looked for the entries of whole.html\n"):
        lighten.search_index(text, "index.json")
