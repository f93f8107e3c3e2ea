"""What MkDocs has built, made lighter, and what is made of the whole notebook."""

import json
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, a_note, cell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from scripts.common.problem import Problem
from scripts.publish import fonts, lighten, site


@pytest.mark.parametrize(
    "script",
    [
        '<script src="">x</script>',
        "<script>window.MathJax = {}</script>",
        "<script>\nload('https://cdnjs.example.org/x.js')\n</script>",
        '<script type="module">new ClipboardCopyElement()</script>',
        "<script>customElements.define('clipboard-copy', X)</script>",
    ],
)
def test_a_script_that_asks_another_host_or_has_no_use_is_dropped(script):
    assert lighten.page(f"<p>a</p>{script}<p>b</p>") == "<p>a</p><p>b</p>"


@pytest.mark.parametrize(
    "script",
    [
        '<script src="assets/bundle.js"></script>',
        '<script id="__config" type="application/json">{"a": "MathJax"}</script>',
        "<script>var a = 1</script>",
        "<script>var a = 1</script><script>var b = 2</script> MathJax <script>c</script>",
        '<script src="a.js"></script>MathJax<script>c</script>',
    ],
)
def test_a_script_that_a_page_needs_stays(script):
    assert lighten.page(script) == script


def test_what_is_shown_in_the_colour_of_the_text_needs_no_span_and_nothing_is_copied_twice():
    page = '<span class="n">a</span><span class="k">def</span><span class="nd">b</span><span class="n x">c</span>'
    assert lighten.page(page) == 'a<span class="k">def</span>b<span class="n x">c</span>'
    button = '<div class="zeroclipboard-container">\n <clipboard-copy for="x"><svg>\n</svg></clipboard-copy>\n</div>'
    text = '<div class="clipboard-copy-txt" id="x">all\nof it</div>'
    assert lighten.page(f"<p>{button}a{text}</p>") == "<p>a</p>"


def test_what_axe_and_the_repositorys_host_would_complain_of_is_mended():
    page = '<div role="dialog"><div class="highlight-ipynb hl-python"><a data-md-component="source" href="x">'
    assert lighten.page(page) == (
        '<div role="dialog" aria-label="Search"><div class="highlight-ipynb hl-python" tabindex="0"><a  href="x">'
    )


def test_tex_in_the_notebooks_page_becomes_mathml_but_not_in_code():
    page = "<p class='$a$'>$x &lt; 1$, a &amp; b</p><pre>$y$</pre><code>$z$\n</code><style>$</style>"
    made = lighten.with_math(page)
    assert made.count("<math") == 1 and "<mo>&#x0003C;</mo>" in made
    assert made.startswith("<p class='$a$'><span><math") and ", a &amp; b</p><pre>$y$</pre>" in made
    assert made.endswith("<code>$z$\n</code><style>$</style>")
    with pytest.raises(Problem, match=r"^build/notebooks/whole\.ipynb: a formula whose brackets"):
        lighten.with_math("<p>$($</p>")


def test_styles_stand_in_a_file_of_their_own_each_once():
    first, second = (f'<style type="text/css">{style}</style>' for style in ("a", "b\n"))
    page = f"<head>{first}{second}<style>c</style></head>{first}</head>"
    made, styles = lighten.styles_apart(page, "looks/notebook.css")
    assert made == '<head><style>c</style><link rel="stylesheet" href="looks/notebook.css"></head></head>'
    assert styles == "a\nb\n"


def test_the_search_leaves_out_what_others_say():
    names = ["index.html", "whole.html", "whole.html#a", "00-a.html#whole.html", "versions.html#b"]
    index = {"config": {"lang": ["en"]}, "docs": [{"location": name, "text": "ü"} for name in names]}
    for start in "", "var __index = ":
        made = lighten.search_index(start + json.dumps(index, indent=1))
        assert made.startswith(start + '{"config":{"lang":["en"]},"docs":[{"location":"index.html","text":"ü"}')
        kept = json.loads(made.removeprefix(start))["docs"]
        assert [entry["location"] for entry in kept] == ["index.html", "00-a.html#whole.html"]


def whole() -> nbformat.NotebookNode:
    figure = new_output(
        "display_data", {"image/svg+xml": "<svg/>", "text/plain": 'A "b"'}, metadata={"file": "figures/a.svg"}
    )
    cells = [new_markdown_cell("# Whole"), new_code_cell("import sys"), new_code_cell("draw()", outputs=[figure])]
    cells += [new_code_cell("1", outputs=[new_output("stream", text="1\n")])]
    for name, each in zip(["whole", "set-up", "a", "b"], cells, strict=True):
        each.id = name
    return new_notebook(cells=cells)


@pytest.fixture
def small(book):
    """A book with its settings and an executed notebook, whose site was not built yet."""
    (book.root / "mkdocs.yml").write_text("site_name: x\nrepo_url: https://github.com/me/book # here\n")
    book["00-a.md"] = a_note(cell("1"), "[B](01-b.md)")
    book["01-b.md"], book["index.md"] = a_note(), "# First\n"
    book["glossary.md"] = "# Glossary\n\n- **title**: a name.\n"
    book.figure("a.svg").write_text("<svg/>")
    (book.root / "build/notebooks").mkdir(parents=True)
    nbformat.write(whole(), book.root / "build/notebooks/whole.ipynb")
    return book


def test_the_page_of_the_whole_notebook_shows_figures_as_files_and_sets_nothing_up(small):
    made = nbformat.reads(site.whole_page(whole()), 4)
    assert [each.id for each in made.cells] == ["whole", "a", "b"]
    address = "https://colab.research.google.com/github/me/book/blob/gh-pages/notebooks/whole.ipynb"
    assert made.cells[0].source == (
        "# The whole notebook\n\nThe one notebook that the notes split up, executed: "
        "[download it](notebooks/whole.ipynb), or\n"
        f'open it where it runs as it is: <a class="badge" href="{address}">Open in Colab</a>'
    )
    shown = '<img class="figure" src="figures/a.svg" alt="A &quot;b&quot;">'
    assert made.cells[1].outputs[0].data == {"text/html": shown}
    assert made.cells[2].outputs[0].text == "1\n"


def test_what_mkdocs_reads_is_made_anew_from_notes_figures_notebooks_and_looks(small):
    (small.root / "build/pages").mkdir()
    (small.root / "build/pages/old.md").write_text("gone")
    text = site.write_pages()
    names = {path.removeprefix("build/pages/") for path in small.files("build/pages")}
    assert {"00-a.md", "01-b.md", "index.md", "glossary.md", "package.md", "versions.md", "whole.ipynb"} < names
    assert {"figures/a.svg", "notebooks/whole.ipynb", "looks/book.css"} < names and "old.md" not in names
    pages = small.files("build/pages")
    assert pages["build/pages/00-a.md"].decode() in text and pages["build/pages/whole.ipynb"].decode() in text
    assert "https://github.com/me/book/blob/main/notes/00-a.md" in text
    assert '<a class="term" href="glossary.html#word-title" title="a name.">' not in text  # titles are not marked


def test_a_book_without_figures_has_pages(small):
    small.figure("a.svg").unlink()
    (small.root / "notes/figures").rmdir()
    site.write_pages()
    assert (small.root / "build/pages/figures").is_dir()


@pytest.mark.parametrize("name", ["00-a.md", "index.md"])
def test_no_page_is_made_of_a_link_that_leads_nowhere(small, name):
    small[name] += "\n[x](02-c.md)\n"
    with pytest.raises(Problem, match=rf"^notes/{name}:\d+: broken link: 02-c.md\n"):
        site.write_pages()
    assert not list((small.root / "build").glob("pages/*"))


def test_a_site_gets_its_fonts_and_is_made_lighter(small, monkeypatch):
    head = '<head><style type="text/css">s</style></head>'

    def build() -> None:
        for name, text in {"00-a": '<script src="">x</script>a', "whole": f"{head}<p>$x$</p>", "404": "b"}.items():
            site.write_file(site.SITE / f"{name}.html", text.encode())
        for name in "search_index.json", "search_index.js":
            site.write_file(site.SITE / "search" / name, b'{"docs": [{"location": "whole.html"}]}')

    letters = []
    monkeypatch.setattr(site, "build", build)
    monkeypatch.setattr(
        fonts, "write_fonts", lambda folder, text: [letters.append(text), site.write_file(folder / "f", b"f")]
    )
    assert site.make_site() == site.SITE / "index.html"
    made = {path.removeprefix("build/site/"): text.decode() for path, text in small.files("build/site").items()}
    assert made.pop("whole.html").startswith(
        '<head><link rel="stylesheet" href="looks/notebook.css"></head><p><span><math'
    )
    assert made == {
        "00-a.html": "a",
        "404.html": "b",
        "looks/f": "f",
        "looks/notebook.css": "s",
        "search/search_index.json": '{"docs":[]}',
        "search/search_index.js": '{"docs":[]}',
    }
    assert "Title" in letters[0]


def test_mkdocs_is_told_to_be_strict_and_to_know_no_day(small, monkeypatch):
    (small.root / "mkdocs.yml").write_text("site_name: x\ndocs_dir: nowhere\n")
    with pytest.raises(Problem) as caught:
        site.build()
    assert (caught.value.place, caught.value.fact) == ("mkdocs.yml", "the site was not built")
    assert "docs_dir" in caught.value.detail and "INFO" not in caught.value.detail


def test_a_face_has_latin_and_the_letters_of_the_text_and_formulas_if_it_is_for_math(tmp_path, monkeypatch):
    asked = {}
    monkeypatch.setattr(
        fonts.subset.Subsetter, "populate", lambda self, unicodes: asked.setdefault(len(asked), unicodes)
    )
    monkeypatch.setattr(fonts.subset.Subsetter, "subset", lambda self, font: None)
    monkeypatch.setattr(fonts.subset, "save_font", lambda font, path, options: Path(path).write_text(options.flavor))
    fonts.write_fonts(tmp_path / "new" / "folder", "a &rarr; ∂")
    names = ["math.woff2", "serif-bold.woff2", "serif-italic.woff2", "serif.woff2"]
    assert sorted(path.name for path in (tmp_path / "new/folder").iterdir()) == names
    assert {path.read_text() for path in (tmp_path / "new/folder").iterdir()} == {"woff2"}
    *serifs, math = asked.values()
    latin = {*range(0x20, 0x7F), *range(0xA0, 0x180)}
    assert serifs == [latin | {0x2192, 0x2202}] * 3
    assert math == latin | {0x2192, 0x2202, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E, 0x221A}


def test_the_site_of_the_repository_says_where_its_source_is(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert site.repository().startswith("https://github.com/")
