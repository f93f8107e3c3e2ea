"""The press: Typst, with the faces of pinned packages, the book's looks and its figures."""

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from scripts.bind.pictures import for_print
from scripts.common.files import write_file
from scripts.common.problem import Problem

LAYOUT = Path(__file__).with_name("looks")
FACE_FOLDERS = {  # of the text, of code, of formulas, of the words in figures
    "font_source_serif_pro": "files",
    "fontpkg_source_code_pro": "files",
    "ziamath": "fonts",
    "font_source_sans_pro": "files",
}


def face_folders() -> list[str]:
    """The folders of the faces, in packages that are found and not imported."""
    specs = {package: find_spec(package) for package in FACE_FOLDERS}
    return [str(Path(spec.origin or "").parent / FACE_FOLDERS[name]) for name, spec in specs.items() if spec]


def lay_out(folder: Path, figures: Path) -> None:
    """Puts what a source of ours may name into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(LAYOUT, folder)
    for path in sorted(figures.glob("*")):
        write_file(folder / "figures" / path.name, for_print(path))


def compiled(source: str, folder: Path, **how: Any) -> bytes:
    """What Typst makes of a source. Raises Problem with what it complains of, or only warns of."""
    write_file(folder / "main.typ", source.encode())
    try:
        made, warnings = typst.compile_with_warnings(
            str(folder / "main.typ"), root=str(folder), font_paths=face_folders(), ignore_system_fonts=True, **how
        )
    except typst.TypstError as error:
        raise Problem(f"{folder}/main.typ", str(error), detail=str(error.trace)) from None
    if warnings:
        raise Problem(f"{folder}/main.typ", "Typst warns", detail="\n".join(str(each.message) for each in warnings))
    return made
