"""What the page that answers costs: until its first result, for each movement of a dragged number, and in bytes."""

import functools
import gzip
import http.server
import json
import re
import shutil
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.common.problem import Problem

PARTS = Path("build/site/live")
NOTES = (3, 6, 9, 11, 14)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WITH_A_POINT = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])")
ON_A_PAGE = """async ({story, from, moves}) => {
  const {Room} = await import(new URL("room.js", location.href));
  const start = performance.now(), room = new Room(new URL(".", location.href).href), times = [];
  await room.open(() => {});
  let first;
  await room.show(story.slice(0, from + 1), from, () => (first ??= performance.now() - start));
  const next = performance.now();
  await room.show(story.slice(0, from + 2), from + 1, () => {});
  const further = performance.now() - next;
  await room.show(story, from + 2, () => {});
  for (const {at, code} of moves) {
    story[at] = {...story[at], code};
    const began = performance.now();
    await room.show(story, at, () => {});
    times.push(performance.now() - began);
  }
  room.close();
  return {first, further, times};
}"""


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder that is served meanwhile."""
    handler = functools.partial(Silent, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def chromium() -> str:
    """The program. Raises Problem if it is not here, or the site has no live parts."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program or not (PARTS / "book.json").exists():
        raise Problem(
            "make bench", "no Chromium, or no live parts in build/site", "make site, apt install chromium", status=2
        )
    return program


def block(cell: dict[str, Any]) -> dict[str, Any]:
    return {"id": cell["id"], "code": cell["code"], "raises": True, "skip": "needs" in cell or "heavy" in cell}


def movements_of(cells: list[dict[str, Any]], start: int) -> list[dict[str, Any]]:
    """Twenty movements of the first number with a point that stands on a page."""
    at = next(
        n for n, cell in enumerate(cells) if n >= start and "needs" not in cell and WITH_A_POINT.search(cell["code"])
    )
    return [{"at": at, "code": WITH_A_POINT.sub(f"{1 + n / 10:.1f}", cells[at]["code"], count=1)} for n in range(20)]


def live() -> list[list[str]]:
    """The page that answers, in Chromium from localhost, each note in a profile of its own."""
    from playwright.sync_api import sync_playwright

    program = chromium()
    notes = json.loads((PARTS / "book.json").read_text(encoding="utf-8"))["notes"]
    firsts, furthers, movements = [], [], {}
    with sync_playwright() as playwright, served(PARTS.parent) as address:
        for number in NOTES:
            cells = [cell for note in notes[: number + 1] for cell in note["cells"]]
            start = len(cells) - len(notes[number]["cells"])
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            page = browser.new_page()
            page.set_default_timeout(0)
            page.goto(address + "live/setting.json")
            told = {"story": [block(cell) for cell in cells], "from": start, "moves": movements_of(cells, start)}
            found = page.evaluate(ON_A_PAGE, told)
            browser.close()
            firsts.append(found["first"])
            furthers.append(found["further"])
            movements[number] = statistics.median(found["times"])
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in PARTS.iterdir())
    most = max(movements, key=lambda number: movements[number])
    return [
        [
            "live: until the first result, cold, five notes up to 14, median",
            f"{statistics.median(firsts) / 1000:.1f} s",
            "1",
        ],
        ["live: the slowest of them", f"{max(firsts) / 1000:.1f} s", f"{max(firsts) / statistics.median(firsts):.3g}"],
        ["live: a further block", f"{statistics.median(furthers):.0f} ms", ""],
        [
            "live: a movement to all results below, median of notes",
            f"{statistics.median(movements.values()):.0f} ms",
            "",
        ],
        [f"live: the same, the slowest note ({most:02})", f"{movements[most]:.0f} ms", ""],
        ["live: transfer on first use, gzipped", f"{size / 1e6:.2f} MB", ""],
    ]
