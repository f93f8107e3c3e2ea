"""What a terminal would show of what was printed to it: colours left out, overwritten letters overwritten."""

import re

ANSI = re.compile(r"\x1b\[[0-9;:]*m")
MOVES = re.compile(r"(\r|\x08|\x1b\[[02]?K)")


def as_shown(text: str) -> str:
    """The text as it stands in the end, without colours, carriage returns, backspaces and erasures."""
    text = ANSI.sub("", text)
    return "\n".join(map(_line, text.split("\n"))) if MOVES.search(text) else text


def _line(text: str) -> str:
    line, at = list[str](), 0
    for part in MOVES.split(text):
        if part == "\r":
            at = 0
        elif part == "\x08":
            at = max(0, at - 1)
        elif part.startswith("\x1b"):
            del line[0 if part == "\x1b[2K" else at :]
        elif part:
            line += " " * (at - len(line))
            line[at : at + len(part)] = part
            at += len(part)
    return "".join(line)
