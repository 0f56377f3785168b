"""Examines model folders of others: the graph in a sandboxed child, its fit to the manifest, one run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from framewell_contracts.sentences import say
from framewell_inference.adapters.serving.sessions import DTYPES, contributed_operators
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError, Tensors, TensorSpec
from framewell_inference.ports.calls import ModelBusyError, RunEndedError, RunFailedError
from framewell_inference.ports.models import Model
from framewell_inference.ports.registrations import Examination
from framewell_kit.outcomes import Busy, Rejected
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_media.sandbox import Limits, Sandbox
from framewell_models.folders import ModelFolder
from framewell_models.manifest import Manifest, ManifestError

JOB: Final = "examine_model"
"""As `framewell_inference.sandbox_jobs` registers it."""

BAD_MODEL: Final = "bad_model"
"""Code of every refusal."""

_READING_BYTES: Final = 512 << 20
"""What a child needs beside the graph."""

_COPIES: Final = 4
"""How often a graph may stand in the child's memory: its bytes, parsed, and what the checker makes of it."""

_READING_SECONDS: Final = 120

_CRASHES: Final = {
    "memory": "reading its graph takes too much memory",
    "time": "reading its graph takes too long",
    "processor": "reading its graph takes too long",
}
_CRASHED: Final = "reading its graph ended the process that reads it"

_RUN_ERRORS: Final = (InvalidInputError, RunEndedError, RunFailedError, ModelBusyError)


@dataclass(frozen=True, slots=True)
class SandboxedExamination:
    """ModelExaminer. `open_model` makes a model that runs in a process of its own.

    `rehearse` runs a declared model the way it would look at chunks; False where it declares nothing.
    """

    sandbox: Sandbox
    open_model: Callable[[ModelFolder], Model]
    rehearse: Callable[[Model], bool]

    async def examine(self, folder: ModelFolder) -> Examination:
        manifest = folder.manifest
        try:
            problems = await asyncio.to_thread(folder.problems)
            if problems:
                raise ManifestError("; ".join(problems))
            labels = folder.labels()
            if manifest.remote:
                return await asyncio.to_thread(self._elsewhere, folder)
            described = await self._described(folder)
            found = _tensors(described)
            check_tensors(manifest, found.inputs, found.outputs, labels)
            seconds = await asyncio.to_thread(self._try_run, folder)
        except (ManifestError, InvalidInputError) as error:
            raise _refused(manifest, str(error)) from error
        except SandboxUnavailable as error:
            raise Busy(
                say("examination_unsafe", "models cannot be examined safely here: {why}", why=error)
            ) from error
        return Examination(
            found.inputs,
            found.outputs,
            int(described["opset"]),
            described["operators"],
            int(described["parameters"]),
            found.metadata,
            seconds,
        )

    async def describe(self, folder: ModelFolder) -> Tensors:
        """Return what a graph takes and gives, as a sandboxed child reads it.

        Raises InvalidInputError for a graph that may not run, SandboxUnavailable, and Busy.
        """
        return _tensors(await self._described(folder))

    async def _described(self, folder: ModelFolder) -> dict[str, Any]:
        """Return what a child finds in the graph. Raises as `describe`."""
        size = folder.graph.stat().st_size
        limits = Limits(
            memory_bytes=_READING_BYTES + _COPIES * size,
            cpu_seconds=_READING_SECONDS,
            wall_seconds=2.0 * _READING_SECONDS,
        )
        try:
            return await self.sandbox.run(JOB, self._known(folder), inputs=[folder.graph], limits=limits)
        except MediaError as error:
            raise InvalidInputError(error.detail) from error
        except JobCrashed as crash:
            if crash.interrupted:
                raise Busy(
                    say("model_reading_interrupted", "the reading of the model was interrupted")
                ) from crash
            raise InvalidInputError(_CRASHES.get(crash.cause, _CRASHED)) from crash

    @staticmethod
    def _known(folder: ModelFolder) -> dict[str, Any]:
        weights = {file.name: folder.path(file.name).stat().st_size for file in folder.manifest.weights}
        return {"contributed": contributed_operators(), "outside": weights}

    def _try_run(self, folder: ModelFolder) -> float:
        """Run the model once; return how long that took, 0 where its shapes leave too much open."""
        model = self.open_model(folder)
        try:
            started = time.perf_counter()
            if not self.rehearse(model):
                inputs = zeros(model.inputs)
                if inputs is None:
                    return 0.0
                model.run(inputs)
            return time.perf_counter() - started
        except _RUN_ERRORS as error:
            raise InvalidInputError(f"it cannot be run: {error}") from error
        finally:
            model.close()

    def _elsewhere(self, folder: ModelFolder) -> Examination:
        model = self.open_model(folder)
        try:
            if model.inputs:
                check_tensors(folder.manifest, model.inputs, model.outputs, folder.labels())
            return Examination(model.inputs, model.outputs)
        finally:
            model.close()


def check_tensors(
    manifest: Manifest, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec], labels: Sequence[str]
) -> None:
    """Raise ManifestError unless tensors, labels and steps of the manifest fit those of the graph."""
    for called, declared, found in (
        ("input", manifest.inputs, inputs),
        ("output", manifest.outputs, outputs),
    ):
        known = {spec.name: spec for spec in found}
        for tensor in declared:
            spec = known.get(tensor.name)
            if spec is None:
                raise ManifestError(f"the graph has no {called} {tensor.name}: it has {', '.join(known)}")
            if tensor.shape and not _fits(tensor.shape, spec.shape):
                shapes = f"{list(spec.shape)} in the graph, {list(tensor.shape)} in the manifest"
                raise ManifestError(f"{called} {tensor.name} is {shapes}")
    for step, found in ((manifest.preprocessing, inputs), (manifest.postprocessing, outputs)):
        names = {spec.name for spec in found}
        for key in ("input", "output", "boxes", "scores", "classes") if step and manifest.declared else ():
            wanted = step.parameters.get(key, "") if step else ""
            if wanted and wanted not in names:
                raise ManifestError(
                    f"{key} of {step and step.name} is {wanted}: the graph has {', '.join(sorted(names))}"
                )
    if manifest.declared and labels:
        _check_labels(manifest, outputs, labels)


def _check_labels(manifest: Manifest, outputs: Sequence[TensorSpec], labels: Sequence[str]) -> None:
    """Raise ManifestError for labels of which no output has a value each, and for thresholds of others.

    The first size of an output is its batch. Whether labels fit is not known where another size stays open,
    or where the graph gives classes by number.
    """
    unknown = {name for name in manifest.thresholds if name.startswith("label:")} - {
        f"label:{label}" for label in labels
    }
    if unknown:
        raise ManifestError(f"{manifest.labels} has no such label: threshold {min(unknown)}")
    step, sizes = manifest.postprocessing, {size for spec in outputs for size in spec.shape[1:]}
    by_number = step is not None and step.parameters.get("classes")
    if not by_number and sizes and -1 not in sizes and not _labelled(labels, sizes):
        raise ManifestError(f"{manifest.labels} has {len(labels)} lines, no output has as many values")


def zeros(inputs: Sequence[TensorSpec]) -> Mapping[str, Array] | None:
    """Return inputs of zeros with a batch of one; None where another size stays open, and for texts."""
    arrays: dict[str, Array] = {}
    for spec in inputs:
        shape = (1, *spec.shape[1:]) if spec.shape[:1] == (-1,) else spec.shape
        if -1 in shape or spec.dtype == np.dtype(object):
            return None
        arrays[spec.name] = np.zeros(shape, spec.dtype)
    return arrays


def _labelled(labels: Sequence[str], sizes: set[int]) -> bool:
    """Return whether an output has a value for each label, also behind four of a box, or five."""
    return any(len(labels) + more in sizes for more in (0, 4, 5))


def _fits(declared: Sequence[int], found: Sequence[int]) -> bool:
    return len(declared) == len(found) and all(
        -1 in {one, other} or one == other for one, other in zip(declared, found, strict=True)
    )


def _tensors(described: Mapping[str, Any]) -> Tensors:
    return Tensors(_specs(described["inputs"]), _specs(described["outputs"]), described["metadata"])


def _specs(tensors: Sequence[Any]) -> list[TensorSpec]:
    return [TensorSpec(name, _dtype(kind), tuple(shape)) for name, kind, shape in tensors]


def _dtype(kind: str) -> np.dtype[Any]:
    name = "object" if kind == "string" else kind
    if name not in DTYPES.values():
        raise InvalidInputError(f"tensors of {kind} cannot be sent or read: cast them inside the graph")
    return np.dtype(name)


def _refused(manifest: Manifest, reason: str) -> Rejected:
    text = reason.removeprefix(f"{manifest.ref}: ")
    return Rejected(
        say("bad_model.not_taken", "{model} is not taken: {why}", model=manifest.ref, why=text),
        code=BAD_MODEL,
    )
