"""Stages: the book run up to a note in plain Python can do what that note claims, and still fails where it says so."""

import ast
import contextlib
import io
import math
import os

import matplotlib.pyplot
import pytest
from conftest import ROOT

from scripts.note.folder import all_notes

matplotlib.use("Agg")
TRAINING = 15, 16  # notes that train networks at length: of these only what they define is run


class Stage(dict):
    """The names of a plain Python session in which the notes up to one of them were run."""

    def __getattr__(self, name: str):
        return self[name]

    def run(self, note) -> None:
        for cell in note.cells:
            expected = pytest.raises(Exception) if "raises-exception" in cell.tags else contextlib.nullcontext()
            with expected, contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell.source, note.place(cell.line), "exec"), self)
        matplotlib.pyplot.close("all")

    def define(self, note) -> None:
        for cell in note.cells:
            tree = ast.parse(cell.source)
            tree.body = [each for each in tree.body if defines(each)]
            exec(compile(tree, note.place(cell.line), "exec"), self)


def defines(statement: ast.stmt) -> bool:
    """Whether a statement defines a function or a class, imports, or only gives a name to a literal or a name."""
    if isinstance(statement, ast.Assign):
        parts = [type(each) for each in ast.walk(statement.value)]
        return parts[0] is ast.Name or not {ast.Call, ast.Name, ast.BinOp} & {*parts}
    return isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)


@pytest.fixture(scope="module")
def book():
    """Gives the stage after a note by its number. Asked for in order, each note is run once."""
    folder, now = os.getcwd(), Stage(last=-1)
    os.chdir(ROOT)
    notes = all_notes()

    def after(number: int) -> Stage:
        nonlocal now
        if number < now["last"]:
            now = Stage(last=-1)
        for at in range(now["last"] + 1, number + 1):
            (now.define if at in TRAINING else now.run)(notes[at])
        now["last"] = number
        return now

    yield after
    os.chdir(folder)


def grads(*values) -> list[float]:
    return [value.grad for value in values]


def test_04_a_value_adds_multiplies_and_remembers_but_has_no_gradient(book):
    Value = book(4).Value
    a, b = Value(2.0), Value(-3.0)
    product = a * b
    assert (product + Value(10.0)).data == 4.0
    assert product._prev == (a, b) and product._op == "*"
    assert not hasattr(a, "grad")
    with pytest.raises(AttributeError):
        a + 1


def test_05_the_graph_of_l_has_seven_nodes_six_edges_and_a_drawing(book):
    stage = book(5)
    a, b, c, f = (stage.Value(data, label=label) for data, label in ((2.0, "a"), (-3.0, "b"), (10.0, "c"), (-2.0, "f")))
    L = (a * b + c) * f
    nodes, edges = stage.trace(L)
    assert L.data == -8.0 and L.grad == 0.0
    assert (len(nodes), len(edges)) == (7, 6) and nodes[-1] is L
    assert len(stage.trace(a + a)[1]) == 2
    assert "n0" in stage.draw_dot(L).source and "0x" not in stage.draw_dot(L).source


def test_06_the_gradients_found_by_hand_are_those_found_by_nudging(book):
    stage = book(6)
    assert stage.make_L()[-1].data == -8.0
    nudged = stage.numgrad(lambda a, b, c, f: (a * b + c) * f, [2.0, -3.0, 10.0, -2.0])
    assert nudged == pytest.approx([6.0, -4.0, -2.0, 4.0])


def test_07_a_neuron_fires_but_nothing_flows_back_by_itself(book):
    o = book(7).make_neuron()[-1]
    assert o.data == 0.7071067811865476
    assert not hasattr(o, "_backward") and not hasattr(o, "backward")


def test_08_each_operation_passes_its_gradient_on_when_called_in_the_right_order(book):
    x1, x2, w1, w2, x1w1, x2w2, x1w1x2w2, b, n, o = book(8).make_neuron()
    o.grad = 1.0
    for node in (o, n, b, x1w1x2w2, x2w2, x1w1):
        node._backward()
    assert grads(x1, w1, x2, w2) == pytest.approx([-1.5, 1.0, 0.5, 0.0])
    assert not hasattr(o, "backward")


def test_09_backward_finds_the_order_but_loses_a_path_and_is_not_deep(book):
    stage = book(9)
    x1, x2, w1, w2, *_, o = stage.make_neuron()
    o.backward()
    assert grads(x1, w1, x2, w2) == pytest.approx([-1.5, 1.0, 0.5, 0.0])
    a = stage.Value(3.0)
    (a + a).backward()
    assert a.grad == 1.0  # wrong: it should be 2
    deep = a
    for _ in range(5000):
        deep = deep + a
    with pytest.raises(RecursionError):
        deep.backward()


def test_10_a_value_used_twice_collects_both_gradients_but_twice_backward_is_wrong(book):
    Value = book(10).Value
    a, b = Value(-2.0), Value(3.0)
    ((a * b) * (a + b)).backward()
    assert grads(a, b) == [-3.0, -8.0]
    x = Value(3.0)
    cube = x * x * x
    cube.backward()
    assert x.grad == 27.0
    x.grad = 0.0
    cube.backward()
    assert x.grad == 45.0  # wrong: inner gradients were not forgotten
    with pytest.raises(TypeError):
        2 * a


def test_11_numbers_mix_with_values_and_the_readme_expression_gives_its_numbers(book):
    stage = book(11)
    a, b = stage.Value(-4.0), stage.Value(2.0)
    g = stage.readme_expression(a, b)
    g.backward()
    assert [f"{x:.4f}" for x in (g.data, a.grad, b.grad)] == ["24.7041", "138.8338", "645.5773"]
    assert (1 - b).data == -1.0 and (1 / b).data == 0.5 and sum([a, b]).data == -2.0
    assert stage.Value(1000.0).tanh().data == 1.0
    with pytest.raises(AssertionError):
        a**b
    with pytest.raises(OverflowError):
        stage.Value(710.0).exp()


def test_12_gradcheck_passes_right_operations_and_catches_a_wrong_one(book):
    stage = book(12)
    assert stage.gradcheck(lambda x, y: (x * y).tanh() + x.exp() / y, [0.5, -1.5])
    assert not stage.gradcheck(stage.wrong_exp, [0.5])


def test_13_the_lectures_network_computes_but_does_not_list_its_parameters(book):
    stage = book(13)
    stage.random.seed(1337)
    net = stage.MLP(3, [4, 4, 1])
    assert net([2.0, 3.0, -1.0]).data == pytest.approx(0.42767811248845455, rel=1e-12)
    assert not hasattr(net, "parameters")


def test_14_the_first_loss_is_6_and_41_parameters_are_to_blame(book):
    stage = book(14)
    stage.random.seed(1337)
    net = stage.MLP(3, [4, 4, 1])
    loss = stage.loss_fn(net)
    assert len(net.parameters()) == len(set(net.parameters())) == 41
    assert loss.data == pytest.approx(6.005402783252284, rel=1e-12)
    nodes, edges = stage.trace(loss)
    assert (len(nodes), len(edges)) == (398, 568)


def test_15_a_network_learns_and_forgetting_to_zero_is_momentum_1(book):
    stage = book(15)
    stage.random.seed(1337)
    losses = stage.train(stage.MLP(3, [4, 4, 1]), 0.05, 21)
    assert losses[0] == pytest.approx(6.005402783252284) and losses[20] == pytest.approx(0.0535, abs=5e-5)
    stage.random.seed(1337)
    forgetful = stage.train(stage.MLP(3, [4, 4, 1]), 0.05, 2, zero=False)
    assert math.isclose(forgetful[1], losses[1]) and len(forgetful) == 2


def test_16_one_neuron_cannot_do_xor_and_four_hidden_ones_can(book):
    stage = book(16)
    task = {"xs": stage.xor_xs, "ys": stage.xor_ys}
    stage.random.seed(0)
    single, network = stage.MLP(2, [1]), stage.MLP(2, [4, 1])
    assert stage.train(single, 0.05, 200, **task)[-1] == pytest.approx(4.0, abs=0.1)
    stage.train(network, 0.1, 100, **task)
    assert all(network(x).data * y > 0 for x, y in zip(stage.xor_xs, stage.xor_ys, strict=True))


def test_17_the_engine_is_deep_remembers_what_it_computed_with_and_may_run_twice(book):
    stage = book(17)
    Value = stage.Value
    x = deep = Value(1.0)
    for _ in range(5000):
        deep = deep + 1.0
    deep.backward()
    assert x.grad == 1.0
    a, b = Value(2.0), Value(3.0)
    product = a * b
    b.data = 100.0
    product.backward()
    assert a.grad == 3.0
    cube = a * a * a
    for _ in range(2):
        a.grad = 0.0
        cube.backward()
        assert a.grad == 12.0
    net = stage.MLP(2, [3, 1])
    net([1.0, 2.0]).backward()
    net.zero_grad()
    assert {p.grad for p in net.parameters()} == {0.0}
