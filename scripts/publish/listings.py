"""The pages that no note is: every change of a definition as HTML, and the finished package as a note's text."""

import re

from scripts.publish.code import code_block
from scripts.publish.html import Html, heading, parsed
from scripts.publish.page import beside, front_matter
from scripts.publish.versions import Index


def changes_page(index: Index) -> str:
    """The page of every change: each version of a class or function against the one before it."""
    parts = [front_matter("What changed", "search: {exclude: true}"), heading("h1", "what-changed", "What changed")]
    parts += ["<p>Every new version of a class or function, against the one before it.</p>\n"]
    for name, found in index.by_name.items():
        changed = [(definition, definition.previous) for definition in found if definition.previous]
        parts += [heading("h2", name.lower(), name)] if changed else []
        for definition, before in changed:
            where = f"[{definition.label}]({definition.target}) after [{beside(definition, before)}]({before.target})"
            group = parsed(where)
            group[0].attrs["id"] = definition.anchor
            parts += [Html().of(group), code_block(definition.diff, "diff") + "\n"]
    return "\n".join(parts)


def package_text(index: Index, files: dict[str, str]) -> str:
    """The finished package as Markdown, each definition with a link to the note that explains it."""
    parts = ["# The package", "What the notes leave behind: every line below is in one of them, and explained there."]
    for path, text in files.items():
        parts += [f"## `{path}`"]
        text = text.partition("\n")[2].rstrip("\n")  # without the line that says who made it
        for piece in re.split(r"\n\n\n(?=def |class |@)", text):
            if name := re.match(r"(?:@.*\n)*(?:def|class) (\w+)", piece):
                found = [each for each in index.by_name[name[1]] if each.note.cells[each.cell - 1].title == path][-1]
                parts += [f"### {name[1]}", f"Explained in [{found.note.lines[0][2:]}]({found.target})."]
            code = piece.strip("\n")
            ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
            parts += [f"{ticks}py\n{code}\n{ticks}"]
    return "\n\n".join(parts) + "\n"
