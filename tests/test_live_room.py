"""The reader's Python in its closed room: what it shows, how it is stopped, and that nothing leads out of it."""

import http.server
import threading

import pytest
from room import blocks, room_marks

pytestmark = room_marks
# Every module of Pyodide that leads to JavaScript again, as somebody would get at it who knows how they are hidden.
UNHIDE = """
import sys
for name in [name for name, module in sys.modules.items() if module is None]:
    del sys.modules[name]
import js
"""
WAYS_OUT = {
    "fetch": "js.Object.getPrototypeOf(js.Object.getPrototypeOf(js.globalThis)).fetch(ADDRESS)",
    "XMLHttpRequest": "r = js.XMLHttpRequest.new(); r.open('GET', ADDRESS, False); r.send()",
    "WebSocket": "js.WebSocket.new(ADDRESS.replace('http', 'ws'))",
    "importScripts": "js.importScripts(ADDRESS)",
    "Worker": "js.Worker.new(ADDRESS)",
    "EventSource": "js.EventSource.new(ADDRESS)",
    "sendBeacon": "js.navigator.sendBeacon(ADDRESS)",
    "eval": "js.eval('1 + 1')",
    "constructors": "import pyodide.ffi\npyodide.ffi.to_js([1]).constructor.constructor('return 1')()",
    "the functions told of": "from scripts.live.runner import *\nimport gc\n"
    "hear = next(each.hear for each in gc.get_objects() if isinstance(each, Runner))\n"
    "hear.constructor('return 1')()",
    "ctypes": "import ctypes\nctypes.CDLL(None).emscripten_run_script(b'new Image().src = 1')",
    "urllib": "import urllib.request\nurllib.request.urlopen(ADDRESS)",
    "pyodide.http": "import pyodide.http\npyodide.http.open_url(ADDRESS)",
    "sockets": "import socket\nsocket.create_connection(('127.0.0.1', PORT), 1).recv(1)",
    "storage": "js.indexedDB.open('x')",
    "caches": "js.caches.open('x')",
    "the page": "js.parent.document",
    "the document": "js.document.cookie",
}


@pytest.fixture(scope="module")
def asked():
    """A server that answers everybody, and the paths it was asked for; its address is in `asked.address`."""

    class Asked(list):
        address = ""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_):
            pass

    paths = Asked()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        paths.address = f"http://127.0.0.1:{server.server_port}/"
        yield paths
        server.shutdown()


def test_a_block_shows_what_jupyter_would_show(reader):
    said = reader.run("print('a')\nimport sys; print('b', file=sys.stderr)\n[1.5] * 30", "x = 3;", "x;", "'é'", "None")
    heard = {}  # what is printed may come in pieces
    for part in said["heard"]:
        if part["kind"] not in ("start", "done"):
            heard[part["index"], part["kind"]] = heard.get((part["index"], part["kind"]), "") + part["text"]
    column = "[" + ",\n ".join(["1.5"] * 30) + "]"
    shown = {(0, "stdout"): "a\n", (0, "stderr"): "b\n", (0, "value"): column, (3, "value"): "'é'"}
    assert list(heard.items()) == list(shown.items())
    done = [(part["text"], part["raised"]) for part in said["heard"] if part["kind"] == "done"]
    assert done == [(f"a\nb\n{column}", False), (None, False), (None, False), ("'é'", False), (None, False)]


def test_an_error_names_its_line_and_those_it_came_through(reader):
    said = reader.run("def f(x):\n    return 1 / x", "y = 1\nf(0)", "1 +", "import numpy as np", "np.array")
    errors = [part for part in said["heard"] if part["kind"] == "error"]
    assert [(part["index"], part["text"], part["line"]) for part in errors] == [
        (1, "ZeroDivisionError: division by zero", 2),
        (2, "SyntaxError: invalid syntax", 1),
        (4, "ModuleNotFoundError: needs NumPy: this site was built without it", 1),
    ]
    assert errors[0]["frames"] == [["90-test#cell-2", 2, "<module>"], ["90-test#cell-1", 2, "f"]]


def test_an_error_that_is_not_announced_ends_the_run(reader):
    story = blocks("1 / 0", "2")
    story[0]["raises"] = False
    said = reader.show(story)
    assert (said["stopped"], said["at"], said["ran"]) == ("error", 0, 0)


def test_a_graph_is_drawn_and_is_a_file_as_the_book_records_it(reader):
    said = reader.run("from graphviz import Digraph\nd = Digraph()\nd.edge('a', 'b')\nd")
    (figure,) = [part["text"] for part in said["heard"] if part["kind"] == "figure"]
    assert figure.startswith("<svg") and "prefers-color-scheme" in figure
    assert said["heard"][-1]["figures"] == [figure] and said["heard"][-1]["text"] is None


@pytest.mark.parametrize("graph", ["Graph('g', engine='neato')", "Source('graph { a -- b }', engine='neato')"])
def test_any_graph_is_drawn_by_the_engine_that_it_names(reader, graph):
    code = f"import graphviz\ng = graphviz.{graph}\nif hasattr(g, 'edge'): g.edge('a', 'b')\n"
    ways = [reader.run(f"{code}g.engine = '{engine}'\ng")["heard"][-1] for engine in ("neato", "dot")]
    assert [len(way["figures"]) for way in ways] == [1, 1] and ways[0]["figures"] != ways[1]["figures"]


def test_what_is_printed_is_heard_while_the_block_runs(reader):
    said = reader.run("import time\nfor k in range(5):\n    print(k)\n    time.sleep(0.1)")
    chunks = [part["text"] for part in said["heard"] if part["kind"] == "stdout"]
    assert len(chunks) > 2 and "".join(chunks) == "0\n1\n2\n3\n4\n"


def test_a_flood_of_words_is_cut_off(reader):
    said = reader.run("while True:\n    print('x' * 1000)", deadline=500)
    assert said["stopped"] == "deadline"
    assert 100_000 < sum(len(part["text"]) for part in said["heard"] if part["kind"] == "stdout") < 300_000


@pytest.mark.parametrize(
    "endless",
    [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        pytest.param("sum(range(10**12))", marks=pytest.mark.slow),
    ],
)
def test_an_endless_block_is_stopped_and_the_next_one_runs(reader, endless):
    show = """(story) => room.show(story, 0, ({part}) => part.kind === "start" && setTimeout(() => room.stop(), 200))"""
    said = reader.page.evaluate(show, blocks("x = 1", endless))
    assert (said["stopped"], said["at"]) == ("stop", 1)
    assert reader.results(blocks("x = 1", "x + 1"), 1) == ["2"]


def test_a_deadline_counts_from_the_first_block_that_is_shown(reader):
    slow = "import time\nend = time.perf_counter() + 1.5\nwhile time.perf_counter() < end: pass"
    assert reader.results(blocks(slow, "1", note="91-late"), 1, deadline=1000) == ["1"]
    assert reader.run("while True: pass", deadline=100)["stopped"] == "deadline"


def test_a_newer_run_takes_the_place_of_one_that_waits(reader):
    race = """async (stories) => {
      const heard = [], hear = ({part}) => part.kind === "value" && heard.push(part.text);
      const shown = stories.map((story) => room.show(story, 0, hear));
      return [(await Promise.all(shown)).map((end) => end.stopped ?? "whole"), heard];
    }"""
    ends, heard = reader.page.evaluate(race, [blocks(str(n)) for n in range(5)])
    assert ends[1:] == ["newer", "newer", "newer", "whole"]
    assert heard[-1] == "4" and len(heard) < 3


def test_what_goes_deeper_than_the_browser_can_is_one_line_and_the_next_run_starts_anew(reader):
    said = reader.run("x = 1", "def f(n):\n    return f(n + 1)\nimport sys; sys.setrecursionlimit(10**9); f(0)")
    assert said["died"] == "Python was started again: it went deeper than the browser's stack."
    assert reader.results(blocks("x = 1", "x + 1"), 1) == ["2"]


@pytest.mark.parametrize(
    "eats", ["x = [bytearray(10**9) for _ in range(9)]", "x = [0]\nwhile True:\n    x += x", "x = bytearray(2 * 10**9)"]
)
def test_what_takes_too_much_memory_is_stopped_and_the_next_run_starts_anew(reader, eats):
    said = reader.run("x = 1", eats, "x")
    assert (said["stopped"], said["at"]) == ("memory", 1)  # in the block that takes it
    assert reader.results(blocks("x = 1", "x + 1"), 1) == ["2"]


def test_no_way_leads_out_of_the_room(reader, asked):
    port = asked.address.split(":")[2].strip("/")
    tried = [UNHIDE, *WAYS_OUT.values(), "import js", "import pyodide"]
    codes = [f"ADDRESS, PORT = {asked.address!r} + 'python', {port}\n{code}" for code in tried]
    said = reader.run(*codes)
    done = [part for part in said["heard"] if part["kind"] == "done"]
    assert not done[0]["raised"], "the test itself no longer gets at JavaScript"
    silent = {"fetch", "WebSocket", "Worker", "EventSource", "sendBeacon", "caches"}  # these fail later, or say nothing
    got = {name for name, part in zip(WAYS_OUT, done[1:], strict=False) if not part["raised"]}
    assert got <= silent
    reader.page.evaluate("(address) => fetch(address + 'page')", asked.address)  # later than whatever Python has asked
    assert asked == ["/page"]


def test_javascript_is_hidden_from_python(reader):
    for name in ("js", "pyodide", "pyodide_js", "pyodide.ffi"):
        assert reader.says(f"import {name}").startswith("ModuleNotFoundError")


def test_forged_messages_do_no_harm(reader):
    forge = (
        UNHIDE
        + "\nimport pyodide.ffi\nfor text in ['null', '1', '{}', '{\"number\": 1, \"parts\": 7}', '{\"parts\": []}']:"
    )
    forge += "\n    js.postMessage(js.JSON.parse(text))"
    assert "ModuleNotFound" not in str(reader.says(forge))
    assert reader.says("1 + 1") == "2"
