# Made by `make tangle` from notes/05-drawing-the-graph.md. Edit the notes: changes here are lost.
"""Pictures of the graph behind a Value, for Graphviz and for Mermaid."""

import re

from graphviz import Digraph


def escaped(label):
    """Returns `label` with a backslash before what Graphviz interprets."""
    return re.sub(r"([\\{}|<>])", r"\\\1", label)


def trace(root):
    """Returns the nodes and edges of the graph behind `root`, as two lists.

    Each node, a Value, comes once. Each edge is a pair (input, node) and comes
    as often as the input is used: `a + a` has two. Every run gives the same
    order. Raises RecursionError if the graph is deeper than Python nests
    calls, by default 1000.
    """
    nodes, edges, visited = [], [], set()

    def build(v):
        if v in visited:
            return
        visited.add(v)
        for child in v._prev:
            build(child)
        nodes.append(v)
        edges.extend((child, v) for child in v._prev)

    build(root)
    return nodes, edges


def draw_dot(root):
    """Returns the graph that computed `root` as a graphviz.Digraph.

    Inputs are at the left. A Value is a box with label, data and grad; the
    operation that made it is an ellipse. Raises what `trace` raises. To show
    the result needs Graphviz's program `dot`.
    """
    nodes, edges = trace(root)
    names = {v: f"n{i}" for i, v in enumerate(nodes)}
    dot = Digraph(graph_attr={"rankdir": "LR"})
    for v in nodes:
        text = f"{escaped(v.label)} | data {v.data:.4f} | grad {v.grad:.4f}"
        dot.node(names[v], text, shape="record")
        if v._op:
            dot.node(names[v] + "op", v._op)
            dot.edge(names[v] + "op", names[v])
    for child, v in edges:
        dot.edge(names[child], names[v] + "op")
    return dot


def to_mermaid(root):
    """Returns the graph that computed `root` as a Mermaid flowchart, a str.

    It has the nodes and edges of `draw_dot`. Raises what `trace` raises.
    """

    def coded(text):
        return re.sub(r"[^\w\s]", lambda match: f"#{ord(match[0])};", text)

    nodes, edges = trace(root)
    names = {v: f"n{i}" for i, v in enumerate(nodes)}
    lines = ["flowchart LR"]
    for v in nodes:
        text = f"{coded(v.label)} | data {v.data:.4f} | grad {v.grad:.4f}"
        lines.append(f'    {names[v]}["{text}"]')
        if v._op:
            op = f'{names[v]}op(("{coded(v._op)}"))'
            lines.append(f"    {op} --> {names[v]}")
    lines += [f"    {names[child]} --> {names[v]}op" for child, v in edges]
    return "\n".join(lines)
