"""A transcode service in memory: real decoder in a real sandbox, documents and objects in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1 import media_pb2
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.objects import LocalObjects
from framewell_media.sandbox import Sandbox
from framewell_media.timeline import Timeline
from framewell_transcode.adapters.board import DocumentBoard
from framewell_transcode.adapters.proxy_store import BundleFrames, ObjectProxyStore
from framewell_transcode.adapters.references import DocumentReferences
from framewell_transcode.adapters.sandboxed_works import SANDBOX_JOBS, SandboxedWorks, WorkLimits
from framewell_transcode.domain.proxy import ProxyRecipe
from framewell_transcode.handlers.extract_audio import ExtractAudio
from framewell_transcode.handlers.make_chunk import MakeChunk
from framewell_transcode.handlers.plan_asset import PlanAsset
from framewell_transcode.handlers.read_media import ReadMedia
from framewell_transcode.handlers.remove_asset import RemoveAsset
from framewell_transcode.handlers.stitch import Completion, Stitch, StitchAudio
from framewell_transcode.stitching.compose import Composer

CAUSE = Cause(
    id="cause", source="//test", type="framewell.asset.ingested.v1", time=datetime(2026, 1, 1, tzinfo=UTC)
)
KINDS = {
    "video": media_pb2.MEDIA_KIND_VIDEO,
    "audio": media_pb2.MEDIA_KIND_AUDIO,
    "still": media_pb2.MEDIA_KIND_STILL,
}


@pytest.fixture(scope="session")
def media_sandbox() -> Iterator[Sandbox]:
    with Sandbox(SANDBOX_JOBS, concurrency=2) as running:
        yield running


@dataclass(slots=True)
class SoundLater:
    """A work queue that remembers what it was asked for."""

    asked: list[tuple[AssetIngested, Timeline | None]] = field(default_factory=list)

    async def plan(self, asset: AssetIngested, cause: Cause) -> None:
        raise AssertionError("planning is called directly here")

    async def extract_audio(self, asset: AssetIngested, timeline: Timeline | None, cause: Cause) -> None:
        self.asked.append((asset, timeline))


@dataclass(slots=True)
class Harness:
    """All handlers of transcode over one store, and a runner that carries their facts around."""

    works: SandboxedWorks
    objects: LocalObjects
    board: DocumentBoard
    references: DocumentReferences
    queue: SoundLater
    folder: Path

    async def ingested(self, path: Path, kind: str = "video", **fields: object) -> AssetIngested:
        original = await self.objects.put_file(path, media_type="video/mp4", suffix=path.suffix)
        values = {"asset_id": f"asset-{path.stem}", "generation": 1, "lane": LANE_ARCHIVE, **fields}
        return AssetIngested(kind=KINDS[kind], original=original, **values)  # type: ignore[arg-type]

    def planner(self) -> PlanAsset:
        return PlanAsset(self.works, self.board, self.references, self.queue)

    def chunks(self) -> MakeChunk:
        return MakeChunk(self.works, self.board, self.references)

    def completion(self) -> Completion:
        return Completion(self.board, self.references, Composer(self.works, ObjectProxyStore(self.objects)))

    def media(self) -> ReadMedia:
        return ReadMedia(self.board, BundleFrames(self.objects))

    def removal(self) -> RemoveAsset:
        return RemoveAsset(self.board, self.references)

    async def arrive(self, fact: ChunkTranscoded | AudioExtracted) -> list[AssetTranscoded]:
        if isinstance(fact, ChunkTranscoded):
            facts = await Stitch(self.board, self.completion())(fact, CAUSE)
        else:
            facts = await StitchAudio(self.board, self.completion())(fact, CAUSE)
        return [message for message in map(_message, facts) if isinstance(message, AssetTranscoded)]

    async def work_on(self, fact: Outgoing) -> list[ChunkTranscoded | AudioExtracted]:
        message = _message(fact)
        if isinstance(message, ChunkPlanned):
            return [_message(made) for made in await self.chunks()(message, CAUSE)]  # type: ignore[misc]
        assert isinstance(message, AudioExtracted)
        return [message]

    async def transcode(self, asset: AssetIngested) -> AssetTranscoded:
        """Carry an asset through; everything that is said on the way is checked to be said once."""
        facts = list(await self.planner()(asset, CAUSE))
        assert not any(isinstance(_message(fact), AssetRejected) for fact in facts), facts
        parts = [part for fact in facts for part in await self.work_on(fact)]
        asked, self.queue.asked = self.queue.asked, []
        for wanted, timeline in asked:
            sound = ExtractAudio(self.works, self.board, self.references)
            parts += [_message(fact) for fact in await sound(wanted, timeline)]  # type: ignore[misc]
        ended = [end for part in parts for end in await self.arrive(part)]
        assert len(ended) == 1
        return ended[0]

    async def download(self, master: media_pb2.ObjectRef) -> tuple[list[bytes], list[bytes]]:
        """Follow a master playlist the way a player does: (pictures, sound) as header and segments."""
        text = (await self.objects.read(master)).decode()
        sound = re.search(r'TYPE=AUDIO.*URI="([^"]+)"', text)
        pictures = text.strip().splitlines()[-1]
        audio = await self.track(sound[1]) if sound else []
        return await self.track(pictures), audio

    async def track(self, uri: str) -> list[bytes]:
        text = (await self.objects.read(uri.removeprefix("../"))).decode()
        header = re.search(r'EXT-X-MAP:URI="([^"]+)"', text)
        assert header is not None
        uris = [header[1], *(line for line in text.splitlines() if line.startswith("../"))]
        return [await self.objects.read(one.removeprefix("../")) for one in uris]


def _message(fact: Outgoing) -> object:
    return fact.message if isinstance(fact, Fact) else fact


@pytest.fixture
def harness(media_sandbox: Sandbox, tmp_path: Path) -> Harness:
    documents, objects = MemoryDocuments(), LocalObjects(tmp_path / "objects")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    works = SandboxedWorks(
        media_sandbox, objects, scratch, ProxyRecipe(preset="ultrafast"), 1.0, WorkLimits.within(2 << 30)
    )
    board = DocumentBoard(documents)
    return Harness(works, objects, board, DocumentReferences(documents, objects), SoundLater(), tmp_path)
