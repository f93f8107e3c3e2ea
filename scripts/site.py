"""Builds build/site from the notes and the executed notebooks: `make site`, which runs the notes first. Its blocks can
be run, edited and dragged if Node and npm's packages are to be had; with the folder of Pyodide's distribution
(`make site LIVE_PACKAGES=folder`), those that need NumPy and Matplotlib too."""

import sys
from pathlib import Path

from scripts.common.door import Parser, door
from scripts.common.problem import Problem
from scripts.live.build import build_live, install
from scripts.publish.site import make_site


@door(__name__)
def main() -> int:
    parser = Parser("scripts.site", __doc__)
    parser.add_argument("packages", nargs="?", type=Path, help="the folder of Pyodide's distribution")
    packages = parser.parse_args().packages
    answers = True
    try:
        install()
    except Problem as problem:
        if packages:
            raise
        print(f"the blocks of this site do not answer. {problem}", file=sys.stderr)
        answers = False
    first = make_site(answers)
    if answers:
        build_live(packages)
    print(f"{first}: open it, or serve {first.parent} from anywhere")
    return 0
