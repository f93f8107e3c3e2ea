"""Signs that a keyboard lacks and a page has."""

import re

HYPHEN = re.compile(r"(?<![\w–.-])-(?=\.?\d)|(?<=[\d)] )-(?= [\d(])")  # one that is meant as a minus


def minus(text: str) -> str:
    """Prose whose negative numbers and differences have a minus."""
    return HYPHEN.sub("−", text)
