"""Transcode on a bench, for tests that carry media through it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import PIL.Image
import pyarrow as pa
from numpy.typing import NDArray

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetPermitted, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1 import media_pb2
from framewell.media.v1.media_pb2 import MediaIndex, ObjectRef, Span, Work
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE
from framewell.recording.v1.recording_pb2 import RecordingClosed, RecordingMoved
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, PurposeDecision, RightsDecided
from framewell_kit.testing.ids import asset_called
from framewell_kit.testing.service_bench import ServiceBench

_KINDS: Final = {
    "video": media_pb2.MEDIA_KIND_VIDEO,
    "audio": media_pb2.MEDIA_KIND_AUDIO,
    "still": media_pb2.MEDIA_KIND_STILL,
}
Part = ChunkTranscoded | AudioExtracted


@dataclass(slots=True)
class Transcode:
    """The service on a bench, in the words of these tests."""

    bench: ServiceBench

    async def ingested(self, path: Path, kind: str = "video", **work: object) -> AssetIngested:
        """Store a file as an original, which may be analysed; the fact that it was taken in."""
        original = await self.bench.objects.put_file(path, media_type="video/mp4", suffix=path.suffix)
        values = {"asset_id": asset_called(path.stem), "generation": 1, "lane": LANE_ARCHIVE, **work}
        await self.decide(str(values["asset_id"]))
        return AssetIngested(work=Work(kind=_KINDS[kind], **values), original=original)  # type: ignore[arg-type]

    async def decide(
        self,
        asset_id: str,
        revision: int = 1,
        *withheld: tuple[int, int],
        allowed: bool = True,
        gone: bool = False,
    ) -> list[AssetPermitted]:
        """Decide about the analysis of an asset, as dataset does; return what is to be done again by that."""
        spans = [Span(start_pts=start, end_pts=end) for start, end in withheld]
        analysis = PurposeDecision(
            purpose=PURPOSE_ANALYSIS, allowed=allowed, withheld=spans, sentence=f"Decision {revision}."
        )
        fact = RightsDecided(
            asset_id=asset_id, revision=revision, purposes=[] if gone else [analysis], gone=gone
        )
        answers = await self.bench.deliver(fact)
        return [one for one in answers if isinstance(one, AssetPermitted)]

    async def plan(self, asset: AssetIngested) -> list[ChunkPlanned]:
        """Plan the asset and take out its sound; its chunks in order."""
        await self.bench.deliver(asset)
        await self.bench.run_jobs()
        return [
            fact for fact in self.bench.facts.of(ChunkPlanned) if fact.work.asset_id == asset.work.asset_id
        ]

    async def make(self, planned: ChunkPlanned) -> ChunkTranscoded:
        """Decode one chunk, without putting it in place."""
        (made,) = await self.bench.deliver(planned, group="transcode.make_chunk")
        assert isinstance(made, ChunkTranscoded)
        return made

    async def parts(self, asset: AssetIngested) -> list[Part]:
        """Make everything of the asset, without putting it in place."""
        chunks: list[Part] = [await self.make(planned) for planned in await self.plan(asset)]
        sound = [
            fact for fact in self.bench.facts.of(AudioExtracted) if fact.work.asset_id == asset.work.asset_id
        ]
        return [*chunks, *sound]

    async def put_in_place(self, part: Part) -> list[AssetTranscoded]:
        """Deliver a part to be stitched; the ends that this published."""
        ended = await self.bench.deliver(part, group="transcode.stitch")
        return [fact for fact in ended if isinstance(fact, AssetTranscoded)]

    async def transcode(self, asset: AssetIngested) -> AssetTranscoded:
        """Carry an asset through to its end, which must be published once."""
        await self.bench.deliver(asset)
        await self.bench.settle()
        assert not self.bench.given_up
        (ended,) = [
            fact
            for fact in self.bench.facts.of(AssetTranscoded)
            if fact.work.asset_id == asset.work.asset_id and fact.work.generation == asset.work.generation
        ]
        return ended

    async def end_recording(self, closed: RecordingClosed) -> AssetTranscoded:
        """Fix the set of segments and carry a recording to its end, in the next generation where it moved."""
        for generation in (closed.work.generation, closed.work.generation + 1):
            closed.work.generation = generation
            await self.bench.deliver(closed)
            for _ in range(20):
                await self.bench.settle()
                self.bench.clock.advance(0.5)  # type: ignore[attr-defined]
            assert not self.bench.given_up
            ends = [one for one in self.bench.facts.of(AssetTranscoded) if one.work.generation == generation]
            if ends:
                return ends[-1]
            assert self.bench.facts.of(RecordingMoved)[-1].work.generation == generation
            again = AssetIngested(work=closed.work, recording=True)
            again.work.generation = generation + 1
            await self.bench.deliver(again)
            await self.bench.run_jobs()
        raise AssertionError("the recording was moved twice")

    async def index(self, ended: AssetTranscoded) -> MediaIndex:
        """Read the index that the end names."""
        return MediaIndex.FromString(await self.bench.objects.read(ended.index))

    async def bundled(self, asset_id: str) -> list[tuple[int, NDArray[np.uint8]]]:
        """Return frame and picture (height x width x 3) of every row of an asset's frame bundles."""
        chunks = [fact for fact in self.bench.facts.of(ChunkTranscoded) if fact.work.asset_id == asset_id]
        rows = []
        for made in sorted(chunks, key=lambda chunk: chunk.index):
            data = await self.bench.objects.read(made.frames)
            rows += pa.ipc.open_file(pa.BufferReader(data)).read_all().to_pylist()
        return [(row["frame"], np.asarray(PIL.Image.open(io.BytesIO(row["jpeg"])))) for row in rows]

    async def download(self, master: ObjectRef) -> tuple[list[bytes], list[bytes]]:
        """Follow a master playlist the way a player does: (pictures, sound) as header and segments."""
        text = (await self.bench.objects.read(master)).decode()
        sound = re.search(r'TYPE=AUDIO.*URI="([^"]+)"', text)
        pictures = text.strip().splitlines()[-1]
        audio = await self.track(sound[1]) if sound else []
        return await self.track(pictures), audio

    async def track(self, uri: str) -> list[bytes]:
        """Read the header and the segments of one rendition."""
        text = (await self.bench.objects.read(uri.removeprefix("../"))).decode()
        header = re.search(r'EXT-X-MAP:URI="([^"]+)"', text)
        assert header is not None
        uris = [header[1], *(line for line in text.splitlines() if line.startswith("../"))]
        return [await self.bench.objects.read(one.removeprefix("../")) for one in uris]
