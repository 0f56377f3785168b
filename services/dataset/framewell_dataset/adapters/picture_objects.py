"""Crops cut from frame bundles (Arrow IPC).

Pictures in a bundle were written by this mesh's own decoder, so they are opened here without a sandbox.
"""

import asyncio
import io
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.ipc
from PIL import Image

from framewell.media.v1.media_pb2 import Box, ObjectRef
from framewell.sample.v1.sample_pb2 import Crop
from framewell_dataset.domain.geometry import Sighting
from framewell_dataset.domain.observations import FaceSeen
from framewell_kit.objects.protocol import Objects

MARGIN = 0.3
"""A crop shows the face's box and this fraction of it on every side, so that a person can judge it."""

LARGEST_SIDE = 512
JPEG_QUALITY = 90
BUNDLES_IN_MEMORY = 2
"""Crops of one track come from one bundle or two neighbours."""


@dataclass(frozen=True, slots=True)
class FramePicture:
    """One picture of a bundle."""

    jpeg: bytes
    timecode: str


@dataclass(frozen=True, slots=True)
class PictureObjects:
    """Blocking work (decoding, Arrow) runs in threads."""

    objects: Objects
    _bundles: "OrderedDict[str, dict[int, FramePicture]]" = field(default_factory=OrderedDict)

    async def cut(self, frames: ObjectRef, faces: Sequence[FaceSeen]) -> list[Crop]:
        pictures = await self._bundle(frames)
        return [await self._cut(pictures[face.moment.pts], face) for face in faces]

    async def timecode(self, frames: ObjectRef, face: FaceSeen) -> str:
        return (await self._bundle(frames))[face.moment.pts].timecode

    async def delete(self, key: str) -> bool:
        return await self.objects.delete(key)

    async def _cut(self, picture: FramePicture, face: FaceSeen) -> Crop:
        jpeg = await asyncio.to_thread(cut_out, picture.jpeg, face.sighting)
        ref = await self.objects.put(jpeg, media_type="image/jpeg", suffix=".jpg")
        at = face.sighting
        box = Box(x=at.x, y=at.y, width=at.width, height=at.height)
        return Crop(picture=ref, moment=face.moment, box=box)

    async def _bundle(self, frames: ObjectRef) -> dict[int, FramePicture]:
        kept = self._bundles.get(frames.key)
        if kept is None:
            kept = await asyncio.to_thread(read_bundle, await self.objects.read(frames))
            self._bundles[frames.key] = kept
            while len(self._bundles) > BUNDLES_IN_MEMORY:
                self._bundles.popitem(last=False)
        return kept


def read_bundle(data: bytes) -> dict[int, FramePicture]:
    """Return the pictures of a frame bundle by pts."""
    table = pyarrow.ipc.open_file(pa.BufferReader(data)).read_all().select(["pts", "timecode", "jpeg"])
    return {row["pts"]: FramePicture(row["jpeg"], row["timecode"] or "") for row in table.to_pylist()}


def cut_out(jpeg: bytes, face: Sighting) -> bytes:
    """Return the face with its margin as a JPEG of at most 512 pixels a side."""
    with Image.open(io.BytesIO(jpeg)) as opened:
        picture = opened.convert("RGB")
    wide, high = picture.size
    left, top = (face.x - MARGIN * face.width) * wide, (face.y - MARGIN * face.height) * high
    right = (face.x + (1 + MARGIN) * face.width) * wide
    bottom = (face.y + (1 + MARGIN) * face.height) * high
    box = (max(0, int(left)), max(0, int(top)), min(wide, round(right)), min(high, round(bottom)))
    crop = picture.crop(box)
    crop.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    out = io.BytesIO()
    crop.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
