"""A leased job: one piece of a campaign, at most ten minutes of an asset's stored pictures, or its sound."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioAnalysed
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.inference.v1.inference_pb2 import ChunkAnalysis
from framewell.media.v1.media_pb2 import Work
from framewell_inference.domain.campaign_counts import Counts
from framewell_inference.domain.campaigns import END, SOUND, Campaign, Piece, State
from framewell_inference.ports.campaigns import AnalysedAssets, CampaignRepository, IdleTurns
from framewell_inference.steps import conclude_analysis
from framewell_inference.steps.add_later_looks import AddLaterLooks
from framewell_inference.steps.conclude_analysis import ConcludeAnalysis
from framewell_inference.steps.look_once_more import LookOnceMore
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing, by_content
from framewell_kit.fanin import FanIn, Whole
from framewell_kit.outcomes import NotYet

TURN_SECONDS: Final = 2.0
"""How long a piece works before it asks anew whether it may: so long a pause and an arriving chunk wait."""

PAUSED_SECONDS: Final = 10.0
"""How soon a piece of a campaign that waits is tried again."""

GONE: Final = "it was removed or erased meanwhile"
MADE_ANEW: Final = "it was made anew meanwhile, and looked at by what is enabled now"
CANCELLED: Final = "the campaign was cancelled"


@dataclass(frozen=True, slots=True)
class PieceProgress:
    """How far a piece has come: how many of its chunks are over, at which anything looked, and the counts."""

    over: int = 0
    looked: tuple[int, ...] = ()
    counts: Counts = field(default_factory=Counts)

    def after(self, number: int, counts: Counts) -> PieceProgress:
        """Return the progress with one more chunk over."""
        looked = (*self.looked, number) if counts.chunks else self.looked
        return PieceProgress(self.over + 1, looked, self.counts + counts)

    def plain(self) -> dict[str, Any]:
        """Return it as a job keeps it."""
        return {"over": self.over, "looked": list(self.looked), "counts": self.counts.plain()}

    @staticmethod
    def of(plain: Mapping[str, Any]) -> PieceProgress:
        """Return the progress that a job kept; none at its beginning."""
        if not plain:
            return PieceProgress()
        return PieceProgress(plain["over"], tuple(plain["looked"]), Counts.of(plain["counts"]))


Save = Callable[[dict[str, Any]], Awaitable[None]]
"""Keeps how far the work has come. Raises LeaseLost when another worker has it."""


@dataclass(frozen=True, slots=True)
class PieceAttempt:
    """One attempt at a piece. With `tolerate` an analyser that fails is counted, without it raises."""

    piece: Piece
    save: Save
    cause: Cause
    tolerate: bool = False


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Does one piece, a few seconds at a time, and only while nothing that has just arrived waits.

    Interrupted at any point it goes on behind the last chunk that was saved; what was seen beyond it is kept
    once, so the piece comes to the same documents, counts and facts.
    """

    campaigns: CampaignRepository
    assets: AnalysedAssets
    parts: FanIn
    look: LookOnceMore
    later: AddLaterLooks
    conclude: ConcludeAnalysis
    idle: IdleTurns
    clock: Clock

    async def __call__(self, attempt: PieceAttempt, saved: Mapping[str, Any]) -> Sequence[Outgoing]:
        """Return the facts of a piece: chunks as they are analysed now, or the asset's end.

        `saved` is how far an earlier attempt came. Raises NotYet while the campaign waits, and what looking
        raises.
        """
        piece = attempt.piece
        campaign = await self.campaigns.get(piece.campaign_id)
        if piece.name == END:
            return await self.conclude.again(piece.asset_id, piece.generation)
        progress = PieceProgress.of(saved)
        whole = await self.parts.newest(piece.asset_id)
        if whole is None or whole.generation != piece.generation:
            reason = GONE if whole is None else MADE_ANEW
            left = Counts.passed_over(reason, piece.chunks - progress.over)
            await attempt.save(replace(progress, counts=progress.counts + left).plain())
            return []
        await self.assets.note_look(piece.asset_id, campaign.look_revision)
        work = AssetTranscoded.FromString(whole.expectation).work
        if piece.name == SOUND:
            return await self._sound(attempt, work, whole, progress)
        chunks = [
            ChunkAnalysis.FromString(part)
            async for _, part in self.parts.arrived(piece.asset_id, piece.numbers, piece.generation)
        ]
        progress = await self._chunks(attempt, work, chunks, progress)
        looked = [chunk for chunk in chunks if chunk.index in progress.looked]
        return await self._facts(work, looked, campaign.look_revision, attempt.cause)

    async def _chunks(
        self,
        attempt: PieceAttempt,
        work: Work,
        chunks: Sequence[ChunkAnalysis],
        progress: PieceProgress,
    ) -> PieceProgress:
        while progress.over < len(chunks):
            campaign = await self._may_work(attempt.piece.campaign_id)
            if campaign is None:
                left = Counts.passed_over(CANCELLED, len(chunks) - progress.over)
                progress = replace(progress, over=len(chunks), counts=progress.counts + left)
                await attempt.save(progress.plain())
                break
            async with self.idle.turn():
                until = self.clock.monotonic() + TURN_SECONDS
                while progress.over < len(chunks) and self.clock.monotonic() < until:
                    chunk = chunks[progress.over]
                    counts = await self.look.at_chunk(
                        campaign.target, work, chunk, attempt.cause, tolerate=attempt.tolerate
                    )
                    progress = progress.after(chunk.index, counts)
            await attempt.save(progress.plain())
        return progress

    async def _sound(
        self, attempt: PieceAttempt, work: Work, whole: Whole, progress: PieceProgress
    ) -> list[Outgoing]:
        if progress.over:
            return []
        campaign = await self._may_work(attempt.piece.campaign_id)
        if campaign is None:
            await attempt.save(progress.after(-1, Counts.passed_over(CANCELLED)).plain())
            return []
        part = whole.named.get(conclude_analysis.SOUND)
        sound = AudioAnalysed() if part is None else AudioAnalysed.FromString(part)
        async with self.idle.turn():
            pass  # it takes minutes: begun while nothing else is there, it holds nobody's place
        counts = await self.look.at_sound(campaign.target, work, sound, attempt.cause)
        await attempt.save(progress.after(-1, counts).plain())
        return []

    async def _may_work(self, campaign_id: str) -> Campaign | None:
        """Return the campaign as it is now, None when it was cancelled. Raises NotYet while it waits."""
        campaign = await self.campaigns.get(campaign_id)
        if campaign.state is State.CANCELLED:
            return None
        if reason := campaign.waits(self.clock.now()):
            raise NotYet(reason, retry_after=PAUSED_SECONDS)
        return campaign

    async def _facts(
        self, work: Work, chunks: Sequence[ChunkAnalysis], revision: int, cause: Cause
    ) -> list[Outgoing]:
        """Return what is said of chunks that were looked at, by what is kept of them now."""
        facts: list[Outgoing] = []
        for chunk in chunks:
            await self.later.to_chunk(work.asset_id, work.generation, chunk, revision)
            facts.append(by_content(_chunk_analysed(work, chunk, revision), cause.id))
        return facts


def _chunk_analysed(work: Work, chunk: ChunkAnalysis, revision: int) -> ChunkAnalysed:
    return ChunkAnalysed(
        work=work,
        chunk_id=chunk.chunk_id,
        index=chunk.index,
        span=chunk.span,
        outcome=chunk.outcome,
        results=chunk.results,
        frames=chunk.frames if chunk.HasField("frames") else None,
        provisional_cuts=chunk.provisional_cuts,
        picture_count=chunk.picture_count,
        revision=revision,
    )
