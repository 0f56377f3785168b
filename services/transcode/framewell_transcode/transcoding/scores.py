"""The shot scores of a chunk as an Arrow IPC file, compressed by zstd, with the pictures at both edges.

Columns: `frame` int64, `pts` int64, `score` float32 (difference from the picture before; null for the
first, whose predecessor lies in another chunk), `coarse` binary (Y, U and V of the picture's blocks, one byte
each, less those of the picture before, modulo 256). Metadata `framewell.first` and `framewell.last`: the edge
pictures as Y, U, V bytes on the grid of `cuts`, compressed by zstd, too: they give the score at the boundary
of two chunks.
"""

from __future__ import annotations

from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from framewell_transcode.domain.scores import (
    COARSE_COLUMNS,
    COARSE_ROWS,
    GRID_COLUMNS,
    GRID_ROWS,
    ScoreTable,
    Thumbnail,
)

_FIRST: Final = b"framewell.first"
_LAST: Final = b"framewell.last"
_SHAPE: Final = (3, GRID_ROWS, GRID_COLUMNS)
_COARSE: Final = (3, COARSE_ROWS, COARSE_COLUMNS)
_COLUMNS: Final = (
    pa.field("frame", pa.int64()),
    pa.field("pts", pa.int64()),
    pa.field("score", pa.float32()),
    pa.field("coarse", pa.binary(COARSE_ROWS * COARSE_COLUMNS * 3)),
)


def write_scores(sink: BinaryIO, table: ScoreTable) -> None:
    """Write the scores of one chunk to `sink`."""
    edges = {name: _packed(edge) for name, edge in ((_FIRST, table.first), (_LAST, table.last))}
    schema = pa.schema(_COLUMNS, metadata=edges)
    score = pa.array(table.score, mask=np.isnan(table.score))
    changes = np.diff(table.coarse, axis=0, prepend=np.zeros((1, *_COARSE), np.uint8))
    coarse = pa.array([picture.tobytes() for picture in changes], _COLUMNS[-1].type)
    with pa.ipc.new_file(sink, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        columns = [pa.array(table.frame), pa.array(table.pts), score, coarse]
        writer.write_table(pa.table(columns, schema=schema))


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
        coarse=_pictures(table.column("coarse")),
        first=_unpacked(metadata[_FIRST]),
        last=_unpacked(metadata[_LAST]),
    )


def _pictures(column: Any) -> NDArray[np.uint8]:
    data = b"".join(column.to_pylist())
    return np.cumsum(np.frombuffer(data, np.uint8).reshape(-1, *_COARSE), axis=0, dtype=np.uint8)


def _packed(edge: Thumbnail) -> bytes:
    return bytes(pa.compress(edge.tobytes(), codec="zstd", asbytes=True))


def _unpacked(data: bytes) -> Thumbnail:
    size = 3 * GRID_ROWS * GRID_COLUMNS
    pixels = pa.decompress(data, decompressed_size=size, codec="zstd", asbytes=True)
    return np.frombuffer(pixels, np.uint8).reshape(_SHAPE)
