"""The sound job: an original in, audio.extracted out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell_kit.facts import Outgoing
from framewell_kit.outcomes import Busy
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_media.timeline import Timeline
from framewell_transcode.domain.outcomes import audio_given_up
from framewell_transcode.ports import AssetBoard, MediaWorks, References


@dataclass(frozen=True, slots=True)
class ExtractAudio:
    """Take the sound of an asset out in one pass.

    Sound that cannot be decoded is given up as a fact, so that the asset ends without it and says so.
    """

    works: MediaWorks
    board: AssetBoard
    references: References

    async def __call__(self, asset: AssetIngested, timeline: Timeline | None) -> Sequence[Outgoing]:
        if not await self.board.is_current(asset.asset_id, asset.generation):
            return []
        try:
            audio = await self.works.extract_audio(asset, timeline)
        except MediaError as verdict:
            return [audio_given_up(asset, timeline, verdict.code, verdict.detail)]
        except JobCrashed as crash:
            return [audio_given_up(asset, timeline, "decoder_crashed", f"The sound decoder {crash.detail}.")]
        except SandboxUnavailable as missing:
            raise Busy(f"No media can be read on this machine: {missing}", retry_after=30.0) from missing
        segments = [part.segment for part in audio.segments]
        await self.references.hold(asset.asset_id, [audio.rendition_header, audio.speech, *segments])
        return [audio]

    def gave_up(self, asset: AssetIngested, timeline: Timeline | None, reason: str) -> Sequence[Outgoing]:
        """What is said when it was tried often enough."""
        return [audio_given_up(asset, timeline, "given_up", reason)]
