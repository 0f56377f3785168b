"""chunk.planned → chunk.transcoded: one decode gives everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.sentences import say
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Busy
from framewell_kit.rights_decisions import Passages
from framewell_kit.stream.policy.retry import Reason
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_transcode.domain.outcomes import chunk_given_up
from framewell_transcode.ports.assets import AssetProgressRepository
from framewell_transcode.ports.processors import MediaProcessor
from framewell_transcode.ports.recordings import RecordingRepository
from framewell_transcode.steps.make_for_analysis import MakeForAnalysis

_STARTS: Final = 2
"""A child may have been killed by the machine's own memory pressure: it deserves a second start."""


@dataclass(frozen=True, slots=True)
class MakeChunk:
    """Decode a chunk once and return the fact that names what was made of it.

    A pure function of the chunk and the rights decision: a redelivery makes the same objects under the same
    names, and of a segment that lies where an earlier generation had it, what that made is taken. The proxy
    is made in any case, what models look at only of what may be analysed. A chunk that cannot be decoded is a
    fact too (`outcome` failed), so that its asset ends and says what is missing.
    Raises Busy where this machine may not read media; JobFailed (a bug), and JobCrashed where somebody else
    ended the child, are retried by the runtime.
    """

    processor: MediaProcessor
    progress: AssetProgressRepository
    recordings: RecordingRepository
    for_analysis: MakeForAnalysis

    async def __call__(self, fact: ChunkPlanned, cause: Cause) -> Sequence[Outgoing]:
        if not await self.progress.is_current(fact.work):
            return []

        async def make(withheld: Passages) -> tuple[ChunkTranscoded, Sequence[ObjectRef]]:
            is_segment = fact.HasField("segment")
            made = await self._kept(fact, withheld) if is_segment else None
            made = made or await self.processor.make_chunk(fact, withheld)
            if is_segment:
                await self.recordings.keep_chunk(made, withheld)
            return made, _objects(made)

        explanation: str = ""
        for _start in range(_STARTS):
            try:
                return await self.for_analysis(fact.work.asset_id, make, cause)
            except MediaError as verdict:
                return [chunk_given_up(fact, verdict.code, verdict.detail)]
            except SandboxUnavailable as missing:
                raise Busy(
                    say(
                        "no_media_readable.transcode",
                        "No media can be read on this machine: {why}",
                        why=missing,
                    ),
                    retry_after=30.0,
                ) from missing
            except JobCrashed as crash:
                if crash.interrupted:
                    raise
                explanation = crash.explanation
        return [chunk_given_up(fact, "decoder_crashed", explanation)]

    async def _kept(self, fact: ChunkPlanned, withheld: Passages) -> ChunkTranscoded | None:
        """Return what an earlier generation made of a segment that lies where it lay, while all is there."""
        kept = await self.recordings.kept_chunk(fact.work, fact.index)
        if kept is None:
            return None
        (made, without), span = kept, fact.span
        if (made.chunk_id, made.span) != (fact.chunk_id, span):
            return None
        if without.within(span.start_pts, span.end_pts) != withheld.within(span.start_pts, span.end_pts):
            return None
        keys = [one.key for one in _objects(made) if one.key]
        if not all([await self.for_analysis.references.holds(fact.work.asset_id, key) for key in keys]):
            return None
        made.work.CopyFrom(fact.work)
        return made

    def gave_up(self, fact: ChunkPlanned, reason: Reason) -> Sequence[Outgoing]:
        """Return the fact that leaves together with the dead letter."""
        return [chunk_given_up(fact, reason.code, reason.sentence)]


def _objects(made: ChunkTranscoded) -> list[ObjectRef]:
    return [made.proxy_header, made.proxy_segment, made.frames, made.shot_scores]
