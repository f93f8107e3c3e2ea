"""What MkDocs has built, made lighter: text in, text out.

The HTML is Material's and mkdocs-jupyter's, and may change with them. So whatever is replaced must be there: else a
Problem at the page says what was looked for.
"""

import html
import json
import re
from collections.abc import Callable

from scripts.common.problem import Problem
from scripts.publish.code import UNCOLOURED
from scripts.publish.mathml import in_plain_text

SOURCE = 'data-md-component="source"'  # with it every page asks the repository's host for its stars
SEARCH = 'role="dialog"'  # axe wants a label there
LISTING = '<div class="highlight-ipynb hl-python"'  # and this within reach of the keyboard, since it scrolls
# mkdocs-jupyter's page asks other hosts for scripts, and brings some for Mermaid and MathJax that it has no use for.
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=\"(?!\")|[^>]*json)[^>]*>(?:(?!</script>)[\s\S])*?</script>")
USELESS = ("https://cdnjs", "MathJax", "ClipboardCopyElement", "clipboard-copy", '<script src="">')
COPY_BUTTON = r'<div class="zeroclipboard-container">\s*<clipboard-copy[\s\S]*?</clipboard-copy>\s*</div>'
COPIED = r'<div class="clipboard-copy-txt"[^>]*>[^<]*</div>'  # what that button would copy: every cell again
INLINE_STYLE = r'<style type="text/css">([\s\S]*?)</style>'
NO_TEXT = re.compile(r"(<(?:pre|code|script|style)\b[\s\S]*?</(?:pre|code|script|style)>|<[^>]*>)")
UNSEARCHED = "whole.html"  # it says again what the notes say


def missing(place: str, what: str) -> Problem:
    """The Problem that what was to be replaced is not there."""
    remedy = "a tool that makes the site writes something else now: look there, and mend scripts/publish/lighten.py"
    return Problem(place, f"nothing to replace, looked for {what}", remedy, status=2)


def replaced(pattern: str, new: str | Callable[[re.Match[str]], str], text: str, place: str) -> str:
    """The text with every match of the pattern replaced. Raises Problem if there is none."""
    made, count = re.subn(pattern, new, text)
    if not count:
        raise missing(place, pattern)
    return made


def page(text: str, place: str) -> str:
    """A page whose search has a name, and which asks no other host."""
    return replaced(SOURCE, "", replaced(SEARCH, f'{SEARCH} aria-label="Search"', text, place), place)


def notebook(text: str, place: str, formulas: bool) -> tuple[str, str]:
    """The page that mkdocs-jupyter made, without scripts, copies and spans that it does not need, and its styles.
    `formulas` says whether there are any to be found in it."""
    text = without_scripts(text, place)
    for pattern, new in (COPY_BUTTON, ""), (COPIED, ""), (UNCOLOURED, r"\1"), (LISTING, f'{LISTING} tabindex="0"'):
        text = replaced(pattern, new, text, place)
    text = with_math(text)
    if formulas and "<math" not in text:
        raise missing(place, "formulas between dollars")
    return styles_apart(text, "looks/notebook.css", place)


def without_scripts(text: str, place: str) -> str:
    """A page without the scripts that it has no use for."""
    scripts = SCRIPT.findall(text)
    for word in USELESS:
        if not any(word in script for script in scripts):
            raise missing(place, f"a script with {word}")
    return SCRIPT.sub(lambda script: "" if any(word in script[0] for word in USELESS) else script[0], text)


def with_math(page: str) -> str:
    """A page of mkdocs-jupyter, which leaves TeX to a script, with MathML in its place."""

    def change(text: str) -> str:
        return in_plain_text(html.unescape(text), "build/notebooks/whole.ipynb") if "$" in text else text

    pieces = NO_TEXT.split(page)
    return "".join(piece if at % 2 else change(piece) for at, piece in enumerate(pieces))


def styles_apart(text: str, path: str, place: str) -> tuple[str, str]:
    """A page that links to its styles, and these."""
    styles = "\n".join(dict.fromkeys(re.findall(INLINE_STYLE, text)))
    text = replaced(INLINE_STYLE, "", text, place)
    return replaced("</head>", f'<link rel="stylesheet" href="{path}"></head>', text, place), styles


def search_index(text: str, place: str) -> str:
    """The search index without the page that says again what others say."""
    head, brace, rest = text.partition("{")
    index = json.loads(brace + rest or "{}")
    found = index.get("docs", [])
    index["docs"] = [entry for entry in found if not entry["location"].startswith(UNSEARCHED)]
    if len(index["docs"]) == len(found):
        raise missing(place, f"the entries of {UNSEARCHED}")
    return head + json.dumps(index, separators=(",", ":"), ensure_ascii=False)
