"""Asks whether notes, results, package, figures and links agree: `make check`. Changes nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import jupytext
from jupytext.config import load_jupytext_configuration_file
from pymdownx.slugs import slugify

from scripts import run, tangle
from scripts.command import command
from scripts.notes import FOLDER, Note, NoteError, all_notes, unlike
from scripts.pages import CODE

LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.M)
PAIRING = Path(__file__).resolve().parent.parent / "jupytext.toml"


def prose(text: str) -> str:
    """The text with every character of its code blanked out, so that lines stay where they are."""
    return CODE.sub(lambda code: re.sub(r"[^\n]", "\0", code[0]), text.replace("\r\n", "\n"))


def anchors(text: str) -> set[str]:
    """The anchors that headings get, on a git host and on the site."""
    visible = CODE.sub(lambda code: code[0].strip("`") if "\n" not in code[0] else "", text)
    return {slugify(case="lower")(heading.strip(), "-") for heading in HEADING.findall(visible)}


def links(path: Path) -> Iterator[NoteError]:
    """Every link, anchor and picture of a Markdown file that leads nowhere, or says nothing."""
    text = path.read_text("utf-8", "replace")
    for match in LINK.finditer(prose(text)):
        picture, words, target = match.groups()
        place = f"{path.as_posix()}:{text.count(chr(10), 0, match.start()) + 1}"
        file, _, anchor = target.partition("#")
        aim = path.parent / file if file else path
        if picture and not words.strip():
            yield NoteError(place, f"{target} has no alt text", "say in the brackets what it shows")
        if re.match(r"https?://\S+$|mailto:", target):
            continue
        if target.startswith("/") or not aim.exists():
            yield NoteError(place, f"broken link: {target}", "link to a file by its path from here")
        elif anchor and anchor not in anchors(aim.read_text("utf-8", "replace")):
            yield NoteError(place, f"broken link: {target} names no heading there", "mend the anchor")


def form(note: Note) -> Iterator[NoteError]:
    """Where a note is not as Jupytext reads and writes it, or not as it should look."""
    config = load_jupytext_configuration_file(str(PAIRING))
    text = "\n".join(note.lines)
    notebook = jupytext.reads(text, "md", config=config)
    if [cell.source for cell in notebook.cells if cell.cell_type == "code"] != [cell.source for cell in note.cells]:
        yield NoteError(note.path, "Jupytext sees other cells in it", "three backticks at the line's start make a cell")
    elif jupytext.writes(notebook, "md", config=config) != text:
        yield NoteError(note.path, "a round trip through a notebook changes it", "one blank line between things")
    for number, line in enumerate(prose(note.text).split("\n"), 1):
        if line != line.rstrip():
            yield NoteError(note.place(number), "white space at the end of the line", "delete it")


def figures(notes: list[Note], folder: Path) -> Iterator[NoteError]:
    """Figures that two cells record, and files that no page shows."""
    recorded: dict[str, str] = {}
    for note in notes:
        for figure in (figure for cell in note.cells for figure in cell.figures):
            if figure.path in recorded:
                yield NoteError(
                    note.place(figure.line), f"{figure.path} stands at {recorded[figure.path]} too", "rename one"
                )
            recorded.setdefault(figure.path, note.place(figure.line))
    for path in sorted((folder / "figures").glob("*")):
        if path.relative_to(folder).as_posix() not in recorded:
            yield NoteError(path.as_posix(), "no cell records this figure", "delete it, or name it below its cell")


def excerpts(note: Note) -> Iterator[NoteError]:
    """Excerpts that are not part of the cell that follows them."""
    for line, lines in note.excerpts:
        cell = next((cell for cell in note.cells if cell.line > line), None)
        if (found := unlike(lines, cell.source if cell else "")) is not None:
            yield NoteError(note.place(line), f"the cell after this excerpt does not say `{found.strip()}` there",
                            "copy it from the cell; a line of ... leaves lines out")  # fmt: skip


def package(notes: list[Note], folder: Path) -> Iterator[NoteError]:
    """Each file of the package that is not what the notes say, with the difference."""
    for path, diff in tangle.differences(tangle.tangle(notes), folder.parent):
        start, same = re.search(r"^@@ -(\d+).*\n((?: .*\n)*)", diff, re.M).groups()
        line = max(1, int(start) + same.count("\n"))
        yield NoteError(f"{path}:{line}", "differs from the notes", "make tangle", diff.rstrip())


def results(notes: list[Note], folder: Path) -> Iterator[NoteError]:
    """Each recorded result that a fresh run does not give."""
    lock = run.read_lock(folder)
    for note, notebook, _ in run.executed(notes, run.show_progress):
        for result in run.settle(note, notebook, lock):
            if result.fact:
                yield NoteError(result.place, result.fact, "make run")


def report(subject: str, errors: Iterator[NoteError]) -> bool:
    """Prints a line for each error, or that the subject is ok; whether it is."""
    ok = True
    try:
        for error in errors:
            print(f"FAIL {error}", flush=True)
            ok = False
    except NoteError as error:
        print(f"FAIL {error}", flush=True)
        ok = False
    if ok:
        print(f"ok   {subject}", flush=True)
    return ok


def check(folder: Path = FOLDER) -> bool:
    """Whether everything agrees; prints what does and what does not."""
    try:
        notes = all_notes(folder)
    except NoteError as error:
        return report("", iter([error]))
    pages = [*sorted(folder.glob("*.md")), folder.parent / "README.md"]
    return all(
        [
            report("the notes' form", (error for note in notes for error in form(note))),
            report("excerpts", (error for note in notes for error in excerpts(note))),
            report("links and alt texts", (error for path in pages if path.exists() for error in links(path))),
            report("figures", figures(notes, folder)),
            report("package = notes", package(notes, folder)),
            report("results = a fresh run", results(notes, folder)),
        ]
    )


@command(__name__)
def main() -> int:
    return 0 if check() else 1
