# Made by `make tangle` from notes/17-the-engine-refined.md. Edit the notes: changes here are lost.
"""Values that remember how they were made, and the backward pass through them.

Method and interface are those of Andrej Karpathy's micrograd (MIT licence),
https://github.com/karpathy/micrograd. Local gradients take the place of
closures, as in his microgpt.
"""

import math
from numbers import Real


def _real(number):
    """The number as a float. TypeError for what is not one real number."""
    if getattr(number, "ndim", None) == 0:  # a scalar of NumPy's or PyTorch's
        number = number.item()
    if not isinstance(number, Real):
        kind = type(number).__name__
        raise TypeError(f"expected one real number, not {kind}")
    return float(number)


class Value:
    """A number in a graph, `data`, and its gradient, `grad`. Both are floats.

    The gradient is a result's derivative with respect to the number. In an
    operation, a plain number beside a Value is made a Value. TypeError for
    what is not one real number; ValueError if children and local gradients
    differ in number; OverflowError for a power or exponential too large for
    a float.
    There are no other attributes (`__slots__`): keep yours in a dictionary,
    {p: 0.0 for p in parameters}, or in a subclass. RecursionError from
    `copy.deepcopy` and `pickle` for a chain of a hundred operations or so,
    since they nest calls along it.
    """

    __slots__ = ("data", "grad", "label", "_prev", "_op", "_local_grads")

    def __init__(self, data, _children=(), _op="", _local_grads=(), label=""):
        if len(_local_grads) != len(_children):
            raise ValueError(
                f"expected one local gradient for each child, "
                f"got {len(_local_grads)} for {len(_children)}"
            )
        self.data = data if type(data) is float else _real(data)
        self.grad = 0.0
        self.label = label
        self._prev = _children  # the Values it was made from, in order
        self._op = _op
        self._local_grads = _local_grads  # its derivative for each of them

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    def __add__(self, other):
        """The sum, a Value; derivatives 1 and 1."""
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data + other.data, (self, other), "+", (1.0, 1.0))

    def __mul__(self, other):
        """The product, a Value; the derivative for one factor is the other."""
        if not isinstance(other, Value):
            other = Value(other)
        local_grads = (other.data, self.data)
        return Value(self.data * other.data, (self, other), "*", local_grads)

    def __pow__(self, n):
        """self^n for a plain number n, a Value; derivative n self^(n-1).

        ZeroDivisionError for 0 to a negative power, ValueError for a
        fractional power of a negative number, which is not real.
        """
        op, x, n = f"**{n}", self.data, _real(n)
        if x == 0 and n < 0:
            raise ZeroDivisionError(f"{x} ** {n:g} divides by zero")
        if x < 0 and n % 1:
            raise ValueError(f"{x} ** {n:g} is not a real number")
        y = x**n
        try:
            slope = n * x ** (n - 1) if n else 0.0
        except ArithmeticError:  # too steep: a root at 0, 1/x near it
            slope = n * y / x if x else math.inf
        return Value(y, (self,), op, (slope,))

    def exp(self):
        """e to the power of self, a Value; derivative itself."""
        y = math.exp(self.data)
        return Value(y, (self,), "exp", (y,))

    def log(self):
        """The natural log, a Value; derivative 1/x. ValueError if x <= 0."""
        x = self.data
        if x <= 0:
            raise ValueError(f"log needs a positive number, not {x}")
        return Value(math.log(x), (self,), "log", (1 / x,))

    def tanh(self):
        """The hyperbolic tangent t, a Value; derivative 1 - t^2."""
        t = math.tanh(self.data)
        return Value(t, (self,), "tanh", (1 - t**2,))

    def relu(self):
        """max(self, 0), a Value; derivative 1 or 0 (0 at 0, as in PyTorch)."""
        x = self.data
        slope = 0.0 if x <= 0 else 1.0
        return Value(0.0 if x < 0 else x, (self,), "relu", (slope,))

    def backward(self):
        """Adds to each leaf's grad the derivative of self with respect to it.

        The grads of inner nodes start at 0. The chain rule, in reverse
        topological order, found without recursion.
        """
        topo, seen, stack = [], {self}, [self]
        while stack:
            for child in stack[-1]._prev:
                if child._prev and child not in seen:
                    seen.add(child)
                    child.grad = 0.0
                    stack.append(child)
                    break
            else:  # no child left to go down to
                topo.append(stack.pop())

        self.grad = 1.0 if self._prev else self.grad + 1.0
        for v in reversed(topo):
            for child, local_grad in zip(v._prev, v._local_grads):
                child.grad += local_grad * v.grad

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other if isinstance(other, Value) else -_real(other))

    def __truediv__(self, other):
        """The quotient, a Value, as self * other^-1.

        ZeroDivisionError if other is 0.
        """
        if not isinstance(other, Value):
            other = _real(other)
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return Value(other) - self

    def __rtruediv__(self, other):
        return Value(other) / self
