"""The closed room in Chromium, without a page around it: what the tests of the live parts share."""

import json
from pathlib import Path

import pytest
from browser import SITE, marks

LIVE = SITE / "live"
BOOK = json.loads((LIVE / "book.json").read_text(encoding="utf-8"))["notes"] if (LIVE / "book.json").exists() else []
room_marks = [*marks, pytest.mark.skipif(not BOOK, reason="no live parts in the site: make .venv/live site")]
OPEN = """async () => {
  const {Room} = await import(new URL("room.js", location.href));
  window.room = new Room(new URL(".", location.href).href);
  window.progress = [];
  await room.open((text) => progress.push(text));
}"""
SHOW = """async ({story, from, options}) => {
  const heard = [], start = performance.now();
  const end = await room.show(story, from, ({index, part}) => heard.push({index, ...part}), options);
  return {...end, heard, ms: performance.now() - start};
}"""


class Reader:
    """Somebody who has a room open."""

    def __init__(self, page):
        self.page = page
        page.set_default_timeout(0)  # the test's own limit ends it
        self.open()

    def open(self) -> None:
        self.page.evaluate(OPEN)

    def close(self) -> None:
        self.page.evaluate("room.close()")

    def show(self, story: list[dict], start: int = 0, **options) -> dict:
        """What the room says of a story, and all that was heard on the way."""
        return self.page.evaluate(SHOW, {"story": story, "from": start, "options": options})

    def results(self, story: list[dict], start: int = 0, **options) -> list[str | None]:
        """The text of each block that ran to its end."""
        return [part["text"] for part in self.show(story, start, **options)["heard"] if part["kind"] == "done"]

    def run(self, *codes: str, **options) -> dict:
        """What the room says of these blocks, run from the first on."""
        return self.show(blocks(*codes), **options)

    def says(self, code: str) -> str | None:
        """The text that a block gives in a fresh session."""
        return self.results(blocks(code))[0]


def blocks(*codes: str, note: str = "90-test") -> list[dict]:
    return [{"id": f"{note}#cell-{n}", "code": code, "raises": True} for n, code in enumerate(codes, 1)]


def block_of(cell: dict) -> dict:
    """A block of the manifest as one of a story; it is left out if it cannot run."""
    tags = cell.get("tags", [])
    said = {"raises": "raises-exception" in tags, "varies": "varies" in tags, "skip": "needs" in cell}
    return {"id": cell["id"], "code": cell["code"], "text": cell.get("text"), **said}


def recorded(path: str) -> bytes:
    return (Path("notes") / path).read_bytes()


@pytest.fixture(scope="module")
def reader(chromium, server):
    page = chromium.new_page()
    page.goto(f"{server}live/setting.json")  # a page of the site that has no script of its own
    yield Reader(page)
    page.close()
