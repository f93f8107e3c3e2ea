"""Runs notes: a kernel, what happens inside it, the states that are kept, the preview's document."""
