"""Makes .venv from requirements.txt: `python3 -m scripts.setup [pip's arguments]`. Any Python 3 can read it."""

import subprocess
import sys

VENV_PYTHON = ".venv/Scripts/python.exe" if sys.platform == "win32" else ".venv/bin/python"
NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ProxyError",
    "Network is unreachable",
)
PIP = [
    VENV_PYTHON,
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--retries",
    "2",
    "-r",
    "requirements.txt",
]


def failure():
    """Makes the environment; None, or one line that says why it could not."""
    if sys.version_info < (3, 11):  # noqa: UP036
        found = ".".join(map(str, sys.version_info[:2]))
        return "Python 3.11 or newer is needed, this is " + found + ": name one with `make run BASE=python3.11`"
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        return "this Python has no venv: install it (on Debian: apt install python3-venv)"
    try:
        venv.create(".venv", with_pip=True)
        done = subprocess.run(PIP + sys.argv[1:], stderr=subprocess.PIPE, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return "cannot make .venv: " + (getattr(error, "strerror", None) or str(error))
    return pip_failure(done.stderr) if done.returncode else None


def pip_failure(said):
    """The line of pip's complaint that matters."""
    if "No space left" in said:
        return "no room on the disk"
    if any(sign in said for sign in NO_NETWORK):
        return "no package index could be reached: is there a network? (Behind a proxy: PIP_ARGS='--proxy http://…')"
    errors = [line for line in said.splitlines() if line.startswith("ERROR:")]
    return "pip failed: " + (errors[0] if errors else said.strip()[-200:])


if __name__ == "__main__":
    print("setting up .venv from requirements.txt (once, a few minutes)", flush=True)
    try:
        line = failure()
    except KeyboardInterrupt:
        sys.exit(130)
    if line:
        print("set-up: " + line, file=sys.stderr)
        sys.exit(2)
