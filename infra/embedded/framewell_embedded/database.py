"""The embedded document database as one process, on loopback, data in one file.

It speaks MongoDB's wire protocol well enough for the driver the services use; `MeshDatabase.java` says what
it promises about acknowledged writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from framewell_embedded.jars import jars_folder
from framewell_embedded.java import Heap, find_java
from framewell_embedded.ports import LOOPBACK, answers

_HEAP: Final = Heap(begins_with_megabytes=32, at_most_megabytes=256)
_LAUNCHER: Final = Path(__file__).parent / "resources" / "MeshDatabase.java"


@dataclass(frozen=True, slots=True)
class Database:
    """Where one database lives."""

    folder: Path
    port: int

    @property
    def uri(self) -> str:
        """Return what drivers connect to."""
        return f"mongodb://{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Make its folder."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> tuple[str, ...]:
        """Return the command line that runs the database in the foreground; SIGTERM ends it cleanly."""
        return find_java().command(
            heap=_HEAP,
            classpath=jars_folder(),
            arguments=(str(_LAUNCHER), str(self.port), str(self.folder / "mesh.db")),
        )

    def ready(self) -> bool:
        """Return whether it accepts connections."""
        return answers(self.port)
