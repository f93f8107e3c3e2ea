# Made by `make tangle` from notes/17-the-engine-refined.md. Edit the notes: changes here are lost.
"""A tiny engine for derivatives, and a small neural network library on it.

`micrograd.engine` has the scalar `Value` with backpropagation; `micrograd.nn`
has neurons, layers and networks made of it. `micrograd.graph`, which needs the
package `graphviz`, draws the graphs of what they compute; `micrograd.watch`
and `micrograd.film` make a film of a backward pass through one.
"""

from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

__all__ = ["engine", "nn", "Value", "Module", "Neuron", "Layer", "MLP"]
