"""Asks whether notes, results, package, figures and links agree: `make check`. Changes nothing."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scripts.common.door import Parser, door
from scripts.common.problem import Problem
from scripts.kernel.pairing import unpaired
from scripts.kernel.run import stale_results
from scripts.note.folder import FOLDER, all_notes, drafts, markdown_files, plain_pages
from scripts.note.form import (
    dead_links,
    drifted_excerpts,
    drifted_package,
    orphans,
    stray_figures,
    stray_spaces,
    stray_titles,
)
from scripts.publish.mathml import unreadable_formulas


def report(subject: str, problems: Iterator[Problem]) -> bool:
    """Prints a line for each problem, or that the subject is ok; whether it is."""
    ok = True
    try:
        for problem in problems:
            print(f"FAIL {problem}", flush=True)
            ok = False
    except Problem as problem:
        print(f"FAIL {problem}", flush=True)
        ok = False
    if ok:
        print(f"ok   {subject}", flush=True)
    return ok


def check(folder: Path = FOLDER) -> bool:
    """Whether everything agrees; prints what does and what does not."""
    try:
        notes, plain = all_notes(folder), plain_pages(folder)
    except Problem as problem:
        return report("", iter([problem]))
    for path in drafts(folder):
        print(f"     {path.as_posix()} is no note before it has words and a name of its own", flush=True)
    texts = [path for path in (*markdown_files(folder), folder.parent / "README.md") if path.exists()]
    subjects = {
        "the notes' form": chain(
            chain.from_iterable(chain(unpaired(note), stray_spaces(note), orphans(note)) for note in notes),
            chain.from_iterable(map(stray_titles, [*plain, *notes])),
        ),
        "excerpts": chain.from_iterable(map(drifted_excerpts, [*plain, *notes])),
        "links and alt texts": chain.from_iterable(map(dead_links, texts)),
        "formulas": chain.from_iterable(map(unreadable_formulas, [*plain, *notes])),
        "figures": stray_figures([*plain, *notes], folder),
        "package = notes": drifted_package(notes, folder),
        "results = a fresh run": stale_results(notes, folder),
    }
    return all([report(subject, problems) for subject, problems in subjects.items()])


@door(__name__)
def main() -> int:
    Parser("scripts.check", __doc__).parse_args()
    return 0 if check() else 1
