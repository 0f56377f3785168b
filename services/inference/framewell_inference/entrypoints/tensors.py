"""Tensors of the Open Inference Protocol to and from arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from framewell.oip.v2 import open_inference_pb2 as oip
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError, TensorSpec

DATATYPES: Final[Mapping[str, np.dtype[Any]]] = {
    "BOOL": np.dtype("bool"),
    "UINT8": np.dtype("uint8"),
    "INT8": np.dtype("int8"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
}

_NAMES: Final = {dtype: name for name, dtype in DATATYPES.items()}

_CONTENTS: Final[Mapping[str, str]] = {
    "BOOL": "bool_contents",
    "UINT8": "uint_contents",
    "INT8": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
}


def datatype(dtype: np.dtype[Any]) -> str:
    """Return the protocol's name of a type."""
    return _NAMES[np.dtype(dtype).newbyteorder("<")]


def metadata(spec: TensorSpec) -> oip.ModelMetadataResponse.TensorMetadata:
    """Return an input or output as the protocol describes it."""
    return oip.ModelMetadataResponse.TensorMetadata(
        name=spec.name, datatype=datatype(spec.dtype), shape=spec.shape
    )


def read_inputs(request: oip.ModelInferRequest, specs: Sequence[TensorSpec]) -> dict[str, Array]:
    """Return the request's tensors by name.

    Type and size are checked before a byte is looked at. Raises InvalidInputError with a sentence.
    """
    raw = request.raw_input_contents
    if raw and len(raw) != len(request.inputs):
        raise InvalidInputError(f"{len(raw)} raw contents for {len(request.inputs)} inputs")
    known = {spec.name: spec for spec in specs}
    arrays: dict[str, Array] = {}
    for index, tensor in enumerate(request.inputs):
        if tensor.name in arrays:
            raise InvalidInputError(f"input {tensor.name} is given twice")
        spec = known.get(tensor.name)
        if spec is None:
            raise InvalidInputError(f"no input is called {tensor.name}; the model takes {sorted(known)}")
        if tensor.datatype != datatype(spec.dtype):
            raise InvalidInputError(
                f"input {tensor.name} is {tensor.datatype}, the model takes {datatype(spec.dtype)}"
            )
        if not spec.accepts(tensor.shape):
            raise InvalidInputError(
                f"input {tensor.name} has shape {list(tensor.shape)}, the model takes {list(spec.shape)}"
            )
        arrays[tensor.name] = _values(tensor, raw[index] if raw else None)
    return arrays


def write_outputs(
    response: oip.ModelInferResponse, outputs: Mapping[str, Array], wanted: Sequence[str]
) -> None:
    """Add the wanted outputs (all when none is named). Raises InvalidInputError for an unknown one."""
    unknown = set(wanted) - set(outputs)
    if unknown:
        raise InvalidInputError(f"no output is called {min(unknown)}; the model gives {sorted(outputs)}")
    for name in wanted or outputs:
        value = np.ascontiguousarray(outputs[name])
        response.outputs.add(name=name, datatype=datatype(value.dtype), shape=value.shape)
        response.raw_output_contents.append(value.tobytes())


def _values(tensor: oip.ModelInferRequest.InferInputTensor, raw: bytes | None) -> Array:
    dtype = DATATYPES[tensor.datatype]
    count = int(np.prod(tensor.shape, dtype=np.int64))
    if raw is not None:
        if len(raw) != count * dtype.itemsize:
            raise InvalidInputError(
                f"input {tensor.name} has {len(raw)} bytes, {count * dtype.itemsize} belong to its shape"
            )
        return np.frombuffer(raw, dtype).reshape(tensor.shape)
    field = _CONTENTS.get(tensor.datatype)
    if field is None:
        raise InvalidInputError(f"input {tensor.name}: {tensor.datatype} must be given as raw contents")
    contents = getattr(tensor.contents, field)
    if len(contents) != count:
        raise InvalidInputError(
            f"input {tensor.name} has {len(contents)} values, {count} belong to its shape"
        )
    try:
        return np.array(contents, dtype).reshape(tensor.shape)
    except OverflowError as error:
        raise InvalidInputError(f"input {tensor.name}: a value does not fit {tensor.datatype}") from error
