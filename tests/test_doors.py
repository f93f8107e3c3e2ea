"""What all doors share: arguments, exit statuses, problems, files written whole, one run at a time."""

import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from conftest import ROOT
from filelock import FileLock

from scripts.common import door as doors
from scripts.common import files
from scripts.common.door import Parser, door, exit_status, port
from scripts.common.files import only_run, replace_file, write_file
from scripts.common.problem import Problem


@pytest.fixture
def ending(monkeypatch, capsys):
    """What a door that does this ends with: its exit status and its complaint; the signals' handlers stay."""
    handlers = mock.Mock()
    monkeypatch.setattr(signal, "signal", handlers)

    def end(**effect):
        status = exit_status(mock.Mock(**effect))
        out, complaint = capsys.readouterr()
        assert out == "" and handlers.call_args_list == [
            mock.call(signal.SIGINT, doors.interrupt),
            mock.call(signal.SIGTERM, doors.interrupt),
            mock.call(signal.SIGINT, signal.SIG_IGN),
        ]
        handlers.reset_mock()
        return status, complaint

    return end


def test_help_says_what_the_docstring_says_and_ends_with_0(capsys):
    with pytest.raises(SystemExit) as caught:
        Parser("scripts.some", "One line,\n  and one set in.").parse_args(["--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("usage: python -m scripts.some [-h]\n\nOne line,\n  and one set in.\n")


@pytest.mark.parametrize("argument", ["--colour", "--che", "word"])
def test_an_argument_that_is_unknown_or_cut_short_is_one_line_and_ends_with_2(capsys, argument):
    parser = Parser("scripts.some", "Some.")
    parser.add_argument("--check", action="store_true")
    with pytest.raises(SystemExit) as caught:
        parser.parse_args([argument])
    said = f"unrecognized arguments: {argument}; usage: python -m scripts.some [-h] [--check]\n"
    assert (caught.value.code, *capsys.readouterr()) == (2, "", said)


def test_a_port_is_a_number_of_16_bits():
    assert [port(word) for word in ("0", "8000", "65535")] == [0, 8000, 65535]
    for word in "-1", "65536", "http", "":
        with pytest.raises(ValueError):
            port(word)


def test_a_door_runs_what_is_behind_it_only_where_it_is_the_command(monkeypatch):
    main = mock.Mock(return_value=1)
    assert door("scripts.some")(main) is main
    main.assert_not_called()
    monkeypatch.setattr(doors, "exit_status", lambda main: main() + 2)
    with pytest.raises(SystemExit) as caught:
        door("__main__")(main)
    assert caught.value.code == 3


def test_a_door_ends_with_what_was_done_or_with_what_went_wrong(ending):
    assert ending(return_value=0) == (0, "")
    assert ending(return_value=1) == (1, "")
    assert ending(side_effect=Problem("here", "wrong", "mend it")) == (1, "here: wrong\n  mend it\n")
    assert ending(side_effect=Problem("here", "wrong", status=2)) == (2, "here: wrong\n")
    assert ending(side_effect=KeyboardInterrupt) == (130, "\ninterrupted: what was not finished is as it was\n")
    assert ending(side_effect=OSError(28, "No space left", "a.md")) == (2, "a.md: No space left\n")
    assert ending(side_effect=OSError(28, "No space left")) == (2, "this machine: No space left\n")
    assert ending(side_effect=OSError("odd")) == (2, "this machine: odd\n")


def test_a_problem_says_place_fact_detail_and_remedy_as_far_as_there_are_any():
    problem = Problem("notes/00-a.md:3", "wrong", "mend it", "  in here")
    assert str(problem) == "notes/00-a.md:3: wrong\n  in here\n  mend it"
    assert (problem.place, problem.fact, problem.remedy) == ("notes/00-a.md:3", "wrong", "mend it")
    assert (problem.detail, problem.status, problem.args) == ("  in here", 1, ("notes/00-a.md:3: wrong",))
    assert [str(Problem("notes", "wrong", *rest)) for rest in ([], ["mend it"], ["", "  in here"])] == [
        "notes: wrong",
        "notes: wrong\n  mend it",
        "notes: wrong\n  in here",
    ]


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path):
    path = tmp_path / "new" / "in" / "new" / "file"
    write_file(path, b"old")
    write_file(path, b"older")
    path.with_name(".file.draft").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_file(path, b"new")
    assert path.read_bytes() == b"older"


def test_a_file_that_cannot_be_put_in_its_place_leaves_no_draft(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_file(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_kept_a_file_from_being_written_is_what_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", mock.Mock(side_effect=OSError("no room")))
    with pytest.raises(OSError, match=r"^no room$"):
        write_file(tmp_path / "file", b"new")


def test_one_run_at_a_time_goes_on_in_a_folder_and_leaves_it_to_the_next(book):
    for _ in range(2):
        with only_run():
            pass
    with FileLock("build/run.lock"), pytest.raises(Problem) as caught, only_run():
        pytest.fail("two at once")
    assert str(caught.value) == "another run is at work here: wait for it, or stop it"
    assert caught.value.status == 2


def test_a_folder_that_cannot_be_made_for_the_run_is_named(book):
    (book.root / "build").write_text("")
    with pytest.raises(FileExistsError) as caught, only_run():
        pytest.fail("ran without a lock")
    assert str(caught.value.filename) == "build"


SWALLOWING = """
import time
from scripts.common import door
door.GRACE = 0.2

def main():
    while True:
        try:
            print("ready", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            continue

door.exit_status(main)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_an_interrupt_that_a_library_swallows_ends_the_command_all_the_same():
    process = subprocess.Popen([sys.executable, "-c", SWALLOWING], cwd=ROOT, stdout=subprocess.PIPE)
    with process:
        assert process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 130


def test_a_file_that_reads_otherwise_than_expected_is_not_replaced(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o600)
    assert replace_file(path, b"new", b"old") and path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not replace_file(path, b"newer", b"old") and path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(not files.EXCHANGE, reason="this system cannot let two files change places")
@pytest.mark.parametrize("saves", [[b"first"], [b"first", b"second"], [b"first", b"second", b"third"]])
def test_what_an_author_saves_in_the_instant_of_replacing_stays(tmp_path, monkeypatch, saves):
    path, waiting, exchanged = tmp_path / "a", list(saves), files.exchanged
    path.write_bytes(b"old")

    def saved_meanwhile(one, other):
        if waiting:
            path.write_bytes(waiting.pop(0))
        return exchanged(one, other)

    monkeypatch.setattr(files, "exchanged", saved_meanwhile)
    assert not replace_file(path, b"new", b"old")
    assert path.read_bytes() == saves[-1] and not waiting
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_where_files_cannot_change_places_one_is_replaced_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "EXCHANGE", None)
    path = tmp_path / "a"
    path.write_bytes(b"old")
    assert replace_file(path, b"new", b"old") and path.read_bytes() == b"new"
    assert not replace_file(path, b"newer", b"old") and path.read_bytes() == b"new"
