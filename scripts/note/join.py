"""Joining: the statements of titled cells become one module, in which a definition that appears again replaces the
earlier one. What would then do something else than the cells one after another is refused."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scripts.common.problem import Problem
from scripts.note.blocks import Cell
from scripts.note.source import syntax_tree

HEADER = "# Made by `make tangle` from {sources}. Edit the notes: changes here are lost.\n"
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Piece:
    """Statements of a cell that share lines, with the comments above them, from the line `line` of the note at `path`
    on. `name` is what a definition defines or what imports say; empty for what stands as often as it is written."""

    path: str
    line: int
    gap: str  # the line ends before it
    source: str
    statements: tuple[ast.stmt, ...]

    @property
    def name(self) -> str:
        if len(self.statements) == 1 and isinstance(self.statements[0], DEFINITIONS):
            return self.statements[0].name
        imports = bool(self.statements) and all(isinstance(each, IMPORTS) for each in self.statements)
        return self.source if imports else ""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


def pieces(path: str, cell: Cell) -> Iterator[Piece]:
    """The statements of a cell of the note at `path`, with all its comments, in order. Raises Problem where it is no
    Python."""
    try:
        body = syntax_tree(cell.source).body
    except SyntaxError as error:
        raise Problem(f"{path}:{cell.line + (error.lineno or 1)}", f"SyntaxError: {error.msg}") from None
    groups: list[list[ast.stmt]] = [] if body else [[]]
    for statement in body:
        if groups and statement.lineno <= (groups[-1][-1].end_lineno or 0):
            groups[-1].append(statement)
        else:
            groups.append([statement])
    lines, start = cell.source.split("\n"), 0
    for group in groups:
        end = len(lines) if group is groups[-1] else group[-1].end_lineno or 0
        text = "\n".join(lines[start:end])
        blank = len(text) - len(text.lstrip("\n"))
        yield Piece(path, cell.line + 1 + start + blank, "\n" * (1 + blank), text.strip("\n"), tuple(group))
        start = end


def joined(found: Iterable[Iterable[Piece]]) -> list[Piece]:
    """The pieces of cells as one module. Raises Problem for a definition that cannot take the place of the earlier
    one."""
    module: list[Piece] = []
    places: dict[str, int] = {}  # in the module, of what has a name
    for cell in found:
        follows = False  # whether the piece before it in the cell stands before it in the module, too
        for piece in cell:
            at = places.get(piece.name, -1) if piece.name else -1
            if at >= 0 and takes_the_place(piece, module, at):
                module[at] = replace(piece, gap=module[at].gap)
                follows = False
            elif piece.source:
                places.setdefault(piece.name, len(module))
                module.append(piece if follows else replace(piece, gap="\n\n\n"))
                follows = True
    return module


def module_text(module: list[Piece]) -> str:
    """What the file of a module says."""
    sources = ", ".join(dict.fromkeys(piece.path for piece in module))
    body = "".join(piece.gap + piece.source for piece in module)
    return HEADER.format(sources=sources) + body.lstrip("\n") + "\n"


def takes_the_place(piece: Piece, module: list[Piece], at: int) -> bool:
    """Whether a piece can stand where `module[at]`, of its name, does. Raises Problem for a definition that cannot."""
    old, between = module[at], module[at + 1 :]
    if not isinstance(piece.statements[0], DEFINITIONS):  # imports, which may be said again
        return not any(bound(piece) & bound(each) for each in between)
    if keepers := sorted(names_in(decorators(old)) & defined_here(module)):
        raise refused(piece, f"is defined anew, but {keepers[0]} may have kept the one before", "give one another name")
    for each in between:
        if piece.name in reached(each, module) | bound(each):
            raise refused(piece, f"is defined anew, but {each.place} has used the one before", "give one another name")
        if names := reached(piece, module) & bound(each):
            fact = f"takes the place of {old.place}, where nobody knows yet what {min(names)} is at {each.place}"
            raise refused(piece, fact, f"put {min(names)} before that place")
    return True


def decorators(piece: Piece) -> list[ast.expr]:
    """The decorators of a definition."""
    return [each for statement in piece.statements for each in getattr(statement, "decorator_list", ())]


def names_in(nodes: Iterable[ast.AST]) -> set[str]:
    """The names anywhere in these parts."""
    return {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}


def defined_here(module: list[Piece]) -> set[str]:
    """The names that a module binds otherwise than by importing them."""
    return {name for each in module if not each.name.startswith(("import ", "from ")) for name in bound(each)}


def refused(piece: Piece, fact: str, remedy: str) -> Problem:
    return Problem(piece.place, f"{piece.name} {fact}", remedy)


def reached(piece: Piece, module: list[Piece]) -> set[str]:
    """The names that decide what a piece does when it is met: its own, and those in whatever it may call."""
    nodes = [node for statement in piece.statements for node in run_at_once(statement)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    if piece.statements and isinstance(piece.statements[0], DEFINITIONS) and not any(map(calls, nodes)):
        return names  # a class that it is based on is not called
    mentioned = {name: each for each in module for name in bound(each)}
    waiting = list(names & mentioned.keys())
    while waiting:
        each = mentioned[waiting.pop()]
        new = names_in(each.statements)
        waiting += (new - names) & mentioned.keys()
        names |= new
    return names


def calls(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) or bool(getattr(node, "decorator_list", ()))


def run_at_once(node: ast.AST) -> Iterator[ast.AST]:
    """What runs of a statement when it is met: of a function its decorators and defaults, of a class its body."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        children: list[ast.AST] = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from run_at_once(child)


def bound(piece: Piece) -> set[str]:
    """The names that a piece binds or deletes in the module."""
    names, waiting = set(), list[ast.AST](piece.statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, DEFINITIONS):
            names.add(node.name)
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        waiting += ast.iter_child_nodes(node)
    return names
