"""Every block that can run in a browser gives there what the book records. Takes minutes. With --regen-all, what was
measured of the blocks is written anew, into scripts/live/measured.json."""

import json
import re
from collections.abc import Iterator

import pytest
from conftest import ROOT
from room import block_of, blocks, recorded, room_marks

from scripts.live.manifest import manifest
from scripts.live.measured import MEASURED, STACK, measured
from scripts.live.needs import lacking
from scripts.note.compare import same_figure
from scripts.note.folder import all_notes
from scripts.note.format import Cell, Check
from scripts.note.lock import digest

pytestmark = [*room_marks, pytest.mark.slow, pytest.mark.timeout(3600)]
LOOP = "s = 0\nfor i in range(1_000_000):\n    s += i * i"
HEAVY = 10  # times as long as this loop, which takes a tenth of a second on a fast machine


@pytest.fixture(autouse=True)
def in_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def cells() -> list[dict]:
    return [cell for note in json.loads(manifest(all_notes(), set()))["notes"] for cell in note["cells"]]


def with_checks() -> Iterator[dict]:
    """The book as a story, with those of its checks that ask nothing of what a block left out has used."""
    notes, known = all_notes(), iter(cells())
    code = [block for note in notes for block in note.blocks if isinstance(block, Cell | Check)]
    reasons = lacking([block.source if isinstance(block, Cell) else block.expression for block in code], set())
    touched, told = set[tuple[str, str]](), {"id": ""}
    for block, reason in zip(code, reasons, strict=True):
        if isinstance(block, Cell):
            yield (told := block_of(next(known)))
            touched |= {(told["id"].split("#")[0], word) for word in words(block.source) if told["skip"]}
        else:
            source = f"assert {block.expression}"
            yield {
                "id": f"99-check#{block.line}: {block.expression}",
                "code": source,
                "skip": bool(reason)
                or any((told["id"].split("#")[0], word) in touched for word in words(block.expression)),
            }


def words(code: str) -> set[str]:
    return set(re.findall(r"[^\W\d]\w*", code))


def run_all(reader, story: list[dict]) -> tuple[list[dict], list[dict]]:
    """What each block of a story gave when it ended, with the block itself; and those that were fatal."""
    start, done, fatal = 0, {}, []
    for block in story:
        block["announced"], block["raises"] = block.get("raises", False), True
    while start < len(story):
        said = reader.show(story, start)
        done |= {part["index"]: part | story[part["index"]] for part in said["heard"] if part["kind"] == "done"}
        if "died" not in said:
            break
        fatal.append(story[said["at"]])
        fatal[-1]["skip"], start = True, said["at"] + 1
    return [done[index] for index in sorted(done)], fatal


def different(done: list[dict]) -> dict[str, str]:
    return {each["id"]: each["text"] for each in done if each.get("same") is False}


def test_every_live_block_gives_what_is_recorded(reader, request):
    if request.config.getoption("regen_all"):
        write_measured(reader)
    story = list(with_checks())
    done, fatal = run_all(reader, story)
    assert [block["id"] for block in fatal] == []
    assert {each["id"]: each["text"] for each in done if each["raised"] != each["announced"]} == {}
    found, known = different(done), {cell["id"] for cell in cells() if cell.get("differs")}
    print(
        "other words in this Python, or other digits:", *(f"{name}: {text!r}" for name, text in found.items()), sep="\n"
    )
    assert found.keys() == known
    live = [each for each in done if not each["id"].startswith("99-")]
    print(f"{len(live)} of {len(cells())} blocks are live, {len(live) - len(found)} of them give what is recorded")
    assert len(live) == sum("needs" not in cell for cell in cells()) > 500


def test_every_figure_of_a_live_block_is_the_recorded_one(reader):
    story = [cell for cell in cells()]
    done, _ = run_all(reader, [block_of(cell) for cell in story])
    drawn = {each["id"]: each["figures"] for each in done}
    expected = {cell["id"]: [recorded(each["path"]) for each in cell.get("figures", [])] for cell in story}
    live = [name for name in drawn if drawn[name] or expected[name]]
    assert len(live) > 20
    for name in live:
        figures = [each.encode() for each in drawn[name]]
        assert len(figures) == len(expected[name]) and all(map(same_figure, figures, expected[name])), name


def test_heavy_blocks_that_nothing_needs_can_be_left_out(reader):
    left_out = {cell["id"] for cell in cells() if cell.get("heavy") and not cell.get("later")}
    assert left_out
    story = [block | {"skip": block.get("skip") or block["id"] in left_out} for block in with_checks()]
    done, _ = run_all(reader, story)
    assert different(done).keys() == {cell["id"] for cell in cells() if cell.get("differs")} - left_out
    assert {each["id"]: each["text"] for each in done if each["raised"] != each["announced"]} == {}


def write_measured(reader) -> None:
    """Measures every block that may run, and writes what was found."""
    may_run, before = (
        [block_of(cell) for cell in cells()],
        [cell for cell in cells() if measured(cell["code"]).get("needs")],
    )
    loop = min(reader.show(blocks(LOOP))["heard"][-1]["ms"] for _ in range(3))
    done, fatal = run_all(reader, may_run)
    again, _ = run_all(reader, may_run)
    heavy = [a["id"] for a, b in zip(done, again, strict=True) if min(a["ms"], b["ms"]) > HEAVY * loop]
    needed = set[str]()
    while later := first_different(reader, may_run, again, set(heavy) - needed):
        needed.add(max(name for name in set(heavy) - needed if name < later))
    # A long chain kills where it is freed: by hand, the block that made it can be named in that one's place.
    found = {block["id"]: {"needs": STACK} for block in [*fatal, *before]}
    found |= {name: {"differs": True} for name in different(again)}
    found |= {name: {"heavy": True} | ({"later": True} if name in needed else {}) for name in heavy}
    code = {cell["id"]: cell["code"] for cell in cells()}
    said = {digest(code[name], ()): {"block": name} | found[name] for name in sorted(found)}
    MEASURED.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def first_different(reader, story: list[dict], before: list[dict], left_out: set[str]) -> str | None:
    """The first block that does not say what it said before, if these are left out."""
    done, _ = run_all(reader, [block | {"skip": block["skip"] or block["id"] in left_out} for block in story])
    texts = {each["id"]: each["text"] for each in before if not each["varies"]}
    return next((each["id"] for each in done if each["id"] in texts and texts[each["id"]] != each["text"]), None)
