"""The pages that no note is: every change of a definition, and the finished package."""

import re

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
        changed = [definition for definition in found if definition.previous and definition.label]
        parts += [heading("h2", name.lower(), f"<code>{name}</code>")] if changed else []
        for definition in changed:
            before = definition.previous
            assert before
            parts += [heading("h3", definition.anchor, definition.where)]
            here, there = page_of(definition), page_of(before)
            where = before.where[:1].lower() + before.where[1:]
            parts += [f'<p><a href="{here}">Where it stands</a>; before it, <a href="{there}">{where}</a>.</p>\n']
            parts += [code_block(definition.diff, "diff") + "\n"]
    return "\n".join(parts)


def package_page(index: Index, files: dict[str, str]) -> str:
    """The page that shows the finished package, each definition with a link to the note that explains it."""
    said = "What the notes leave behind: every line below is in one of them, and explained there."
    parts = [front_matter("The package", said), heading("h1", "the-package", "The package")]
    parts += [f"<p>{said}</p>\n"]
    for path, text in files.items():
        parts += [heading("h2", re.sub(r"\W", "", path), f"<code>{path}</code>")]
        text = text.partition("\n")[2].rstrip("\n")  # without the line that says who made it
        for piece in re.split(r"\n\n\n(?=def |class |@)", text):
            if name := re.match(r"(?:@.*\n)*(?:def|class) (\w+)", piece):
                found = [each for each in index.by_name[name[1]] if each.note.cells[each.cell - 1].title == path][-1]
                parts += [heading("h3", name[1].lower(), name[1])]
                where = f'<a href="{page_of(found)}">{found.note.lines[0][2:]}</a>'
                parts += [f"<p>Explained in {where}.</p>\n"]
            parts += [code_block(piece.strip("\n"), "python") + "\n"]
    return "\n".join(parts)
