"""Tensors of the Open Inference Protocol to and from arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, Final

import numpy as np

from framewell.oip.v2 import open_inference_pb2 as oip
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import (
    InvalidInputError,
    TensorSpec,
    pack_strings,
    read_string,
    unpack_strings,
)

BYTES: Final = "BYTES"
CLASSIFICATION: Final = "classification"
"""Parameter of a wanted output: its so many highest values with index and label, instead of all values."""

DATATYPES: Final[Mapping[str, np.dtype[Any]]] = {
    "BOOL": np.dtype("bool"),
    "UINT8": np.dtype("uint8"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "INT8": np.dtype("int8"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
    BYTES: np.dtype(object),
}

_NAMES: Final = {dtype: name for name, dtype in DATATYPES.items()}

_CONTENTS: Final[Mapping[str, str]] = {
    "BOOL": "bool_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    BYTES: "bytes_contents",
}

_ELSEWHERE: Final = ("shared_memory_region", "shared_memory_offset", "shared_memory_byte_size")


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
        _check(tensor, known, raw_too=bool(raw))
        arrays[tensor.name] = _values(tensor, raw[index] if raw else None)
    return arrays


def write_outputs(
    response: oip.ModelInferResponse,
    outputs: Mapping[str, Array],
    wanted: Sequence[oip.ModelInferRequest.InferRequestedOutputTensor],
    labels: Sequence[str] = (),
) -> None:
    """Add the wanted outputs (all when none is named), as values or as their highest ones with `labels`.

    Raises InvalidInputError for an unknown one.
    """
    unknown = {one.name for one in wanted} - set(outputs)
    if unknown:
        raise InvalidInputError(f"no output is called {min(unknown)}; the model gives {sorted(outputs)}")
    classes = {one.name: _classes(one) for one in wanted}
    for name in [one.name for one in wanted] or outputs:
        value, count = outputs[name], classes.get(name, 0)
        if count:
            value = _highest(name, value, count, labels)
        response.outputs.add(name=name, datatype=datatype(value.dtype), shape=value.shape)
        response.raw_output_contents.append(
            pack_strings(value) if value.dtype.hasobject else np.ascontiguousarray(value).tobytes()
        )


def _check(
    tensor: oip.ModelInferRequest.InferInputTensor, known: Mapping[str, TensorSpec], *, raw_too: bool
) -> None:
    spec = known.get(tensor.name)
    if spec is None:
        raise InvalidInputError(f"no input is called {tensor.name}; the model takes {sorted(known)}")
    if any(key in tensor.parameters for key in _ELSEWHERE):
        raise InvalidInputError(f"input {tensor.name}: shared memory is not served, send the values")
    if tensor.datatype != datatype(spec.dtype):
        raise InvalidInputError(
            f"input {tensor.name} is {tensor.datatype}, the model takes {datatype(spec.dtype)}"
        )
    if not spec.accepts(tensor.shape):
        raise InvalidInputError(
            f"input {tensor.name} has shape {list(tensor.shape)}, the model takes {list(spec.shape)}"
        )
    if raw_too and tensor.contents.ByteSize():
        raise InvalidInputError(f"input {tensor.name} is given as contents and as raw contents: send one")


def _values(tensor: oip.ModelInferRequest.InferInputTensor, raw: bytes | None) -> Array:
    dtype, count = DATATYPES[tensor.datatype], prod(tensor.shape)
    try:
        if raw is not None:
            return _from_raw(tensor, raw, dtype, count)
        field = _CONTENTS.get(tensor.datatype)
        if field is None:
            raise InvalidInputError(f"{tensor.datatype} must be given as raw contents")
        contents = getattr(tensor.contents, field)
        if len(contents) != count:
            raise InvalidInputError(f"it has {len(contents)} values, {count} belong to its shape")
        if dtype.hasobject:
            array = np.empty(count, object)
            array[:] = [read_string(value) for value in contents]
            return array.reshape(tensor.shape)
        wide = np.array(contents)
        values = wide.astype(dtype)
        if dtype.kind in "iu" and not np.array_equal(values, wide):
            raise InvalidInputError(f"a value does not fit {tensor.datatype}")
        return values.reshape(tensor.shape)
    except InvalidInputError as error:
        raise InvalidInputError(f"input {tensor.name}: {error}") from error


def _from_raw(
    tensor: oip.ModelInferRequest.InferInputTensor, raw: bytes, dtype: np.dtype[Any], count: int
) -> Array:
    if dtype.hasobject:
        return unpack_strings(raw, tensor.shape)
    if len(raw) != count * dtype.itemsize:
        raise InvalidInputError(f"it has {len(raw)} bytes, {count * dtype.itemsize} belong to its shape")
    return np.frombuffer(raw, dtype).reshape(tensor.shape)


def _classes(wanted: oip.ModelInferRequest.InferRequestedOutputTensor) -> int:
    if any(key in wanted.parameters for key in _ELSEWHERE):
        raise InvalidInputError(f"output {wanted.name}: shared memory is not served")
    if CLASSIFICATION not in wanted.parameters:
        return 0
    count = wanted.parameters[CLASSIFICATION].int64_param
    if count < 1:
        raise InvalidInputError(f"output {wanted.name}: classification is how many classes, 1 or more")
    return count


def _highest(name: str, value: Array, count: int, labels: Sequence[str]) -> Array:
    """Return the highest values of each row as strings `value:index`, with `:label` where there is one."""
    if value.dtype.hasobject or not value.size:
        raise InvalidInputError(f"output {name} has no values to choose classes from")
    rows = value.reshape(1, -1) if value.ndim < 2 else value.reshape(value.shape[0], -1)
    order = np.argsort(-rows.astype(np.float64), axis=1, kind="stable")[:, :count]
    texts = np.empty(order.shape, object)
    for row, place in np.ndindex(*order.shape):
        index = int(order[row, place])
        label = f":{labels[index]}" if index < len(labels) else ""
        texts[row, place] = f"{float(rows[row, index]):f}:{index}{label}"
    return texts[0] if value.ndim < 2 else texts
