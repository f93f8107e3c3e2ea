# Made by `make tangle` from notes/17-the-engine-refined.md. Edit the notes: changes here are lost.
"""Neurons, layers and networks of Values.

The interface is that of Andrej Karpathy's micrograd (MIT licence),
https://github.com/karpathy/micrograd.
"""

import random

from micrograd.engine import Value


class Module:
    """What has parameters to train: a neuron, a layer, a network."""

    def parameters(self):
        """The Values that training changes, a list."""
        return []

    def zero_grad(self):
        """Sets the gradient of every parameter to 0."""
        for p in self.parameters():
            p.grad = 0.0


class Neuron(Module):
    """relu(w · x + b) of `nin` inputs, without relu if not `nonlin`.

    The weights w start at random in (-1, 1), the bias b at 0.
    """

    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x):
        """A Value, for a list of `nin` Values or numbers, else ValueError."""
        if len(x) != len(self.w):
            raise ValueError(f"expected {len(self.w)} inputs, got {len(x)}")
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() if self.nonlin else act

    def parameters(self):
        return self.w + [self.b]

    def __repr__(self):
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """`nout` neurons of `nin` inputs, side by side; options go to each one."""

    def __init__(self, nin, nout, **kwargs):
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x):
        """The neurons' outputs for a list x, a list of Values.

        A layer of one neuron gives its Value alone.
        """
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def __repr__(self):
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    """Layers of sizes `nouts` in a row, on `nin` inputs; the last is linear.

    ValueError unless there are an input, a layer, and a neuron in every layer.
    """

    def __init__(self, nin, nouts):
        sizes = [nin, *nouts]
        if len(sizes) < 2 or min(sizes) < 1:
            given = f"MLP({nin}, {nouts})"
            raise ValueError(f"{given} lacks an input, a layer or a neuron")
        last = len(nouts) - 1
        self.layers = [
            Layer(sizes[i], sizes[i + 1], nonlin=i != last)
            for i in range(len(nouts))
        ]

    def __call__(self, x):
        """The last layer's output for a list of `nin` Values or numbers.

        ValueError for more or fewer.
        """
        for layer in self.layers:
            x = layer([x] if isinstance(x, Value) else x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self):
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"
