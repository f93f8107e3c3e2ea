"""The pages that no note is: every change of a definition as HTML, and the finished package as a note's text."""

import ast
import re
from collections.abc import Iterator

from scripts.publish.cells import page_of
from scripts.publish.code import code_block
from scripts.publish.head import front_matter
from scripts.publish.html import heading
from scripts.publish.versions import Index


def changes_page(index: Index) -> str:
    """The page of every change: each version of a class or function against the one before it."""
    said = "Every new version of what the book builds, against the one before it."
    parts = [
        front_matter("What changed", said, "search: {exclude: true}"),
        heading("h1", "what-changed", "What changed"),
    ]
    parts += [f"<p>{said}</p>\n"]
    for name, found in index.by_name.items():
        changed = [(each, each.previous) for each in found if each.previous and each.label]
        parts += [heading("h2", name.lower(), f"<code>{name}</code>")] if changed else []
        for definition, before in changed:
            parts += [heading("h3", definition.anchor, definition.where)]
            here, there = page_of(definition), page_of(before)
            where = before.where[:1].lower() + before.where[1:]
            parts += [f'<p><a href="{here}">Where it stands</a>; before it, <a href="{there}">{where}</a>.</p>\n']
            parts += [code_block(definition.diff, "diff") + "\n"]
    return "\n".join(parts)


def parted(text: str) -> Iterator[tuple[str, str]]:
    """A module's text, divided before each definition: what is defined (nothing in the first part), and the lines."""
    lines, name, start = text.split("\n"), "", 0
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min(each.lineno for each in (statement, *statement.decorator_list)) - 1
            while first > start and lines[first - 1].startswith("#"):
                first -= 1
            if before := "\n".join(lines[start:first]).strip("\n"):
                yield name, before
            name, start = statement.name, first
    yield name, "\n".join(lines[start:]).strip("\n")


def package_text(index: Index, files: dict[str, str]) -> str:
    """The finished package as Markdown, each definition with a link to the note that explains it."""
    parts = ["# The package", "What the notes leave behind: every line below is in one of them, and explained there."]
    for path, text in files.items():
        parts += [f"## `{path}`"]
        text = text.partition("\n")[2].rstrip("\n")  # without the line that says who made it
        for name, code in parted(text):
            if name:
                found = [each for each in index.by_name[name] if each.note.cells[each.cell - 1].title == path][-1]
                parts += [f"### {name}", f"Explained in [{found.note.lines[0][2:]}]({found.target})."]
            ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
            parts += [f"{ticks}py\n{code}\n{ticks}"]
    return "\n\n".join(parts) + "\n"
