"""The head of a note: its line about lecture and time, what it needs and defines, what a search engine is told."""

import json
import re
from collections.abc import Sequence
from copy import copy

from markdown_it.token import Token

from scripts.note.format import Note
from scripts.note.markdown import leaves, tokens
from scripts.publish.versions import Index

WORDS, LINES = 220, 40  # of prose and of code, in a minute
DESCRIPTION = 200  # letters, at most, of what a search engine shows of a page


def front_matter(title: str, description: str = "", *more: str) -> str:
    """What MkDocs is told of a page."""
    said = [f"{key}: {json.dumps(text, ensure_ascii=False)}" for key, text in
            (("title", title), ("description", description)) if text]  # fmt: skip
    return "\n".join(["---", *said, "hide: [toc]", *more, "---", "", ""])


def title_of(page: str) -> str:
    """The title that a page's front matter gives it."""
    return str(json.loads(page.partition("\ntitle: ")[2].partition("\n")[0]))


def minutes(note: Note) -> int:
    """How long one reads a note, code included."""
    fences = [token for token in tokens(note.body) if token.type == "fence"]
    lines = sum(token.content.count("\n") for token in fences if token.info != "output")
    words = sum(len(plain(token).split()) for token in tokens(note.body))
    return max(1, round(words / WORDS + lines / LINES))


def plain(inline: Token) -> str:
    """What a text says, without its markup, links' addresses and pictures."""
    kept = ("text", "code_inline", "math_inline")
    return "".join(
        " " if "break" in c.type else c.content for c, _ in leaves(inline) if c.type in kept or "break" in c.type
    )


def description(note: Note) -> str:
    """The first sentences of a page, as many as a search engine shows: whole ones, and none with a formula's markup."""
    said = ""
    for opening, inline in zip(tokens(note.body), tokens(note.body)[1:], strict=False):
        if opening.type == "paragraph_open" and opening.level == 0 and not is_head(inline) and not said:
            said = plain(inline)
    first, *others = re.split(r"(?<=[.!?]) ", said)
    for sentence in others:
        if re.search(r":$|[\\^_{]", sentence) or len(f"{first} {sentence}") > DESCRIPTION:
            break
        first += f" {sentence}"
    return first


def is_head(inline: Token) -> bool:
    """Whether a paragraph is the line about the lecture or says what the note needs, or is a picture."""
    first = next((child.type for child, _ in leaves(inline)), None)
    return first in ("em_open", "image") or inline.content.startswith(("Needs:", "Defines:"))


def is_lead(group: Sequence[Token]) -> bool:
    """Whether this is the line about the lecture: a paragraph in italics."""
    kinds = [child.type for child in group[1].children or []] if len(group) == 3 else []
    return kinds[:1] == ["em_open"] and kinds[-1:] == ["em_close"] and kinds.count("em_open") == 1


def lead(html: str, note: Note) -> str:
    """The line below the title: where in the lecture this is, and how long it takes to read."""
    count = minutes(note)
    parts = [re.sub(r"^\s*<p><em>|\.?</em></p>\s*$", "", html)] if html else []
    parts.append(f"{count} minute{'s' if count > 1 else ''} to read")
    return f'<p class="lead">{" · ".join(parts)}</p>\n'


def needs(group: Sequence[Token], note: Note, index: Index) -> list[Token]:
    """A paragraph of what the note needs and defines: each name with a link to its definition."""
    if not re.search(r"\b(?:Needs|Defines):", group[1].content if len(group) == 3 else ""):
        return list(group)
    inline, own = copy(group[1]), False
    children: list[Token] = []
    for child in inline.children or []:
        own |= child.type == "text" and "Defines:" in child.content
        found = index.find(child.content, note, own) if child.type == "code_inline" else None
        opening = [Token("link_open", "a", 1, attrs={"href": found.target})] if found else []
        children += [*opening, child, *([Token("link_close", "a", -1)] if found else [])]
    inline.children = children
    return [Token("paragraph_open", "p", 1, attrs={"class": "needs"}), inline, group[2]]


def begins(group: Sequence[Token], words: str) -> bool:
    """Whether a paragraph begins with these words in bold."""
    return len(group) == 3 and group[0].type == "paragraph_open" and group[1].content.startswith(f"**{words}**")


def is_next(group: Sequence[Token], note: Note) -> bool:
    """Whether this is the last line of a note, which leads to the next one as the page's foot does."""
    text = "\n".join(note.lines).rstrip()
    return (
        len(group) == 3
        and bool(re.match(r"Next: \[[^]]*\]\([^)]*\)\.$", group[1].content))
        and text.endswith(group[1].content)
    )
