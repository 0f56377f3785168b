"""The commands that a page prints, and a shell that runs them as a reader would type them.

A page's fenced blocks in `sh` and `console` are read in order. In a `console` block, lines after `$ ` are
commands and what follows is what they print: `…` in it stands for anything, on a line of its own for any
number of lines. Nothing is filled in: what a command takes from the one before, the page itself says, for
instance by a variable of the shell. The only thing exchanged are ports: 74xx, those of the default mesh,
become those of the mesh that runs.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from framewell_kit.testing.waiting import PATIENCE

BLOCK: Final = re.compile(r"^```(sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HERE_DOCUMENT: Final = re.compile(r"<<'?(\w+)'?")
DEFAULT_PORT: Final = re.compile(r"\b74(\d\d)\b")


@dataclass(frozen=True, slots=True)
class Command:
    """What is typed at one prompt, and the lines it prints; None where the page does not say."""

    text: str
    printed: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command: whether every part of it returned 0, its output, and its errors."""

    succeeded: bool
    output: str
    errors: str


def commands_of(page: Path) -> Iterator[Command]:
    """Yield the commands of a page in order."""
    for language, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "sh":
            yield from (Command(text) for text in _typed(block))
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            text, _, printed = part.partition("\n")
            yield Command(text, printed)


def _typed(block: str) -> Iterator[str]:
    """Yield the commands of a block; one may go on over lines."""
    gathered = ""
    for line in block.splitlines(keepends=True):
        gathered += line
        if _is_whole(gathered):
            if gathered.strip() and not gathered.lstrip().startswith("#"):
                yield gathered.rstrip("\n")
            gathered = ""
    assert not gathered, f"a block ends inside a command: {gathered}"


def _is_whole(text: str) -> bool:
    here = HERE_DOCUMENT.search(text)
    if here:
        return text.rstrip("\n").endswith(f"\n{here[1]}")
    if text.endswith("\\\n"):
        return False
    try:
        shlex.split(text, comments=True)
    except ValueError:  # inside quotation marks
        return False
    return True


def prints(expected: str, output: str) -> bool:
    """Return whether output is what a page shows."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…\n" else ".*".join(map(re.escape, line.split("…")))
        for line in expected.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, output) is not None


class ReaderShell:
    """One bash, in a folder, for as long as the reader sits there: variables and activations stay."""

    def __init__(self, folder: Path, scratch: Path, base: int) -> None:
        self.folder = folder
        self._scratch, self._base = scratch, base
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FRAMEWELL_")}
        self._bash = subprocess.Popen(
            ["bash", "--norc", "-o", "pipefail"],
            cwd=folder,
            env={**environment, "FRAMEWELL_PORT_BASE": str(base)},
            stdin=subprocess.PIPE,
            text=True,
        )

    def begin(self) -> None:
        """Change to the folder in which every page begins."""
        assert self.run(f"cd {self.folder}", 30).succeeded

    def run(self, text: str, seconds: float) -> Answer:
        """Type a command and wait for its end. Raise TimeoutError."""
        script, output, errors, status = (self._scratch / name for name in ("script", "out", "err", "status"))
        script.write_text(DEFAULT_PORT.sub(lambda port: str(self._base + int(port[1])), text) + "\n")
        status.unlink(missing_ok=True)
        assert self._bash.stdin is not None
        self._bash.stdin.write(
            f"source {script} >{output} 2>{errors} </dev/null; echo $? >{status}.partial; "
            f"mv {status}.partial {status}\n"
        )
        self._bash.stdin.flush()
        deadline = time.monotonic() + seconds
        while not status.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{text}\n{output.read_text()}\n{errors.read_text()}")
            time.sleep(0.05)
        return Answer(status.read_text().strip() == "0", output.read_text(), errors.read_text())

    def close(self) -> None:
        """End the shell."""
        self._bash.communicate("exit\n", timeout=PATIENCE)
