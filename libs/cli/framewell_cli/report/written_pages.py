"""Which report pages this folder's commands wrote, so that an erasure finds them wherever they lie."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from framewell_cli.erasure.text_search import Words
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.private import FILE_MODE


@dataclass(frozen=True, slots=True)
class WrittenPages:
    """The list `pages.jsonl` of a mesh's folder: one line a page, with its asset and its path."""

    folder: MeshFolder

    @property
    def _list(self) -> Path:
        return self.folder.state / "pages.jsonl"

    def note(self, path: Path, asset_id: str) -> None:
        """Add a page that is about to be written. Raise OSError where that cannot be noted."""
        self._list.parent.mkdir(parents=True, exist_ok=True)
        self._list.touch(FILE_MODE)
        with self._list.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"asset_id": asset_id, "path": str(path.absolute())}) + "\n")

    def entries(self) -> Iterator[tuple[str, Path]]:
        """Yield asset and path of every page that was written; a line that was cut off is skipped."""
        if not self._list.exists():
            return
        for line in self._list.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
                yield entry["asset_id"], Path(entry["path"])
            except (ValueError, KeyError, TypeError):
                continue

    def paths(self) -> list[Path]:
        """Return the paths of all pages, each once."""
        return list(dict.fromkeys(path for _, path in self.entries()))

    def forget(self, asset_ids: Collection[str], words: Words) -> list[Path]:
        """Delete the pages of these assets and those in which one of the words stands; return them."""
        gone = []
        for asset_id, path in dict.fromkeys(self.entries()):
            if path.is_file() and (asset_id in asset_ids or words.within_file(path)):
                path.unlink(missing_ok=True)
                gone.append(path)
        return gone
