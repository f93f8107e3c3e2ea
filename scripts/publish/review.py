"""The page of `make review`: each change, old beside new, with a button to accept it and one to put it back."""

import difflib
import re
from html import escape

from scripts.note.review import Change, Version

LONG_TEXT = 5_000  # letters: a longer result is compared line by line
DOCUMENT_FRAME = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/review.css">
<main>
<h1>{title}</h1>
{said}</main>
</html>
"""
BUTTONS = """<form method="post">
<input type="hidden" name="token" value="{token}"><input type="hidden" name="key" value="{key}">
<button name="do" value="accept"{focus}>Accept{all}<span> {place}</span></button>
<button name="do" value="put back">Put back{all}<span> {place}</span></button>
</form>
"""


def review_page(found: list[Change], token: str, said: str = "") -> str:
    """The page of these changes. `said` is what could not be done."""
    count = len(found)
    title = f"{count} result{'s differ' if count > 1 else ' differs'} from the last commit"
    if not count:
        title = "Every result is as committed, or accepted"
    parts = [f'<p class="said" role="alert">{escape(said)}</p>\n'] if said else []
    if count > 1:
        parts += [BUTTONS.format(token=token, key="all", focus="", all=" all", place="")]
    parts += [section(change, token, at == 0) for at, change in enumerate(found)]
    return DOCUMENT_FRAME.format(title=title, said="".join(parts))


def section(change: Change, token: str, first: bool) -> str:
    """A change on the page."""
    place, old, new = escape(change.place), change.old.text, change.new.text
    sides = [
        side(change, words, result, text, other)
        for words, result, text, other in (("old", change.old, old, new), ("new", change.new, new, old))
    ]
    focus = " autofocus" if first else ""
    buttons = BUTTONS.format(token=token, key=change.key, focus=focus, all="", place=place)
    code = f"<details><summary>The block</summary>\n<pre>{escape(change.cell.source)}</pre></details>\n"
    return f'<section>\n<h2>{place}</h2>\n{code}<div class="sides">\n{"".join(sides)}</div>\n{buttons}</section>\n'


def side(change: Change, name: str, result: Version, text: str | None, other: str | None) -> str:
    """One side of a change: its text, whose lines that differ are marked, and its pictures."""
    made = f"<pre>{marked(text, other, 'del' if name == 'old' else 'ins')}</pre>\n" if text is not None else ""
    for number, (figure, picture) in enumerate(result.figures):
        if picture:
            source = f"/picture?key={change.key}&amp;side={name}&amp;number={number}"
            made += f'<img src="{source}" alt="{escape(figure.alt or figure.path)}">\n'
        else:
            made += f"<p>{escape(figure.path)} is missing</p>\n"
    return f"<div>\n<h3>{name.capitalize()}</h3>\n{made or '<p>nothing</p>' + chr(10)}</div>\n"


def marked(text: str, other: str | None, tag: str) -> str:
    """A text as HTML, with a mark around each part that the other one does not have."""
    match = difflib.SequenceMatcher(None, words := pieces_of(text), pieces_of(other or ""), autojunk=False)
    parts, end = [], 0
    for start, _, size in match.get_matching_blocks():
        changed = escape("".join(words[end:start]))
        parts += [f"<{tag}>{changed}</{tag}>" if changed else "", escape("".join(words[start : start + size]))]
        end = start + size
    return "".join(parts)


def pieces_of(text: str) -> list[str]:
    """A text as words and the spaces between them; as lines, if it is long."""
    return re.findall(r"\s+|\w+|[^\w\s]", text) if len(text) < LONG_TEXT else text.splitlines(True)
