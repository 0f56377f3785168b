"""Heads become ONNX graphs, and each graph is held against torch before anybody may use it."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from framewell_training.adapters.torch_modules import module_of
from framewell_training.domain.faces import Vectors
from framewell_training.recipes.graphs import INPUT, MOST_DIFFERENCE, OUTPUT, Graph, GraphDiffers
from framewell_training.recipes.identity.heads import Head

OPSET: Final = 18
RANDOM_PROBES: Final = 256
PROBE_NORM: Final = 1.45
"""Length of a typical embedding (dlib's face ResNet); random probes have it, so that they lie among faces."""


@dataclass(frozen=True, slots=True)
class OnnxExporter:
    """GraphExporter by TorchScript tracing.

    torch also has a newer exporter (`dynamo=True`); on these graphs it takes 590 ms where tracing takes
    6 ms and writes the same operators, and a new face has to be known within seconds.
    """

    def export(self, head: Head, probes: Vectors) -> Graph:
        module = module_of(head)
        dimensions = probes.shape[1]
        data = _traced(module, dimensions)
        onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
        random = np.random.default_rng(0).standard_normal((RANDOM_PROBES, dimensions))
        random *= PROBE_NORM / np.linalg.norm(random, axis=1, keepdims=True)
        return Graph(data, compare(data, module, np.concatenate([probes, random.astype(np.float32)])))


def compare(data: bytes, module: nn.Module, vectors: Vectors) -> float:
    """Return the largest absolute difference between ONNX Runtime and torch. Raise GraphDiffers past 1e-4."""
    session = onnxruntime.InferenceSession(data, _options(), providers=["CPUExecutionProvider"])
    served = session.run([OUTPUT], {INPUT: vectors})[0]
    with torch.inference_mode():
        trained = module(torch.from_numpy(vectors)).numpy()
    if served.shape != trained.shape or served.dtype != trained.dtype:
        raise GraphDiffers(
            f"the exported graph gives {served.dtype} {served.shape}, torch {trained.dtype} {trained.shape}"
        )
    difference = float(np.abs(served - trained).max())
    if not difference <= MOST_DIFFERENCE:  # NaN fails too
        raise GraphDiffers(
            f"the exported graph differs from torch by {difference:.2e} on {len(vectors)} vectors;"
            f" {MOST_DIFFERENCE:.0e} is allowed"
        )
    return difference


def _traced(module: nn.Module, dimensions: int) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # "You are using the legacy exporter": on purpose, see OnnxExporter.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            module,
            (torch.zeros(2, dimensions),),
            buffer,  # type: ignore[arg-type]  # a stream is taken too; the stub does not say so
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "faces"}, OUTPUT: {0: "faces"}},
        )
    return buffer.getvalue()


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return options
