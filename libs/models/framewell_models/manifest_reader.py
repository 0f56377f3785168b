"""Reads the manifest of a model folder (`model.yaml`): one strict reader.

What a manifest must declare is decided here and nowhere else: unknown keys, missing licences, unpinned
files and file types that can carry code are refused with a sentence that names the place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from framewell_models.manifest import (
    DECLARED_TASKS,
    FLOAT32,
    LABEL_THRESHOLD,
    MANIFEST_NAME,
    NAME,
    PRECISIONS,
    REMOTE_SCHEMES,
    SCORE_THRESHOLDS,
    TASKS,
    VERSION,
    WEIGHT_SUFFIXES,
    Licence,
    Limits,
    Manifest,
    ManifestError,
    Member,
    ModelRef,
    Package,
    Step,
    Tensor,
    WeightFile,
)
from framewell_models.manifest_yaml import MOST_BYTES, read_mapping
from framewell_models.processing import POSTPROCESSING, PREPROCESSING, StepKind, complete
from framewell_models.sources import check_source, scheme

LOADABLE_SUFFIXES: Final = frozenset({".onnx", ".npz", ".safetensors", ".txt", ".json", *WEIGHT_SUFFIXES})
"""File types a model folder may hold: tensors and text, nothing that can carry code."""

PICKLE_SUFFIXES: Final = frozenset(
    {".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".bin", ".jit", ".npy"}
)
"""Types that are, or often hide, a pickle or a program. Refused by name, before a byte is read."""

LIMITS: Final[Mapping[str, tuple[float, float, float]]] = {
    "seconds": (10, 0.01, 600),
    "memory_mib": (1024, 64, 65536),
    "batch": (16, 1, 256),
}
"""Bounds of one run, by name: default, least and most."""

MOST_FILES: Final = 100
"""Most files that a model folder may have beside its manifest."""

LONGEST_NAME: Final = 255
"""Longest name of a file in bytes, as file systems have it."""

LONGEST_ERROR: Final = 400
"""Most characters of what is said of a manifest."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def load(path: Path) -> Manifest:
    """Read a manifest file. Raises ManifestError (with the path) for anything that is not one."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1).decode("utf-8")
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path}: is no text in UTF-8: {error.reason} at byte {error.start}") from error
    return read(text, origin=str(path))


def read(text: str, *, origin: str = MANIFEST_NAME, most_bytes: int = MOST_BYTES) -> Manifest:
    """Return the manifest that a YAML text declares.

    Raises ManifestError for any other text, in a sentence of bounded length that begins with `origin`.
    """
    try:
        document = read_mapping(text, most_bytes=most_bytes)
    except ManifestError as error:
        raise ManifestError(_cut(f"{origin}: {error}")) from error
    try:
        return _Fields(document, origin).manifest()
    except ManifestError as error:
        raise ManifestError(_cut(str(error))) from error


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
    plain = name == PurePosixPath(name).name and not name.startswith(".")
    if not plain or not name.isprintable() or "\\" in name or len(name.encode()) > LONGEST_NAME:
        raise ManifestError(f"{origin}: {name[:300]!r} must be a plain file name inside the folder")
    return name


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST_ERROR else f"{sentence[:LONGEST_ERROR]}…"


def _shown(value: Any) -> str:
    """Return a value for an error: short, whatever it holds."""
    if isinstance(value, list | Mapping):
        return "a list" if isinstance(value, list) else "a mapping"
    return repr(value)[:100]


@dataclass(frozen=True, slots=True)
class _Fields:
    """Typed access to one YAML mapping; every complaint names the origin and the field."""

    document: Mapping[str, Any]
    origin: str

    def manifest(self) -> Manifest:
        self.only(Manifest.__dataclass_fields__)
        embedding = self.text("embedding", default="")
        source = check_source(self.text("source", default=""), self.origin)
        remote = scheme(source) in REMOTE_SCHEMES
        manifest = Manifest(
            name=self.matching("name", NAME),
            version=self.matching("version", VERSION),
            task=self._task(),
            analyser=self.text("analyser", default=""),
            intended_use=self.filled("intended_use"),
            licence=self._licence(),
            files=tuple(self._file(entry) for entry in self.entries("files", optional=remote)),
            packages=tuple(self._package(entry) for entry in self.entries("packages", optional=True)),
            converter=self.text("converter", default="") or None,
            inputs=tuple(self._tensor(entry) for entry in self.entries("inputs", optional=True)),
            outputs=tuple(self._tensor(entry) for entry in self.entries("outputs", optional=True)),
            preprocessing=self._step("preprocessing", PREPROCESSING),
            postprocessing=self._step("postprocessing", POSTPROCESSING),
            thresholds=self._numbers("thresholds"),
            source=source,
            labels=self.text("labels", default=""),
            limits=self._limits(),
            precision=self._precision(),
            prompt=self.text("prompt", default=""),
            answer_schema=self._mapping("answer_schema"),
            embedding=ModelRef.parse(embedding) if embedding else None,
            classes=self._texts("classes"),
            optional=self._flag("optional"),
            parent=self.text("parent", default="") or None,
            measures=self._numbers("measures"),
            lineage=self._lineage(),
        )
        self._check_whole(manifest)
        self._check_thresholds(manifest)
        return manifest

    def _check_whole(self, manifest: Manifest) -> None:
        """Raise ManifestError where fields do not fit each other."""
        names = [file.name for file in manifest.files]
        own_label = any(name.startswith(LABEL_THRESHOLD) for name in manifest.thresholds)
        for wrong, sentence in (
            (
                manifest.task == "identity" and (manifest.embedding is None or not manifest.classes),
                "an identity model names its embedding and its classes",
            ),
            (len(set(names)) < len(names), "a file is listed twice"),
            (len(names) > MOST_FILES, f"a folder has at most {MOST_FILES} files"),
            (
                manifest.labels and manifest.labels not in names,
                f"labels {manifest.labels} is none of its files",
            ),
            (own_label and not manifest.labels, "a threshold of a label needs a file of labels"),
            (
                (manifest.preprocessing is None) != (manifest.postprocessing is None)
                and not manifest.analyser
                and manifest.task in DECLARED_TASKS,
                "preprocessing and postprocessing go together",
            ),
            (scheme(manifest.source) == "openai" and manifest.task != "caption", "openai: models caption"),
            (
                manifest.task == "caption" and scheme(manifest.source) != "openai",
                "a caption model is an openai: one",
            ),
            (manifest.task == "caption" and not manifest.prompt, "a caption model has a prompt"),
            (manifest.optional and not manifest.analyser, "an optional model serves an analyser"),
        ):
            if wrong:
                raise ManifestError(f"{self.origin}: {sentence}")

    def _check_thresholds(self, manifest: Manifest) -> None:
        """Raise ManifestError for a score outside 0 to 1, and for a threshold that no declared model has.

        Analysers with code of their own and identity models have thresholds of other names and units.
        """
        for name, value in manifest.thresholds.items():
            score = name in SCORE_THRESHOLDS or name.startswith(LABEL_THRESHOLD)
            if not score and manifest.task in DECLARED_TASKS and not manifest.analyser:
                known = ", ".join((*SCORE_THRESHOLDS, f"{LABEL_THRESHOLD}<a label>"))
                raise ManifestError(
                    f"{self.origin}: no threshold is called {name[:100]!r}: there are {known}"
                )
            if score and not 0 <= value <= 1:
                raise ManifestError(
                    f"{self.origin}: threshold {name[:100]!r} is {value:g}, not between 0 and 1"
                )

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self.document.get(key, default)
        if not isinstance(value, str):
            raise ManifestError(f"{self.origin}: {key} is missing or no text")
        return " ".join(value.split())

    def filled(self, key: str) -> str:
        value = self.text(key)
        if not value:
            raise ManifestError(f"{self.origin}: {key} is empty")
        return value

    def only(self, known: Mapping[str, Any]) -> None:
        unknown = sorted(set(self.document) - set(known))
        if unknown:
            raise ManifestError(f"{self.origin}: unknown field {', '.join(unknown)}")

    def matching(self, key: str, pattern: re.Pattern[str]) -> str:
        value = self.document.get(key, "")
        if not isinstance(value, str):
            raise ManifestError(f"{self.origin}: {key} is {_shown(value)}, no text: put it in quotes")
        if not pattern.fullmatch(value):
            raise ManifestError(f"{self.origin}: {key} {_shown(value)} does not match {pattern.pattern}")
        return value

    def _task(self) -> str:
        task = self.text("task")
        if task not in TASKS:
            raise ManifestError(f"{self.origin}: task {task!r} is none of {', '.join(sorted(TASKS))}")
        return task

    def _precision(self) -> str:
        precision = self.text("precision", default=FLOAT32)
        if precision not in PRECISIONS:
            raise ManifestError(f"{self.origin}: precision {precision!r} is none of {', '.join(PRECISIONS)}")
        return precision

    def entries(self, key: str, *, optional: bool = False) -> Sequence[_Fields]:
        value = self.document.get(key, [] if optional else None)
        if not isinstance(value, list) or (not value and not optional):
            raise ManifestError(f"{self.origin}: {key} is missing or no list")
        places = [f"{self.origin}: {key}[{index}]" for index in range(len(value))]
        for place, entry in zip(places, value, strict=True):
            if not isinstance(entry, Mapping):
                raise ManifestError(f"{place} is no mapping of fields")
        return [_Fields(entry, place) for place, entry in zip(places, value, strict=True)]

    def _mapping(self, key: str) -> Mapping[str, Any] | None:
        value = self.document.get(key)
        if value is not None and not isinstance(value, Mapping):
            raise ManifestError(f"{self.origin}: {key} is no mapping of fields")
        return value

    def _numbers(self, key: str) -> dict[str, float]:
        numbers = self._mapping(key) or {}
        for name, value in numbers.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ManifestError(
                    f"{self.origin}: {key}: {name[:100]!r} is {_shown(value)}, which is no number"
                )
        return {name: float(value) for name, value in numbers.items()}

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self.document.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ManifestError(f"{self.origin}: {key} is no list of texts")
        return tuple(value)

    def _lineage(self) -> dict[str, str]:
        lineage = self._mapping("lineage") or {}
        for name, value in lineage.items():
            if isinstance(value, list | Mapping):
                raise ManifestError(f"{self.origin}: lineage: {name[:100]!r} is {_shown(value)}, no text")
        return {name: str(value) for name, value in lineage.items()}

    def _flag(self, key: str) -> bool:
        value = self.document.get(key, False)
        if not isinstance(value, bool):
            raise ManifestError(f"{self.origin}: {key} {_shown(value)} is neither true nor false")
        return value

    def _limits(self) -> Limits:
        given = _Fields(self._mapping("limits") or {}, f"{self.origin}: limits")
        given.only(LIMITS)
        bounded = {name: given.number(name, *bounds) for name, bounds in LIMITS.items()}
        return Limits(bounded["seconds"], int(bounded["memory_mib"]) << 20, int(bounded["batch"]))

    def number(self, key: str, default: float, least: float, most: float) -> float:
        value = self.document.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ManifestError(
                f"{self.origin}: {key} {_shown(value)} is no number between {least:g} and {most:g}"
            )
        return float(value)

    def _licence(self) -> Licence:
        licence = _Fields(self._mapping("licence") or {}, f"{self.origin}: licence")
        licence.only(Licence.__dataclass_fields__)
        return Licence(
            licence.filled("code"), licence.filled("weights"), licence.text("attribution", default="")
        )

    @staticmethod
    def _file(entry: _Fields) -> WeightFile:
        name = check_file_name(entry.text("name"), entry.origin)
        path = entry.text("path", default="")
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise ManifestError(f"{entry.origin}: path {path!r} leads out of its source")
        return WeightFile(name, entry.matching("sha256", _SHA256), path)

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
            entry.text("python", default="") or None, entry.text("platform", default="") or None,
        )  # fmt: skip

    @staticmethod
    def _tensor(entry: _Fields) -> Tensor:
        shape = entry.document.get("shape", [])
        if not isinstance(shape, list) or not all(type(size) is int and size >= -1 for size in shape):
            raise ManifestError(f"{entry.origin}: shape is no list of whole numbers (-1: free)")
        meaning = entry.text("meaning", default="")
        return Tensor(entry.filled("name"), entry.filled("dtype"), tuple(shape), meaning)

    def _step(self, key: str, kinds: Mapping[str, StepKind]) -> Step | None:
        value = self._mapping(key)
        if value is None:
            return None
        origin = f"{self.origin}: {key}"
        named = _Fields(value, origin)
        named.only({"name": "", "parameters": ""})
        step = Step(named.text("name"), dict(named._mapping("parameters") or {}))
        task = self._task()
        if task not in DECLARED_TASKS or self.document.get("analyser"):
            return step  # of an analyser's own, which knows its parameters
        return complete(kinds, step, task, origin)
