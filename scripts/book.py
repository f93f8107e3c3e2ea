"""Makes the book to take away, EPUB and PDF in build/book, from the notes and their recorded results: `make book`."""

from scripts.bind.make import make_files
from scripts.common.door import Parser, door


@door(__name__)
def main() -> int:
    Parser("scripts.book", __doc__).parse_args()
    for path in make_files():
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    return 0
