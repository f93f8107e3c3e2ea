"""What the preview shows: pages with what went wrong in them, built into a site without a server."""

import json
import logging
import re
import shutil
from pathlib import Path

import pytest
from conftest import a_note, cell, output

from scripts.common.problem import Problem
from scripts.note.format import Note
from scripts.note.outcome import Outcome
from scripts.publish import preview as shown
from scripts.publish.preview import PREVIEW_PAGES as PAGES
from scripts.publish.preview import PREVIEW_SITE as SITE
from scripts.publish.preview import SIGN, Preview, copy_changed, with_banner, with_failure

FAILURE = Problem("notes/00-a.md:7", "NameError: name 'y' is not defined", detail="  notes/00-a.md:8")


def test_a_failure_stands_where_the_result_of_its_cell_would():
    note = Note("notes/00-a.md", a_note(cell("1"), cell("y + 1\n2"), output("3"), "End."))
    for line in 7, 8, 9, 13:
        failed = with_failure(note, Problem(f"notes/00-a.md:{line}", "wrong"))
        assert [each.output for each in failed.cells] == [None, f"notes/00-a.md:{line}: wrong"]
        assert failed.cells[1].tags == ("raises-exception",) and failed.cells[1].figures == ()
    for elsewhere in "notes/00-a.md:1", "notes/00-a.md:16", "notes/01-b.md:7":
        assert with_failure(note, Problem(elsewhere, "wrong")) == note
    assert [each.output for each in note.cells] == [None, "3"]


def test_a_banner_stands_below_the_front_matter_or_at_the_top():
    said = '<div class="admonition failure"><p class="admonition-title">The run stopped here</p>'
    said += '<div class="highlight error"><pre><span></span><code>notes: &lt;wrong&gt;\n</code></pre></div></div>'
    failure = Problem("notes", "<wrong>")
    assert with_banner("---\ntitle: a\n---\n# A\n---\n", failure) == f"---\ntitle: a\n---\n\n{said}\n\n# A\n---\n"
    assert with_banner("# A\n\n---\nb\n---\n", failure) == f"\n{said}\n\n# A\n\n---\nb\n---\n"


def test_only_files_that_changed_are_copied(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    for name in "ab":
        (source / name).write_text(name)
    copy_changed(source, target)
    (source / "a").write_text("new")
    before = (target / "b").stat().st_mtime_ns, (target / "b").stat().st_ino
    copy_changed(source, target)
    assert {path.name: path.read_text() for path in target.iterdir()} == {"a": "new", "b": "b"}
    assert ((target / "b").stat().st_mtime_ns, (target / "b").stat().st_ino) == before


@pytest.fixture
def preview(book):
    """The preview of a book, which nobody serves."""
    (book.root / "mkdocs.yml").write_text(
        "site_name: x\nrepo_url: https://github.com/me/book\n"
        "theme: {name: material, font: false}\nuse_directory_urls: false\nmarkdown_extensions: [md_in_html]\n"
    )
    book["index.md"] = "# First\n"
    book["00-a.md"], book["01-b.md"] = a_note(cell("x = 1"), cell("y + 1")), "# Other\n\nWords.\n"
    book.figure("a.svg").write_text("<svg/>")
    preview = Preview(Path("notes"), 0)
    yield preview
    preview.server.server_close()


def page(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


def test_the_pages_are_those_of_the_notes_and_only_changed_ones_are_written(book, preview):
    book["glossary.md"] = "# Glossary\n\n- **word**: what is said.\n"
    preview.write_pages()
    assert '<a class="term" href="glossary.html#word-word" title="what is said.">Words</a>' in page("01-b.md")
    names = {"glossary.md", "00-a.md", "01-b.md", "index.md", "package.md", "versions.md", "whole.md"}
    assert {path.name for path in PAGES.glob("*.md")} == names
    assert (PAGES / "figures/a.svg").read_text() == "<svg/>"
    inodes = {path: path.stat().st_ino for path in PAGES.glob("*.md")}
    book["01-b.md"] += "\nMore.\n"
    preview.write_pages()
    assert [path.name for path in inodes if path.stat().st_ino != inodes[path]] == ["01-b.md"]
    (book.root / "notes/01-b.md").unlink()
    preview.write_pages()
    assert {path.name for path in PAGES.glob("*.md")} == names - {"01-b.md"}


def test_a_failure_is_shown_in_its_page_and_a_note_that_cannot_be_read_keeps_its_last(book, preview):
    preview.failure = FAILURE
    preview.write_pages()
    assert page("00-a.md").count("name 'y' is not defined") == 2  # at the top and at its cell
    assert page("00-a.md").startswith("---\ntitle: ") and "The run stopped here" in page("00-a.md")
    assert "The run stopped here" not in page("01-b.md")
    preview.failure = Problem("the kernel", "is gone")
    preview.write_pages()
    assert "the kernel: is gone" in page("index.md") and "stopped" not in page("00-a.md")
    preview.failure = None
    book["01-b.md"] += "\n```python\nnever closed\n"
    preview.write_pages()
    assert "this fence is never closed" in page("01-b.md") and "<p>Words.</p>" in page("01-b.md")
    assert "stopped" not in page("index.md")


def test_a_note_that_could_never_be_read_has_a_page_that_says_so(book, preview):
    book["02-c.md"] = "```python\nnever closed\n"
    preview.write_pages()
    assert page("02-c.md").endswith("</div>\n\n# 02-c.md\n") and "notes/02-c.md:1: this fence is never closed" in page(
        "02-c.md"
    )


def test_the_site_is_built_anew_where_a_title_changed_and_page_by_page_otherwise(book, preview, monkeypatch):
    built = []
    monkeypatch.setattr(shown, "build_site", lambda config, **how: built.append((config, how)))
    preview.build()
    preview.build()
    book["01-b.md"] = "# Renamed\n"
    preview.build()
    preview.build()
    assert [how for _, how in built] == [
        {"serve_url": preview.url, "dirty": dirty} for dirty in (False, True, False, True)
    ]
    config = built[-1][0]
    others = {"Beside the notes": ["package.md", "versions.md", "whole.md"]}
    assert config.nav == ["index.md", "00-a.md", "01-b.md", others]
    assert (config.docs_dir, config.site_dir) == (str(PAGES.resolve()), str(SITE.resolve()))
    assert preview.server.server_address == ("127.0.0.1", 0)
    assert config.site_url == preview.url and not config.plugins


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("", "mkdocs.yml: it has no repo_url"),
        (
            "site_name: x\nrepo_url: x\ntheme: {name: material}\n",
            "mkdocs.yml: Config value 'repo_url': The URL isn't valid",
        ),
        (
            "repo_url: https://github.com/me/book\n",
            "mkdocs.yml: Config value 'site_name': Required",
        ),
        ("repo_url: https://a.b\ntheme: [\nx: 1\n", "mkdocs.yml:4: expected ',' or ']'"),
    ],
)
def test_broken_settings_are_one_line_and_mended_ones_make_all_pages_again(book, preview, capsys, settings, said):
    path = book.root / "mkdocs.yml"
    good = path.read_text()
    path.write_text(settings)
    preview.build()
    assert (capsys.readouterr().err + page("index.md")).count(said) == 1
    path.write_text(good.replace("site_name: x", "site_name: The other name"))
    preview.build()
    assert "The other name" in (SITE / "00-a.html").read_text()


def test_what_goes_wrong_while_it_builds_is_one_line_and_the_preview_goes_on(book, preview, capsys, monkeypatch):
    monkeypatch.setattr(shown, "build_site", lambda *_, **how: None)
    preview.build()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(shown, "build_site", lambda *_, **how: 1 / 0)
    preview.build()
    preview.build()
    assert capsys.readouterr().err == "the page is not made: ZeroDivisionError: division by zero\n"
    monkeypatch.setattr(shown, "build_site", lambda *_, **how: None)
    preview.build()
    assert capsys.readouterr().err == "the pages are made again\n"


def test_another_failure_is_a_sign_for_the_server_and_the_same_one_is_not(book, preview):
    preview.show(FAILURE)
    assert preview.failure is FAILURE
    sign = (SIGN / "sign").read_text()
    preview.show(Problem("notes/00-a.md:7", FAILURE.fact, detail=FAILURE.detail))
    assert (SIGN / "sign").read_text() == sign
    preview.show(None)
    assert preview.failure is None and (SIGN / "sign").read_text() != sign


def test_each_page_looks_for_what_goes_on_and_asks_no_other_host(book, preview):
    preview.say("notes/00-a.md:3 runs", ["00-a", "01-b"])
    preview.build()
    status = json.loads((SITE / "status.json").read_text())
    assert status == {"words": "notes/00-a.md:3 runs", "stale": ["00-a", "01-b"]}
    preview.say("up to date", [])
    assert json.loads((SITE / "status.json").read_text()) == {"words": "up to date", "stale": []}
    html = (SITE / "00-a.html").read_text()
    assert '<script src="looks/preview.js"></script>' in html and (SITE / "looks/preview.js").exists()
    assert 'data-md-component="source"' not in html
    assert re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)[^"]*"', html) == []


def test_what_cells_have_given_is_on_the_page_before_it_is_recorded(book, preview):
    book["00-a.md"] = text = a_note(
        cell("1"), "![A line](figures/a.svg)", cell("2"), output("old"), "![No more](figures/b.svg)", cell("3")
    )
    note, drawn = Note("notes/00-a.md", text), b"<svg>new</svg>"
    preview.give(note, [Outcome(None, (drawn,)), Outcome("fresh")])
    sign = (SIGN / "sign").read_text()
    preview.give(note, [Outcome(None, (drawn,)), Outcome("fresh")])
    assert (SIGN / "sign").read_text() == sign
    preview.write_pages()
    assert "fresh" in page("00-a.md") and "old" not in page("00-a.md") and "No more" not in page("00-a.md")
    assert (PAGES / "figures/a.svg").read_bytes() == drawn
    preview.show(None)
    assert (SIGN / "sign").read_text() != sign
    preview.write_pages()
    assert "old" in page("00-a.md") and (PAGES / "figures/a.svg").read_text() == "<svg/>"
    assert book["00-a.md"] == text


def test_a_changed_look_comes_to_the_site(book, preview, monkeypatch, tmp_path):
    looks = tmp_path / "looks"
    shutil.copytree(shown.site.LOOKS, looks)
    monkeypatch.setattr(shown.site, "LOOKS", looks)
    preview.build()
    (looks / "book.css").write_text("a { color: red }")
    preview.build()
    assert (SITE / "looks/book.css").read_text() == "a { color: red }"


def test_the_preview_begins_with_a_site_and_its_fonts_and_watches_all_that_it_is_made_of(book, preview, monkeypatch):
    (book.root / "build/preview").mkdir(parents=True)
    (book.root / "build/preview/old").touch()
    watched, fonts, served = [], [], []
    monkeypatch.setattr(shown, "build_site", lambda config, **how: None)
    monkeypatch.setattr(shown.fonts, "write_fonts", lambda folder, text: fonts.append((folder, text)))
    monkeypatch.setattr(preview.server, "watch", watched.append)
    monkeypatch.setattr(preview.server, "serve", lambda: served.append(True))
    monkeypatch.setattr(preview.server, "shutdown", lambda: served.append(False))
    with preview as entered:
        assert entered is preview
        assert not (book.root / "build/preview/old").exists()
    assert watched[:3] == ["notes", "build/preview/sign", "build/preview/pages/looks"]
    assert [Path(path).name for path in watched[3:]] == ["looks", "theme", "mkdocs.yml"]
    assert served == [True, False]
    assert json.loads((SITE / "status.json").read_text()) == {"words": "starting", "stale": []}
    ((folder, text),) = fonts
    assert folder == PAGES / "looks" and (folder / "book.css").exists() and "Words." in text
    assert logging.getLogger("mkdocs").level == logging.ERROR
