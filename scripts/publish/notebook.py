"""The pages of the notebooks: a short one for the whole, and the exercises as mkdocs-jupyter shows a notebook."""

import html
import re

from markdown_it.utils import EnvType, OptionsDict
from nbformat import NotebookNode

from scripts.note.format import Note
from scripts.publish.head import front_matter
from scripts.publish.html import Html, Tokens, heading, parsed
from scripts.publish.page import page_title

FOLD_TAGS = re.compile(r"</?details\b[^>]*>\s*|<summary>(.*?)</summary>")  # a fold cannot go over several cells
BLANK = re.compile(r"\n(?=\n)")  # at one, what is rendered again would take what follows for Markdown
WHOLE = """\
<p>All notes in one notebook, executed, from the first cell to the last: the document as it was run. The notes are the
better thing to read. The notebook is there to be changed and run: its first cell brings what is missing, so that it
starts in any Jupyter session.</p>
<p class="start"><a class="button" href="notebooks/whole.ipynb">Download it</a>
<a class="badge" href="{colab}/blob/gh-pages/notebooks/whole.ipynb">Open in Colab</a></p>
<p>Each note is a notebook too; it rests on those before it.</p>
"""
EXERCISES = "19-exercises"


def whole_page(notes: list[Note], repository: str) -> str:
    """What the whole notebook is, where to take it, and each note's."""
    colab = repository.replace("github.com", "colab.research.google.com/github")
    items = [f'<li><a href="notebooks/{note.stem}.ipynb">{html.escape(page_title(note))}</a></li>\n' for note in notes]
    said = front_matter("The whole notebook", "All notes in one executed notebook: to download, or to open in Colab.")
    shown = heading("h1", "the-whole-notebook", "The whole notebook") + WHOLE.format(colab=colab)
    return f'{said}{shown}<ul class="plain">\n{"".join(items)}</ul>\n'


class UnfoldedHtml(Html):
    """HTML without folds, whose summaries stand above what they held."""

    def html_block(self, tokens: Tokens, at: int, options: OptionsDict, env: EnvType) -> str:
        return FOLD_TAGS.sub(lambda fold: f"<p><strong>{fold[1]}</strong></p>\n" if fold[1] else "", tokens[at].content)


def shown_notebook(notebook: NotebookNode, place: str) -> NotebookNode:
    """An executed notebook as mkdocs-jupyter shall render it: prose as everywhere else, figures as files."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            shown = UnfoldedHtml(place).of(parsed(cell["source"]))
            cell["source"] = BLANK.sub("&#10;", shown)
        for output in cell.get("outputs", []):
            if file := output.get("metadata", {}).get("file"):
                alt = html.escape(output["data"]["text/plain"])
                output["data"] = {"text/html": f'<img class="figure" src="{file}" alt="{alt}">'}
    return notebook
