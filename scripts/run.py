"""Runs every note in one kernel and records the results: `make run`. With a note's number or name, as in
`make run NOTE=07`, it stops after that note."""

from scripts.common.door import Parser, door
from scripts.common.files import only_run
from scripts.kernel.run import run


@door(__name__)
def main() -> int:
    parser = Parser("scripts.run", __doc__)
    parser.add_argument("note", nargs="?", default="", help="the last note to run, such as 07")
    last = parser.parse_args().note
    with only_run():
        run(last=last)
    return 0
