"""What MkDocs has built, made lighter: text in, text out."""

import html
import json
import re

from scripts.publish.mathml import in_plain_text

# mkdocs-jupyter's page asks other hosts for scripts, and brings some for Mermaid and MathJax that it has no use for.
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=\"(?!\")|[^>]*json)[^>]*>(?:(?!</script>)[\s\S])*?</script>")
USELESS = re.compile(r"https://cdnjs|MathJax|ClipboardCopyElement|clipboard-copy|<script src=\"\">")
PLAIN = re.compile(r'<span class="(?:n|p|o|w|bp|nb|nn|fm|vm|ne|nd)">([^<]*)</span>')  # shown in the colour of the text
STYLE = re.compile(r'<style type="text/css">([\s\S]*?)</style>')
COPY = re.compile(
    r'<div class="zeroclipboard-container">\s*<clipboard-copy[\s\S]*?</clipboard-copy>\s*</div>'
    r'|<div class="clipboard-copy-txt"[^>]*>[^<]*</div>'  # what that button would copy: every cell again
)
MENDED = {  # what axe finds missing
    'role="dialog"': 'role="dialog" aria-label="Search"',
    '<div class="highlight-ipynb hl-python">': '<div class="highlight-ipynb hl-python" tabindex="0">',
    'data-md-component="source"': "",  # or every page asks the repository's host for its stars
}
NO_TEXT = re.compile(r"(<(?:pre|code|script|style)\b[\s\S]*?</(?:pre|code|script|style)>|<[^>]*>)")
UNSEARCHED = ("whole.html", "versions.html")


def page(text: str) -> str:
    """A page without scripts that it does not need, and without spans that change no colour; nothing unlabelled."""
    text = SCRIPT.sub(lambda script: "" if USELESS.search(script[0]) else script[0], text)
    for old, new in MENDED.items():
        text = text.replace(old, new)
    return PLAIN.sub(r"\1", COPY.sub("", text))


def with_math(page: str) -> str:
    """A page of mkdocs-jupyter, which leaves TeX to a script, with MathML in its place."""

    def change(text: str) -> str:
        return in_plain_text(html.unescape(text), "build/notebooks/whole.ipynb") if "$" in text else text

    pieces = NO_TEXT.split(page)
    return "".join(piece if at % 2 else change(piece) for at, piece in enumerate(pieces))


def styles_apart(text: str, path: str) -> tuple[str, str]:
    """A page that links to its styles, and these."""
    styles = "\n".join(dict.fromkeys(STYLE.findall(text)))
    text = STYLE.sub("", text)
    return text.replace("</head>", f'<link rel="stylesheet" href="{path}"></head>', 1), styles


def search_index(text: str) -> str:
    """The search index without the pages that say again what others say."""
    start = text.index("{")
    index = json.loads(text[start:])
    index["docs"] = [entry for entry in index["docs"] if not entry["location"].startswith(UNSEARCHED)]
    return text[:start] + json.dumps(index, separators=(",", ":"), ensure_ascii=False)
