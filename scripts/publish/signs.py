"""Signs that a keyboard lacks and a page has."""

import re

HYPHEN = re.compile(r"(?<![\w–.-])-(?=\.?\d)|(?<=[\d)] )-(?= [\d(])")  # one that is meant as a minus
PER_CENT = re.compile(r"(?<=\d) %")


def with_signs(text: str) -> str:
    """Prose whose negative numbers and differences have a minus, and whose numbers keep their per cent."""
    return PER_CENT.sub("\N{NO-BREAK SPACE}%", HYPHEN.sub("−", text))
