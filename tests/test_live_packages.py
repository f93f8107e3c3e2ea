"""Packages of Pyodide's distribution: taken if they are what its lock says, loaded before the reader's first block."""

import functools
import hashlib
import http.server
import subprocess
import sys
import threading

import pytest
from browser import Quiet
from conftest import a_note, cell
from room import Reader, blocks, room_marks

from scripts.common.problem import Problem
from scripts.live import build
from scripts.live.packages import distributed

CSS = "css_inline-0.24.0-cp310-abi3-pyemscripten_2026_0_wasm32.whl"  # compiled, and needs nothing else


def with_a_room(test):
    for mark in room_marks:
        test = mark(test)
    return test


def entry(name: str, content: bytes, *depends: str) -> dict:
    digest = hashlib.sha256(content).hexdigest()
    more = {"depends": list(depends), "imports": [name], "install_dir": "site", "package_type": "package"}
    return {"name": name, "version": "1", "file_name": f"{name}.whl", "sha256": digest} | more


def lock_of(*entries: dict) -> dict:
    return {"info": {"python": "3.14.2"}, "packages": {each["name"]: each for each in entries}}


def test_a_package_comes_with_what_it_needs(tmp_path):
    lock = lock_of(entry("a", b"A", "b"), entry("b", b"B", "a"), entry("c", b"C"))
    for name in "abc":
        (tmp_path / f"{name}.whl").write_bytes(name.upper().encode())
    entries, files = distributed(tmp_path, ["a", "x"], lock)
    assert entries.keys() == {"a", "b"} and files == {"a.whl": b"A", "b.whl": b"B"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a": b"A"}, "b.whl: missing, and needed"),
        ({"a": b"A", "b": b"changed"}, "b.whl: not what Pyodide's lock says"),
        ({}, "none of a is here"),
    ],
)
def test_a_distribution_that_is_not_whole_or_not_what_the_lock_says_is_refused(tmp_path, files, said):
    for name, content in files.items():
        (tmp_path / f"{name}.whl").write_bytes(content)
    with pytest.raises(Problem, match=said):
        distributed(tmp_path, ["a"], lock_of(entry("a", b"A", "b"), entry("b", b"B")))


@pytest.fixture
def folder(tmp_path_factory):
    """A distribution with one compiled package, from the registry."""
    folder = tmp_path_factory.mktemp("distribution")
    where = ["--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14", "--only-binary", ":all:"]
    asked = ["download", "--quiet", "--no-deps", "--dest", str(folder), *where, "--abi", "abi3", "css-inline==0.24.0"]
    done = subprocess.run([sys.executable, "-m", "pip", *asked], capture_output=True, text=True)
    if not (folder / CSS).exists():
        pytest.skip(f"the registry does not give css-inline for Pyodide: {done.stderr.strip()[-200:]}")
    return folder


@pytest.mark.slow
@with_a_room
def test_a_compiled_package_is_there_before_the_first_copy_of_the_memory(chromium, book, folder, monkeypatch):
    wheel = entry("css_inline", (folder / CSS).read_bytes()) | {"file_name": CSS}
    lock = build.pyodide_lock()
    lock["packages"] = {"css-inline": wheel | {"name": "css-inline"}}
    monkeypatch.setattr(build, "pyodide_lock", lambda: lock)
    monkeypatch.setattr(build, "WITHOUT", {"css-inline": "needs css-inline", "torch": "no"})
    book["00-a.md"] = a_note(cell("import css_inline\ncss_inline.inline('<p>')"))
    build.build_live(folder)
    handler = functools.partial(Quiet, directory=str(book.root / "build" / "site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/live/setting.json")
        reader = Reader(page)
        style = "css_inline.inline('<style>p { color: red }</style><p>%s</p>')"
        story = blocks("import css_inline", f"x = {style % 'a'}\n'color: red' in x", "len(x)")
        first = reader.results(story)
        assert first[1] == "True"
        for n in range(50):  # put back, and run again
            story[1]["code"] = f"x = {style % ('a' * n)}\n'color: red' in x"
            assert reader.results(story, 1)[0] == "True"
        story[1]["code"] = f"x = {style % 'a'}\n'color: red' in x"
        assert [None, *reader.results(story, 1)] == first
        page.close()
        server.shutdown()
