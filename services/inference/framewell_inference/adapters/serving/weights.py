"""The files of a graph, which are what was checked, however often they are read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from framewell_inference.domain.tensors import InvalidInputError
from framewell_models.folders import ModelFolder, sha256

Stamp = tuple[int, int, int, int, int]
"""Device, inode, size, times of the last change: nobody sets the last of them."""


@dataclass(slots=True, eq=False)
class Weights:
    """A graph by path or as bytes, and the files of weights outside it, by the name it has for them.

    A model reads them when it is loaded, again when it comes back to memory, and for each further process.
    """

    graph: Path | bytes
    outside: Mapping[str, Path] = field(default_factory=dict)
    _pinned: Mapping[Path, str] = field(default_factory=dict)
    _checked: dict[Path, Stamp] = field(default_factory=dict)

    @staticmethod
    def of(folder: ModelFolder) -> Weights:
        """Return those of a folder whose files were checked against their hashes just now."""
        manifest = folder.manifest
        files = (manifest.graph, *manifest.weights)
        pinned = {folder.path(file.name): file.sha256 for file in files}
        outside = {file.name: folder.path(file.name) for file in manifest.weights}
        return Weights(folder.graph, outside, pinned, {path: _stamp(path) for path in pinned})

    @property
    def size(self) -> int:
        """Return how many bytes they are."""
        if isinstance(self.graph, bytes):
            return len(self.graph)
        return sum(path.stat().st_size for path in (self.graph, *self.outside.values()))

    def check(self, name: str) -> None:
        """Raise InvalidInputError when a file is not the one that was checked. Blocks where one changed."""
        for path, pinned in self._pinned.items():
            try:
                stamp = _stamp(path)
                if stamp == self._checked[path]:
                    continue
                intact = sha256(path) == pinned
            except OSError as error:
                raise InvalidInputError(
                    f"{name}: {path.name} cannot be read any more: {error.strerror}"
                ) from error
            if not intact:
                raise InvalidInputError(
                    f"{name}: {path.name} is not what the manifest pins any more; import it anew"
                )
            self._checked[path] = stamp


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
