"""Builds build/site from the notes and the executed notebooks: `make site`."""

import os
import re
import subprocess
import sys
from pathlib import Path

from scripts import pages
from scripts.command import command, write_file

SITE = Path("build/site")
# mkdocs-jupyter's page and Material's offline search name scripts on other hosts. Nothing on the page needs them.
FOREIGN = re.compile(r"<script(?:(?!</script>)[\s\S])*?https://(?:unpkg|cdnjs)[\s\S]*?</script>")


def build() -> int:
    """Runs MkDocs, strictly, with nothing in it that depends on the day; its exit status."""
    environment = os.environ | {
        "SOURCE_DATE_EPOCH": "0",
        "NO_MKDOCS_2_WARNING": "1",
        "DISABLE_MKDOCS_2_WARNING": "true",
    }
    return subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"], env=environment).returncode


@command(__name__)
def main() -> int:
    pages.main()
    if status := build():
        return status
    for path in SITE.glob("*.html"):
        write_file(path, FOREIGN.sub("", path.read_text(encoding="utf-8")).encode())
    print(f"{SITE / 'index.html'}: open it, or serve {SITE} from anywhere")
    return 0
