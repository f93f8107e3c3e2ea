"""What the last commit says of the notes."""

import io
import subprocess
import tarfile
from pathlib import Path

from scripts.common.problem import Problem


def committed(folder: Path) -> dict[str, bytes]:
    """The content of every file below `folder` in the last commit, by its path from there, with this machine's line
    ends. Raises Problem where there is no commit."""
    root, name = folder.parent, folder.name
    try:
        found = git(root, "ls-tree", "--name-only", "HEAD", name)
    except FileNotFoundError:
        raise Problem("git", "is not installed here", "install it", status=2) from None
    if found.returncode:
        raise Problem("git", "nothing is committed here", "git init; git add .; git commit", status=2)
    if not found.stdout:
        return {}
    with tarfile.open(fileobj=io.BytesIO(git(root, "archive", "HEAD", name).stdout)) as archive:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        return {path.removeprefix(f"{name}/"): file.read() for path, file in files.items() if file}


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True)
