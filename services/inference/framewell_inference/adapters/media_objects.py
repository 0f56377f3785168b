"""Frame bundles, speech audio and vector objects on disk.

All three are made by the mesh itself (transcode's sandbox, or this service), so they are read in this
process; what comes from outside goes through `sandboxed_pictures`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import pyarrow as pa

from framewell.media.v1.media_pb2 import Span
from framewell_inference.domain.pictures import Float, Frame, Picture


class ArrowFrameBundles:
    """Frame bundles: frame, pts, seconds, shot and jpeg are read, one picture is decoded at a time.

    Pictures of the same bytes as the one before share its pixels: a scene that stands still is decoded once.
    """

    def frames(self, path: Path, span: Span, tick_seconds: float) -> Iterator[Frame]:
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
            table = reader.read_all().select(["frame", "pts", "seconds", "shot", "jpeg"]).sort_by("pts")
            pts, indexes = table["pts"].to_pylist(), table["frame"].to_pylist()
            shots, seconds, pictures = table["shot"].to_pylist(), table["seconds"].to_pylist(), table["jpeg"]
            ends = [*pts[1:], max(span.end_pts, pts[-1] + 1)] if pts else []
            end_frame = max(span.first_frame + span.frames, indexes[-1] + 1) if indexes else 0
            end_indexes = [*indexes[1:], end_frame]
            shown: pa.Buffer | None = None
            picture, squares = np.zeros((0, 0, 3), np.uint8), dict[int, Picture]()
            for row in range(len(pts)):
                jpeg = pictures[row].as_buffer()
                if shown is None or not jpeg.equals(shown):
                    shown, picture, squares = jpeg, _decoded(jpeg), {}
                yield Frame(
                    picture=picture,
                    pts=pts[row],
                    index=indexes[row],
                    until_pts=ends[row],
                    until_index=end_indexes[row],
                    shot=shots[row],
                    seconds=seconds[row],
                    lasts_seconds=(ends[row] - pts[row]) * tick_seconds,
                    squares=squares,
                )


def _decoded(jpeg: pa.Buffer) -> Picture:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("the frame bundle holds a picture that is no JPEG")
    return np.asarray(picture, np.uint8)


class FlacSounds:
    """Speech audio through FFmpeg's FLAC decoder."""

    def blocks(self, path: Path) -> Iterable[Float]:
        return _Blocks(path)


@dataclass(frozen=True, slots=True)
class _Blocks:
    path: Path

    def __iter__(self) -> Iterator[Float]:
        with av.open(str(self.path)) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
            for frame in container.decode(audio=0):
                for block in resampler.resample(frame):
                    yield np.asarray(block.to_ndarray()[0], np.float32)
            for block in resampler.resample(None):
                yield np.asarray(block.to_ndarray()[0], np.float32)


class ArrowVectors:
    """Vector objects."""

    def encode(self, vectors: Float) -> bytes:
        flat = pa.array(np.ascontiguousarray(vectors, np.float32).ravel(), pa.float32())
        column = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
        table = pa.table({"vector": column})
        sink = io.BytesIO()
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        return sink.getvalue()

    def decode(self, data: bytes) -> Float:
        with pa.ipc.open_file(io.BytesIO(data)) as reader:
            column = reader.read_all()["vector"].combine_chunks()
        dimensions = column.type.list_size
        return np.asarray(column.flatten().to_numpy(zero_copy_only=False), np.float32).reshape(-1, dimensions)
