"""One more look at a chunk or a sound that is stored, by what a campaign names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from framewell.audio.v1.audio_pb2 import AudioAnalysed
from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell.inference.v1.inference_pb2 import ChunkAnalysis
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.sentences import say
from framewell_inference.domain.campaign_counts import Counts
from framewell_inference.domain.campaigns import Target
from framewell_inference.domain.stored import StoredSet
from framewell_inference.ports.analysers import PictureAnalyser, SoundAnalyser
from framewell_inference.ports.calls import Priority
from framewell_inference.ports.repositories import ObservationRepository
from framewell_inference.steps.add_later_looks import look_of, looks_of
from framewell_inference.steps.analyse_by_rights import AnalyseByRights
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.hear_sound import HearSound, StoredSound, sound_key
from framewell_inference.steps.observe_chunk import SKIPPED, ChunkPictures, ObserveChunk, chunk_key
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcome_messages import is_done, reason_of
from framewell_kit.outcomes import NotFound
from framewell_kit.rights_decisions import Passages, Permission

PICTURES_GONE: Final = say("look.pictures_gone", "its stored pictures are gone")
SOUND_GONE: Final = say("look.sound_gone", "its stored sound is gone")
NO_PICTURES: Final = say("look.no_pictures", "no pictures of it are stored")
NO_SOUND: Final = say("look.no_sound", "no sound of it is stored")
LOOKED_ALREADY: Final = say(
    "look.already", "it was looked at already when it arrived, or by an earlier campaign"
)
NOTHING_SKIPPED: Final = say("look.nothing_skipped", "nothing was skipped there")
NO_RESULT: Final = say("look.no_result", "nothing has a result")

A = TypeVar("A", PictureAnalyser, SoundAnalyser)


@dataclass(frozen=True, slots=True)
class LookOnceMore:
    """Looks as on arrival: rights are asked first and last, what was seen is kept once.

    Done again it looks at what is missing alone and comes to the same counts. An analyser that fails raises,
    or, with `tolerate`, is counted with its reason.
    """

    choose: ChooseAnalysers
    observe: ObserveChunk
    hear: HearSound
    observations: ObservationRepository
    by_rights: AnalyseByRights
    clock: Clock

    async def at_chunk(
        self, target: Target, work: Work, chunk: ChunkAnalysis, cause: Cause, *, tolerate: bool
    ) -> Counts:
        """Return what came of looking at a chunk; `chunks` is 1 where anything looked."""
        skipped = {one.analyser for one in chunk.results if one.outcome.failed.code == SKIPPED}
        chosen = self.choose.again(target, work, skipped)
        analysers = _new(chosen.pictures, chunk.results)
        if not analysers:
            return Counts.passed_over(_reason(chosen.reasons, target))
        counts = Counts()

        async def look(permission: Permission) -> tuple[Sequence[AnalyserResult], Passages]:
            nonlocal counts
            key = chunk_key(
                work,
                chunk_id=chunk.chunk_id,
                index=chunk.index,
                span=chunk.span,
                withheld=permission.withheld,
            )
            if not key.looked_at:
                counts = Counts.passed_over(permission.sentence)
                return [], key.withheld
            if not chunk.HasField("frames"):
                counts = Counts.passed_over(reason_of(chunk.outcome.failed) or NO_PICTURES)
                return [], key.withheld
            started = self.clock.monotonic()
            try:
                pictures = ChunkPictures(work, key, chunk.span, chunk.frames)
                results = await self.observe(pictures, analysers, priority=Priority.BATCH, tolerate=tolerate)
            except NotFound:
                counts = Counts.passed_over(PICTURES_GONE)
                return [], key.withheld
            seconds = self.clock.monotonic() - started
            counts = await self._counted(work, chunk.chunk_id, results, chunk.picture_count, seconds)
            return [], key.withheld

        await self.by_rights(work, chunk.chunk_id, 0, look, cause)
        return counts

    async def at_sound(self, target: Target, work: Work, sound: AudioAnalysed, cause: Cause) -> Counts:
        """Return what came of listening to a sound; `chunks` is 1 where anything listened."""
        chosen = self.choose.again(target, work)
        analysers = _new(chosen.sounds, sound.results)
        if not analysers:
            return Counts.passed_over(_reason(chosen.reasons, target))
        counts = Counts()

        async def look(permission: Permission) -> tuple[Sequence[AnalyserResult], Passages]:
            nonlocal counts
            key = sound_key(work, permission.withheld)
            if not await self.by_rights.may_hear(key, sound.rights_revision):
                counts = Counts.passed_over(permission.sentence)
                return [], Passages.of([(key.start_pts, key.end_pts)])
            if not sound.HasField("speech"):
                counts = Counts.passed_over(reason_of(sound.outcome.failed) or NO_SOUND)
                return [], key.withheld
            started = self.clock.monotonic()
            try:
                stored = StoredSound(work, key, sound.speech)
                results = await self.hear(stored, analysers, priority=Priority.BATCH)
            except NotFound:
                counts = Counts.passed_over(SOUND_GONE)
                return [], key.withheld
            counts = await self._counted(work, "", results, 0, self.clock.monotonic() - started)
            return [], key.withheld

        await self.by_rights(work, "", 0, look, cause)
        return counts

    async def _counted(
        self,
        work: Work,
        chunk_id: str,
        results: Sequence[AnalyserResult],
        pictures: int,
        seconds: float,
    ) -> Counts:
        """Count what was seen, beside what the same analysers had seen there before."""
        failed = Counter(reason_of(one.outcome.failed) for one in results if not is_done(one.outcome))
        seen = [one for one in results if is_done(one.outcome)]
        if not seen:
            reason = next(iter(failed), NO_RESULT)
            return Counts(seconds=seconds) + Counts.given_up(reason)
        sets = await self.observations.sets_of(work.asset_id, chunk_id)
        before, after = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for result in seen:
            analyser, model = look_of(result)
            kept = [one for one in sets if one.analyser == analyser and not one.beside]
            after += await self._kinds([one for one in kept if one.model == model])
            before += await self._kinds(_last(one for one in kept if one.model != model))
        changes = {kind: (before[kind], after[kind]) for kind in sorted({*before, *after})}
        return Counts(1, pictures, seconds, {}, dict(failed), changes)

    async def _kinds(self, sets: Sequence[StoredSet]) -> Counter[tuple[str, str]]:
        kinds = Counter[tuple[str, str]]()
        for stored in sets:
            try:
                seen = await self.observations.read(stored)
            except NotFound:  # taken away since
                continue
            kinds.update((one.kind, one.label) for one in seen.observations)
        return kinds


def _new(analysers: Sequence[A], results: Iterable[AnalyserResult]) -> list[A]:
    """Return the analysers that have no result yet."""
    there = {look for one in results if is_done(one.outcome) for look in looks_of(one)}
    return [one for one in analysers if (one.name, one.models[0]) not in there]


def _last(sets: Iterable[StoredSet]) -> list[StoredSet]:
    """Return the newest of the sets of other versions, if there is one."""
    newest = max(sets, key=lambda one: (one.generation, one.model.version), default=None)
    return [] if newest is None else [newest]


def _reason(reasons: Sequence[str], target: Target) -> str:
    if reasons:
        return reasons[0]
    return NOTHING_SKIPPED if target.skipped else LOOKED_ALREADY
