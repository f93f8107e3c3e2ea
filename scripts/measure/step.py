"""One training step of a small network, timed: `python scripts/measure/step.py micrograd|torch`.

The same for any `micrograd` on the path and for PyTorch: MLP(2, [16, 16, 1]) with ReLU, a squared error over 100
points, gradients, one step down. Prints as JSON the best seconds with Python's garbage collector on and off, and the
loss after one step, which must be the same for all.
"""

import gc
import json
import random
import sys
import time
from collections.abc import Callable
from itertools import pairwise

RATE = 0.01
random.seed(1337)
POINTS = [(random.uniform(-1, 1), random.uniform(-1, 1)) for _ in range(100)]
TARGETS = [1.0 if x * y > 0 else -1.0 for x, y in POINTS]
SIZES = [2, 16, 16, 1]
COUNT = sum((nin + 1) * nout for nin, nout in pairwise(SIZES))
START = [random.uniform(-1, 1) for _ in range(COUNT)]  # a neuron's weights, then its bias; layer by layer


def with_values() -> Callable[[], float]:
    """A step with the package micrograd, which gives the loss before it."""
    from micrograd.nn import MLP

    model = MLP(2, [16, 16, 1])
    for parameter, number in zip(model.parameters(), START, strict=True):
        parameter.data = number

    def step() -> float:
        loss = sum((model(point) - target) ** 2 for point, target in zip(POINTS, TARGETS, strict=True)) * 0.01
        model.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            parameter.data -= RATE * parameter.grad
        return loss.data

    return step


def with_torch() -> Callable[[], float]:
    """The same step with PyTorch, all points at once."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    layers = [nn.Linear(nin, nout, dtype=torch.double) for nin, nout in pairwise(SIZES)]
    numbers = iter(START)
    with torch.no_grad():
        for layer in layers:
            rows = [[next(numbers) for _ in range(layer.in_features + 1)] for _ in range(layer.out_features)]
            layer.weight.copy_(torch.tensor(rows, dtype=torch.double)[:, :-1])
            layer.bias.copy_(torch.tensor(rows, dtype=torch.double)[:, -1])
    model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
    points, targets = torch.tensor(POINTS, dtype=torch.double), torch.tensor(TARGETS, dtype=torch.double)

    def step() -> float:
        loss = ((model(points)[:, 0] - targets) ** 2).sum() * 0.01
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= RATE * parameter.grad
        return loss.item()

    return step


def best(step: Callable[[], float], times: int) -> float:
    """The fewest seconds that a step took."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    step = with_torch() if sys.argv[1] == "torch" else with_values()
    _, loss = step(), step()
    times = 200 if sys.argv[1] == "torch" else 5
    on = best(step, times)
    gc.disable()
    off = best(step, times)
    print(json.dumps({"on": on, "off": off, "loss": loss}))


if __name__ == "__main__":
    main()
