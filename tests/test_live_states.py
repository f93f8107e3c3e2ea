"""Time travel in the reader's browser: whatever was edited, run, stopped or broken before, the results are those of a
fresh interpreter."""

import random

import pytest
from room import blocks, room_marks

pytestmark = room_marks
# A page of five blocks, each with what a reader may make of it. They write files, leave them open, start tasks, let the
# memory grow, collect garbage, raise, recurse and say where their objects are.
PAGE = [
    ["x = 3.0", "x = 2", "import os; os.chdir('/tmp'); x = 5", "x = [object() for _ in range(50_000)]", "1 / 0"],
    [
        "log = open('log.txt', 'w'); log.write(f'{x!r:.40}\\n'); log.flush(); log.fileno()",
        "import os; os.makedirs('a/b', exist_ok=True); open('a/b/c', 'a').write('x'); os.listdir('a/b')",
        "big = bytearray(40_000_000); big[-1] = 7; sum(big)",
        "import asyncio; task = asyncio.new_event_loop().create_task(asyncio.sleep(3)); task.cancelled()",
        "async def later():\n    await asyncio.sleep(0.001)\n    return 5\nimport asyncio; await later()",
    ],
    [
        "import gc; len(gc.get_objects()) > 0, gc.collect() >= 0, gc.get_count()[2]",
        "def deep(n):\n    return n and deep(n - 1)\ntry: deep(10**6)\nexcept RecursionError as e: print(e)",
        "import random; random.seed(7); [random.random() for _ in range(3)]",
        "def numbers():\n    yield from range(10)\ng = numbers(); next(g)",
    ],
    [
        "print(x if not isinstance(x, list) else len(x))\nclass A: pass\na = A(); id(a), hash('abc')",
        "{'b', 'a', 'c'}, x",
    ],
    [
        "import os; sorted(os.listdir('.')), os.getcwd(), open('new.txt', 'a').write('y'), open('new.txt').read()",
        "log.write('two\\n'); log.flush(); open(log.name).read()",
        "f = open('q', 'w'); f.fileno(), next(g)",
    ],
]
ENDLESS = "while True:\n    x = 1"


def story_of(choice: tuple[int, ...]) -> list[dict]:
    return blocks(*(variants[n] for variants, n in zip(PAGE, choice, strict=True)))


def travel(reader, steps: int, seed: int) -> dict[tuple[int, ...], set[str]]:
    """What a reader has seen of each page after that many random edits, runs, stops and resets."""
    rng, seen, now, limit = random.Random(seed), {}, [0] * 5, 12
    for _ in range(steps):
        at, what = rng.randrange(5), rng.random()
        if what < 0.1:  # an endless loop in its place, stopped
            broken = story_of(tuple(now))
            broken[at]["code"] = ENDLESS
            assert reader.show(broken, at, deadline=150)["stopped"] == "deadline"
        elif what < 0.2:
            now, at = [0] * 5, 0
        elif len(seen) < limit or what < 0.3:
            now[at] = rng.randrange(len(PAGE[at]))
        else:  # back to a page seen before
            other = list(rng.choice(sorted(seen)))
            at, now = next((n for n in range(5) if other[n] != now[n]), 4), other
        if tuple(now) not in seen and len(seen) > steps // 6:
            now, at = list(rng.choice(sorted(seen))), 0
        whole = reader.show(story_of(tuple(now))) if what > 0.9 else None  # another run of all of it, from the start
        story = story_of(tuple(now))
        said = reader.show(story, 0 if whole is None and what < 0.2 else at)
        assert "died" not in said and not said.get("stopped")
        done = [(part["index"], part["text"]) for part in said["heard"] if part["kind"] == "done"]
        for index, text in done:
            seen.setdefault(tuple(now), set()).add(f"{index}: {text}")
    return seen


def fresh(reader, choice: tuple[int, ...]) -> set[str]:
    """What a page says in an interpreter that has just started."""
    reader.close()
    reader.open()
    return {f"{n}: {text}" for n, text in enumerate(reader.results(story_of(choice)))}


@pytest.mark.parametrize("steps", [20, pytest.param(300, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])])
def test_whatever_was_done_before_a_page_says_what_a_fresh_interpreter_says(reader, steps):
    seen = travel(reader, steps, seed=steps)
    pages = sorted(seen) if steps > 100 else sorted(seen)[:1]
    assert {choice: lies for choice in pages if (lies := seen[choice] - fresh(reader, choice))} == {}
