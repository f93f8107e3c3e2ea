"""Serves the page of `make review` on localhost, and does what its buttons say."""

import secrets
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from scripts.common.files import only_run
from scripts.common.problem import Problem
from scripts.note.outcome import media_type
from scripts.note.put_back import put_back
from scripts.note.review import Change, accept, changes
from scripts.publish.review import review_page

POLICY = "default-src 'none'; img-src 'self' data:; style-src 'self'; form-action 'self'; base-uri 'none'"
IN_SVG = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
LOOK = Path(__file__).with_name("review.css")


def serve_review(folder: Path, port: int) -> None:
    """Serves the page until it is interrupted; port 0 is any that is free."""
    try:
        server = ReviewServer(folder, port)
    except OSError:
        raise Problem(f"port {port}", "cannot be had", "name another one: make review PORT=0", status=2) from None
    with server:
        print(f"{server.url} shows them side by side; Ctrl-C ends it", flush=True)
        server.serve_forever()


class ReviewServer(HTTPServer):
    """The server, one request at a time. `token` is known to the pages that it has made, and to nobody else."""

    def __init__(self, folder: Path, port: int):
        super().__init__(("127.0.0.1", port), Answer)
        self.folder, self.token = folder, secrets.token_urlsafe()
        self.shown: list[Change] = []  # on the last page
        self.url = f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    """One request and its answer."""

    server: ReviewServer

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if not self.is_ours():
            self.answer(403, "text/plain", b"only on localhost")
        elif address.path == "/":
            self.show()
        elif address.path == "/review.css":
            self.answer(200, "text/css", LOOK.read_bytes())
        elif picture := address.path == "/picture" and self.picture(parse_qs(address.query)):
            self.answer(200, media_type(picture), picture, IN_SVG)
        else:
            self.answer(404, "text/plain", b"nothing here")

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
        if not self.is_ours() or form.get("token") != [self.server.token]:
            self.answer(403, "text/plain", b"not from this page")
            return
        try:
            self.act(form.get("key", [""])[0], form.get("do", [""])[0])
        except (Problem, OSError) as problem:
            self.show(str(problem))
            return
        self.send_response(303)
        self.send_header("Location", "/")
        self.end_headers()

    def is_ours(self) -> bool:
        """Whether the request was meant for this server, not for a name that somebody has bent to this address."""
        return self.headers.get("Host", "") in (
            f"{name}:{self.server.server_port}" for name in ("127.0.0.1", "localhost")
        )

    def act(self, key: str, what: str) -> None:
        found = [change for change in changes(self.server.folder) if key in ("all", change.key)]
        if not found:
            raise Problem("this result", "is another one by now", "look again")
        if what == "accept":
            accept(found)
        elif what == "put back":
            with only_run():
                put_back(found)

    def show(self, said: str = "") -> None:
        try:
            found = changes(self.server.folder)
        except Problem as problem:
            found, said = [], str(problem)
        self.server.shown = found
        self.answer(200, "text/html; charset=utf-8", review_page(found, self.server.token, said).encode())

    def picture(self, query: dict[str, list[str]]) -> bytes | None:
        """The picture that an address of the last page names, if there is one."""
        key, side, number = (query.get(name, [""])[0] for name in ("key", "side", "number"))
        for change in self.server.shown:
            pictures = (change.old if side == "old" else change.new).pictures
            if change.key == key and number.isdecimal() and int(number) < len(pictures):
                return pictures[int(number)]
        return None

    def answer(self, status: int, kind: str, content: bytes, policy: str = POLICY) -> None:
        self.send_response(status)
        for name, said in (("Content-Type", kind), ("Content-Length", str(len(content))), ("Cache-Control", "no-store"),
                           ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff")):  # fmt: skip
            self.send_header(name, said)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass
