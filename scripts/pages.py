"""Notes as the Markdown that MkDocs publishes: `python -m scripts.pages` writes build/pages."""

import re
import shutil
from pathlib import Path

import nbformat
from latex2mathml.converter import convert

from scripts.command import command, write_file
from scripts.notes import FOLDER, Cell, Check, Note, NoteError, all_notes, result_lines

PAGES = Path("build/pages")
NOTEBOOKS = Path("build/notebooks")
CODE = re.compile(r"(^(`{3,}).*?^\2$|(`+)[^`].*?(?<!`)\3(?!`))", re.M | re.S)  # fences and code spans
DISPLAY = re.compile(r"^\$\$(.+?)\$\$$", re.M | re.S)
INLINE = re.compile(r"(?<![\\$\w])\$(?!\s)((?:[^$\n]|\n(?!\n))+?)(?<!\s)\$(?![\w$])")
QUOTE = re.compile(r"^> \[!(\w+)\]\n((?:>.*\n?)*)", re.M)


def mathml(tex: str, place: str, display: str) -> str:
    """TeX as MathML, with nothing in it that Markdown would take for its own."""
    try:
        math = convert(tex.strip(), display=display)
    except Exception as error:
        raise NoteError(place, f"math that latex2mathml cannot read: {tex.strip()} ({error})") from None
    return re.sub(r"[*_`\\]", lambda sign: f"&#{ord(sign[0])};", math)


def with_math(text: str, place: str) -> str:
    """Prose with its TeX as MathML; code is left alone."""

    def replaced(part: str) -> str:
        part = DISPLAY.sub(lambda math: f"<div>{mathml(math[1], place, 'block')}</div>", part)
        return INLINE.sub(lambda math: f"<span>{mathml(math[1], place, 'inline')}</span>", part)

    pieces, end = [], 0
    for code in CODE.finditer(text):
        pieces += [replaced(text[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*pieces, replaced(text[end:])])


def admonition(quote: re.Match) -> str:
    """`> [!NOTE]` as Material's admonition."""
    body = [re.sub(r"^> ?", "", line) for line in quote[2].rstrip("\n").split("\n")]
    return "\n".join([f"!!! {quote[1].lower()}", "", *("    " + line if line else "" for line in body), ""])


def cell_fence(note: Note, cell: Cell, number: int) -> list[str]:
    """A cell and its results as fences and figures that carry an anchor and their kind."""
    ticks = note.lines[cell.line - 1].rstrip("\r").split("python")[0].strip()
    title = f' title="{cell.title}"' if cell.title else ""
    lines = [f"{ticks} {{ .python #cell-{number}{title} }}", *cell.source.split("\n"), ticks]
    for line in result_lines(cell.output, []):
        lines.append(re.sub(r"^(`{3,})output$", r"\1 { .text .output }", line))
    for figure in cell.figures:
        lines += ["", f"![{figure.alt}]({figure.path}){{ .figure }}"]
    return lines


def folded(lines: list[str]) -> list[str]:
    """`<details>` as Material's folded block, whose content is indented."""
    page, indent = [], ""
    for line in lines:
        if summary := re.match(r"<details><summary>(.*)</summary>$", line):
            page, indent = [*page, f'??? example "{summary[1]}"'], "    "
        elif line == "</details>":
            indent = ""
        else:
            page.append(indent + line if line else "")
    return page


def page(note: Note) -> str:
    """A note as the Markdown of its page."""
    lines, number = [], 0
    for block in note.blocks:
        if isinstance(block, Cell):
            number += 1
            lines += cell_fence(note, block, number)
        elif not isinstance(block, Check):
            text = with_math(block.text, note.place(block.line))
            lines += QUOTE.sub(admonition, text + "\n").rstrip("\n").split("\n")
        else:
            continue
        lines.append("")
    if not lines[0].startswith("# "):
        raise NoteError(note.place(1), "no title", "start the note with `# Title`")
    chapter = re.match(r"(\d\d)-", note.stem)
    front = ["---", f'title: "{int(chapter[1])} · {lines[0][2:]}"', "---", ""] if chapter else []
    return "\n".join(front + folded(lines))


def whole(notebook) -> str:
    """The whole executed notebook as mkdocs-jupyter shall render it: with MathML, and a link to the plain one."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = with_math(cell.source, "build/notebooks/whole.ipynb")
    text = "# The whole notebook\n\nThe one notebook that the notes split up: [download it](notebooks/whole.ipynb)."
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id="whole"))
    return nbformat.writes(notebook)


@command(__name__)
def main() -> int:
    shutil.rmtree(PAGES, ignore_errors=True)
    pages = {f"{note.stem}.md": page(note) for note in [Note.read(FOLDER / "index.md"), *all_notes()]}
    pages["whole.ipynb"] = whole(nbformat.read(NOTEBOOKS / "whole.ipynb", 4))
    for name, text in pages.items():
        write_file(PAGES / name, text.encode())
    shutil.copytree(FOLDER / "figures", PAGES / "figures")
    shutil.copytree(NOTEBOOKS, PAGES / "notebooks")
    shutil.copy("scripts/pages.css", PAGES / "pages.css")
    return 0
