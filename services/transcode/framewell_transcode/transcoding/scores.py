"""The shot scores of a chunk as an Arrow IPC file, with the pictures at both edges.

Columns: `frame` int64, `pts` int64, `score` float32 (difference from the picture before; null for the
first, whose predecessor lies in another chunk). Metadata `framewell.first` and `framewell.last`: the
edge pictures as Y, U, V bytes on the grid of `cuts`, which give the score at the boundary of two chunks.
"""

from __future__ import annotations

from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa

from framewell_transcode.domain.scores import GRID_COLUMNS, GRID_ROWS, ScoreTable

_FIRST: Final = b"framewell.first"
_LAST: Final = b"framewell.last"
_SHAPE: Final = (3, GRID_ROWS, GRID_COLUMNS)


def write_scores(sink: BinaryIO, table: ScoreTable) -> None:
    """Write the scores of one chunk to `sink`."""
    schema = pa.schema(
        [pa.field("frame", pa.int64()), pa.field("pts", pa.int64()), pa.field("score", pa.float32())],
        metadata={_FIRST: table.first.tobytes(), _LAST: table.last.tobytes()},
    )
    score = pa.array(table.score, mask=np.isnan(table.score))
    with pa.ipc.new_file(sink, schema) as writer:
        writer.write_table(pa.table([pa.array(table.frame), pa.array(table.pts), score], schema=schema))


def read_scores(source: Any) -> ScoreTable:
    """Return the scores of one chunk from bytes or a file. Raises ValueError when it is no score table."""
    reader = pa.ipc.open_file(pa.BufferReader(source) if isinstance(source, bytes) else source)
    table, metadata = reader.read_all(), reader.schema.metadata or {}
    if _FIRST not in metadata or _LAST not in metadata:
        raise ValueError("the file carries no pictures of the chunk's edges")
    return ScoreTable(
        frame=table.column("frame").to_numpy(),
        pts=table.column("pts").to_numpy(),
        score=table.column("score").to_numpy(),
        first=np.frombuffer(metadata[_FIRST], np.uint8).reshape(_SHAPE),
        last=np.frombuffer(metadata[_LAST], np.uint8).reshape(_SHAPE),
    )
