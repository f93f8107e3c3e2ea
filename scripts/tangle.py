"""Writes the package micrograd/ from the notes: `make tangle`. With --check it shows how the package differs instead,
and exits 1 if it does."""

from scripts.common.door import Parser, door
from scripts.note.folder import all_notes
from scripts.note.tangle import differences, package, write_package


@door(__name__)
def main() -> int:
    parser = Parser("scripts.tangle", __doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; print the difference")
    check = parser.parse_args().check
    notes = all_notes()
    if check:
        drift = differences(package(notes))
        print("".join(diff for _, diff in drift), end="")
        return 1 if drift else 0
    for path in write_package(notes):
        print(f"{path} written")
    return 0
