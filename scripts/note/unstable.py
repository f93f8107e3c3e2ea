"""What in a text would differ between two runs or two machines, or is no text that a note can hold."""

import os
import re
import tempfile
from pathlib import Path

NO_TEXT = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
UNSTABLE = {
    "a memory address": re.compile(r"(?<=\bat )0x[0-9a-fA-F]{4,}|\b0x(?:7[ef]|5[56])[0-9a-fA-F]{10}\b"),
    "a temporary name": re.compile(
        r"<ipython-input-\d+|\bipykernel_\d+|(?<![\w.])/(?:private/)?(?:var/)?tmp/\w[^\s'\"]*|/var/folders/\w+"
        r"|\btmp(?!_)(?=[a-z_]*\d)[a-z0-9_]{8}\b"
    ),
    "an absolute path": re.compile(
        r"(?:(?<=file://)|(?<![\w./!]))/(?:home|root|Users|usr(?!/s?bin/)|opt|var|mnt|srv|private|work|workspaces?|app|builds?"
        r"|nix|Applications|Library|Volumes)/[\w.-]+"
        r"|\b[A-Z]:[\\/]{1,2}(?:Users|Windows|Program|Temp|Python)\w*"
    ),
}


def unstable(text: str) -> str | None:
    """What in `text` would differ between two runs or machines, in words; None if nothing."""
    for what, pattern in (*UNSTABLE.items(), ("an absolute path", _folders_here())):
        if match := pattern.search(text):
            return f"{what} ({match[0]})"
    return None


def no_text(text: str) -> str | None:
    """The first character of `text` that a note can't hold, as Python writes it; None if there is none."""
    match = NO_TEXT.search(text)
    return ascii(match[0]) if match else None


def _folders_here() -> re.Pattern[str]:
    """The folders whose names are this machine's: where we are, at home, Python's own, the temporary ones."""
    folders = {os.getcwd(), str(Path.home()), tempfile.gettempdir(), os.path.dirname(os.__file__)}
    names = sorted((re.escape(folder) for folder in folders if len(folder) > 1), reverse=True)
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(names)})(?![\w-])[\w./\\-]*")
