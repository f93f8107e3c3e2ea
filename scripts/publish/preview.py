"""The site as it will look, on this machine, rebuilt when a note changes: the half of `make serve` that shows."""

import logging
import os
import re
import shutil
import sys
import threading
from dataclasses import replace
from pathlib import Path

from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.livereload import LiveReloadServer

from scripts.common.files import write_file
from scripts.common.problem import Problem
from scripts.note.folder import all_notes, plain_pages
from scripts.note.format import Cell, Note
from scripts.publish import fonts, site
from scripts.publish.code import code_block
from scripts.publish.head import title_of
from scripts.publish.home import Entry

PREVIEW_PAGES = Path("build/preview/pages")
PREVIEW_SITE = Path("build/preview/site")
FAILURE = Path("build/preview/sign")  # a folder whose one file changes when there is another failure to show
FRONT = re.compile(r"\A(?:---\n.*?\n---\n)?", re.S)


def with_failure(note: Note, failure: Problem) -> Note:
    """The note with a failure where the result of its cell would stand, if it is one of this note's."""
    path, _, line = failure.place.rpartition(":")
    before = [block for block in note.blocks if note.path == path and block.line <= int(line)]
    if not before or not isinstance(cell := before[-1], Cell):
        return note
    failed = replace(cell, output=str(failure), figures=(), tags=("raises-exception",))
    return replace(note, blocks=[failed if block is cell else block for block in note.blocks])


def with_banner(text: str, failure: Problem) -> str:
    """A page that says at its top what went wrong."""
    said = code_block(str(failure), "text", "error")
    banner = f'\n<div class="admonition failure"><p class="admonition-title">The run stopped here</p>{said}</div>\n\n'
    return FRONT.sub(lambda front: front[0] + banner, text, count=1)


def copy_changed(source: Path, target: Path) -> None:
    """Copies the files of a folder that are not in the other, or are different there."""
    for path in source.glob("*"):
        copy = target / path.name
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            write_file(copy, path.read_bytes())


class Preview:
    """The site on localhost. `show` a failure, or None when all is well again."""

    def __init__(self, folder: Path, port: int):
        self.folder = folder
        self.failure: Problem | None = None
        self.texts: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.listed: tuple[list[Note], list[Note]] = [], []  # the notes that could be read last, and the plain pages
        self.server = LiveReloadServer(self.build, "127.0.0.1", port, str(PREVIEW_SITE), polling_interval=0.1)
        self.url = self.server.url
        for name in "mkdocs", "MARKDOWN":
            logging.getLogger(name).setLevel(logging.ERROR)

    def __enter__(self) -> "Preview":
        """Builds the site and serves it from now on, in a thread."""
        shutil.rmtree(PREVIEW_PAGES.parent, ignore_errors=True)
        shutil.copytree(site.LOOKS, PREVIEW_PAGES / "looks")
        FAILURE.mkdir()
        self.build()
        fonts.write_fonts(PREVIEW_PAGES / "looks", "".join(self.texts.values()))
        self.server.watch(str(self.folder))
        self.server.watch(str(FAILURE))
        self.server.watch(str(PREVIEW_PAGES / "looks"))
        threading.Thread(target=self.server.serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()

    def show(self, failure: Problem | None) -> None:
        if str(failure) != str(self.failure):
            self.failure = failure
            write_file(FAILURE / "failure", str(failure).encode())

    def build(self) -> None:
        """Brings the site up to date with the notes; what cannot be read is said, and its last page stays."""
        try:
            self.write_pages()
            self.write_site()
        except Exception as error:  # whatever is half-written: the preview goes on
            print(f"the page is not made: {type(error).__name__}: {error}", file=sys.stderr, flush=True)

    def write_pages(self) -> None:
        failure = self.failure
        try:
            notes = all_notes(self.folder)
            if failure and ":" in failure.place:
                notes = [with_failure(note, failure) for note in notes]
            listed = notes, plain_pages(self.folder)
            self.texts = site.texts(*listed, site.repository())
            self.listed = listed
        except Problem as error:
            failure = error
        shown = dict(self.texts)
        if failure:
            name = Path(failure.place.partition(":")[0]).name
            name = name if name.endswith(".md") else "index.md"
            shown[name] = with_banner(shown.get(name, f"# {name}\n"), failure)
        for path in PREVIEW_PAGES.glob("*.md"):
            if path.name not in shown:
                path.unlink()
        for name, text in shown.items():
            if not (PREVIEW_PAGES / name).exists() or (PREVIEW_PAGES / name).read_text(encoding="utf-8") != text:
                write_file(PREVIEW_PAGES / name, text.encode())
        copy_changed(self.folder / "figures", PREVIEW_PAGES / "figures")

    def write_site(self) -> None:
        """Builds the pages that changed; all of them if a title did, since every page lists the titles."""
        os.environ |= {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
        others: list[Entry] = [name for name in site.OTHERS if name in self.texts]
        path = site.write_configuration(PREVIEW_PAGES.parent, *self.listed, others)
        titles = {name: title_of(text) for name, text in self.texts.items()}
        config = load_config(str(path), plugins=[], site_url=self.url)
        build_site(config, serve_url=self.url, dirty=titles == self.titles)
        self.titles = titles
