"""The pages that no note is: every change of a definition, and the finished package."""

import re

from scripts.publish.code import code_block
from scripts.publish.html import heading
from scripts.publish.page import beside, front_matter, page_of
from scripts.publish.versions import Index


def changes_page(index: Index) -> str:
    """The page of every change: each version of a class or function against the one before it."""
    parts = [front_matter("What changed", "search: {exclude: true}"), heading("h1", "what-changed", "What changed")]
    parts += ["<p>Every new version of a class or function, against the one before it.</p>\n"]
    for name, found in index.by_name.items():
        changed = [(definition, definition.previous) for definition in found if definition.previous]
        parts += [heading("h2", name.lower(), name)] if changed else []
        for definition, before in changed:
            where = f'<a href="{page_of(definition)}">{definition.label}</a>'
            where += f' after <a href="{page_of(before)}">{beside(definition, before)}</a>'
            parts += [f'<p id="{definition.anchor}">{where}</p>\n', code_block(definition.diff, "diff") + "\n"]
    return "\n".join(parts)


def package_page(index: Index, files: dict[str, str]) -> str:
    """The page that shows the finished package, each definition with a link to the note that explains it."""
    parts = [front_matter("The package"), heading("h1", "the-package", "The package")]
    said = "What the notes leave behind: every line below is in one of them, and explained there."
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
