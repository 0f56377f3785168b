"""The streams of the service: which fact goes to which handler, and the facts of a record given up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell_inference.handlers.analyse_audio import AnalyseAudio, audio_failed
from framewell_inference.handlers.analyse_chunk import AnalyseChunk, chunk_failed
from framewell_inference.handlers.complete_asset import CompleteAsset
from framewell_inference.handlers.follow_models import FollowModels
from framewell_inference.handlers.follow_registrations import FollowRegistrations
from framewell_inference.handlers.follow_rights import FollowRights
from framewell_inference.handlers.remove_asset import RemoveAsset
from framewell_inference.handlers.request_clustering import RequestClustering
from framewell_inference.handlers.request_relabel import RequestRelabel
from framewell_inference.ports.stores import Stores
from framewell_inference.steps import Steps
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.describe_archive import DescribeArchive
from framewell_inference.steps.live_budget import LiveBudget
from framewell_inference.steps.make_up_skipped import MakeUpSkipped
from framewell_kit.erasure import Erase
from framewell_kit.facts import Outgoing
from framewell_kit.stream import Broadcast, HeavyStage, Permits, Reason, Stage
from framewell_kit.tombstones import UnlessGone


def stages(
    stores: Stores,
    choose: ChooseAnalysers,
    steps: Steps,
    erase: Erase,
    *,
    follow_registrations: FollowRegistrations,
    permits: Permits,
    live_budget: LiveBudget,
    make_up: MakeUpSkipped,
    describe: DescribeArchive,
) -> Sequence[Stage | HeavyStage | Broadcast]:
    """Return the streams; chunks are analysed by `permits`.

    Of an asset that is gone none makes anything.
    """
    s, by_rights = stores, steps.by_rights
    unless_gone = partial(UnlessGone, tombstones=steps.tombstones, forget=steps.forget)
    pictures = AnalyseChunk(choose, steps.observe, live_budget, by_rights)
    sounds = AnalyseAudio(choose, steps.hear, by_rights)
    complete = CompleteAsset(s.parts, steps.conclude, make_up, describe)
    return (
        Broadcast("inference.follow_models", FollowModels(s.identities)),
        Broadcast("inference.follow_registrations", follow_registrations),
        HeavyStage(
            "inference.analyse_chunk",
            unless_gone(pictures),
            gave_up=_chunk_given_up,
            shared=permits,
        ),
        HeavyStage("inference.analyse_audio", unless_gone(sounds), gave_up=_audio_given_up),
        Stage("inference.complete_asset", unless_gone(complete)),
        Stage("inference.cluster_faces", unless_gone(RequestClustering(s.clusters.queue))),
        Stage("inference.relabel", RequestRelabel(s.identities, s.relabel)),
        Stage("inference.follow_rights", unless_gone(FollowRights(s.rights, by_rights, steps.conclude))),
        Stage("inference.remove_asset", RemoveAsset(steps.tombstones, steps.forget)),
        Stage("inference.erase", erase),
    )


def _chunk_given_up(fact: ChunkTranscoded, reason: Reason) -> Sequence[Outgoing]:
    return [chunk_failed(fact, reason.code, reason.sentence)]


def _audio_given_up(fact: AudioExtracted, reason: Reason) -> Sequence[Outgoing]:
    return [audio_failed(fact, reason.code, reason.sentence)]
