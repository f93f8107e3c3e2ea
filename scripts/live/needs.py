"""Which blocks cannot run in a browser, and why, from what they import and which names they use."""

import ast
import symtable
from collections.abc import Iterable, Iterator

from scripts.live.measured import measured

WITHOUT = {  # what the notes import beyond Python's own library and the book's package, and why it is not here
    "torch": "PyTorch does not run in a browser",
    "numpy": "needs NumPy: this site was built without it",
    "matplotlib": "needs Matplotlib: this site was built without it",
    "sympy": "needs SymPy: this site was built without it",
}
ANONYMOUS = {"lambda", "listcomp", "setcomp", "dictcomp", "genexpr"}
Table = symtable.SymbolTable


def lacking(sources: Iterable[str], packages: set[str]) -> Iterator[str]:
    """For each block of the book in order, why it cannot run; empty if it can. To import what is not there is no harm
    (runner.py puts something in its place), to use it is; so is to use what a block that cannot run was to give."""
    lost: dict[str, str] = {}  # the names that are not there, and why
    for source in sources:
        try:
            table = symtable.symtable(source, "block", "exec")
        except SyntaxError:  # the note shows one
            yield ""
            continue
        absent = dict(absentees(source, packages))
        inside = {each.get_name(): why(used(each), lost | absent) for each in functions(table)}
        inside |= {each.get_name(): why(used(each), lost | absent | inside) for each in functions(table)}
        given = {each.get_name() for each in table.get_symbols() if each.is_assigned() or each.is_imported()}
        now = used(table, at_once=True)
        reason = str(measured(source).get("needs", ""))
        reason = reason or why(now & given, absent | inside) or why(now - given, lost)
        for name in given:
            lost[name] = reason or absent.get(name) or inside.get(name, "")
        yield reason


def why(names: set[str], lost: dict[str, str]) -> str:
    return next(filter(None, (lost.get(name) for name in sorted(names))), "")


def absentees(source: str, packages: set[str]) -> Iterator[tuple[str, str]]:
    """The names that a block imports from packages that are not there."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                root = (getattr(node, "module", "") or alias.name).partition(".")[0]
                if root in WITHOUT and root not in packages:
                    yield alias.asname or alias.name.partition(".")[0], WITHOUT[root]


def functions(table: Table) -> list[Table]:
    """The functions and classes that a block defines."""
    return [each for each in table.get_children() if each.get_name() not in ANONYMOUS]


def used(table: Table, at_once: bool = False) -> set[str]:
    """The names of the session that a block or a function uses; only those that it uses at once, or all."""
    top = table.get_type() == "module"
    found = {each.get_name() for each in table.get_symbols() if each.is_referenced() and (top or each.is_global())}
    later = {id(each) for each in functions(table) if each.get_type() == "function"} if at_once else set()
    return found.union(*(used(each, at_once) for each in table.get_children() if id(each) not in later))
