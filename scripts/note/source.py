"""What the source of a cell must not hold, since it would pass in silence whatever it did."""

import ast
import re
import warnings

SHELL = re.compile(r"\s*(?:[\w., ]+=\s*)?(?:!|%{1,2}(?:sx|system)\b)")  # IPython drops the exit status of these
ENDS = ("exit", "quit")  # a kernel ignores them


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
        lines = enumerate(source.split("\n"), 1)
        found = next((line for line, text in lines if SHELL.match(text)), None)
        remedy = "write subprocess.run([...], check=True)"
        return (found, "a line for the shell, whose failure nobody would see", remedy) if found else None
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else node.value if isinstance(node, ast.Expr) else None
        if isinstance(called, ast.Name) and called.id in ENDS:
            fact = f"{called.id} ends nothing here: the notes go on"
            return called.lineno, fact, "delete it, or raise an exception"
    return None
