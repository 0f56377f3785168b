"""Where model folders lie on disk, and whether what lies there is what their manifests pin.

<root>/<model name>/<version>/model.yaml
<root>/<model name>/<version>/<files>
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from framewell_models.labels import read_labels, read_lines
from framewell_models.manifest import MANIFEST_NAME, Manifest, ManifestError, ModelRef
from framewell_models.manifest_reader import load, read

ROOT_VARIABLE: Final = "FRAMEWELL_MODELS"
DEFAULT_FOLDER: Final = ".framewell-models"


class ModelMissingError(LookupError):
    """A model folder is absent or not what its manifest says; the message names the way to get it."""


class UnknownAnalyserError(LookupError):
    """An analyser was asked for that is not optional; the message names those that are."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A manifest and the folder its files lie in. Nothing is read until `path` is used."""

    manifest: Manifest
    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    @property
    def graph(self) -> Path:
        return self.path(self.manifest.graph.name)

    def labels(self) -> tuple[str, ...]:
        """Return the lines of its file of labels, in order of the outputs; none without such a file.

        Those of a model that ships may be no labels, e.g. the tokens of a language model: only its analyser
        reads them. Raises ManifestError as `read_labels` does, of such a file as `read_lines` does.
        """
        if not self.manifest.labels:
            return ()
        path = self.path(self.manifest.labels)
        return read_labels(path) if self.manifest.declared else read_lines(path)

    def problems(self) -> list[str]:
        """Return one sentence for every file that is missing or has another hash than the pinned one."""
        found = []
        for file in self.manifest.files:
            path = self.path(file.name)
            if not path.is_file():
                found.append(f"{self.manifest.ref}: {file.name} is missing")
            elif (actual := sha256(path)) != file.sha256:
                found.append(
                    f"{self.manifest.ref}: {file.name} has sha256 {actual}, the manifest pins {file.sha256}"
                )
        return found


def default_root() -> Path:
    """Return `FRAMEWELL_MODELS`, else `.framewell-models` in the checkout, else in the working folder."""
    configured = os.environ.get(ROOT_VARIABLE)
    if configured:
        return Path(configured)
    checkout = Path(__file__).resolve().parents[3]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / DEFAULT_FOLDER


def shipped() -> tuple[Manifest, ...]:
    """Return the manifests of every model the mesh ships with, by name."""
    folder = resources.files(__package__) / "manifests"
    entries = [entry for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    manifests = [read(entry.read_text(encoding="utf-8"), origin=entry.name) for entry in entries]
    return tuple(sorted(manifests, key=lambda manifest: manifest.name))


def optional_analysers() -> tuple[str, ...]:
    """Return the analysers whose models set-up leaves out until it is asked for them, by name."""
    return tuple(sorted({manifest.analyser for manifest in shipped() if manifest.optional}))


def expected(root: Path, analysers: Collection[str] = ()) -> tuple[Manifest, ...]:
    """Return the shipped models that shall lie below `root`, by name.

    These are all that are not optional, those of the optional `analysers`, and the optional ones that lie
    there. Raises UnknownAnalyserError for an analyser that is not optional.
    """
    known = optional_analysers()
    for analyser in analysers:
        if analyser not in known:
            raise UnknownAnalyserError(f"{analyser!r} is no optional analyser; there is {', '.join(known)}")
    return tuple(
        manifest
        for manifest in shipped()
        if not manifest.optional or manifest.analyser in analysers or is_there(root, manifest.ref)
    )


def is_there(root: Path, ref: ModelRef) -> bool:
    """Return whether a model's folder lies below `root`, intact or not."""
    return folder_of(root, ref).is_dir()


def shipped_text(ref: ModelRef) -> str:
    """Return the manifest of a shipped model as it is written, to lay beside its weights."""
    for entry in (resources.files(__package__) / "manifests").iterdir():
        if entry.name.endswith(".yaml"):
            text = entry.read_text(encoding="utf-8")
            if read(text, origin=entry.name).ref == ref:
                return text
    raise ModelMissingError(f"{ref} is not among the models the mesh ships with")


def folder_of(root: Path, ref: ModelRef) -> Path:
    """Return the folder of a model below `root`, whether it exists or not."""
    return root / ref.name / ref.version


def open_folder(root: Path, ref: ModelRef) -> ModelFolder:
    """Return the installed folder of a model, with every file present and of the pinned hash.

    Raises ModelMissingError otherwise, ManifestError when its manifest cannot be read.
    """
    folder = folder_of(root, ref)
    if not (folder / MANIFEST_NAME).is_file():
        raise ModelMissingError(f"{ref} is not installed in {root}: run `framewell models pull`")
    found = ModelFolder(load(folder / MANIFEST_NAME), folder)
    if found.manifest.ref != ref:
        raise ManifestError(f"{folder / MANIFEST_NAME} describes {found.manifest.ref}, expected {ref}")
    problems = found.problems()
    if problems:
        raise ModelMissingError(f"{'; '.join(problems)}: run `framewell models pull`")
    return found


@dataclass(frozen=True, slots=True)
class BrokenFolder:
    """A folder whose manifest cannot be used, and why. `place` is its path below the root."""

    place: str
    reason: str


def installed(root: Path) -> Iterator[ModelFolder | BrokenFolder]:
    """Yield every folder below `root` that holds a manifest, by name. Files are not checked here.

    One that cannot be read hides no other.
    """
    for path in sorted(root.glob(f"**/{MANIFEST_NAME}")):
        place = path.parent.relative_to(root)
        try:
            yield ModelFolder(_of_its_place(load(path), place, path), path.parent)
        except ManifestError as error:
            yield BrokenFolder(str(place), str(error).replace(f"{root}/", ""))


def _of_its_place(manifest: Manifest, place: Path, path: Path) -> Manifest:
    """Return the manifest. Raises ManifestError where its folder is not `<name>/<version>`."""
    if place.as_posix() != f"{manifest.name}/{manifest.version}":
        expected = f"{manifest.name}/{manifest.version}"
        raise ManifestError(f"{path} describes {manifest.ref}: move its folder to {expected}")
    return manifest


def verify(root: Path, manifests: Sequence[Manifest]) -> list[str]:
    """Return one sentence for every file of `manifests` that is missing or wrong; empty is good."""
    problems: list[str] = []
    for manifest in manifests:
        problems += ModelFolder(manifest, folder_of(root, manifest.ref)).problems()
    return problems


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
