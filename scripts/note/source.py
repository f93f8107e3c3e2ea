"""What the source of a cell must not hold, since it would pass in silence whatever it did."""

import ast
import re
import warnings

SHELL = re.compile(r"\s*(?:[\w., ]+=\s*)?(?:!|%{1,2}(?:sx|system)\b)")  # IPython drops the exit status of these
HELP = re.compile(r"\s*\?{1,2}\s*[\w.*%]+\s*$|\s*[\w.*%]+\?{1,2}\s*$")  # it goes to a pager, which no note has
NOTHING = {  # a kernel ignores them
    "exit": ("ends nothing here: the notes go on", "delete it, or raise an exception"),
    "quit": ("ends nothing here: the notes go on", "delete it, or raise an exception"),
    "breakpoint": ("stops nothing here: nobody could answer", "delete it"),
}


def syntax_tree(source: str) -> ast.Module:
    """The syntax tree of a cell, without the warnings that running it gives. Raises SyntaxError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def passed_over(source: str) -> tuple[int, str, str] | None:
    """The first line (from 1) of a cell that would pass in silence, with a fact and a remedy; None if there is none."""
    try:
        tree = syntax_tree(source)
    except SyntaxError:  # plain Python has no line for a shell
        for line, text in enumerate(source.split("\n"), 1):
            if SHELL.match(text):
                remedy = "write subprocess.run([...], check=True)"
                return line, "a line for the shell, whose failure nobody would see", remedy
            if HELP.match(text) and not source.startswith("%%"):
                return line, "what it asks for would not be shown", "write help(...)"
        return None
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else node.value if isinstance(node, ast.Expr) else None
        if isinstance(called, ast.Name) and called.id in NOTHING:
            fact, remedy = NOTHING[called.id]
            return called.lineno, f"{called.id} {fact}", remedy
    return None
