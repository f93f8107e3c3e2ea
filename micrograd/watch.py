# Made by `make tangle` from notes/06-backpropagation-by-hand.md, notes/17-the-engine-refined.md. Edit the notes: changes here are lost.
"""A film of a Value's backward pass."""

from collections import namedtuple

from graphviz import Digraph
from micrograd.film import film, svg_of
from micrograd.graph import escaped, trace

Step = namedtuple("Step", "caption grads notes ran speaker child")


QUESTION = (
    "How far does {} move, per unit, if one of these numbers moves? "
    "The grad in its box is to say it. All wait at 0."
)
BEGINNING = "We begin at the end. {} moves just as far as itself: grad 1."
BY_WAY = " It moves {} by way of {}, and rates along a path multiply."
END = (
    "All have run. By the grad of {}, a small step of it moves {} "
    "{} times as far."
)


def few_digits(x):
    """Returns a number as films write it: four digits, three below 1."""
    text = f"{x + 0.0:.3g}" if abs(x) < 1 else f"{x:.4g}"
    return text.replace("-", "−")


def called(v):
    """Returns what films call a node: its label or its number."""
    return v.label or f"the {few_digits(v.data)}"


def share_said(v, child, local, before):
    """Returns what is said, and written, when `v` gives `child` its share."""
    kind = {"+": "a sum", "*": "a product"}.get(v._op, f"made by {v._op}")
    slope, grad = few_digits(local), few_digits(v.grad)
    share, note = few_digits(local * v.grad), f"{slope} × {grad}"
    if v._prev.count(child) > 1:
        kind += f" that uses {called(child)} twice"
    elif v._op in ("*", "tanh"):
        rule = "the other factor" if v._op == "*" else f"1 − {called(v)}²"
        slope = f"{rule}, {slope}"
    text = (
        f"{called(v)} is {kind}. Its local derivative with respect to "
        f"{called(child)} is {slope}. Times the grad of {called(v)}, {grad}: "
        f"{called(child)} gets {share}."
    )
    if not before:
        return text, note
    had = few_digits(before)
    if abs(child.grad - local * v.grad) < abs(before) / 2:
        return f"{text} That wipes out the {had} which it had.", note
    text += f" With the {had} that it has: {few_digits(child.grad)}."
    return text, f"{had} + {share}"


def backward_steps(root, order):
    """Runs the nodes in this order; returns the Steps of the backward pass."""
    nodes, steps, ran, top = trace(root)[0], [], [], called(root)
    grads, notes = dict.fromkeys(nodes, 0.0), dict.fromkeys(nodes, "")

    def add(caption, speaker=None, child=None):
        now = (dict(grads), dict(notes), list(ran), speaker, child)
        steps.append(Step(caption, *now))

    add(QUESTION.format(top))
    root.grad = grads[root] = 1.0
    add(BEGINNING.format(top), root)
    for v in order:
        for child, local in run_node(v) if v._prev else []:
            before, grads[child] = grads[child], child.grad
            text, notes[child] = share_said(v, child, local, before)
            if v in ran:
                text = f"Once more: {text}"
            inner = [node for node in ran if node._prev]
            if len(inner) == 1 and child is v._prev[0]:
                text += BY_WAY.format(top, called(v))
            add(text, v, child)
        ran.append(v)
    leaf = nodes[0]
    add(END.format(called(leaf), top, few_digits(grads[leaf])))
    return steps


SPEAKS = {"color": "#0072b2", "fontcolor": "#0072b2", "penwidth": "3"}
GETS = {"color": "#d55e00", "fontcolor": "#d55e00", "penwidth": "2"}
WAITS = {"color": "#777777", "style": "dashed"}
BACK = {"color": "#d55e00", "penwidth": "3", "dir": "back"}
SPACES = {"rankdir": "LR", "nodesep": "0.15", "ranksep": "0.1"}
BOX = {"shape": "record", "fixedsize": "true", "height": "0.96"}
LETTERS = {"fontname": "Helvetica,Arial,sans-serif", "fontsize": "12"}


def box_lines(v, step):
    """Returns what is written in the box of `v`."""
    data, grad = few_digits(v.data), few_digits(step.grads[v])
    return v.label, f"data {data}", f"grad {grad}", step.notes[v]


def box_look(v, step, edges):
    """Returns how the box of `v` is drawn: four looks."""
    users = [user for child, user in edges if child is v] or [v]
    if v is step.child:
        return GETS
    if v is step.speaker:
        return SPEAKS
    return {} if all(user in step.ran for user in users) else WAITS


def film_frame(root, step, widths):
    """Returns one frame of the film of `root`, as a Digraph."""
    nodes, edges = trace(root)
    names = {v: f"n{i}" for i, v in enumerate(nodes)}
    dot = Digraph(graph_attr={**SPACES, "bgcolor": "transparent"})
    dot.attr("node", color="#333333", height="0.3", margin="0.02", **LETTERS)
    dot.attr("edge", arrowsize="0.6", color="#666666")
    for v in nodes:
        *lines, note = box_lines(v, step)
        text = " | ".join(map(escaped, lines)) + "\\n" + (note or "\u00a0")
        look = box_look(v, step, edges)
        dot.node(names[v], text, width=widths[v], **BOX, **look)
        if v._op:
            pen = SPEAKS["penwidth"] if v is step.speaker else "1"
            op = {"*": "×"}.get(v._op, v._op)
            dot.node(names[v] + "op", op, width="0.22", penwidth=pen)
            hot = v is step.speaker and step.child
            dot.edge(names[v] + "op", names[v], **(BACK if hot else {}))
    for child, v in edges:
        hot = v is step.speaker and child is step.child
        dot.edge(names[child], names[v] + "op", **(BACK if hot else {}))
    return dot


def watch(root, order=None):
    """Returns the Film of the backward pass from `root`.

    The nodes run in reverse topological order, or in `order`. It begins with
    all gradients at 0, and leaves them as they were.
    """
    nodes = trace(root)[0]
    kept = [v.grad for v in nodes]
    for v in nodes:
        v.grad = 0.0
    steps = backward_steps(root, order or nodes[::-1])
    for v, grad in zip(nodes, kept):
        v.grad = grad
    widths = {}
    for v in nodes:
        lines = [line for step in steps for line in box_lines(v, step)]
        widths[v] = f"{0.081 * max(map(len, lines)) + 0.09:.2f}"
    frames = [svg_of(film_frame(root, step, widths)) for step in steps]
    return film(frames, [step.caption for step in steps])


def run_node(v):
    """Runs `v`; returns pairs (input, local derivative), each input once."""
    inputs = list(dict.fromkeys(v._prev))
    if not hasattr(v, "_local_grads"):
        slopes = closure_slopes(v, inputs)
        v._backward()
        return list(zip(inputs, slopes))
    slopes = dict.fromkeys(inputs, 0.0)
    for child, local_grad in zip(v._prev, v._local_grads):
        slopes[child] += local_grad
        child.grad += local_grad * v.grad
    return list(slopes.items())


def closure_slopes(v, inputs):
    """Returns what each input gets from the closure of `v` for a grad of 1."""
    kept, grad = [child.grad for child in inputs], v.grad
    v.grad = 1.0
    for child in inputs:
        child.grad = 0.0
    v._backward()
    slopes = [child.grad for child in inputs]
    v.grad = grad
    for child, before in zip(inputs, kept):
        child.grad = before
    return slopes
