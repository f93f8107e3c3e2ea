"""A cell as HTML: its code with the lines that changed, its results, and what is known of its definitions."""

from scripts.note.format import Cell, Note
from scripts.publish.code import code_block
from scripts.publish.html import Html, parsed
from scripts.publish.versions import Definition

ANSWER = """\
<details class="answer" open>
<summary>The answer</summary>
{results}</details>
"""


def code(cell: Cell, number: int, found: list[Definition]) -> str:
    """A cell's code, its changed lines marked."""
    before = [definition for definition in found if definition.previous]
    changed = {line for definition in before for line in definition.changed}
    old = {line for definition in before for line in definition.unchanged}
    anchor = f'<span id="cell-{number}"></span>\n' if found else ""
    return (
        anchor
        + code_block(
            cell.source, "python", "drawn" if "hide-input" in cell.tags else "", cell.title, changed=changed, old=old
        )
        + "\n"
    )


def results(cell: Cell, note: Note, covered: bool) -> str:
    """A cell's output and figures; covered, if the reader is asked for a guess."""
    made = ""
    if cell.output is not None:
        made += code_block(cell.output, "text", "error" if "raises-exception" in cell.tags else "output") + "\n"
    for recorded in cell.figures:
        made += Html(note.place(recorded.line)).of(parsed(f"![{recorded.alt}]({recorded.path})"))
    return ANSWER.format(results=made) if covered and made else made


def captions(cell: Cell, found: list[Definition]) -> str:
    """Which versions a cell's definitions are, and where they are in the package."""
    homes = [definition.name for definition in found if definition.source] if cell.title else []
    return "".join(map(version_line, found)) + home_line(homes)


def version_line(definition: Definition) -> str:
    """Which version of a class or function this is, the ones beside it, and what changed."""
    before, after = definition.previous, definition.next
    if not (definition.label and (before or after)):
        return ""
    links = [f"<code>{definition.name}</code>, {definition.label}"]
    links += [f'← <a href="{page_of(before)}">{beside(definition, before)}</a>'] if before else []
    links += [f'<a href="{page_of(after)}">{beside(definition, after)}</a> →'] if after else []
    links += [f'<a href="versions.html#{definition.anchor}">what changed</a>'] if before else []
    return f'<p class="version">{" · ".join(links)}</p>\n'


def home_line(names: list[str]) -> str:
    """Where the definitions of a tangled cell live in the package."""
    links = [f'<a href="package.html#{name.lower()}"><code>{name}</code></a>' for name in names]
    return f'<p class="version">In the package: {", ".join(links)}</p>\n' if links else ""


def page_of(definition: Definition) -> str:
    return definition.target.replace(".md#", ".html#")


def beside(definition: Definition, other: Definition) -> str:
    """How the caption of a definition names the one before or after it."""
    return other.label if other.note is definition.note else f"{other.label}, in note {other.note.stem[:2]}"
