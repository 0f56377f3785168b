"""Show the stored pictures of a chunk to analysers, and keep what they observe."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell.media.v1.media_pb2 import MEDIA_KIND_STILL, ObjectRef, Span, Work
from framewell_contracts.sentences import say
from framewell_inference.domain.messages import model_version
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Frame
from framewell_inference.domain.stored import ChunkKey
from framewell_inference.domain.tracks import FACES
from framewell_inference.ports.analysers import FrameBundles, PictureAnalyser
from framewell_inference.ports.calls import Call, Priority, RunEndedError, calling
from framewell_inference.ports.repositories import ObservationRepository
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.keep_faces import KeepFaces
from framewell_inference.steps.look_at_frames import LookAtFrames, SkippedError
from framewell_inference.steps.reuse_looks import ReuseLooks, looks_at
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import failed
from framewell_kit.outcomes import NotFound
from framewell_kit.rights_decisions import Passages

SKIPPED: Final = "skipped"
"""Code of the outcome of an analyser for which a live programme left no time."""


ENDED: Final = "ended"
"""Code of the outcome of an analyser that took too long, or was disabled or removed meanwhile."""


@dataclass(frozen=True, slots=True)
class ChunkPictures:
    """The stored pictures of one chunk, what of them may be looked at, and what they belong to."""

    work: Work
    key: ChunkKey
    span: Span
    frames: ObjectRef


@dataclass(frozen=True, slots=True)
class ObserveChunk:
    """Run analysers over a frame bundle; keep sets, face tracks and names. Repeating it changes nothing.

    An analyser that has looked at the same bundle before, in whichever generation, does not look again.
    Used when a chunk arrives and when it is looked at again: both leave the same documents.
    """

    look_at: LookAtFrames
    reuse_looks: ReuseLooks
    bundles: FrameBundles
    objects: Objects
    observations: ObservationRepository
    keep_faces: KeepFaces
    people: ErasePeople

    async def __call__(
        self,
        pictures: ChunkPictures,
        analysers: Sequence[PictureAnalyser],
        *,
        priority: Priority,
        tolerate: bool = False,
        budget_seconds: float | None = None,
    ) -> list[AnalyserResult]:
        """Return a result for each analyser.

        With `tolerate` an analyser that fails has a failed result; without, its error is raised. Raises
        NotFound when the bundle is gone.
        """
        key = pictures.key
        await self.keep_faces.spaces.follow()
        looks = looks_at(
            pictures.frames, pictures.span, key.withheld, analysers, still=_is_still(pictures.work)
        )
        found: dict[str, Findings | Exception] = {**await self.reuse_looks(key.chunk_id, looks)}
        if new := [one for one in analysers if one.name not in found]:
            async with self.objects.local(pictures.frames) as path:
                with calling(Call(priority)):
                    found |= await asyncio.to_thread(
                        self._look, path, pictures, new, tolerate=tolerate, budget_seconds=budget_seconds
                    )
        forgotten = await self.people.forgotten()
        results = []
        for analyser in analysers:
            outcome = found[analyser.name]
            if isinstance(outcome, Exception):
                results.append(_failed_result(analyser, outcome))
                continue
            keep = self.keep_faces if analyser.name == FACES else self.observations.keep
            results.append(await keep(outcome, key, forgotten, look=looks[analyser.name]))
        if (now := await self.people.forgotten()) != forgotten:
            await self.people.of_names_in(key.asset_id, now)
        return results

    async def try_out(
        self, pictures: ChunkPictures, analysers: Sequence[PictureAnalyser], most: int
    ) -> float:
        """Show the first pictures of a chunk to analysers, twice, keep nothing, and return what one takes.

        In seconds, all analysers together, decoding among it, by the second time. Raises NotFound when the
        bundle is gone or empty, and what an analyser raises.
        """

        def look(path: Path) -> float:
            for _ in range(2):
                started = time.perf_counter()
                frames = list(islice(self._frames(path, pictures), most))
                if not frames:
                    raise NotFound(say("picture_unknown", "there is no picture that may be looked at"))
                self.look_at(frames, analysers, still=_is_still(pictures.work))
            return (time.perf_counter() - started) / len(frames)

        async with self.objects.local(pictures.frames) as path:
            with calling(Call(Priority.BATCH)):
                return await asyncio.to_thread(look, path)

    def _frames(self, path: Path, pictures: ChunkPictures) -> Iterator[Frame]:
        withheld: Passages = pictures.key.withheld
        frames = self.bundles.frames(path, pictures.span, _tick_seconds(pictures.work))
        return (frame for frame in frames if frame.pts not in withheld)

    def _look(
        self,
        path: Path,
        pictures: ChunkPictures,
        analysers: Sequence[PictureAnalyser],
        *,
        tolerate: bool,
        budget_seconds: float | None,
    ) -> Mapping[str, Findings | Exception]:
        """Return findings or error of every analyser. Runs on a thread."""
        return self.look_at(
            self._frames(path, pictures),
            analysers,
            still=_is_still(pictures.work),
            tolerate=tolerate,
            budget_seconds=budget_seconds,
        )


def chunk_key(work: Work, *, chunk_id: str, index: int, span: Span, withheld: Passages) -> ChunkKey:
    """Return the key of a chunk of which these passages are withheld, among others of its asset."""
    start, end = span.start_pts, span.end_pts
    return ChunkKey(
        asset_id=work.asset_id,
        chunk_id=chunk_id,
        index=index,
        generation=work.generation,
        start_pts=start,
        end_pts=end,
        withheld=withheld.within(start, end),
        series=work.series,
        channel=work.channel,
        asked_at=work.requested_at.ToMilliseconds() / 1000,
    )


def _is_still(work: Work) -> bool:
    return work.kind == MEDIA_KIND_STILL


def _tick_seconds(work: Work) -> float:
    """Return the seconds of a tick of the asset's clock; a still has none."""
    base = work.timeline.time_base
    return 0.0 if _is_still(work) else base.numerator / max(1, base.denominator)


def _failed_result(analyser: PictureAnalyser, error: Exception) -> AnalyserResult:
    if isinstance(error, SkippedError):
        outcome = failed(SKIPPED, error.reason)
    elif isinstance(error, RunEndedError):
        said = say(
            "look.ended", "the analyser {analyser} was ended: {why}", analyser=analyser.name, why=error.reason
        )
        outcome = failed(ENDED, said)
    else:
        said = say(
            "look.failed",
            "the analyser {analyser} failed ({why})",
            analyser=analyser.name,
            why=f"{type(error).__name__}: {error}",
        )
        outcome = failed("analyser_failed", said)
    return AnalyserResult(analyser=analyser.name, model=model_version(analyser.models[0]), outcome=outcome)
