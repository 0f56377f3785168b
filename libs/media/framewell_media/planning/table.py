"""The plan of a source as an Arrow IPC file: one record batch a chunk, one row a picture, in order of time.

Columns: `frame` int64 (index on the asset), `pts` int64 (asset's clock), `source_pts` int64 (the
file's clock, null when it has none), `is_key` bool, `position` int64 (first byte of the packet, null
when not known).
The schema's metadata holds, as JSON under `framewell.plan`, what belongs to the whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from framewell_media.planning.chunks import SourcePlan
from framewell_media.planning.packets import NO_TIME

_EARLIER_ANCHORS: Final = 2
_LOOKAHEAD: Final = 2
"""Pictures after one that is looked at alone: bwdif holds one back."""
_METADATA_KEY: Final = b"framewell.plan"
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


def write_plan(sink: BinaryIO, plan: SourcePlan, *, canvas: tuple[int, int]) -> None:
    """Write the plan of a source to `sink`; `canvas` is the size its pictures are fitted into."""
    chunks = [
        {
            "discontinuity": chunk.discontinuity,
            "end_pts": chunk.end_pts,
            "first_frame": chunk.first_frame,
            "frames": chunk.frames,
        }
        for chunk in plan.chunks
    ]
    whole: dict[str, Any] = {"time_base": str(plan.time_base), "serial": plan.serial, "chunks": chunks}
    whole["canvas"] = list(canvas)
    schema = pa.schema(_COLUMNS, metadata={_METADATA_KEY: json.dumps(whole).encode()})
    with pa.ipc.new_file(sink, schema) as writer:
        for chunk in plan.chunks:
            rows = slice(chunk.first_frame, chunk.first_frame + chunk.frames)
            frame = np.arange(chunk.first_frame, chunk.first_frame + chunk.frames, dtype=np.int64)
            columns = [
                pa.array(frame),
                pa.array(plan.pts[rows]),
                _nullable(plan.source_pts[rows]),
                pa.array(plan.is_key[rows]),
                _nullable(plan.position[rows]),
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def read_chunk(source: BinaryIO, index: int) -> ChunkTable:
    """Return one chunk of a plan. Raises ValueError when the plan has no such chunk or is no plan."""
    source.seek(0)
    reader = pa.ipc.open_file(pa.PythonFile(source, mode="r"))
    whole = json.loads((reader.schema.metadata or {}).get(_METADATA_KEY, b"{}"))
    chunks = whole.get("chunks", [])
    if not 0 <= index < len(chunks):
        raise ValueError(f"the plan has {len(chunks)} chunks, none of them is number {index}")
    batch = reader.get_batch(index)
    chunk = chunks[index]
    positions, source_pts = _filled(batch, "position"), _filled(batch, "source_pts")
    run_starts_here = index == 0 or chunks[index - 1]["discontinuity"] != chunk["discontinuity"]
    return ChunkTable(
        discontinuity=chunk["discontinuity"],
        serial=whole["serial"],
        first_in_file=index == 0,
        first_frame=chunk["first_frame"],
        pts=_filled(batch, "pts"),
        source_pts=source_pts,
        end_pts=chunk["end_pts"],
        previous_pts=int(reader.get_batch(index - 1).column("pts")[-1].as_py()) if index else None,
        anchor=_first_anchor(batch, positions, source_pts),
        earlier_anchors=() if run_starts_here else tuple(_anchors_before(reader, chunks, index)),
        is_key=_filled(batch, "is_key"),
        position=positions,
        canvas=(int(whole["canvas"][0]), int(whole["canvas"][1])),
    )


def _first_anchor(batch: Any, positions: NDArray[np.int64], source_pts: NDArray[np.int64]) -> Anchor:
    keys = np.flatnonzero(_filled(batch, "is_key"))
    row = int(keys[0]) if len(keys) else 0
    return Anchor(int(source_pts[row]), int(positions[row]))


def _anchors_before(reader: Any, chunks: list[dict[str, Any]], index: int) -> Iterator[Anchor]:
    found = 0
    for earlier in range(index - 1, -1, -1):
        if chunks[earlier]["discontinuity"] != chunks[index]["discontinuity"]:
            return
        batch = reader.get_batch(earlier)
        positions, source_pts = _filled(batch, "position"), _filled(batch, "source_pts")
        for row in np.flatnonzero(_filled(batch, "is_key"))[::-1]:
            yield Anchor(int(source_pts[row]), int(positions[row]))
            found += 1
            if found == _EARLIER_ANCHORS:
                return


def _nullable(values: NDArray[np.int64]) -> Any:
    return pa.array(values, mask=values == NO_TIME)


def _filled(batch: Any, column: str) -> NDArray[Any]:
    values = batch.column(column)
    if values.null_count:
        values = values.fill_null(NO_TIME)
    filled: NDArray[Any] = values.to_numpy(zero_copy_only=False)
    return filled
