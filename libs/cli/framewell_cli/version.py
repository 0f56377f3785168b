"""Which Framewell this is: `framewell --version`."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path


def version_text() -> str:
    """Return version, Python and, in a checkout, the commit, marked `+` where files were changed."""
    commit = _commit(Path(__file__).parent)
    parts = [f"Python {platform.python_version()}", *([f"commit {commit}"] if commit else [])]
    return f"framewell {version('framewell-cli')} ({', '.join(parts)})"


def _commit(folder: Path) -> str:
    """Return the commit of the checkout that the folder is tracked in; empty where it is in none."""
    git = ["git", "-C", str(folder)]
    try:
        tracked = subprocess.run(
            [*git, "ls-files", "--error-unmatch", "version.py"], capture_output=True, check=False, timeout=5
        )
        if tracked.returncode:
            return ""
        described = subprocess.run(
            [*git, "describe", "--always", "--exclude=*", "--dirty=+", "--abbrev=10"],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return described.stdout.strip()
