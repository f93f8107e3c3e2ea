"""What running the book in a browser has shown of its blocks, beyond what their code says: measured.json, which
tests/test_live_blocks.py writes and verifies."""

import json
from pathlib import Path

from scripts.note.lock import digest

MEASURED = Path(__file__).with_name("measured.json")
STACK = "recurses deeper than the browser's stack"
KNOWN: dict[str, dict[str, object]] = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}


def measured(code: str) -> dict[str, object]:
    """What was measured of a block with this code, wherever it stands: what it needs, whether it is heavy and whether
    something later needs it then, whether this Python says it in other words or digits."""
    return KNOWN.get(digest(code, ()), {})
