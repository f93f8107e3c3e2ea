"""What running the book in a browser has shown of its blocks, beyond what their code says: measured.json, which
tests/test_live_blocks.py writes and verifies."""

import hashlib
import json
from pathlib import Path

MEASURED = Path(__file__).with_name("measured.json")
STACK = "recurses deeper than the browser's stack"


def code_digest(code: str) -> str:
    """By which a block is known, wherever it stands: what was measured of other code says nothing."""
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def measured(code: str) -> dict[str, object]:
    """What the manifest says of a block by measurement: what it needs, whether it is heavy, and then whether a later
    block needs it."""
    return KNOWN.get(code_digest(code), {})


KNOWN: dict[str, dict[str, object]] = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
