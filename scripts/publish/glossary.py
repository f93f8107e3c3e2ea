"""The glossary: its words, where a page says one for the first time, and what is said of it there."""

import re
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import takewhile

from markdown_it.token import Token

from scripts.note.markdown import leaves, slug, tokens
from scripts.publish.html import Html

OPENING = ("link_open", "strong_open")  # what is between these and their closings is left as it is
CLOSING = ("link_close", "strong_close")
RAISED = str.maketrans("0123456789+-nx", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿˣ")


def word_anchor(word: str) -> str:
    return "word-" + slug(word, "-")


def raised(tex: str) -> str:
    """A simple formula as a text without markup, which is all that a tip can have."""
    return re.sub(r"\^\{(.*?)\}", lambda power: power[1].translate(RAISED), tex)


def entry_word(inline: Token) -> str:
    """The word that an entry of the glossary begins with; empty for any other text."""
    kinds = [(child.type, child.content) for child, _ in leaves(inline) if child.type != "text" or child.content]
    return kinds[1][1] if [kind for kind, _ in kinds[:3]] == ["strong_open", "text", "strong_close"] else ""


def entries(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """The words of the glossary's text, what it says of each, without links and markup, and the notes it leads to."""
    for token in tokens(text):
        children = [child for child, _ in leaves(token)]
        if word := entry_word(token):
            depth, said = 0, ""
            _, meaning = divided(children[1 + [child.type for child in children].index("strong_close") :])
            for child in meaning:
                depth += (child.type == "link_open") - (child.type == "link_close")
                words = raised(child.content) if child.type == "math_inline" else child.content
                said += "" if depth or child.type == "link_close" else words or " " * ("break" in child.type)
            notes = [str(child.attrs["href"]).removesuffix(".md") for child in children if child.type == "link_open"]
            yield word, re.sub(r"; +\.", ".", said.strip().rstrip(".; ") + "."), notes


class Glossary:
    """The glossary's words, each with what it says."""

    def __init__(self, text: str = ""):
        self.words = {word.lower(): said for word, said, _ in entries(text)}
        self.notes = {word.lower(): notes for word, _, notes in entries(text)}
        words = "|".join(sorted(map(re.escape, self.words), reverse=True))  # a word before its own beginning
        self.pattern = re.compile(rf"\b({words})s?\b", re.I)

    def marked(self, inline: Token, seen: set[str]) -> Token:
        """An inline token whose words of the glossary link to it where they come for the first time; `seen` grows."""
        if not self.words:
            return inline
        children, depth = list[Token](), 0
        for child, _ in leaves(inline):
            depth += (child.type in OPENING) - (child.type in CLOSING)
            depth += child.type == "html_inline" and (-1 if child.content.startswith("</") else 1)
            children += [child] if depth > 0 or child.type != "text" else self._links(child.content, seen)
        return with_children(inline, children)

    def _links(self, text: str, seen: set[str]) -> Iterator[Token]:
        end = 0
        for match in self.pattern.finditer(text):
            word = match[1].lower()
            if word in seen:
                continue
            seen.add(word)
            yield Token("text", "", 0, content=text[end : match.start()])
            target = f"glossary.md#{word_anchor(word)}"
            yield Token("link_open", "a", 1, attrs={"class": "term", "href": target, "title": self.words[word]})
            yield Token("text", "", 0, content=match[0])
            yield Token("link_close", "a", -1)
            end = match.end()
        yield Token("text", "", 0, content=text[end:])


def anchored(inline: Token) -> Token:
    """An entry of the glossary, its word with an anchor."""
    word = entry_word(inline)
    opening = Token("strong_open", "strong", 1, attrs={"id": word_anchor(word)})
    first = next((child for child, _ in leaves(inline) if child.type == "strong_open"), None)
    return with_children(inline, [opening if word and child is first else child for child, _ in leaves(inline)])


def definition_list(group: Sequence[Token], html: Html, titles: dict[str, str]) -> str:
    """The list of the glossary's entries as one of words and what they mean; a link to a note says its title."""
    made = ""
    for inline in (token for token in group if token.type == "inline"):
        children = [child for child, _ in leaves(inline)]
        at = 1 + [child.type for child in children].index("strong_close") if entry_word(inline) else 0
        rest, meaning = divided(titled(children[at:], titles))
        word = html.of([with_children(inline, [*children[:at], *rest])])
        made += f'<dt id="{word_anchor(entry_word(inline))}">{word}</dt>\n'
        made += f"<dd>{html.of([with_children(inline, meaning)])}</dd>\n"
    return f"<dl>\n{made}</dl>\n"


def divided(children: list[Token]) -> tuple[list[Token], list[Token]]:
    """What an entry says before and after its colon."""
    for at, child in enumerate(children):
        if child.type == "text" and ":" in child.content:
            before, after = copy(child), copy(child)
            before.content, _, after.content = child.content.partition(":")
            after.content = after.content.lstrip()
            return [*children[:at], before], [after, *children[at + 1 :]]
    return [], children


def titled(children: list[Token], titles: dict[str, str]) -> list[Token]:
    """Inline tokens in which the words of a link to a note are the note's title, and its code stays."""
    made: list[Token] = []
    title = ""  # of the note that the link leads to
    for at, child in enumerate(children):
        if child.type == "link_open":
            words = takewhile(lambda each: each.type != "link_close", children[at + 1 :])
            code = any(each.type == "code_inline" for each in words)
            title = "" if code else titles.get(str(child.attrs["href"]).removesuffix(".md"), "")
            title = title.replace(" · ", "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}", 1)  # its number is not left alone
            made += [child, Token("text", "", 0, content=title)] if title else [child]
            continue
        title = "" if child.type == "link_close" else title
        made += [] if title else [child]
    return made


def with_children(inline: Token, children: list[Token]) -> Token:
    """An inline token that consists of others."""
    changed = copy(inline)
    changed.children = children
    return changed
