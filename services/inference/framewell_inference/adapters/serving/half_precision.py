"""A graph in half precision: for GPUs, whose memory and arithmetic it halves."""

from __future__ import annotations

import logging
from pathlib import Path

import onnx

from framewell_inference.domain.tensors import InvalidInputError

MOST_BYTES = 1 << 30
"""Largest graph, weights outside it among them, that is converted: the result has to fit one message."""


def in_half_precision(graph: Path | bytes) -> bytes:
    """Return a graph that computes in float16; its inputs and outputs keep their types.

    Raises InvalidInputError for one that cannot be converted. Takes three times its size in memory meanwhile.
    """
    from onnxruntime.transformers.float16 import convert_float_to_float16  # noqa: PLC0415 - slow to import

    try:
        if isinstance(graph, bytes):
            model = onnx.load_model_from_string(graph)
        else:  # with the weights that stand beside it
            model = onnx.load_model(str(graph))
        if model.ByteSize() > MOST_BYTES:
            raise InvalidInputError(f"it is larger than {MOST_BYTES >> 20} MiB")
        logging.getLogger("onnxruntime.transformers.float16").setLevel(logging.ERROR)
        converted = convert_float_to_float16(model, keep_io_types=True)
        return bytes(converted.SerializeToString())
    except Exception as error:
        raise InvalidInputError(f"it cannot be computed in float16: {str(error)[:200]}") from error
