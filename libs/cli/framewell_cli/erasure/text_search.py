"""Searching bytes for words: as they are, and text without regard to case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

BLOCK_BYTES: Final = 4 << 20


class Words:
    """Words to be searched for. No word at all is found nowhere."""

    def __init__(self, words: Sequence[str]) -> None:
        self._exact = [word.encode() for word in words]
        self._folded = [word.casefold() for word in words]
        self._longest = max((len(each) for each in self._exact), default=0)

    def within(self, data: bytes) -> bool:
        """Return whether one of them stands in the bytes."""
        if any(word in data for word in self._exact):
            return True
        text = data.decode("utf-8", "replace").casefold()
        return any(word in text for word in self._folded)

    def within_file(self, path: Path) -> bool:
        """Return whether one of them stands in a file, read block by block. A file that went has none."""
        return any(self.within(block) for block in _overlapping(path, self._longest))

    def among(self, paths: Iterable[Path]) -> tuple[int, list[Path]]:
        """Return how many files there are, and those in which a word stands."""
        searched, found = 0, []
        for path in paths:
            searched += 1
            if self.within_file(path):
                found.append(path)
        return searched, found


def _overlapping(path: Path, overlap: int) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            end = b""
            while block := file.read(BLOCK_BYTES):
                yield end + block
                end = block[-overlap:] if overlap else b""
    except FileNotFoundError:
        return


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder, in order of names; none where there is no folder."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
