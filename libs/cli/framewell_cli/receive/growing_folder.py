"""A folder in which recordings grow: each file that appears there is followed as a recording of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from framewell_cli.errors import CommandError

SUFFIXES: Final = (".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".mxf", ".mov", ".mp4", ".mkv")
"""Names of files that can be read from front to back while they grow."""
_LOOK_SECONDS: Final = 0.5


class Followed(Protocol):
    """One file that is followed until it has its end."""

    async def run(self) -> int:
        """Follow it; return how many segments it has."""
        ...

    def stop(self) -> None:
        """End it where it is now."""
        ...


@dataclass(slots=True)
class GrowingFolder:
    """Follows every file that appears in a folder, until `stop` is called.

    What lies there at the start is passed over: finished material is what a watch folder is for. A file that
    cannot be followed is reported, and does not stop the others.
    """

    folder: Path
    follow: Callable[[Path], Followed]
    report: Callable[[Path, str], None]
    _followed: list[Followed] = field(default_factory=list, init=False)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def stop(self) -> None:
        """Follow nothing more; what is being followed ends where it is now."""
        self._stopped.set()
        for one in self._followed:
            one.stop()

    async def run(self) -> int:
        """Follow until stopped; return how many files that were."""
        known = self._files()
        async with asyncio.TaskGroup() as tasks:
            while not self._stopped.is_set():
                for path in sorted(self._files() - known):
                    known.add(path)
                    one = self.follow(path)
                    self._followed.append(one)
                    tasks.create_task(self._run(path, one))
                try:
                    await asyncio.wait_for(self._stopped.wait(), _LOOK_SECONDS)
                except TimeoutError:
                    continue
        return len(self._followed)

    async def _run(self, path: Path, one: Followed) -> None:
        try:
            await one.run()
        except CommandError as error:
            self.report(path, str(error))

    def _files(self) -> set[Path]:
        return {
            path
            for path in self.folder.iterdir()
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.stat().st_size
        }
