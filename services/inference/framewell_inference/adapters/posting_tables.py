"""Tables of postings as Arrow IPC: seven primitive columns; chunks and classes are JSON in the metadata."""

from __future__ import annotations

import io
import json
from typing import Any, Final

import pyarrow as pa
from numpy.typing import NDArray

from framewell_inference.domain.postings import PostingTable

COLUMNS: Final = ("codes", "tracks", "verdicts", "columns", "distances", "seconds", "scores")


def encode_postings(table: PostingTable) -> bytes:
    """Return the bytes of a table."""
    names = {b"chunks": json.dumps(table.chunks), b"classes": json.dumps(table.classes)}
    columns = {name: pa.array(getattr(table, name)) for name in COLUMNS}
    whole = pa.table(columns).replace_schema_metadata(names)
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, whole.schema) as writer:
        writer.write_table(whole)
    return sink.getvalue()


def decode_postings(data: bytes) -> PostingTable:
    """Return the table of these bytes."""
    found = pa.ipc.open_file(pa.BufferReader(data)).read_all()
    names = found.schema.metadata
    columns: dict[str, NDArray[Any]] = {name: found[name].to_numpy() for name in COLUMNS}
    return PostingTable(
        chunks=tuple((asset_id, chunk_id) for asset_id, chunk_id in json.loads(names[b"chunks"])),
        classes=tuple(json.loads(names[b"classes"])),
        **columns,
    )
