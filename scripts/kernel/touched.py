"""What a stretch of notes does to files, heard as Python's own audit hears it: what it looked at, what it wrote."""

import importlib.util
import os
import sys
import threading
from pathlib import Path
from typing import Any

FileStamp = list[Any]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
LOOKS_INTO = {"os.listdir", "os.scandir"}
CHANGING = {"os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
CHANGING |= {"os.utime", "os.system", "os.fork", "os.forkpty", "os.posix_spawn", "subprocess.Popen", "sqlite3.connect"}
INSTALLED = [path for prefix in (sys.prefix, sys.base_prefix) for path in (prefix, os.path.realpath(prefix))]
SYSTEM = ["/dev/", "/proc/", "/sys/", "/usr/", "/etc/", "/lib", "/memfd:wasm-memory-image"]  # the last is wasmtime's
CONSTANT = (*SYSTEM, *INSTALLED)  # where no file is an author's


def file_stamp(path: str) -> FileStamp:
    """What changes when a file does, or what is in a folder; empty if there is none."""
    try:
        if os.path.isdir(path):
            return sorted(name for name in os.listdir(path) if not name.startswith((".", "__pycache__")))
        found = os.stat(path)
    except OSError:
        return []
    return [found.st_mtime_ns, found.st_size]


class Touched:
    """Since `start`: the stamp of each file and folder that was looked at, as it was then, and what was written."""

    def __init__(self) -> None:
        self.read: dict[str, FileStamp] = {}
        self.wrote: list[str] = []
        self.mark: Path | None = None
        self.hearing: set[int] = set()  # the threads that are in here
        sys.addaudithook(self.hear)

    def start(self, place: Path) -> None:
        """From here on. The file `place`.wrote is there as soon as something is written."""
        self.read, self.wrote, self.mark = {}, [], place.with_suffix(".wrote")

    def stop(self) -> None:
        self.mark = None

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Python says of each event that it is about to happen."""
        me = threading.get_ident()
        if self.mark and (event == "open" or event in LOOKS_INTO or event in CHANGING) and me not in self.hearing:
            self.hearing.add(me)
            try:
                self.note(event, arguments)
            except (OSError, TypeError, ValueError, RecursionError):  # what is no path is not there to be looked at
                pass
            finally:
                self.hearing.discard(me)

    def note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in LOOKS_INTO and importing():
            return
        named = arguments[:1] if event == "open" else arguments[:2]
        paths = [os.path.abspath(os.fsdecode(each)) for each in named if isinstance(each, str | bytes | os.PathLike)]
        writes = event in CHANGING or (event == "open" and arguments[2] & WRITING)
        if event in LOOKS_INTO and not paths:
            paths = [os.getcwd()]
        if any("__pycache__" in path for path in paths):  # Python looks at the source, and reads or writes this
            writes, paths = False, [importlib.util.source_from_cache(paths[0].partition(".pyc")[0] + ".pyc")]
        paths = [path for path in paths if not path.startswith(CONSTANT)]
        if not writes:
            self.read |= {path: file_stamp(path) for path in paths if path not in self.read}
        elif self.mark and (paths or event in CHANGING):
            self.wrote += paths
            self.mark.touch()


def importing() -> bool:
    """Whether it is an import that looks into a folder."""
    return sys._getframe(3).f_code.co_filename.startswith("<frozen importlib")
