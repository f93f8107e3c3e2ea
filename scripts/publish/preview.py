"""The site as it will look, on this machine, rebuilt when a note changes: the half of `make serve` that shows."""

import json
import logging
import re
import shutil
import sys
import threading
import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer

from scripts.common.files import write_file
from scripts.common.problem import Problem
from scripts.note.folder import all_notes, plain_pages
from scripts.note.format import Block, Cell, Note
from scripts.note.outcome import Outcome
from scripts.publish import fonts, site
from scripts.publish.code import code_block
from scripts.publish.head import title_of
from scripts.publish.home import Entry

PREVIEW_PAGES = Path("build/preview/pages")
PREVIEW_SITE = Path("build/preview/site")
SIGN = Path("build/preview/sign")  # a folder whose one file changes when there is something else to show
STATUS_SCRIPT = Path(__file__).with_name("preview.js")
BOOK_SETTINGS = Path("mkdocs.yml")
FRONT = re.compile(r"\A(?:---\n.*?\n---\n)?", re.S)


def with_failure(note: Note, failure: Problem) -> Note:
    """The note with a failure where the result of its cell would stand, if it is one of this note's."""
    path, _, line = failure.place.rpartition(":")
    before = [block for block in note.blocks if note.path == path and block.line <= int(line)]
    if not before or not isinstance(cell := before[-1], Cell):
        return note
    failed = replace(cell, output=str(failure), figures=(), tags=("raises-exception",))
    return replace(note, blocks=[failed if block is cell else block for block in note.blocks])


def with_fresh(note: Note, results: list[Outcome]) -> Note:
    """The note with what its first cells have given, before that is recorded."""
    fresh = dict(zip(map(id, note.cells), results, strict=False))

    def shown(block: Block) -> Block:
        if not isinstance(block, Cell) or id(block) not in fresh:
            return block
        return replace(block, output=fresh[id(block)].text, figures=block.figures[: len(fresh[id(block)].pictures)])

    return replace(note, blocks=[shown(block) for block in note.blocks])


def with_banner(text: str, failure: Problem) -> str:
    """A page that says at its top what went wrong."""
    said = code_block(str(failure), "text", "error")
    banner = f'\n<div class="admonition failure"><p class="admonition-title">The run stopped here</p>{said}</div>\n\n'
    return FRONT.sub(lambda front: front[0] + banner, text, count=1)


def copy_changed(source: Path, target: Path, besides: Collection[str] = ()) -> None:
    """Copies the files of a folder that are not in the other, or are different there, besides some."""
    for path in source.glob("*"):
        if path.name not in besides:
            write_changed(target / path.name, path.read_bytes())


def write_changed(path: Path, content: bytes) -> None:
    """Writes a file unless it says that already."""
    if not path.exists() or path.read_bytes() != content:
        write_file(path, content)


def configuration_of(path: Path) -> MkDocsConfig:
    """What MkDocs is told. Raises Problem with the first thing that is wrong with it."""
    said = list[str]()
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("mkdocs.config")
    logger.addHandler(handler)
    try:
        return load_config(str(path), plugins=[])
    except Exception as error:  # of many kinds
        mark = getattr(error.__context__, "problem_mark", None)
        place = f"{BOOK_SETTINGS}:{mark.line + 1}" if mark else str(BOOK_SETTINGS)
        fact = getattr(error.__context__, "problem", "") if mark else [*said, f"{type(error).__name__}: {error}"][0]
        raise Problem(place, " ".join(fact.split()), "mend it, and the pages are made again") from None
    finally:
        logger.removeHandler(handler)


class Preview:
    """The site on localhost. `show` a failure, or None when all is well again; `say` what goes on; `give` what the
    cells of a note have given."""

    def __init__(self, folder: Path, port: int):
        self.folder = folder
        self.failure: Problem | None = None
        self.fresh: tuple[str, list[Outcome]] = "", []  # of the note that runs, by its path
        self.status = json.dumps({"words": "starting", "stale": []})
        self.texts: dict[str, str] = {}
        self.made: object = None  # what all pages depend on, as it was when they were made
        self.listed: tuple[list[Note], list[Note]] = [], []  # the notes that could be read last, and the plain pages
        self.complaint = ""
        self.server = LiveReloadServer(self.build, "127.0.0.1", port, str(PREVIEW_SITE), polling_interval=0.1)
        self.url = self.server.url
        for name in "mkdocs", "MARKDOWN":
            logging.getLogger(name).setLevel(logging.ERROR)

    def __enter__(self) -> "Preview":
        """Builds the site and serves it from now on, in a thread."""
        shutil.rmtree(PREVIEW_PAGES.parent, ignore_errors=True)
        SIGN.mkdir(parents=True)
        self.build()
        fonts.write_fonts(PREVIEW_PAGES / "looks", "".join(self.texts.values()))
        for path in (self.folder, SIGN, PREVIEW_PAGES / "looks", site.LOOKS, site.THEME, BOOK_SETTINGS):
            self.server.watch(str(path))
        threading.Thread(target=self.server.serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()

    def show(self, failure: Problem | None) -> None:
        """A failure, or that there is none any more. The results that were given before are in the notes by now."""
        changed = str(failure) != str(self.failure) or self.fresh[1]
        self.failure, self.fresh = failure, ("", [])
        if changed:
            self.sign()

    def say(self, words: str, stale: list[str]) -> None:
        """What goes on, and which notes' results are not of now; each page looks for it twice a second."""
        status = json.dumps({"words": words, "stale": stale})
        if status != self.status:
            self.status = status
            self.write_status()

    def give(self, note: Note, results: list[Outcome]) -> None:
        """What the first cells of a note have given, until a failure or none is shown."""
        if (note.path, results) != self.fresh:
            self.fresh = note.path, results
            self.sign()

    def sign(self) -> None:
        write_file(SIGN / "sign", str(time.monotonic_ns()).encode())

    def write_status(self) -> None:
        write_file(PREVIEW_SITE / "status.json", self.status.encode())

    def build(self) -> None:
        """Brings the site up to date with the notes; what cannot be read is said, and its last page stays."""
        complaint = ""
        try:
            self.write_pages()
            self.write_site()
        except Problem as problem:
            complaint = str(problem)
        except Exception as error:  # whatever is half-written: the preview goes on
            complaint = f"the page is not made: {type(error).__name__}: {error}"
        if complaint != self.complaint:
            print(complaint or "the pages are made again", file=sys.stderr, flush=True)
        self.complaint = complaint

    def write_pages(self) -> None:
        failure, (path, results) = self.failure, self.fresh
        try:
            notes = all_notes(self.folder)
            notes = [with_fresh(note, results) if note.path == path else note for note in notes]
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
        for page in PREVIEW_PAGES.glob("*.md"):
            if page.name not in shown:
                page.unlink()
        for name, text in shown.items():
            write_changed(PREVIEW_PAGES / name, text.encode())
        self.write_figures()

    def write_figures(self) -> None:
        """Also those that are not recorded yet, and what gives all pages their look."""
        path, results = self.fresh
        drawn = dict[Path, bytes]()
        for note in self.listed[0]:
            for cell, result in zip(note.cells, results if note.path == path else [], strict=False):
                drawn |= {Path(f.path): p for f, p in zip(cell.figures, result.pictures, strict=False)}
        copy_changed(self.folder / "figures", PREVIEW_PAGES / "figures", besides={path.name for path in drawn})
        for name, picture in drawn.items():
            write_changed(PREVIEW_PAGES / name, picture)
        copy_changed(site.LOOKS, PREVIEW_PAGES / "looks")
        write_changed(PREVIEW_PAGES / "looks" / STATUS_SCRIPT.name, STATUS_SCRIPT.read_bytes())

    def write_site(self) -> None:
        """Builds the pages that changed; all of them if a title did, since every page lists the titles, or their
        theme or settings did."""
        others: list[Entry] = [name for name in site.OTHERS if name in self.texts]
        config = configuration_of(site.write_configuration(PREVIEW_PAGES.parent, *self.listed, others))
        config.site_url, config.repo_url = self.url, ""  # no page asks the repository's host for anything
        config.extra_javascript.append(f"looks/{STATUS_SCRIPT.name}")
        theme = [path.read_bytes() for path in (BOOK_SETTINGS, *sorted(site.THEME.rglob("*.html")))]
        made = {name: title_of(text) for name, text in self.texts.items()}, theme
        build_site(config, serve_url=self.url, dirty=made == self.made)
        self.made = made
        self.write_status()
