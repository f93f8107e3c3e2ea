# Made by `make tangle` from notes/01-a-value.md, notes/02-used.md, notes/03-what-is-rare.md. Edit the notes: changes here are lost.
import math


class Value:
    """A number that adds."""

    def __init__(self, data):
        self.data = data

    def __add__(self, other):
        return Value(self.data + other.data)

    def __repr__(self):
        return f"Value({self.data})"


@staticmethod
def total(values):
    """Their sum."""
    return sum(value.data for value in values)


# Below another definition.
# In two lines.
def half2(x):
    """Of *any* number:

```
half2(2)
```
    """
    return x / 2
