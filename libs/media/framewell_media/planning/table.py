"""The plan of a source as an Arrow IPC file: one record batch a chunk, one row a picture, in order of time.

Columns: `frame` int64 (index on the asset), `pts` int64 (asset's clock), `source_pts` int64 (the
file's clock, null when it has none), `is_key` bool, `position` int64 (first byte of the packet, null
when not known). In a serial plan rows are packets in the order of the file, and `source_pts` is their dts.
The schema's metadata holds, as JSON under `framewell.plan`, what belongs to the whole; a batch's, under
`framewell.chunk`, what belongs to the chunk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from framewell_media.planning.chunks import ChunkRows
from framewell_media.planning.packets import NO_TIME

_EARLIER_ANCHORS: Final = 2
_LOOKAHEAD: Final = 2
"""Pictures after one that is looked at alone: bwdif holds one back."""
_PLAN_KEY: Final = b"framewell.plan"
_CHUNK_KEY: Final = b"framewell.chunk"
_COLUMNS: Final = (
    pa.field("frame", pa.int64()),
    pa.field("pts", pa.int64()),
    pa.field("source_pts", pa.int64()),
    pa.field("is_key", pa.bool_()),
    pa.field("position", pa.int64()),
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A keyframe that decoding may start from."""

    source_pts: int
    position: int
    """NO_TIME where the container has no positions."""


@dataclass(frozen=True, slots=True)
class ChunkTable:
    """The pictures of one chunk, and where decoding may start."""

    discontinuity: int
    serial: bool
    first_in_file: bool
    first_frame: int
    pts: NDArray[np.int64]
    source_pts: NDArray[np.int64]
    end_pts: int
    previous_pts: int | None
    """pts of the picture before the chunk, None at the start of the asset."""
    anchor: Anchor
    earlier_anchors: tuple[Anchor, ...]
    """Keyframes before the chunk in its run of unbroken clock, nearest first, at most _EARLIER_ANCHORS."""
    is_key: NDArray[np.bool_]
    position: NDArray[np.int64]
    """First byte of each picture's packet, NO_TIME where the container has no positions."""
    canvas: tuple[int, int]
    """Width and height that every picture of the asset is fitted into, in square pixels."""
    end_position: int
    """Where pictures are counted, the first byte of the packet that follows the chunk; NO_TIME at the end."""

    def around(self, row: int) -> ChunkTable:
        """Return the part of the chunk that is decoded to see the picture in `row`.

        It begins with the nearest keyframe at or before it (a serial file with its first picture) and ends
        _LOOKAHEAD pictures after it.
        """
        keys = np.flatnonzero(self.is_key[: row + 1]) if not self.serial else np.zeros(0, np.int64)
        first = int(keys[-1]) if len(keys) else 0
        rows = slice(first, row + 1 + _LOOKAHEAD)
        if first == 0:
            anchor, earlier = self.anchor, self.earlier_anchors
        else:
            anchor, *before = (Anchor(int(self.source_pts[at]), int(self.position[at])) for at in keys[::-1])
            earlier = (*before, *self.earlier_anchors)[:_EARLIER_ANCHORS]
        return replace(
            self,
            first_in_file=self.first_in_file and first == 0,
            first_frame=self.first_frame + first,
            pts=self.pts[rows],
            source_pts=self.source_pts[rows],
            previous_pts=int(self.pts[first - 1]) if first else self.previous_pts,
            anchor=anchor,
            earlier_anchors=earlier,
            is_key=self.is_key[rows],
            position=self.position[rows],
        )


@dataclass(slots=True)
class PlanFile:
    """Writes the plan of a source chunk by chunk; memory does not grow with it."""

    sink: BinaryIO
    canvas: tuple[int, int]
    """The size that pictures are fitted into."""
    _writer: Any = None
    _schema: Any = None

    def begin(self, time_base: Fraction, *, serial: bool) -> None:
        """Begin, or begin again: what was written before is dropped."""
        self.sink.seek(0)
        self.sink.truncate()
        whole = {"time_base": str(time_base), "serial": serial, "canvas": list(self.canvas)}
        self._schema = pa.schema(_COLUMNS, metadata={_PLAN_KEY: json.dumps(whole).encode()})
        self._writer = pa.ipc.new_file(self.sink, self._schema)

    def write(self, rows: ChunkRows) -> None:
        """Append the next chunk."""
        plan = rows.plan
        columns = [
            pa.array(np.arange(plan.first_frame, plan.first_frame + plan.frames, dtype=np.int64)),
            pa.array(rows.pts),
            _nullable(rows.source_pts),
            pa.array(rows.is_key),
            _nullable(rows.position),
        ]
        chunk = {
            "discontinuity": plan.discontinuity,
            "end_pts": plan.end_pts,
            "first_frame": plan.first_frame,
        }
        batch = pa.record_batch(columns, schema=self._schema)
        self._writer.write_batch(batch, custom_metadata={_CHUNK_KEY: json.dumps(chunk).encode()})

    def end(self) -> None:
        """Write the footer."""
        self._writer.close()


def read_chunk(source: BinaryIO, index: int) -> ChunkTable:
    """Return one chunk of a plan. Raises ValueError when the plan has no such chunk or is no plan."""
    source.seek(0)
    reader = pa.ipc.open_file(pa.PythonFile(source, mode="r"))
    whole = json.loads((reader.schema.metadata or {}).get(_PLAN_KEY, b"{}"))
    if not 0 <= index < reader.num_record_batches or not whole:
        raise ValueError(f"the plan has {reader.num_record_batches} chunks, none of them is number {index}")
    batch, chunk = _batch(reader, index)
    source_pts, is_key, position = (_filled(batch, name) for name in ("source_pts", "is_key", "position"))
    anchors = tuple(_anchors(reader, index, serial=whole["serial"]))
    last = index + 1 == reader.num_record_batches
    return ChunkTable(
        discontinuity=chunk["discontinuity"],
        serial=whole["serial"],
        first_in_file=index == 0,
        first_frame=chunk["first_frame"],
        pts=_filled(batch, "pts"),
        source_pts=source_pts,
        end_pts=chunk["end_pts"],
        previous_pts=int(reader.get_batch(index - 1).column("pts")[-1].as_py()) if index else None,
        anchor=anchors[0],
        earlier_anchors=anchors[1:],
        is_key=is_key,
        position=position,
        canvas=(int(whole["canvas"][0]), int(whole["canvas"][1])),
        end_position=NO_TIME if last else int(_filled(reader.get_batch(index + 1), "position")[0]),
    )


def read_chunks(source: BinaryIO) -> list[ChunkTable]:
    """Return all chunks of a plan. Raises ValueError when it is none."""
    source.seek(0)
    count = pa.ipc.open_file(pa.PythonFile(source, mode="r")).num_record_batches
    return [read_chunk(source, index) for index in range(count)]


def read_times(source: BinaryIO, index: int) -> tuple[int, NDArray[np.int64], int]:
    """Return the pictures from a chunk on: the index of the first, when each begins, when the last ends.

    Nothing but times is read: a programme of four hours at fifty pictures a second has six megabytes of them.
    Raises ValueError when the plan has no such chunk or is no plan.
    """
    source.seek(0)
    reader = pa.ipc.open_file(pa.PythonFile(source, mode="r"))
    count = reader.num_record_batches
    if not 0 <= index < count:
        raise ValueError(f"the plan has {count} chunks, none of them is number {index}")
    _, chunk = _batch(reader, index)
    times = [_filled(reader.get_batch(at), "pts") for at in range(index, count)]
    return chunk["first_frame"], np.concatenate(times), _batch(reader, count - 1)[1]["end_pts"]


def _batch(reader: Any, index: int) -> tuple[Any, dict[str, Any]]:
    stored = reader.get_batch_with_custom_metadata(index)
    return stored.batch, json.loads(stored.custom_metadata[_CHUNK_KEY])


def _anchors(reader: Any, index: int, *, serial: bool) -> Iterator[Anchor]:
    """Yield where decoding of a chunk may start, the best place first, and _EARLIER_ANCHORS earlier ones.

    That is its own first keyframe, or, where the chunk was cut within a group of pictures, the one before.
    Where pictures are counted it is always the one before: those shown before the chunk's own are told by it.
    """
    batch, chunk = _batch(reader, index)
    begins_run = index == 0 or _batch(reader, index - 1)[1]["discontinuity"] != chunk["discontinuity"]
    before = () if begins_run else islice(_keys_before(reader, index), _EARLIER_ANCHORS + 1)
    is_key = _filled(batch, "is_key")
    if begins_run or (is_key[0] and not serial):
        yield _anchor(batch, int(np.argmax(is_key)))
        yield from islice(before, _EARLIER_ANCHORS)
        return
    found = list(before)
    yield from found or [_anchor(batch, 0)]


def _keys_before(reader: Any, index: int) -> Iterator[Anchor]:
    """Yield the keyframes before a chunk in its run of unbroken clock, nearest first."""
    run = _batch(reader, index)[1]["discontinuity"]
    for earlier in range(index - 1, -1, -1):
        batch, chunk = _batch(reader, earlier)
        if chunk["discontinuity"] != run:
            return
        for row in np.flatnonzero(_filled(batch, "is_key"))[::-1]:
            yield _anchor(batch, int(row))


def _anchor(batch: Any, row: int) -> Anchor:
    return Anchor(int(_filled(batch, "source_pts")[row]), int(_filled(batch, "position")[row]))


def _nullable(values: NDArray[np.int64]) -> Any:
    return pa.array(values, mask=values == NO_TIME)


def _filled(batch: Any, column: str) -> NDArray[Any]:
    values = batch.column(column)
    if values.null_count:
        values = values.fill_null(NO_TIME)
    filled: NDArray[Any] = values.to_numpy(zero_copy_only=False)
    return filled
