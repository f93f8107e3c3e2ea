# Made by `make tangle` from notes/02-used.md. Edit the notes: changes here are lost.
from micrograd.engine import Value

__all__ = ["Value"]
