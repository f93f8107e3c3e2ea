"""Shows every result that is not what the last commit says, old and new: `make review`. What you accept is not shown
again; what you put back is as committed, in the note, its figures and the lock. On a terminal, or with a port, a page
shows the figures as pictures."""

import sys

from scripts.common.door import Parser, door, port
from scripts.common.files import only_run
from scripts.note.folder import FOLDER
from scripts.note.put_back import put_back
from scripts.note.review import accept, changes, chosen, told
from scripts.publish.review_server import serve_review


@door(__name__)
def main() -> int:
    parser = Parser("scripts.review", __doc__)
    parser.add_argument("port", nargs="?", type=port, help="the port of the page (any that is free)")
    parser.add_argument(
        "--accept", nargs="+", metavar="PLACE", default=[], help="a place that is shown, a note, or all"
    )
    parser.add_argument("--put-back", nargs="+", metavar="PLACE", default=[], help="likewise")
    asked = parser.parse_args()
    if asked.accept or asked.put_back:
        found = changes(FOLDER)
        accepted, back = chosen(found, asked.accept), chosen(found, asked.put_back)
        with only_run():
            put_back(back)
        accept(accepted)
        for words, each in (("accepted", accepted), ("as committed", back)):
            print("".join(f"{change.place}: {words}\n" for change in each), end="")
        return 0
    found = changes(FOLDER)
    print("\n".join(map(told, found)) if found else "every result is as committed, or accepted")
    if asked.port is not None or (found and sys.stdout.isatty()):
        serve_review(FOLDER, asked.port or 0)
    return 0
