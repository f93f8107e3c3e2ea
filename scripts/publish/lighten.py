"""What MkDocs has built, made lighter: text in, text out.

The HTML is Material's and mkdocs-jupyter's, and may change with them. So whatever is replaced must be there: else a
Problem at the page says what was looked for.
"""

import json
import re
from collections.abc import Callable

from scripts.common.problem import Problem
from scripts.publish.code import UNCOLOURED
from scripts.publish.glossary import Glossary, word_anchor

SOURCE = 'data-md-component="source"'  # with it every page asks the repository's host for its stars
SEARCH = 'role="dialog"'  # axe wants a label there
LISTING = '<div class="highlight-ipynb hl-python"'  # and this within reach of the keyboard, since it scrolls
# mkdocs-jupyter's page asks other hosts for scripts, and brings some for Mermaid and MathJax that it has no use for.
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=\"(?!\")|[^>]*json)[^>]*>(?:(?!</script>)[\s\S])*?</script>")
USELESS = ("https://cdnjs", "MathJax", "ClipboardCopyElement", "clipboard-copy", '<script src="">')
COPY_BUTTON = r'<div class="zeroclipboard-container">\s*<clipboard-copy[\s\S]*?</clipboard-copy>\s*</div>'
COPIED = r'<div class="clipboard-copy-txt"[^>]*>[^<]*</div>'  # what that button would copy: every cell again
INLINE_STYLE = r'<style type="text/css">([\s\S]*?)</style>'
NOISE = re.compile(r"--jp-icon-[\w-]+:\s*url\([^)]*\);|/\*[\s\S]*?\*/")
RULE = re.compile(r"([^{}@;]+)(\{[^{}]*\})")
EAGER = '(location.protocol!=="file:"),'  # when Material's script fetches the search index at once
UNSEARCHED = ("exercises.html", "versions.html")  # they say again what the notes say


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


def notebook(text: str, place: str) -> tuple[str, str]:
    """The page that mkdocs-jupyter made, without scripts, copies and spans that it does not need, and its styles."""
    text = without_scripts(text, place)
    for pattern, new in (COPY_BUTTON, ""), (COPIED, ""), (UNCOLOURED, r"\1"), (LISTING, f'{LISTING} tabindex="0"'):
        text = replaced(pattern, new, text, place)
    return styles_apart(text, "looks/notebook.css", place)


def without_scripts(text: str, place: str) -> str:
    """A page without the scripts that it has no use for."""
    scripts = SCRIPT.findall(text)
    for word in USELESS:
        if not any(word in script for script in scripts):
            raise missing(place, f"a script with {word}")
    return SCRIPT.sub(lambda script: "" if any(word in script[0] for word in USELESS) else script[0], text)


def styles_apart(text: str, path: str, place: str) -> tuple[str, str]:
    """A page that links to its styles, and those of them that it uses: nbconvert brings all of JupyterLab's."""
    styles = NOISE.sub("", "\n".join(dict.fromkeys(re.findall(INLINE_STYLE, text))))
    text = replaced(INLINE_STYLE, "", text, place)
    there = set(re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]*)"', text))))

    def used(rule: re.Match[str]) -> str:
        kept = [one for one in rule[1].split(",") if there.issuperset(re.findall(r"\.([\w-]+)", one))]
        return ",".join(kept) + rule[2] if kept else ""

    text = replaced("</head>", f'<link rel="stylesheet" href="{path}"></head>', text, place)
    return text, RULE.sub(used, styles)


def late_search(text: str, place: str) -> str:
    """Material's script, which fetches the search index when somebody searches, not on every visit."""
    return replaced(re.escape(EAGER), "(!1),", text, place)


def search_index(text: str, place: str, glossary: Glossary) -> str:
    """The search index without the pages that say again what others say, and with every word of the glossary: as an
    entry of its own, and as a tag of the section that explains it."""
    head, brace, rest = text.partition("{")
    index = json.loads(brace + rest or "{}")
    found = index.get("docs", [])
    docs = [entry for entry in found if not entry["location"].startswith((*UNSEARCHED, "glossary.html"))]
    if not docs:
        raise missing(place, "the entries of pages")
    if glossary.words and not any(entry["location"].startswith("glossary.html") for entry in found):
        raise missing(place, "the entries of glossary.html")
    for word, notes in glossary.notes.items():
        for note in notes:
            said = [entry for entry in docs if entry["location"].startswith(note) and word in entry["text"].lower()]
            for entry in said[:1]:
                entry.setdefault("tags", []).append(word)
    docs += [{"location": "glossary.html", "title": "Glossary", "text": ""}] if glossary.words else []
    for word, meaning in glossary.words.items():
        docs.append({"location": f"glossary.html#{word_anchor(word)}", "title": word, "text": f"<p>{meaning}</p>"})
    return head + json.dumps(index | {"docs": docs}, separators=(",", ":"), ensure_ascii=False)
