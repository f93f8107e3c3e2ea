"""Tangling: the notes' titled cells become the package, and a package that is not what they say is seen."""

import pytest
from conftest import a_note, cell

from scripts.common.problem import Problem
from scripts.note import prove
from scripts.note.format import Note
from scripts.note.tangle import differences, package, write_package
from scripts.publish.listings import package_text
from scripts.publish.versions import Index

ENGINE = "micrograd/engine.py"


def part(source: str, file: str = "engine.py") -> str:
    return cell(source, title=file)


def tangled(*texts: str) -> dict[str, str]:
    """The package of these notes, without the line that says where it is from."""
    files = package([Note(f"notes/{number:02}.md", text) for number, text in enumerate(texts)])
    return {name: text.partition("\n")[2] for name, text in files.items()}


def engine(*sources: str) -> str:
    """What cells of the engine, each in a note of its own, become."""
    return tangled(*(a_note(part(source)) for source in sources))[ENGINE]


def test_titled_cells_are_joined_file_by_file_in_reading_order():
    first = a_note(part("a = 1"), cell("not_in_the_package()"), part("n = 1", "nn.py"), part("b = 2"))
    second = a_note(part("c = 3"), part("m = 2", "nn.py"))
    assert tangled(first, second) == {ENGINE: "a = 1\n\n\nb = 2\n\n\nc = 3\n", "micrograd/nn.py": "n = 1\n\n\nm = 2\n"}


def test_a_file_says_which_notes_it_is_made_from():
    notes = [Note("notes/00-a.md", a_note(part("a"), part("b"))), Note("notes/01-b.md", a_note(part("c")))]
    assert package(notes)[ENGINE].startswith(
        "# Made by `make tangle` from notes/00-a.md, notes/01-b.md. Edit the notes"
    )


def test_a_definition_that_appears_again_replaces_the_earlier_one_in_its_place():
    first = "class Value:\n    version = 1\n\n\ndef after():\n    return 1"
    second = "def more():\n    return 2\n\n\n@decorated\nclass Value:\n    version = 2"
    assert engine(first, second) == (
        "@decorated\nclass Value:\n    version = 2\n\n\ndef after():\n    return 1\n\n\ndef more():\n    return 2\n"
    )


def test_a_definition_is_replaced_only_in_its_own_file():
    files = tangled(a_note(part("def f():\n    return 1"), part("def f():\n    return 2", "nn.py")))
    assert files == {ENGINE: "def f():\n    return 1\n", "micrograd/nn.py": "def f():\n    return 2\n"}


def test_a_definition_that_is_replaced_keeps_its_distance():
    assert engine("a = 1\ndef f():\n    return 1", "def f():\n    return 2") == "a = 1\ndef f():\n    return 2\n"


def test_an_empty_cell_leaves_no_lines():
    assert engine("a = 1", "", "b = 2") == "a = 1\n\n\nb = 2\n"


def test_a_statement_that_appears_again_stands_again():
    assert engine("x = 1\nx += 1", "x += 1") == "x = 1\nx += 1\n\n\nx += 1\n"
    assert engine("import math; x = 1", "import math; x = 1").count("x = 1") == 2


def test_an_import_stands_again_where_its_name_has_been_given_away():
    assert engine("import math\nmath = 1", "import math") == "import math\nmath = 1\n\n\nimport math\n"


@pytest.mark.parametrize("source", ["# only\n\n# comments", "# above\nx = 1\n# below"])
def test_every_comment_of_a_cell_is_in_the_package(source):
    assert engine("a = 1", source) == f"a = 1\n\n\n{source}\n"
    assert tangled(a_note(part(source)))[ENGINE] == source + "\n"


F = "def f():\n    return 1"


@pytest.mark.parametrize(
    "between",
    [
        "g = f",
        "x = f()",
        "f = 3",
        "del f",
        "def g(h=f): pass",
        "@f\ndef g(): pass",
        "class A(f()): pass",
        "class A:\n    x = f",
        "def g():\n    return f()\n\nx = g()",
        "def g():\n    return f()\n\ndef h(x=g()): pass",
        "def g(h):\n    return f()\n\n@g\ndef h(): pass",
        "class A:\n    def g(self):\n        return f()\n\na = A()\nx = a.g()",
        "for f in (1, 2): pass",
        "import f",
        "import a as f",
        "a = 1\nb = 2; x = f()",
        "a = 1; b = '''\n'''; x = f()",
        "with f as g: pass",
    ],
)
def test_a_definition_is_not_replaced_after_the_earlier_one_was_used(between):
    with pytest.raises(Problem) as caught:
        engine(F, between, "a = 1\n" + F)
    assert caught.value.place == "notes/02.md:5"
    assert caught.value.fact.startswith("f is defined anew, but notes/01.md:")
    assert caught.value.remedy == "give one another name"


@pytest.mark.parametrize(
    ("before", "keeper"),
    [
        ("ALL = []\n\ndef keep(f):\n    ALL.append(f)\n    return f\n\n@keep\ndef f(): pass", "keep"),
        (
            "from functools import singledispatch as s\n\n@s\ndef g(x): pass\n\n@g.register\ndef f(x: int): pass",
            "g",
        ),
    ],
)
def test_a_definition_is_not_replaced_where_a_decorator_of_the_package_may_have_kept_it(before, keeper):
    with pytest.raises(Problem, match=f"^notes/01.md:4: f is defined anew, but {keeper} may have kept the one before"):
        engine(before, "def f(): pass")
    assert engine("from a import keep\n\n@keep\ndef f(): pass", F).endswith(f"keep\n\n{F}\n")


@pytest.mark.parametrize(
    ("between", "again"),
    [
        ("class Base: pass", "class f(Base): pass"),
        ("EPS = 1", "def f(x=EPS): pass"),
        ("def d(g): return g", "@d\ndef f(): pass"),
        ("EPS = 1", "class f:\n    x = EPS"),
        ("def d():\n    return 1\n\nEPS = d", "def f(x=EPS()): pass"),
        ("if True:\n    EPS = 1", "def f(*, x=EPS): pass"),
    ],
)
def test_a_definition_that_needs_what_comes_after_its_place_is_refused(between, again):
    fact = r"f takes the place of notes/00.md:4, where nobody knows yet what (\w+) is at notes/01.md:\d"
    with pytest.raises(Problem, match=rf"^notes/02.md:4: {fact}\n  put \1 before that place$"):
        engine(F, between, again)


@pytest.mark.parametrize(
    "between",
    ["def g():\n    return f()", "X = 1", "import math", "class A:\n    def g(self):\n        return f()", "# f"],
)
def test_a_definition_is_replaced_where_nothing_has_run_it(between):
    new = "def f():\n    return g"
    assert engine(F, between, new) == f"{new}\n\n\n{between}\n"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            ["def f(x, eps=EPS): pass", "EPS = 1"],
            "notes/00.md:4: {} cannot be imported: NameError: name 'EPS' is not defined",
        ),
        (
            ["a = 1", "from __future__ import annotations"],
            "notes/01.md:4: SyntaxError in {}: from __future__ imports must",
        ),
        (["a = 1\n\n# b\nawait b"], "notes/00.md:7: SyntaxError in {}: 'await' outside function"),
        (
            ["a = 1", "\n\nb = 2\n1 / 0\nc = 3"],
            "notes/01.md:7: {} cannot be imported: ZeroDivisionError: division by zero",
        ),
        (
            ["def f():\n    1 / 0\n    return 1", "def g(): pass\nf()"],
            "notes/00.md:5: {} cannot be imported: ZeroDivisionError",
        ),
        (["def f():\n    return 1", "1 / 0"], "notes/01.md:4: {} cannot be imported: ZeroDivisionError"),
        (["import nowhere"], "notes/00.md:4: {} cannot be imported: ModuleNotFoundError: No module named 'nowhere'"),
        (["import os\nos._exit(3)"], "micrograd: the package cannot be imported: Python ends with 3"),
        (["raise SystemExit"], "notes/00.md:4: {} cannot be imported: SystemExit"),
        (["import sys\nsys.stderr.write('a')\nb"], "notes/00.md:6: {} cannot be imported: NameError: name 'b'"),
    ],
)
def test_a_package_that_cannot_be_imported_is_refused_at_its_line_and_not_written(tmp_path, cells, said):
    notes = [Note(f"notes/{number:02}.md", a_note(part(source))) for number, source in enumerate(cells)]
    with pytest.raises(Problem) as caught:
        write_package(notes, tmp_path)
    assert str(caught.value).startswith(said.format(ENGINE))
    assert not list(tmp_path.iterdir())


def test_a_package_whose_import_takes_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(prove, "IMPORT_LIMIT", 0)
    with pytest.raises(Problem, match=r"^micrograd: the package cannot be imported: it takes longer than 0 seconds$"):
        write_package([Note("notes/00.md", a_note(part("while True: pass")))], tmp_path)


def test_the_package_that_is_proved_is_the_one_of_the_notes_beside_what_it_imports(tmp_path):
    (tmp_path / "helper.py").write_text("x = 1\n")
    first, second = part("from helper import x\nprint(x, '\\d')"), part("from micrograd.engine import x", "nn.py")
    assert write_package([Note("notes/00.md", a_note(first, second))], tmp_path) == [ENGINE, "micrograd/nn.py"]


@pytest.mark.parametrize("source", ["s = '''\n\n\ndef f(): pass\n'''", "s = 1 # \\\n"])
def test_what_only_looks_like_a_definition_is_tangled_and_published(source):
    notes = [Note("notes/00-a.md", a_note(part(source), cell("s")))]
    assert "def f" not in Index(notes).by_name and package_text(Index(notes), package(notes))
    assert engine(source).rstrip("\n") == source.rstrip("\n")


def test_an_import_that_appears_again_stands_once_at_its_first_place():
    assert engine("import math\n\ndef f():\n    return math.pi", "import math\nimport random") == (
        "import math\n\ndef f():\n    return math.pi\n\n\nimport random\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        '"""What it is."""\n\nimport math\n\nPI = math.pi\nE = math.e\n\n\ndef f():\n    return PI\n',
        "# above\na = 1  # beside\n\n# between\nb = 2\n# below\n",
        "a = 1; b = 2\nc = 3; d = 4\n",
        "X = 1\nY = X\n",
        "text = '''\n\n\n\nlines\n'''\n",
        "π = 'ü'\nif π:\n    ∂ = 1\nelse:\n    ∂ = 2\n".replace("∂", "d"),
        "@decorated\n# why\ndef f():\n    pass\n",
    ],
)
def test_a_cell_alone_in_its_file_is_the_file(source):
    assert engine(source.rstrip("\n")) == source


def test_windows_line_ends_make_the_same_package():
    text = a_note(part("a = 1\n\n\ndef f():\n    return a"))
    assert tangled(text.replace("\n", "\r\n")) == tangled(text)


def test_a_titled_cell_that_is_no_python_is_refused_at_its_line():
    with pytest.raises(Problem, match=r"^notes/00.md:5: SyntaxError: invalid syntax$"):
        engine("a = 1\nb = = 2")


def test_writing_makes_the_package_what_the_notes_say_and_nothing_else(tmp_path):
    notes = [Note("notes/00-a.md", a_note(part("a = 1"), part("n = 1", "nn.py")))]
    folder = tmp_path / "micrograd"
    assert write_package(notes, tmp_path) == [ENGINE, "micrograd/nn.py"]
    assert write_package(notes, tmp_path) == []
    (folder / "nn.py").write_text("edited by hand")
    (folder / "old.py").write_text("no note makes this any more")
    (folder / "data.txt").write_text("not ours")
    untouched = (folder / "engine.py").stat().st_mtime_ns
    assert write_package(notes, tmp_path) == ["micrograd/nn.py", "micrograd/old.py"]
    assert (folder / "nn.py").read_text() == package(notes)["micrograd/nn.py"]
    assert {path.name for path in folder.iterdir()} == {"engine.py", "nn.py", "data.txt"}
    assert (folder / "engine.py").stat().st_mtime_ns == untouched


@pytest.mark.parametrize("drift", [b"a = 2\n", b"", b"a = 1", b"a = 1\n\n", b"a = '\xff'\n"])
def test_a_changed_file_is_shown_with_its_difference(tmp_path, drift):
    notes = [Note("notes/00-a.md", a_note(part("a = 1")))]
    files = package(notes)
    write_package(notes, tmp_path)
    assert differences(files, tmp_path) == []
    (tmp_path / ENGINE).write_bytes(drift)
    ((path, diff),) = differences(files, tmp_path)
    assert path == ENGINE
    assert diff.startswith(f"--- {ENGINE}\n+++ {ENGINE}, by the notes\n@@ ")


def test_an_empty_module_that_no_note_makes_is_a_difference_and_goes_away(tmp_path):
    (tmp_path / "micrograd").mkdir()
    (tmp_path / ENGINE).touch()
    assert differences({}, tmp_path) == [(ENGINE, f"{ENGINE} is empty, and no note makes it\n")]
    assert write_package([], tmp_path) == [ENGINE]
    assert differences({}, tmp_path) == [] and not (tmp_path / ENGINE).exists()


def test_the_command_shows_drift_and_ends_with_1_or_mends_it(book):
    book["00-a.md"] = a_note(part("a = 1"))
    status, out, _ = book.here("tangle", "--check")
    assert (status, out.splitlines()[-1]) == (1, "+a = 1")
    assert not (book.root / "micrograd").exists()
    assert book.command("tangle") == (0, f"{ENGINE} written\n", "")
    assert book.here("tangle", "--check") == (0, "", "")
