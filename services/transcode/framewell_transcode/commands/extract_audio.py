"""The sound job: an original in, audio.extracted out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Busy
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_transcode.domain.outcomes import audio_given_up
from framewell_transcode.ports import AssetProgressRepository, MediaProcessor
from framewell_transcode.steps.make_for_analysis import MakeForAnalysis


@dataclass(frozen=True, slots=True)
class ExtractAudio:
    """Take the sound of an asset out in one pass: the rendition, and what may be analysed of it for speech.

    Sound that cannot be decoded is given up as a fact, so that the asset ends without it and says so.
    Raises Busy where this machine may not read media.
    """

    processor: MediaProcessor
    progress: AssetProgressRepository
    for_analysis: MakeForAnalysis

    async def __call__(self, asset: AssetIngested, cause: Cause) -> Sequence[Outgoing]:
        work = asset.work
        planned = await self.progress.latest(work.asset_id)
        if planned is None or not await self.progress.is_current(work):
            return []
        try:
            make = partial(self.processor.extract_audio, asset, planned.plan)
            return await self.for_analysis(work.asset_id, make, cause)
        except MediaError as verdict:
            return [audio_given_up(work, verdict.code, verdict.detail)]
        except JobCrashed as crash:
            return [audio_given_up(work, "decoder_crashed", crash.explanation)]
        except SandboxUnavailable as missing:
            raise Busy(f"No media can be read on this machine: {missing}", retry_after=30.0) from missing

    def gave_up(self, asset: AssetIngested, reason: str) -> Sequence[Outgoing]:
        """Return the fact that leaves when it was tried often enough; `reason` is a sentence."""
        return [audio_given_up(asset.work, "given_up", reason)]
