# Made by `make tangle` from notes/17-the-engine-refined.md. Edit the notes: changes here are lost.
from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

__all__ += ["Value", "Module", "Neuron", "Layer", "MLP"]
