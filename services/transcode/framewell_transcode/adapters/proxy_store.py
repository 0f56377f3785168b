"""Small objects for stitching, in the object store."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_kit.objects import Objects
from framewell_media.timeline import Moment
from framewell_transcode.domain.scores import ScoreTable
from framewell_transcode.ports import SampledPicture
from framewell_transcode.stitching.playlists import PLAYLIST_TYPE
from framewell_transcode.stitching.scores import read_scores


@dataclass(frozen=True, slots=True)
class ObjectProxyStore:
    """ProxyStore on the object store."""

    objects: Objects

    async def scores(self, ref: ObjectRef) -> ScoreTable:
        return read_scores(await self.objects.read(ref))

    async def header(self, ref: ObjectRef) -> bytes:
        return await self.objects.read(ref)

    async def store_playlist(self, text: str) -> ObjectRef:
        return await self.objects.put(text.encode(), media_type=PLAYLIST_TYPE, suffix=".m3u8")


@dataclass(frozen=True, slots=True)
class BundleFrames:
    """FrameReader on frame bundles in the object store."""

    objects: Objects

    async def at_or_before(self, bundle: ObjectRef, wanted: Moment) -> SampledPicture | None:
        table = pa.ipc.open_file(pa.BufferReader(await self.objects.read(bundle))).read_all()
        column, bound = ("frame", wanted.frame) if wanted.frame >= 0 else ("pts", wanted.pts)
        earlier = [row for row, value in enumerate(table.column(column).to_pylist()) if value <= bound]
        if not earlier:
            return None
        row = {name: table.column(name)[earlier[-1]].as_py() for name in ("pts", "frame", "timecode", "jpeg")}
        return SampledPicture(Moment(row["pts"], row["frame"]), row["timecode"] or "", row["jpeg"])
