"""What a campaign has to do, and how long it takes by what a look has cost here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.inference.v1.inference_pb2 import ChunkAnalysis
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.sentences import Sentence, say
from framewell_inference.domain.campaigns import AnalysedAsset, Estimate, Selection, Target
from framewell_inference.domain.registrations import stays_on_site
from framewell_inference.ports.analysers import SoundAnalyser
from framewell_inference.ports.campaigns import AnalysedAssets
from framewell_inference.steps.analyse_by_rights import AnalyseByRights
from framewell_inference.steps.choose_analysers import ChooseAnalysers, ChosenAgain
from framewell_inference.steps.hear_sound import HearSound
from framewell_inference.steps.observe_chunk import ChunkPictures, ObserveChunk, chunk_key
from framewell_kit.fanin import FanIn
from framewell_kit.outcomes import NotFound

TRIAL_PICTURES: Final = 16
"""Pictures that an analyser is shown, twice, to learn what it costs."""

TRIED_CHUNKS: Final = range(4)
"""Chunks of an asset among which pictures are looked for that may be shown."""

TRIED_ASSETS: Final = 10

NONE_SELECTED: Final = say(
    "reanalysis.none_selected",
    "no analysed asset meets these conditions; series and channels are compared letter by letter",
)
_SINCE_BEGUN: Final = say("reanalysis.measured", "as measured since this process began")


@dataclass(frozen=True, slots=True)
class EstimateCampaign:
    """Reads one short document an asset. Where an analyser has not run in this process, it is tried out."""

    assets: AnalysedAssets
    parts: FanIn
    choose: ChooseAnalysers
    observe: ObserveChunk
    hear: HearSound
    by_rights: AnalyseByRights
    chunks_at_once: int

    async def __call__(self, target: Target, selection: Selection) -> Estimate:
        """Return what there is to do. Raises NotFound for an asset that is named and was never analysed."""
        for asset_id in selection.asset_ids or ():
            if await self.assets.get(asset_id) is None:
                raise NotFound(
                    say(
                        "analysis_unknown",
                        "no analysis of asset {asset_id} has ended here, so nothing of it can be looked "
                        "at again",
                        asset_id=asset_id,
                    )
                )
        found, first = Estimate(), list[tuple[AnalysedAsset, ChosenAgain]]()
        async for asset in self.assets.select(selection, skipped=target.skipped):
            left = self.choose.left(target, asset)
            looks, listens = bool(left.pictures), bool(left.sounds and asset.sound_seconds)
            if not (looks or listens or left.reasons):
                found = replace(found, done_assets=found.done_assets + 1)
                continue
            found = replace(
                found,
                assets=found.assets + 1,
                chunks=found.chunks + (asset.chunks if looks else 0) + listens,
                pictures=found.pictures + (asset.pictures if looks else 0),
                sound_seconds=found.sound_seconds + (asset.sound_seconds if listens else 0),
            )
            if len(first) < TRIED_ASSETS:
                first.append((asset, left))
        return await self._with_duration(found, first)

    def notes(self, target: Target, selection: Selection, found: Estimate) -> list[str]:
        """Return what a person should know before it starts, one sentence each."""
        notes = self.choose.notes(target)
        if not (found.assets or found.done_assets or selection.everything or target.skipped):
            notes.append(NONE_SELECTED)
        return notes

    async def _with_duration(
        self, found: Estimate, first: list[tuple[AnalysedAsset, ChosenAgain]]
    ) -> Estimate:
        if not first:
            return replace(found, seconds=0.0, basis=say("reanalysis.nothing", "there is nothing to do"))
        if not (found.pictures or found.sound_seconds):
            return replace(found, seconds=0.0, basis=_nothing(first[0][1].reasons))
        seconds, reasons = 0.0, list[str]()
        if found.pictures:
            each, how = await self._picture(first)
            if each is None:
                return replace(found, basis=how)
            seconds += each * found.pictures
            said = say(
                "reanalysis.a_picture",
                "{milliseconds, number} ms a picture, {how}",
                milliseconds=f"{each * 1000:.1f}",
                how=how,
            )
            reasons.append(said)
        if found.sound_seconds:
            listening = first[0][1].sounds
            costs = [self.hear.costs.of(one.name) for one in listening]
            if not all(costs):
                return replace(found, basis=_unheard(listening))
            seconds += sum(costs) * found.sound_seconds
            said = say(
                "reanalysis.a_second",
                "{seconds, number} s a second of sound, {how}",
                seconds=f"{sum(costs):.2f}",
                how=_SINCE_BEGUN,
            )
            reasons.append(said)
        basis = say(
            "reanalysis.basis",
            "{first}{more}; {chunks, plural, one {# chunk} other {# chunks}} at once, with nothing else "
            "to do",
            first=reasons[0],
            more=say("reanalysis.and", " and {other}", other=reasons[1]) if len(reasons) > 1 else "",
            chunks=self.chunks_at_once,
        )
        return replace(found, seconds=seconds / self.chunks_at_once, basis=basis)

    async def _picture(self, first: list[tuple[AnalysedAsset, ChosenAgain]]) -> tuple[float | None, str]:
        """Return the seconds that a picture takes, None where that is not known, and how it was measured."""
        costs = [self.observe.look_at.costs.of(one.name) for one in first[0][1].pictures]
        if costs and all(costs):
            return sum(costs), _SINCE_BEGUN
        for asset, left in first:
            for pictures in await self._shown(asset):
                try:
                    each = await self.observe.try_out(pictures, left.pictures, TRIAL_PICTURES)
                except NotFound:
                    continue
                except Exception as error:  # noqa: BLE001 - an analyser's own, of any kind
                    said = say("reanalysis.untried", "not known: trying it out failed ({why})", why=error)
                    return None, said
                said = say(
                    "reanalysis.tried",
                    "measured just now on at most {most} stored pictures",
                    most=TRIAL_PICTURES,
                )
                return each, said
        return None, say("reanalysis.no_picture", "not known: there is no picture on which to try it out")

    async def _shown(self, asset: AnalysedAsset) -> list[ChunkPictures]:
        """Return stored pictures of an asset that may be looked at by anything, wherever it runs."""
        whole = await self.parts.newest(asset.asset_id)
        permission = await self.by_rights.permission(asset.asset_id)
        if whole is None or permission is None or not permission.allowed:
            return []
        work: Work = AssetTranscoded.FromString(whole.expectation).work
        if stays_on_site(work):
            return []
        shown = []
        async for _, part in self.parts.arrived(asset.asset_id, TRIED_CHUNKS, whole.generation):
            chunk = ChunkAnalysis.FromString(part)
            key = chunk_key(
                work,
                chunk_id=chunk.chunk_id,
                index=chunk.index,
                span=chunk.span,
                withheld=permission.withheld,
            )
            if key.looked_at and chunk.HasField("frames"):
                shown.append(ChunkPictures(work, key, chunk.span, chunk.frames))
        return shown


def _nothing(reasons: Sequence[str]) -> Sentence:
    """Return that nothing is looked at, and why where that is known."""
    if not reasons:
        return say("reanalysis.unlooked", "nothing is looked at")
    return say("reanalysis.unlooked.why", "nothing is looked at: {why}", why=reasons[0])


def _unheard(listening: Sequence[SoundAnalyser]) -> Sentence:
    return say(
        "reanalysis.unheard",
        "not known: {names} has heard nothing here since this process began",
        names=", ".join(one.name for one in listening),
    )
