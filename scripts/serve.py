"""Shows the site while you write: `make serve`, or `make serve PORT=8001`. Saving a note shows it; if code changed, the
notes run from there on. Results are recorded in the notes as by `make run`, but never over an edit that the run has not
seen."""

import socket

from scripts.common.door import Parser, door, port
from scripts.common.problem import Problem
from scripts.kernel.document import Document
from scripts.kernel.states import kept_states
from scripts.kernel.watch import Terminal, follow
from scripts.note.folder import FOLDER
from scripts.publish.preview import Preview


@door(__name__)
def main() -> int:
    parser = Parser("scripts.serve", __doc__)
    parser.add_argument("port", nargs="?", type=port, default=8000, help="the port to listen at (8000)")
    asked = parser.parse_args().port
    try:
        socket.create_server(("127.0.0.1", asked)).close()
    except OSError:
        raise Problem(f"port {asked}", "cannot be had", "name another one: make serve PORT=8001", status=2) from None
    with Preview(FOLDER, asked) as preview, kept_states(FOLDER.parent) as states:
        terminal = Terminal()
        document = Document(FOLDER, states, preview, terminal)
        terminal.print(f"{preview.url} shows the notes; running them once, edits are seen meanwhile")
        follow(document.look, document.keep_up, preview.show, terminal)
    return 0
