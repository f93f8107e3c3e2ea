"""In the place of `draw_dot`, where the reader asks for the film of a graph: it shows the backward pass."""

import operator
from typing import Any

from graphviz import Digraph  # type: ignore[import-untyped]

import micrograd.graph
from micrograd.engine import Value
from micrograd.watch import watch

MOST = 30  # boxes of a film: it takes a second then
OPERATIONS = {"+": operator.add, "*": operator.mul, "tanh": Value.tanh}


class Watched(Digraph):
    """A graph that shows itself as a film."""

    def __init__(self, root: Any):
        super().__init__()
        self.root = root

    def _repr_svg_(self) -> str:
        if (count := len(micrograd.graph.trace(self.root)[0])) > MOST:
            raise ValueError(f"it has {count} boxes, and a film at most {MOST}")
        return str(watch(with_rules(self.root)))


def with_rules(root: Any) -> Any:
    """A graph whose nodes know their rules: those of the notes do from note 8 on, others get the package's."""
    if hasattr(root, "_backward") or hasattr(root, "_local_grads"):
        return root
    made: dict[Any, Any] = {}
    for node in micrograd.graph.trace(root)[0]:
        made[node] = OPERATIONS[node._op](*map(made.get, node._prev)) if node._op else Value(node.data)
        made[node].data, made[node].label = node.data, node.label
    return made[root]


draw_dot = micrograd.graph.draw_dot = Watched
