"""Downloads that outlive the process that began them: files in a folder that the processes of one host share.

What is kept of one is what was synced, with the validator (RFC 9110, 8.8) of the content it belongs to: a
later download asks for the rest under If-Range, and begins anew where the content is another by now.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, cast

from framewell_contracts.media_addresses import MediaAddress
from framewell_ingest.domain.verdicts import Refused

_STATE: Final = ".json"


@dataclass(slots=True)
class PartialFile:
    """A file that is being downloaded: `received` bytes of it, of `length` in all (0: not known), are synced.

    Without a `validator` nothing of it can be gone on with.
    """

    file: BinaryIO
    path: Path
    received: int = 0
    length: int = 0
    validator: str = ""

    def begin(self, offset: int, length: int, validator: str) -> None:
        """Write on behind `offset`; what lies behind it is of no use."""
        if not offset:
            self.path.with_suffix(_STATE).unlink(missing_ok=True)
        self.received, self.length, self.validator = offset, length, validator
        self.file.seek(offset)
        self.file.truncate()

    def sync(self) -> None:
        """Note what was written so that it outlives a crash of the machine."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.received = self.file.tell()
        state = {"received": self.received, "length": self.length, "validator": self.validator}
        temporary = self.path.with_suffix(".writing")
        temporary.write_text(json.dumps(state))
        temporary.replace(self.path.with_suffix(_STATE))


@dataclass(frozen=True, slots=True)
class PartialFiles:
    """DownloadRepository on a folder, made when needed. What nobody goes on with is kept `keep_seconds`."""

    folder: Path
    scratch: Path
    keep_seconds: float

    @contextmanager
    def of(self, address: MediaAddress) -> Iterator[PartialFile]:
        """Open what there is of an address, for this caller alone; another one at the same time begins anew.

        It is kept when the body raises, unless it is refused or cannot be gone on with.
        """
        path = self._path(str(address))
        self.folder.mkdir(parents=True, exist_ok=True)
        file = _locked(path)
        if file is None:
            with tempfile.NamedTemporaryFile(dir=self.scratch, prefix="web-") as own:
                yield PartialFile(cast(BinaryIO, own), Path(own.name))
            return
        partial = PartialFile(file, path)
        keep = False
        try:
            _read_state(partial)
            yield partial
        except Refused:
            raise
        except BaseException:
            if partial.validator:
                partial.sync()
                keep = bool(partial.received)
            raise
        finally:
            if not keep:
                _remove(path)
            file.close()
            self._remove_if_empty()

    def forget(self, uri: str) -> bool:
        """Let go of what there is of an address; return whether there was anything."""
        path = self._path(str(MediaAddress(uri)))
        there = path.exists()
        _remove(path)
        self._remove_if_empty()
        return there

    def forget_old(self) -> int:
        """Let go of what nobody went on with in time; return how many there were."""
        oldest, count = time.time() - self.keep_seconds, 0
        for path in self.folder.glob("*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    count += path.suffix != _STATE
                    path.unlink()
        self._remove_if_empty()
        return count

    def _path(self, shown: str) -> Path:
        return self.folder / sha256(shown.encode(errors="surrogatepass")).hexdigest()

    def _remove_if_empty(self) -> None:
        with suppress(OSError):
            self.folder.rmdir()


def _locked(path: Path) -> BinaryIO | None:
    """Return the file, opened for this caller alone; None while somebody else has it."""
    while True:
        try:
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        except FileNotFoundError:  # somebody removed the folder, which was empty
            path.parent.mkdir(parents=True, exist_ok=True)
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # it was removed before it was ours


def _read_state(partial: PartialFile) -> None:
    try:
        state = json.loads(partial.path.with_suffix(_STATE).read_text())
        partial.received, partial.length = int(state["received"]), int(state["length"])
        partial.validator = str(state["validator"])
    except (OSError, ValueError, KeyError, TypeError):
        partial.received, partial.length, partial.validator = 0, 0, ""
    if partial.path.stat().st_size < partial.received:
        partial.received, partial.validator = 0, ""


def _remove(path: Path) -> None:
    for one in (path.with_suffix(_STATE), path.with_suffix(".writing"), path):
        one.unlink(missing_ok=True)
