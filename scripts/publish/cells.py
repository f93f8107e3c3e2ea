"""A cell as HTML: its code with the lines that changed, its results, and what is known of its definitions."""

from collections.abc import Iterator

from markdown_it.token import Token

from scripts.note.format import Cell, Note
from scripts.publish.code import code_block
from scripts.publish.html import Html, parsed
from scripts.publish.versions import Definition

ANSWER = """\
<details class="answer" open>
<summary>The answer</summary>
{results}</details>
"""


def shown_code(cell: Cell, number: int, found: list[Definition], answers: bool = False) -> str:
    """A cell's code, its changed lines marked; with its number for the page script, if it answers."""
    old = {line for each in found if each.previous for line in each.unchanged}
    kind = "drawn" if "hide-input" in cell.tags else ""
    named = (f' id="cell-{number}"' if found else "") + (f' data-cell="{number}"' if answers else "")
    return code_block(cell.source, "python", kind, cell.title, changed_lines(found), old, named) + "\n"


def changed_lines(found: list[Definition]) -> list[int]:
    """The lines of a cell that are new since the definitions in it were last written."""
    return sorted({line for each in found if each.previous for line in each.changed})


def shown_results(cell: Cell, number: int, note: Note, covered: bool) -> str:
    """A cell's output and figures, which name it for the page script; covered, if the reader is asked for a guess."""
    made, named = "", f' data-of="{number}"'
    if cell.output is not None:
        kind = "error" if "raises-exception" in cell.tags else "output"
        made += code_block(cell.output, "text", kind, attributes=named) + "\n"
    for recorded in cell.figures:
        drawn = Html(note.place(recorded.line)).of(parsed(f"![{recorded.alt}]({recorded.path})"))
        made += drawn.replace("<figure", f"<figure{named}", 1)
    return ANSWER.format(results=made) if covered and made else made


def captions(waiting: list[tuple[Cell, list[Definition]]]) -> str:
    """The captions of cells, with what each defines, as HTML: their places in the package are one."""
    said = [Html().of(words) for _, found in waiting for words in versioned(found)]
    return "".join(said + [Html().of(words) for words in packaged(waiting)])


def known(cell: Cell, found: list[Definition]) -> Iterator[list[Token]]:
    """What is known of a cell's definitions on paper: their versions, the ones beside them, and the package."""
    yield from versioned(found, changes=False)
    yield from packaged([(cell, found)])


def versioned(found: list[Definition], changes: bool = True) -> Iterator[list[Token]]:
    """The definitions' versions, the ones beside them, and what changed, on a page of its own."""
    for definition in found:
        if said := versions(definition, changes):
            yield caption(said)


def packaged(waiting: list[tuple[Cell, list[Definition]]]) -> Iterator[list[Token]]:
    """The places in the package of what cells define."""
    names = [each.name for cell, found in waiting for each in found if each.source and cell.title]
    if names:
        yield caption("In the package: " + ", ".join(f"[`{name}`](package.md#{name.lower()})" for name in names))


def versions(definition: Definition, changes: bool) -> str:
    """Which version of a class or function this is, and the ones beside it, as Markdown; empty if there are none."""
    before, after = definition.previous, definition.next
    if not (definition.label and (before or after)):
        return ""
    links = [f"← [{beside(definition, before)}]({before.target})"] if before else []
    links += [f"[{beside(definition, after)}]({after.target}) →"] if after else []
    links += [f"[what changed](versions.md#{definition.anchor})"] if before and changes else []
    return " · ".join([f"`{definition.name}`, {definition.label}", *links])


def caption(text: str) -> list[Token]:
    """Markdown of one paragraph as the line below a cell."""
    group = parsed(text)
    group[0].attrs["class"] = "version"
    return group


def page_of(definition: Definition) -> str:
    return definition.target.replace(".md#", ".html#")


def beside(definition: Definition, other: Definition) -> str:
    """How the caption of a definition names the one before or after it."""
    return other.label if other.note is definition.note else f"{other.label}, in {other.place}"
