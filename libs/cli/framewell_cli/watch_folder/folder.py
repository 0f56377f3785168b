"""The folder itself: which files in it are media, what stands beside them, and where they go."""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Final
from uuid import uuid4

from framewell_cli.errors import CommandError, UsageProblem
from framewell_cli.watch_folder.completeness import FileState
from framewell_cli.watch_folder.receipts import Situation
from framewell_cli.watch_folder.sidecars import SUFFIXES

DONE: Final = "done"
FAILED: Final = "failed"
ERRORS: Final = "errors"
_STATE: Final = ".framewell-watch"
MARKER: Final = ".done"
SENTENCE: Final = ".txt"
_UNDER_WAY: Final = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".writing")
"""Names that programs give to files they are still writing."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file of media, its sidecars (one, none, or several by mistake), and its marker if there is one."""

    path: Path
    sidecars: tuple[Path, ...]
    shared: bool
    """Whether a sidecar could as well belong to another file."""
    marker: Path | None

    @property
    def name(self) -> str:
        """Return the name of the file."""
        return self.path.name

    @property
    def company(self) -> tuple[Path, ...]:
        """Return what lies beside the file and goes where it goes."""
        return (*self.sidecars, *([self.marker] if self.marker else []))

    def situation(self) -> Situation:
        """Return the states of the file and of its company. Raises FileNotFoundError once one is gone."""
        return {path.name: FileState.of(path) for path in (self.path, *self.company)}


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder that is watched: files of media in it, not in folders below it."""

    root: Path

    @classmethod
    def prepare(cls, root: Path) -> WatchedFolder:
        """Make the folders below it. Raises UsageProblem where that cannot be."""
        if not root.is_dir():
            raise UsageProblem(f"{root} is no folder: make it first, or name another")
        folder = cls(root.resolve())
        try:
            for below in (folder.receipts, folder.root / ERRORS, folder.root / DONE, folder.root / FAILED):
                below.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageProblem(f"{error.filename} cannot be made: {error.strerror}") from error
        return folder

    @property
    def receipts(self) -> Path:
        """Return where receipts lie."""
        return self.root / _STATE / "receipts"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder inside the context. Raises CommandError while another process does."""
        with (self.root / _STATE / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError(f"{self.root} is watched already") from None
            yield

    def dropped(self) -> list[Dropped]:
        """Return the files of media, by name; links and whatever is no regular file are passed over."""
        names = sorted(entry.name for entry in os.scandir(self.root) if _is_file(entry))
        media = [name for name in names if _is_media(name)]
        stems = Counter(Path(name).stem for name in media)
        present = set(names)
        return [self._with_company(name, present, stems[Path(name).stem]) for name in media]

    def _with_company(self, name: str, present: set[str], of_stem: int) -> Dropped:
        stem = Path(name).stem
        own = [name + suffix for suffix in SUFFIXES if name + suffix in present]
        by_stem = [stem + suffix for suffix in SUFFIXES if stem + suffix in present and stem != name]
        return Dropped(
            self.root / name,
            tuple(self.root / sidecar for sidecar in [*own, *by_stem]),
            bool(by_stem) and of_stem > 1,
            next((self.root / one for one in (name + MARKER, stem + MARKER) if one in present), None),
        )

    def late_sidecars(self, dropped: Sequence[Dropped]) -> Mapping[str, str]:
        """Return sidecars whose file was taken in before they came, with the name of that file."""
        known = {path.name for one in dropped for path in one.company}
        names = (entry.name for entry in os.scandir(self.root) if _is_file(entry))
        late = [name for name in names if name.lower().endswith(SUFFIXES) and name not in known]
        if not late:
            return {}
        taken = [path for path in (self.root / DONE).iterdir() if _is_media(path.name)]
        done = {
            form: path.name for path in taken if path.suffix != SENTENCE for form in (path.stem, path.name)
        }
        return {name: done[Path(name).stem] for name in late if Path(name).stem in done}

    def move(self, name: str, company: Collection[str], outcome: str, mark: str, sentence: str) -> None:
        """Move a file and its company to `done` or `failed`, and write a sentence beside them.

        Where another file has the name already, `mark` is put into it: the same at every attempt. The file
        itself goes last: moving again goes on where it broke off.
        """
        target = self.root / outcome
        at = target / name
        if at.exists():
            at = target / f"{Path(name).stem}-{mark}{Path(name).suffix}"
        for one in company:
            beside = self.root / one
            if beside.is_file():
                beside.replace(target / f"{at.name}{beside.suffix}")
        self.write_sentence(target / f"{at.name}{SENTENCE}", sentence)
        (self.root / name).replace(at)

    def explained(self) -> Mapping[str, str]:
        """Return the sentences that say why files wait, by the names of the files."""
        texts = (self.root / ERRORS).glob(f"*{SENTENCE}")
        return {
            path.name.removesuffix(SENTENCE): path.read_text(encoding="utf-8", errors="replace").strip()
            for path in texts
        }

    def explain(self, name: str, sentence: str) -> None:
        """Write why a file waits where people look for it; an empty sentence takes it away."""
        path = self.root / ERRORS / f"{name}{SENTENCE}"
        if sentence:
            self.write_sentence(path, sentence)
        else:
            path.unlink(missing_ok=True)

    def write_sentence(self, path: Path, sentence: str) -> None:
        """Write a text file that is whole whenever it is read."""
        temporary = self.root / _STATE / uuid4().hex
        temporary.write_text(f"{sentence}\n", encoding="utf-8", errors="replace")
        temporary.replace(path)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return S_ISREG(entry.stat(follow_symlinks=False).st_mode)
    except OSError:
        return False


def _is_media(name: str) -> bool:
    lower = name.lower()
    return not lower.startswith(".") and not lower.endswith((*SUFFIXES, MARKER, *_UNDER_WAY))
