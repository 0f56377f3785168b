"""asset.transcoded + every chunk.analysed + audio.analysed -> asset.analysed, whichever comes last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from framewell.asset.v1.asset_pb2 import AnalyserTotal, AssetAnalysed, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioAnalysed
from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import fan_in_id
from framewell_contracts.topics import MAX_EVENT_BYTES
from framewell_inference.domain.messages import done, failed
from framewell_kit.facts import Cause, Fact, Outgoing

PLAN: Final = "plan"
AUDIO: Final = "audio"
CHUNK: Final = "chunk:"

ROOM_BYTES: Final = 8192
"""Left for the envelope when a fact is made to fit into an event."""

Part = AssetTranscoded | ChunkAnalysed | AudioAnalysed


class AssetParts(Protocol):
    """The fan-in document of an asset: parts by name, serialized."""

    async def arrive(self, asset_id: str, part: str, value: bytes, generation: int) -> Mapping[str, bytes]:
        """Set one part and return all that are there, in one step. A part that is there stays as it is."""
        ...


@dataclass(frozen=True, slots=True)
class CompleteAsset:
    """Note a part; whoever sees the asset complete publishes, at first delivery or redelivery.

    The fact is made from the document alone and its id from (asset, generation), so two replicas that
    both see the last part publish the same event.
    """

    parts: AssetParts

    async def __call__(self, fact: Part, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        name = _part_name(fact)
        parts = await self.parts.arrive(fact.asset_id, name, fact.SerializeToString(), fact.generation)
        analysed = completed(parts)
        if analysed is None:
            return []
        identity = fan_in_id(fact.asset_id, fact_type(AssetAnalysed).type, analysed.generation)
        return [Fact(fitting(analysed), id=identity)]


def fitting(analysed: AssetAnalysed, limit: int = MAX_EVENT_BYTES - ROOM_BYTES) -> AssetAnalysed:
    """The same fact, small enough for an event: what other fields say already goes first.

    An object's hash stands in its key and the clock in the asset, so without them three hours fit. Of a
    longer asset the list of chunks is left out, and `missing` says so: each chunk.analysed told it before.
    """
    if analysed.ByteSize() <= limit:
        return analysed
    slim = AssetAnalysed()
    slim.CopyFrom(analysed)
    for chunk in slim.chunks:
        chunk.ClearField("timeline")
        for ref in _references(chunk):
            ref.ClearField("sha256")
            ref.ClearField("media_type")
    if slim.ByteSize() > limit:
        slim.missing.append(f"the list of {len(slim.chunks)} chunks is too long for one event")
        slim.ClearField("chunks")
    return slim


def _references(chunk: ChunkAnalysed) -> Iterator[ObjectRef]:
    if chunk.HasField("frames"):
        yield chunk.frames
    for result in chunk.results:
        for name in ("observation_set", "vectors"):
            if result.HasField(name):
                yield getattr(result, name)


def completed(parts: Mapping[str, bytes]) -> AssetAnalysed | None:
    """The fact that all parts together make, None while one is awaited."""
    if PLAN not in parts:
        return None
    plan = AssetTranscoded.FromString(parts[PLAN])
    names = [CHUNK + chunk_id for chunk_id in plan.chunk_ids]
    if any(name not in parts for name in names) or (plan.expects_audio and AUDIO not in parts):
        return None
    chunks = [ChunkAnalysed.FromString(parts[name]) for name in names]
    audio = AudioAnalysed.FromString(parts[AUDIO]) if AUDIO in parts else None
    return _asset_analysed(plan, chunks, audio)


def _part_name(fact: Part) -> str:
    if isinstance(fact, AssetTranscoded):
        return PLAN
    return AUDIO if isinstance(fact, AudioAnalysed) else CHUNK + fact.chunk_id


def _asset_analysed(
    plan: AssetTranscoded, chunks: Sequence[ChunkAnalysed], audio: AudioAnalysed | None
) -> AssetAnalysed:
    results = [result for chunk in chunks for result in chunk.results]
    missing = [*plan.missing, *(sentence for chunk in chunks for sentence in _missing_of(chunk))]
    if audio is not None:
        results += audio.results
        if audio.outcome.HasField("failed"):
            missing.append(f"sound: {audio.outcome.failed.detail}")
    message = AssetAnalysed(
        asset_id=plan.asset_id,
        totals=_totals(results),
        missing=list(dict.fromkeys(missing)),
        chunks=sorted(chunks, key=lambda chunk: (chunk.span.start_pts, chunk.index)),
        timeline=plan.timeline,
        shots=plan.shots,
        lane=plan.lane,
        generation=plan.generation,
    )
    if any(result.outcome.HasField("done") for result in results) or _nothing_was_lost(plan, chunks, audio):
        message.outcome.CopyFrom(done())
    else:
        message.outcome.CopyFrom(
            failed("nothing_analysed", "; ".join(missing) or "nothing could be analysed")
        )
    return message


def _nothing_was_lost(
    plan: AssetTranscoded, chunks: Sequence[ChunkAnalysed], audio: AudioAnalysed | None
) -> bool:
    """An asset with nothing to see or hear is done, unless a part of it failed."""
    outcomes = [plan.outcome, *(chunk.outcome for chunk in chunks), *([audio.outcome] if audio else [])]
    return not any(outcome.HasField("failed") for outcome in outcomes)


def _missing_of(chunk: ChunkAnalysed) -> list[str]:
    if chunk.outcome.HasField("failed") and not chunk.results:
        return [f"chunk {chunk.index}: {chunk.outcome.failed.detail}"]
    return [
        f"chunk {chunk.index}: {result.outcome.failed.detail}"
        for result in chunk.results
        if result.outcome.HasField("failed")
    ]


def _totals(results: Sequence[AnalyserResult]) -> list[AnalyserTotal]:
    totals: dict[tuple[str, str, str], AnalyserTotal] = {}
    for result in results:
        if not result.outcome.HasField("done"):
            continue
        key = (result.analyser, result.model.name, result.model.version)
        total = totals.setdefault(key, AnalyserTotal(analyser=result.analyser, model=result.model))
        total.observations += result.observations
        total.chunks += 1
    return [totals[key] for key in sorted(totals)]
