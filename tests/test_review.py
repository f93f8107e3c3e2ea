"""What differs from the last commit: shown in lines and on a page, accepted or put back."""

import http.client
import re
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest
from conftest import a_note, cell, output

from scripts.common.problem import Problem
from scripts.note.format import Figure, Note
from scripts.note.lock import read_lock
from scripts.note.review import Change, Version, cells_before, changes, told

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><text y="15">{}</text></svg>\n'
DRAW = "from IPython.display import SVG\nSVG('" + SVG.strip() + "')"
FIGURE = "![A word](figures/word.svg)"
NOTE = a_note(
    cell("x = 1"),
    cell("x"),
    output("1"),
    "Words.",
    cell(DRAW.format("one")),
    FIGURE,
    cell("'a', 2"),
    output("('a', 2)"),
)


def git(book, *arguments: str) -> None:
    settings = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *settings, *arguments], cwd=book.root, check=True, capture_output=True)


@pytest.fixture
def kept(book):
    """A book that has been run and committed."""
    book["00-a.md"], book["01-b.md"] = NOTE, a_note("Words.", cell("7"), output("7"))
    assert book.here("run")[0] == 0
    (book.root / ".gitignore").write_text("build\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "All"]):
        git(book, *arguments)
    return book


@pytest.fixture
def changed(kept):
    """The same after an edit and a run: one text and one figure differ."""
    kept["00-a.md"] = kept["00-a.md"].replace("x = 1", "x = 2").replace(">one<", ">two<")
    assert kept.here("run")[0] == 0
    return kept


LINES = """notes/00-a.md:11
  - 1
  + 2
notes/00-a.md:22
  - figures/word.svg ({0} bytes)
  + figures/word.svg ({0} bytes)
"""


def test_what_a_run_changed_is_said_at_its_end_by_place(kept):
    kept["00-a.md"] = kept["00-a.md"].replace("x = 1", "x = 2\n\n").replace(">one<", ">two<")
    status, out, _ = kept.here("run")
    said = "\n\nchanged (make review shows old and new):\nnotes/00-a.md:13\nnotes/00-a.md:24\n"
    assert status == 0 and out.endswith(said)
    assert "changed" not in kept.here("run")[1]
    kept["00-a.md"], kept["01-b.md"] = kept["00-a.md"].replace("x = 2", "x = 3"), a_note(cell("1 / 0"))
    status, out, _ = kept.here("run")
    assert status == 1 and out.endswith(said.replace("notes/00-a.md:24\n", ""))


def test_nothing_differs_from_a_commit_until_a_run_changes_it(kept):
    assert kept.here("review") == (0, "every result is as committed, or accepted\n", "")
    kept["00-a.md"] = kept["00-a.md"].replace("Words.", "Other words.").replace("A word", "Another alt text")
    assert changes(kept.root / "notes") == []


def test_each_change_is_shown_with_its_place_and_old_and_new_in_lines(changed):
    size = f"{changed.figure('word.svg').stat().st_size:,}"
    assert changed.here("review") == (0, LINES.format(size), "")


def test_a_note_that_was_committed_as_no_text_is_refused():
    with pytest.raises(Problem, match=r"^HEAD:notes/00-a.md: not UTF-8 text\n  commit the note as it is now$"):
        cells_before(Note("notes/00-a.md", "# A\n"), {"00-a.md": b"\xff"})


def test_a_cell_that_became_two_is_neither_of_them():
    now = Note("notes/00-a.md", a_note(*map(cell, "1ab3")))
    earlier = cells_before(now, {"00-a.md": a_note(*map(cell, "123")).encode()})
    assert {number: cell.source for number, cell in earlier.items()} == {0: "1", 3: "3"}


def test_of_several_figures_of_a_cell_those_that_differ_are_named():
    note, figures = Note("notes/00-a.md", a_note(cell("draw()"))), [Figure(7, "", f"figures/{n}.svg") for n in range(3)]
    old, new = (
        Version(text, tuple(zip(figures, drawn, strict=True)))
        for text, drawn in (("nearly", (b"", b"", b"a")), ("clearly", (b"", b"bb", b"a")))
    )
    lines = "\n  - nearly\n  + clearly\n  - figures/1.svg (0 bytes)\n  + figures/1.svg (2 bytes)"
    assert told(Change(note, 0, old, new)) == f"notes/00-a.md:3{lines}"


def test_only_the_lines_of_a_long_result_that_differ_are_marked(kept):
    kept["01-b.md"] = kept["01-b.md"].replace("```output\n7", "```output\n6\n7\n8")
    assert kept.here("review")[1] == "notes/01-b.md:9\n  + 6\n    7\n  + 8\n"


def test_a_result_is_found_again_wherever_its_code_has_gone(kept):
    text = kept["00-a.md"].replace(
        f"{cell('x = 1')}\n\n", f"{cell('y = 5')}\n\n{cell('y')}\n\n{output('5')}\n\n{cell('x = 1')}\n\n"
    )
    kept["00-a.md"] = text.replace("('a', 2)", "('b', 2)")
    assert [(change.old.text, change.new.text) for change in changes(kept.root / "notes")] == [
        (None, "5"),
        ("('a', 2)", "('b', 2)"),
    ]


def test_a_note_that_is_not_committed_yet_has_only_new_results(kept):
    kept["02-c.md"] = a_note(cell("1"), output("1"), cell("2"))
    assert kept.here("review")[1] == "notes/02-c.md:7\n  + 1\n"
    assert kept.here("review", "--put-back", "notes/02-c.md")[1] == "notes/02-c.md:7: as committed\n"
    assert kept["02-c.md"] == a_note(cell("1"), cell("2"))


def test_all_that_is_put_back_is_byte_for_byte_as_committed(changed):
    text = changed["00-a.md"]
    assert changed.here("review", "--put-back", "all")[1:] == (
        "notes/00-a.md:11: as committed\nnotes/00-a.md:22: as committed\n",
        "",
    )
    assert changed["00-a.md"] == text.replace(output("2"), output("1"))
    changed["00-a.md"] = changed["00-a.md"].replace("x = 2", "x = 1").replace(">two<", ">one<")
    assert subprocess.run(["git", "diff", "--exit-code"], cwd=changed.root, capture_output=True).returncode == 0
    assert changed.here("run")[1].count("as recorded") == 2


def test_what_is_put_back_alone_leaves_the_others_and_the_authors_words(changed):
    changed["00-a.md"] = changed["00-a.md"].replace("A word", "What it shows").replace("figures/word", "figures/new")
    changed.figure("word.svg").rename(changed.figure("new.svg"))
    assert changed.here("review", "--put-back", "notes/00-a.md:22")[1] == "notes/00-a.md:22: as committed\n"
    assert output("2") in changed["00-a.md"] and "![What it shows](figures/new.svg)" in changed["00-a.md"]
    assert ">one<" in changed.figure("new.svg").read_text()
    assert changed.here("review")[1] == "notes/00-a.md:11\n  - 1\n  + 2\n"
    assert len(read_lock(changed.root / "notes")["00-a.md"]) == 3


def test_a_result_that_was_changed_by_hand_is_not_made_a_recorded_one_by_what_is_put_back(changed):
    changed["00-a.md"] = changed["00-a.md"].replace(output("('a', 2)"), output("('a', 3)"))
    assert changed.here("review", "--put-back", "notes/00-a.md:11")[0] == 0
    assert len(read_lock(changed.root / "notes")["00-a.md"]) == 2


def test_figures_that_were_lost_or_are_new_are_put_back_too(kept):
    kept["00-a.md"] = kept["00-a.md"].replace(f"{FIGURE}\n\n", "")
    kept["01-b.md"] = kept["01-b.md"].replace(output("7"), "![B](figures/b.svg)")
    kept.figure("word.svg").unlink()
    kept.figure("b.svg").write_text(SVG.format("b"))
    assert kept.here("review", "--put-back", "all")[0] == 0
    assert subprocess.run(["git", "status", "--porcelain"], cwd=kept.root, capture_output=True).stdout == b""


def test_a_figure_is_not_put_back_over_that_of_another_cell(kept):
    kept["00-a.md"] = kept["00-a.md"].replace(f"{FIGURE}\n\n", "").replace(output("1"), f"{output('1')}\n\n{FIGURE}")
    status, _, complaint = kept.here("review", "--put-back", "notes/00-a.md:19")
    assert (status, complaint.partition("\n")[0]) == (1, "notes/00-a.md:19: figures/word.svg is another cell's now")


def test_what_is_accepted_is_not_shown_again_until_it_changes_again(changed):
    text = changed.files("notes")
    assert changed.here("review", "--accept", "notes/00-a.md:11", "notes/00-a.md:22")[1].count("accepted") == 2
    assert changed.here("review")[1] == "every result is as committed, or accepted\n"
    assert changed.files("notes") == text
    changed["00-a.md"] = changed["00-a.md"].replace("x = 2", "x = 3")
    changed.here("run")
    assert changed.here("review")[1] == "notes/00-a.md:11\n  - 1\n  + 3\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--put-back", "notes/00-a.md:12"],
            "notes/00-a.md:12: no result there differs from the last commit\n  make review li",
        ),
        (
            ["--accept", "notes/01-b.md"],
            "notes/01-b.md: no result there differs from the last commit\n  make review lists",
        ),
        (["--acept"], "unrecognized arguments: --acept; usage: python -m scripts.review"),
        (["--accept"], "argument --accept: expected at least one argument; usage:"),
        (["x"], "argument port: invalid port value: 'x'; usage:"),
    ],
)
def test_what_it_does_not_know_is_one_line_and_changes_nothing(changed, arguments, said):
    before = changed.files("notes")
    status, out, complaint = changed.here("review", *arguments)
    assert (status, out) == (2, "") and complaint.startswith(said)
    assert changed.files("notes") == before


def test_a_machine_without_git_is_told_so(kept, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert kept.here("review") == (2, "", "git: is not installed here\n  install it\n")


def test_notes_that_no_commit_has_yet_have_only_new_results(kept):
    git(kept, "rm", "-rq", "--cached", "notes")
    git(kept, "commit", "-qm", "Nothing of the notes")
    assert [change.old.text for change in changes(kept.root / "notes")] == [None] * 4


def test_a_folder_without_a_commit_is_refused(book):
    book["00-a.md"] = NOTE
    said = "git: nothing is committed here\n  git init; git add .; git commit\n"
    assert book.here("review") == (2, "", said)
    git(book, "init", "-q")
    assert book.here("review") == (2, "", said)


@pytest.fixture
def page(changed):
    """The address of the page of `make review`, which Ctrl-C ends."""
    process = changed.start("-m", "scripts.review", "0")
    try:
        line = next(line for line in process.stdout if line.startswith("http"))
        yield line.split()[0]
        process.send_signal(signal.SIGINT)
        complaint = process.communicate(timeout=60)[1]
        assert (process.returncode, complaint.count("Traceback")) == (130, 0)
    finally:
        process.kill()
        process.communicate()


def asked(address: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
    """The status and the text of an answer, which no page of another kind may be made of, and nobody keeps."""
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        answer = urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        return answer.status, answer.read().decode()


def kind(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.headers["Content-Type"]


def test_the_page_shows_old_beside_new_and_does_what_its_own_buttons_say_and_nobody_elses(changed, page):
    _, text = asked(page)
    assert "<h1>2 results differ from the last commit</h1>" in text
    assert "<pre><del>1</del></pre>" in text and "<pre><ins>2</ins></pre>" in text
    pictures = [page.rstrip("/") + path.replace("&amp;", "&") for path in re.findall(r'<img src="([^"]+)"', text)]
    assert [">one<" in asked(picture)[1] for picture in pictures] == [True, False]
    kinds = ["text/html; charset=utf-8", "text/css", "image/svg+xml"]
    assert [kind(address) for address in (page, page + "review.css", pictures[0])] == kinds
    assert not re.search(r"""(src|href|action)=["']?http""", text) and "<script" not in text
    token, key = re.search(r'name="token" value="([^"]+)"', text)[1], re.findall(r'name="key" value="([^"]+)"', text)[1]
    form = {"token": token, "key": key, "do": "put back"}
    assert asked(page, form | {"token": "guessed"}) == (403, "not from this page")
    assert asked(page, form, Host="evil.example.org")[0] == asked(page, Host="evil.example.org")[0] == 403
    bare = http.client.HTTPConnection(page.split("/")[2], timeout=60)
    bare.putrequest("POST", "/")  # and says nothing of a length
    bare.endheaders()
    assert bare.getresponse().status == 403
    bare.close()
    addresses = [f"picture?key={key}&side=old&number={number}" for number in ("1", "%C2%B2", "")]
    for address in "notes", "picture", "picture?key=../../x&side=old&number=0", *addresses:
        assert asked(page + address) == (404, "nothing here")
    assert asked(page, form | {"do": "guessed"}, Host=page.split("/")[2].replace("127.0.0.1", "localhost"))[0] == 200
    assert output("2") in changed["00-a.md"]
    assert "<h1>1 result differs" in asked(page, form)[1]
    assert output("1") in changed["00-a.md"]
    assert 'role="alert">this result: is another one by now\n  look again' in asked(page, form)[1]
    assert "<h1>Every result is as committed, or accepted</h1>" in asked(page, form | {"key": "all", "do": "accept"})[1]
    shutil.rmtree(changed.root / ".git")
    assert 'role="alert">git: nothing is committed here' in asked(page)[1]


def test_a_port_that_cannot_be_had_is_said_in_one_line(changed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = f"port {port}: cannot be had\n  name another one: make review PORT=0\n"
        assert changed.here("review", str(port))[::2] == (2, said)


@pytest.mark.browser
def test_the_page_is_read_and_used_with_keys_alone_wide_and_narrow(changed, page, chromium):
    tab = chromium.new_page(viewport={"width": 360, "height": 700})
    wrong = []
    tab.on("console", lambda message: wrong.append(message.text))
    tab.goto(page)
    sides = [side.bounding_box() for side in tab.locator("section:first-of-type .sides > div").all()]
    assert sides[0]["y"] < sides[1]["y"] and tab.evaluate("document.documentElement.scrollWidth") == 360
    tab.set_viewport_size({"width": 1200, "height": 700})
    sides = [side.bounding_box() for side in tab.locator("section:first-of-type .sides > div").all()]
    assert sides[0]["y"] == sides[1]["y"] and sides[0]["x"] < sides[1]["x"]
    assert tab.evaluate("[...document.images].every(image => image.naturalWidth)")
    assert tab.evaluate("document.activeElement.textContent") == "Accept notes/00-a.md:11"
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.locator("h1", has_text="1 result differs").wait_for()
    assert output("1") in changed["00-a.md"]
    tab.keyboard.press("Enter")
    tab.locator("h1", has_text="Every result is as committed").wait_for()
    assert wrong == []
    tab.close()
