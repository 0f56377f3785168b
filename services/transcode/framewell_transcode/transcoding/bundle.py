"""The frame bundle: the pictures of a chunk that models look at, as one Arrow IPC file.

Columns: `frame` int64 and `pts` int64 (the moment on the asset), `seconds` float64 (from its start),
`timecode` string or null, `shot` int32 (provisional, counted within the chunk), `why` string (`grid`,
`shot`, `still`), `width` and `height` int32, `jpeg` binary.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

import numpy as np
import PIL.Image
import pyarrow as pa
from numpy.typing import NDArray

SCHEMA: Final = pa.schema(
    [
        pa.field("frame", pa.int64()),
        pa.field("pts", pa.int64()),
        pa.field("seconds", pa.float64()),
        pa.field("timecode", pa.string()),
        pa.field("shot", pa.int32()),
        pa.field("why", pa.string()),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        pa.field("jpeg", pa.binary()),
    ]
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One sampled picture."""

    frame: int
    pts: int
    seconds: float
    timecode: str | None
    why: str
    width: int
    height: int
    jpeg: bytes
    shot: int = 0


def encode_jpeg(pixels: NDArray[np.uint8], quality: int) -> bytes:
    """Return height x width x 3 RGB as JPEG."""
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def write_bundle(sink: BinaryIO, samples: Sequence[Sample], cut_frames: Sequence[int]) -> None:
    """Write the samples in order of time, each with the number of its provisional shot in the chunk."""
    placed = [
        replace(sample, shot=sum(cut <= sample.frame for cut in cut_frames))
        for sample in sorted(samples, key=lambda sample: sample.frame)
    ]
    columns = [
        pa.array([getattr(sample, field.name) for sample in placed], type=field.type) for field in SCHEMA
    ]
    with pa.ipc.new_file(sink, SCHEMA) as writer:
        writer.write_table(pa.table(columns, schema=SCHEMA))
