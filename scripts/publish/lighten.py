"""What MkDocs has built, made lighter: text in, text out."""

import json
import re

from scripts.common.problem import Problem
from scripts.publish.glossary import Glossary, word_anchor

# mkdocs-jupyter's page asks other hosts for scripts, and brings some for Mermaid and MathJax that it has no use for.
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=\"(?!\")|[^>]*json)[^>]*>(?:(?!</script>)[\s\S])*?</script>")
USELESS = re.compile(r"https://cdnjs|MathJax|ClipboardCopyElement|clipboard-copy|<script src=\"\">")
STYLE = re.compile(r'<style type="text/css">([\s\S]*?)</style>')
NOISE = re.compile(r"--jp-icon-[\w-]+:\s*url\([^)]*\);|/\*[\s\S]*?\*/")
RULE = re.compile(r"([^{}@;]+)(\{[^{}]*\})")
COPY = re.compile(
    r'<div class="zeroclipboard-container">\s*<clipboard-copy[\s\S]*?</clipboard-copy>\s*</div>'
    r'|<div class="clipboard-copy-txt"[^>]*>[^<]*</div>'  # what that button would copy: every cell again
)
MENDED = {  # what axe finds missing
    'role="dialog"': 'role="dialog" aria-label="Search"',
    '<div class="highlight-ipynb hl-python">': '<div class="highlight-ipynb hl-python" tabindex="0">',
    'data-md-component="source"': "",  # or every page asks the repository's host for its stars
}
EAGER = '(location.protocol!=="file:"),'  # when Material's script fetches the search index at once
UNSEARCHED = ("exercises.html", "versions.html")


def page(text: str) -> str:
    """A page without scripts that it does not need; nothing unlabelled."""
    text = SCRIPT.sub(lambda script: "" if USELESS.search(script[0]) else script[0], text)
    for old, new in MENDED.items():
        text = text.replace(old, new)
    return COPY.sub("", text)


def styles_apart(text: str, path: str) -> tuple[str, str]:
    """A page that links to its styles, and those of them that it uses: nbconvert brings all of JupyterLab's."""
    styles = NOISE.sub("", "\n".join(dict.fromkeys(STYLE.findall(text))))
    text = STYLE.sub("", text)
    there = set(re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]*)"', text))))

    def used(rule: re.Match[str]) -> str:
        kept = [one for one in rule[1].split(",") if there.issuperset(re.findall(r"\.([\w-]+)", one))]
        return ",".join(kept) + rule[2] if kept else ""

    return text.replace("</head>", f'<link rel="stylesheet" href="{path}"></head>', 1), RULE.sub(used, styles)


def script(text: str) -> str:
    """Material's script, which fetches the search index when somebody searches, not on every visit."""
    if text.count(EAGER) != 1:
        raise Problem(
            "Material's script", "its search does not fetch the index where it did", "see where, and mend EAGER"
        )
    return text.replace(EAGER, "(!1),")


def search_index(text: str, glossary: Glossary) -> str:
    """The search index without the pages that say again what others say, and with every word of the glossary: as an
    entry of its own, and as a tag of the section that explains it."""
    start = text.index("{")
    index = json.loads(text[start:])
    docs = [entry for entry in index["docs"] if not entry["location"].startswith((*UNSEARCHED, "glossary.html"))]
    for word, notes in glossary.notes.items():
        for note in notes:
            said = [entry for entry in docs if entry["location"].startswith(note) and word in entry["text"].lower()]
            for entry in said[:1]:
                entry.setdefault("tags", []).append(word)
    docs += [{"location": "glossary.html", "title": "Glossary", "text": ""}] if glossary.words else []
    for word, said in glossary.words.items():
        docs.append({"location": f"glossary.html#{word_anchor(word)}", "title": word, "text": f"<p>{said}</p>"})
    return text[:start] + json.dumps(index | {"docs": docs}, separators=(",", ":"), ensure_ascii=False)
