"""What the check asks of notes and pages without running them: excerpts, figures, links, white space."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from scripts.common.problem import Problem
from scripts.note import tangle
from scripts.note.format import Note
from scripts.note.lock import read_lock
from scripts.note.markdown import anchors, links, missing_references, prose_lines, tokens
from scripts.note.prove import prove


def stray_spaces(note: Note) -> Iterator[Problem]:
    """White space at the ends of lines, where no code is."""
    for number, line in enumerate(prose_lines(note.body), 1):
        if line != line.rstrip():
            yield note.problem(number, "white space at the end of the line", "delete it")


def stray_titles(note: Note) -> Iterator[Problem]:
    """What is wrong with a page's title, the one heading of the first level in its first line."""
    lines = [token.map[0] + 1 for token in tokens(note.body) if token.tag == "h1" and token.map]
    if not note.lines[0].startswith("# ") or not note.lines[0][2:].strip():
        yield note.problem(1, "no title", "start the note with `# Title`")
    for line in lines:
        if line > 1:
            yield note.problem(line, "a second title", "write it as ## for a part of the note")


def drifted_excerpts(note: Note) -> Iterator[Problem]:
    """Excerpts that are not part of the cell that follows them."""
    for excerpt in note.excerpts:
        cell = next((cell for cell in note.cells if cell.line > excerpt.line), None)
        if (found := unlike(excerpt.lines, cell.source if cell else "")) is not None:
            yield note.problem(excerpt.line, f"the cell after this excerpt does not say `{found.strip()}` there",
                               "copy it from the cell; a line of ... leaves lines out")  # fmt: skip


def unlike(excerpt: tuple[str, ...], source: str) -> str | None:
    """The first line of an excerpt that its cell does not have in that place; None if all are there. A line of `...`
    leaves out lines of the cell."""
    lines, at = source.split("\n"), 0
    for piece in re.split(r"^ *\.\.\.$\n?", "\n".join(excerpt), flags=re.M):
        wanted = piece.strip("\n").split("\n") if piece.strip() else []
        while wanted and lines[at : at + len(wanted)] != wanted:
            at += 1
            if at + len(wanted) > len(lines):
                return next((line for line in wanted if line not in lines), wanted[0])
        at += len(wanted)
    return None


def dead_links(path: Path) -> Iterator[Problem]:
    """Every link, anchor and picture of a Markdown file that leads nowhere, or says nothing."""
    text = path.read_text("utf-8", "replace")
    for link in links(text):
        place = f"{path.as_posix()}:{link.line}"
        file, _, anchor = map(unquote, link.target.partition("#"))
        aim = path.parent / file if file else path
        if link.alt is not None and not link.alt.strip():
            yield Problem(place, f"{link.target} has no alt text", "say in the brackets what it shows")
        if re.match(r"https?://\S+$|mailto:", link.target):
            continue
        if link.target.startswith("/") or not aim.exists():
            yield Problem(place, f"broken link: {link.target}", "link to a file by its path from here")
        elif anchor and anchor not in anchors(aim.read_text("utf-8", "replace")):
            yield Problem(place, f"broken link: {link.target} names no heading there", "mend the anchor")
    for line, said in missing_references(text):
        yield Problem(
            f"{path.as_posix()}:{line}", f"broken link: {said} names no address", "define it, or write (address)"
        )


def orphans(note: Note) -> Iterator[Problem]:
    """Results that do not stand right below a cell."""
    below = {line for cell in note.cells for line in range(cell.end + 1, cell.results_end + 1)}
    for token in tokens(note.body):
        if token.type == "fence" and token.map and token.info.strip() == "output" and token.map[0] + 1 not in below:
            yield note.problem(token.map[0] + 1, "an output without a cell right before it", "delete it, and make run")


def stray_figures(pages: list[Note], folder: Path) -> Iterator[Problem]:
    """Figures that two cells record, those that have lost their cell, and files that no page shows."""
    recorded, lock, shown = dict[str, str](), read_lock(folder), set[str]()
    for note, figure in ((page, figure) for page in pages for cell in page.cells for figure in cell.figures):
        if figure.path in recorded:
            fact = f"{figure.path} stands at {recorded[figure.path]} too"
            yield note.problem(figure.line, fact, "rename one")
        recorded.setdefault(figure.path, note.place(figure.line))
    for note, link in ((page, link) for page in pages for link in links(page.body) if link.alt is not None):
        shown.add(link.target)
        if link.target in lock and link.target not in recorded:  # one that no run drew was made by hand
            remedy = "put its line right below the cell that draws it; if it is yours now, give the file another name"
            yield note.problem(link.line, f"{link.target} has lost its cell", remedy)
    files = (path for path in (folder / "figures").rglob("*") if path.is_file() and path.name[0] != ".")
    for path in sorted(files):
        if path.relative_to(folder).as_posix() not in shown:
            yield Problem(path.as_posix(), "no page shows this figure", "delete it, or name it below its cell")


def drifted_package(notes: list[Note], folder: Path) -> Iterator[Problem]:
    """Each file of the package that is not what the notes say, with the difference. Raises Problem where that cannot be
    imported."""
    found = tangle.modules(notes)
    files = tangle.module_texts(found)
    prove(found, files, folder.parent)
    for path, diff in tangle.differences(files, folder.parent):
        same = re.search(r"^@@ -(\d+).*\n((?: .*\n)*)", diff, re.M)  # none: an empty file is to go
        line = max(1, int(same[1]) + same[2].count("\n")) if same else 1
        yield Problem(f"{path}:{line}", "differs from the notes", "make tangle", diff.rstrip())
