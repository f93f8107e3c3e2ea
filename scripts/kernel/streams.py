"""What a kernel sends: what is printed in the order in which it was written, by Python to stdout and stderr, or by C
and other processes to the descriptors 1 and 2.

ipykernel's own watching of the descriptors is left aside: it lets their text arrive late, and prints it to the terminal
as well.
"""

import codecs
import json
import os
import select
import threading
from contextlib import suppress
from typing import Any

from ipykernel.iostream import OutStream
from jupyter_client.jsonutil import json_default
from jupyter_client.session import json_packer

ORDER = threading.RLock()  # who holds it writes
ENCODER = json.JSONEncoder(default=json_default, ensure_ascii=False, allow_nan=False)  # not json.dumps: a note may
DECODER = json.JSONDecoder()  # put something else in its place
ASCII = json.JSONEncoder(default=json_default)


def json_bytes(message: Any) -> bytes:
    """A message as it is sent, also where half a character is in it."""
    try:
        return ENCODER.encode(message).encode()
    except UnicodeEncodeError:
        return ASCII.encode(message).encode()
    except (TypeError, ValueError):  # it is no JSON
        return bytes(json_packer(message))


def read_json(said: bytes) -> Any:
    """What a message says."""
    return DECODER.decode(bytes(said).decode())


class Descriptors:
    """Leads both descriptors into a pipe, and what comes out of it into a stream."""

    def __init__(self, stream: "Stream"):
        self.stream, self.open = stream, True
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.kept = [os.dup(1), os.dup(2)]
        self.pipe, end = os.pipe()
        os.set_blocking(self.pipe, False)
        for number in (1, 2):
            os.dup2(end, number)
        os.close(end)
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        while self.open:
            select.select([self.pipe], [], [])
            if self._read():
                OutStream.flush(self.stream)  # whoever writes faster has to wait

    def _read(self) -> bool:
        with ORDER, suppress(BlockingIOError):
            return self.open and bool(self.stream.say(self.decode(os.read(self.pipe, 1 << 16))))
        return False

    def drain(self) -> None:
        """Hands on all that has been written until now."""
        while self._read():
            pass

    def close(self) -> None:
        """Gives the descriptors back."""
        self.drain()
        self.open = False
        os.write(1, b"\n")  # wakes the thread
        self.thread.join()
        for number, kept in enumerate(self.kept, 1):
            os.dup2(kept, number)
            os.close(kept)
        os.close(self.pipe)


class Stream(OutStream):
    """A kernel's sys.stdout or sys.stderr: the one is sent before the other is written to."""

    last: "Stream | None" = None
    descriptors: Descriptors | None = None

    def __init__(self, session: Any, thread: Any, name: str, **options: Any):
        super().__init__(session, thread, name, **options | {"watchfd": False})
        self.number = 1 if name == "stdout" else 2
        self.pid = os.getpid()
        if name == "stdout" and os.name == "posix":
            Stream.descriptors = Descriptors(self)

    def fileno(self) -> int:
        return self.number

    def write(self, said: str) -> int:
        data = str.encode(said)  # as in a terminal, half a character is an error
        if os.getpid() != self.pid:
            return os.write(self.number, data)  # from a copy of this process
        with ORDER:
            if self.descriptors:
                self.descriptors.drain()
            return self.say(said)

    def say(self, said: str) -> int:
        """Writes after all that the other stream has been told."""
        if Stream.last not in (None, self):
            OutStream.flush(Stream.last)
        Stream.last = self
        return super().write(said) or 0

    def flush(self) -> None:
        if os.getpid() == self.pid:
            with ORDER:
                if self.descriptors:
                    self.descriptors.drain()
                super().flush()

    def close(self) -> None:
        if self.descriptors and self.number == 1:
            self.descriptors.close()
            Stream.descriptors = None
        Stream.last = None
        super().close()
