"""Tables of vectors as Arrow IPC: columns are primitive, so that a mapped file is read where it lies.

vector               fixed-size list of float16
set                  int32, the number of the row's set
row, ordinal, …      `ROW_COLUMNS`
schema metadata      `sets`: JSON, the sets by number
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from framewell_inference.domain.vectors import ROW_COLUMNS, VectorSet, VectorTable

SETS: Final = b"sets"


def write_table(table: VectorTable, sink: io.BytesIO | pa.NativeFile | str) -> None:
    """Write a table to a sink or a path."""
    flat = pa.array(np.ascontiguousarray(table.vectors).ravel(), pa.float16())
    columns: dict[str, Any] = {
        "vector": pa.FixedSizeListArray.from_arrays(flat, table.vectors.shape[1]),
        "set": pa.array(table.codes),
        **{name: pa.array(np.ascontiguousarray(values)) for name, values in table.columns.items()},
    }
    sets = json.dumps([asdict(one) for one in table.sets], separators=(",", ":"), sort_keys=True)
    batch = pa.table(columns).replace_schema_metadata({SETS: sets})
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_table(batch)


def encode_table(table: VectorTable) -> bytes:
    """Return the bytes of a table."""
    sink = io.BytesIO()
    write_table(table, sink)
    return sink.getvalue()


def decode_table(data: bytes) -> VectorTable:
    """Return the table of these bytes, which it goes on reading from."""
    return _table(pa.BufferReader(data))


def map_table(path: Path) -> VectorTable:
    """Return the table of a file, mapped: it is readable for as long as the table is there."""
    return _table(pa.memory_map(str(path)))


def _table(source: pa.NativeFile) -> VectorTable:
    found = pa.ipc.open_file(source).read_all()
    sets = json.loads(found.schema.metadata[SETS])
    vectors = _chunk(found, "vector")
    dimensions = vectors.type.list_size
    return VectorTable(
        vectors=_array(vectors.flatten()).reshape(-1, dimensions),
        codes=_array(_chunk(found, "set")),
        columns={name: _array(_chunk(found, name)) for name in ROW_COLUMNS},
        sets=tuple(VectorSet(**one) for one in sets),
    )


def _chunk(table: pa.Table, name: str) -> Any:
    """Return a column that was written in one piece."""
    (chunk,) = table[name].chunks
    return chunk


def _array(column: Any) -> NDArray[Any]:
    values: NDArray[Any] = column.to_numpy(zero_copy_only=True)
    return values
