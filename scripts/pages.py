"""Notes as the Markdown that MkDocs publishes: text in, text out."""

import json
import re

from latex2mathml.converter import convert
from pymdownx.slugs import slugify

from scripts.notes import Cell, Check, Note, NoteError, result_lines
from scripts.versions import Definition, Index, header

CODE = re.compile(r"(^(`{3,}).*?^\2$|(`+)[^`].*?(?<!`)\3(?!`))", re.M | re.S)  # fences and code spans
DISPLAY = re.compile(r"^\$\$(.+?)\$\$$", re.M | re.S)
INLINE = re.compile(r"(?<![\\$\w])\$(?!\s)((?:[^$\n]|\n(?!\n))+?)(?<!\s)\$(?![\w$])")
SIGN = re.compile(r"(<mo>(?!&#x00029;|\)|\]|&#x0005D;)[^<]*</mo>)<mo>(?=&#x02212;|&#x0002B;)")  # a sign, no operation
QUOTE = re.compile(r"^> \[!(\w+)\]\n((?:>.*\n?)*)", re.M)


def outside_code(text: str, change) -> str:
    """The text with `change` applied to what stands between its fences and code spans."""
    pieces, end = [], 0
    for code in CODE.finditer(text):
        pieces += [change(text[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*pieces, change(text[end:])])


def mathml(tex: str, place: str, display: str) -> str:
    """TeX as MathML, with nothing in it that Markdown would take for its own."""
    try:
        math = convert(tex.strip().replace("{aligned}", "{align*}"), display=display)
    except Exception as error:
        raise NoteError(place, f"math that latex2mathml cannot read: {tex.strip()} ({error})") from None
    math = SIGN.sub(r'\1<mo form="prefix">', math)
    return re.sub(r"[*_`\\]", lambda sign: f"&#{ord(sign[0])};", math)


def with_math(text: str, place: str) -> str:
    """Prose with its TeX as MathML; code is left alone."""

    def change(part: str) -> str:
        part = DISPLAY.sub(lambda math: f'<div class="math" tabindex="0">{mathml(math[1], place, "block")}</div>', part)
        return INLINE.sub(lambda math: f"<span>{mathml(math[1], place, 'inline')}</span>", part)

    return outside_code(text, change)


def admonition(quote: re.Match) -> str:
    """`> [!NOTE]` as Material's admonition."""
    body = [re.sub(r"^> ?", "", line) for line in quote[2].rstrip("\n").split("\n")]
    return "\n".join([f"!!! {quote[1].lower()}", "", *("    " + line if line else "" for line in body), ""])


def folded(lines: list[str]) -> list[str]:
    """`<details>` as Material's folded block, whose content is indented."""
    page, indent = [], ""
    for line in lines:
        if summary := re.match(r"<details><summary>(.*)</summary>$", line):
            page.append(f'??? example "{summary[1]}"')
            indent = "    "
        elif line == "</details>":
            indent = ""
        else:
            page.append(indent + line if line else "")
    return page


class Glossary:
    """The glossary's words, each with what it says."""

    ENTRY = re.compile(r"^- \*\*(.+?)\*\*(?:, [^:\n]+)?: ((?:.+\n?)(?:  .+\n?)*)", re.M)

    def __init__(self, text: str):
        entries = self.ENTRY.findall(text)
        self.words = {word.lower(): re.sub(r"\s*\[[^]]*\]\([^)]*\)[.;]?|[`*]", "", said) for word, said in entries}
        words = "|".join(sorted(map(re.escape, self.words), key=len, reverse=True))
        # What is code, a formula, a link, a heading or bold stays as it is.
        kept = r"<math[\s\S]*?</math>|<[^>]*>|\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|^#.*|\*\*.*?\*\*"
        self.pattern = re.compile(rf"({kept})|\b({words})s?\b", re.M | re.I)

    def marked(self, text: str, seen: set[str]) -> str:
        """Prose whose words of the glossary link to it where they stand for the first time; `seen` grows."""

        def mark(match: re.Match) -> str:
            word = (match[2] or "").lower()
            if not word or word in seen:
                return match[0]
            seen.add(word)
            said = " ".join(self.words[word].replace('"', "'").split())
            return f'[{match[0]}](glossary.md#{self.anchor(word)} "{said}"){{ .term }}'

        return outside_code(text, lambda part: self.pattern.sub(mark, part)) if self.words else text

    def anchored(self, text: str) -> str:
        """The glossary's text with an anchor at each word."""
        anchor = lambda entry: f"- **{entry[1]}**{{ #{self.anchor(entry[1])} }}"  # noqa: E731
        return re.sub(r"^- \*\*(.+?)\*\*", anchor, text, flags=re.M)

    @staticmethod
    def anchor(word: str) -> str:
        return "word-" + slugify(case="lower")(word, "-")


class Page:
    """A note's page. `index` knows where every name of the book is defined, `repository` where its source is."""

    def __init__(self, note: Note, index: Index, glossary: Glossary, repository: str):
        self.note, self.index, self.glossary, self.repository = note, index, glossary, repository
        self.seen: set[str] = set()
        if not note.lines[0].startswith("# "):
            raise NoteError(note.place(1), "no title", "start the note with `# Title`")
        self.title = note.lines[0][2:].strip()
        chapter = re.match(r"(\d\d)-", note.stem)
        self.number = str(int(chapter[1])) if chapter else ""

    def markdown(self) -> str:
        """The page, with its front matter."""
        lines, number = [], 0
        for block in self.note.blocks:
            if isinstance(block, Cell):
                number += 1
                lines += [*self.cell(block, number), ""]
            elif not isinstance(block, Check):
                lines += [*self.prose(block.text, block.line), ""]
        return "\n".join([*self.front_matter(), *folded(lines), *self.take_away()]).rstrip("\n") + "\n"

    def take_away(self) -> list[str]:
        """Links to the note as a notebook and to its source."""
        links = [f"[the source of this page]({self.repository}/blob/main/{self.note.path})"]
        links += [f"[edit it]({self.repository}/edit/main/{self.note.path})"]
        if self.number:
            links.insert(0, f"[this note as a notebook](notebooks/{self.note.stem}.ipynb)")
        return [" · ".join(links) + "\n{ .take }"]

    def front_matter(self) -> list[str]:
        title = f"{self.number} · {self.title}" if self.number else self.title
        return ["---", f"title: {json.dumps(title, ensure_ascii=False)}", "hide: [toc]", "---", ""]

    def prose(self, text: str, line: int) -> list[str]:
        if line == 1 and self.number:
            title, _, rest = text[2:].partition("\n")
            anchor = slugify(case="lower")(title, "-")
            text = f'# <span class="chapter">{self.number}</span> {title} {{ #{anchor} }}\n{rest}'
        if said := header(self.note):
            text = re.sub(r"^\*(?!\*)(?:[^*]|\n(?!\n))+\*$", lambda _: self.header(said), text, count=1, flags=re.M)
        text = re.sub(r"^```py excerpt$", "``` { .python .excerpt }", text, flags=re.M)
        text = with_math(text, self.note.place(line))
        text = self.glossary.marked(text, self.seen) if self.number else self.glossary.anchored(text)
        return QUOTE.sub(admonition, text + "\n").rstrip("\n").split("\n")

    def header(self, said: str) -> str:
        """The lines under the title, their names linked to where they were defined."""
        about, needs, rest = said.partition("Needs:")
        needs, defines, made = rest.partition("Defines:")
        parts = [about.strip(), "Needs:" + self.linked(needs, own=False), defines + self.linked(made, own=True)]
        return "\n".join(
            part.strip() + "\n{ .needs }" if i == 2 else part.strip() + "  " for i, part in enumerate(parts)
        )

    def linked(self, names: str, own: bool) -> str:
        def link(name: re.Match) -> str:
            found = self.index.find(name[1], self.note, own)
            return f"[{name[0]}]({found.target})" if found else name[0]

        return re.sub(r"`(\w+)`", link, names)

    def cell(self, cell: Cell, number: int) -> list[str]:
        """A cell and its results as fences and figures, with what is known of the definitions in it."""
        ticks = self.note.lines[cell.line - 1].rstrip("\r").split("python")[0].strip()
        found = self.index.by_cell.get((self.note.stem, number), [])
        changed = sorted({line for definition in found if definition.previous for line in definition.changed})
        attributes = f' title="{cell.title}"' if cell.title else ""
        attributes += f' hl_lines="{" ".join(map(str, changed))}"' if changed else ""
        lines = [f'<span id="cell-{number}"></span>', ""] if found else []
        lines += [f"{ticks} {{ .python{attributes} }}", *cell.source.split("\n"), ticks]
        lines += ["", "</details>"] if "hide-input" in cell.tags else []
        kind = "error" if "raises-exception" in cell.tags else "output"
        for line in result_lines(cell.output, []):
            lines.append(re.sub(r"^(`{3,})output$", rf"\1 {{ .text .{kind} }}", line))
        for figure in cell.figures:
            lines += ["", f"[![{figure.alt}]({figure.path})]({figure.path}){{ .figure }}"]
        for definition in found:
            lines += self.versions(definition)
        return lines + self.home(cell, found)

    def versions(self, definition: Definition) -> list[str]:
        """Which version of a class or function this is, the ones beside it, and what changed."""
        before, after = definition.previous, definition.next
        if not (before or after):
            return []
        links = [f"`{definition.name}`, {definition.label}"]
        links += [f"← [{beside(definition, before)}]({before.target})"] if before else []
        links += [f"[{beside(definition, after)}]({after.target}) →"] if after else []
        links += [f"[what changed](versions.md#{definition.anchor})"] if before else []
        return ["", " · ".join(links), "{ .version }"]

    def home(self, cell: Cell, found: list[Definition]) -> list[str]:
        """Where a tangled cell lives in the package."""
        names = [
            f"[`{definition.name}`](package.md#{definition.name.lower()})" for definition in found if definition.source
        ]
        return ["", f"In the package: {', '.join(names)}", "{ .version }"] if cell.title and names else []


def beside(definition: Definition, other: Definition) -> str:
    """How the caption of a definition names the one before or after it."""
    return other.label if other.note is definition.note else f"{other.label}, in note {other.note.stem[:2]}"


def versions(index: Index) -> str:
    """The page of every change: each version of a class or function against the one before it."""
    lines = ["---", 'title: "What changed"', "hide: [toc]", "search: {exclude: true}", "---", "", "# What changed", ""]
    lines += ["Every new version of a class or function, against the one before it.", ""]
    for name, found in index.by_name.items():
        changed = [definition for definition in found if definition.previous]
        lines += [f"## {name}", ""] if changed else []
        for definition in changed:
            where = f"[{definition.label}]({definition.target}) after [{beside(definition, definition.previous)}]"
            lines += [f'<span id="{definition.anchor}"></span>', "", f"{where}({definition.previous.target})", ""]
            lines += ["```diff", definition.diff, "```", ""]
    return "\n".join(lines)


def package(index: Index, files: dict[str, str]) -> str:
    """The page that shows the finished package, each definition with a link to the note that explains it."""
    lines = ["---", 'title: "The package"', "hide: [toc]", "---", "", "# The package", ""]
    lines += ["What the notes leave behind: every line below stands in one of them, and is explained there.", ""]
    for path, text in files.items():
        lines += [f"## `{path}`", ""]
        text = text.partition("\n")[2].rstrip("\n")  # without the line that says who made it
        for piece in re.split(r"\n\n\n(?=def |class |@)", text):
            if name := re.match(r"(?:@.*\n)*(?:def|class) (\w+)", piece):
                found = [each for each in index.by_name[name[1]] if each.note.cells[each.cell - 1].title == path]
                lines += [f"### {name[1]}", ""]
                lines += [f"Explained in [{found[-1].note.lines[0][2:]}]({found[-1].target}).", ""]
            lines += ["```python", piece.strip("\n"), "```", ""]
    return "\n".join(lines)
