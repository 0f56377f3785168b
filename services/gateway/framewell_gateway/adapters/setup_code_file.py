"""The operator's code in a file that nobody else can read."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SetupCodeFile:
    """`CodeFile` at a path: its owner alone may read it."""

    path: Path

    def write(self, code: str) -> str:
        """See CodeFile."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{code}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
        return str(self.path)

    def remove(self) -> None:
        """See CodeFile."""
        self.path.unlink(missing_ok=True)


class NoLocalMode:
    """`LocalTrust` of services that were started by hand, and ask nobody: there is nothing to open."""

    def open(self) -> None:
        """See LocalTrust."""

    def close(self) -> None:
        """See LocalTrust."""
