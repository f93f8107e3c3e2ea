"""How figures look: Matplotlib's settings, and the lines and letters of graphs. Whoever draws for the book draws so."""

from typing import Any

STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": "0.35",
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": "0.2",
    "axes.linewidth": 0.8,
    "axes.prop_cycle": "cycler('color', ['0072b2', 'd55e00', '009e73', 'cc79a7', 'e69f00', '56b4e9'])",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "figure.figsize": (7, 3.5),
    "font.size": 11,
    "grid.color": "0.8",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.fonttype": "none",
    "svg.hashsalt": "micrograd",
    "text.color": "0.2",
    "xtick.color": "0.35",
    "ytick.color": "0.35",
}
# The types that are drawn as graphs, each by its module and name.
GRAPHS = ("graphviz.graphs", "Digraph"), ("graphviz.graphs", "Graph"), ("graphviz.sources", "Source")
FONT = "Helvetica,Arial,sans-serif"
GRAPH = {"bgcolor": "transparent", "fontname": FONT, "nodesep": "0.2", "ranksep": "0.3"}
NODE = {"color": "#444444", "fontname": FONT, "fontsize": "12", "height": "0.3", "width": "0.4"}
EDGE = {"arrowsize": "0.7", "color": "#666666", "fontname": FONT, "fontsize": "12"}


def graph_source(graph: Any) -> str:
    """What Graphviz is given for a graph: the book's look wherever it does not say otherwise; all that it says itself,
    if it is a graphviz.Source."""
    if not hasattr(graph, "graph_attr"):
        return str(graph.source)
    graph = graph.copy()
    for attributes, defaults in (graph.graph_attr, GRAPH), (graph.node_attr, NODE), (graph.edge_attr, EDGE):
        attributes |= defaults | attributes
    return str(graph.source)
