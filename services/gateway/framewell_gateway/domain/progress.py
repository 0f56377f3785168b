"""Where an asset stands, derived from its facts alone.

What is kept of them is a set of parts, each of bounded size: one for the facts about the asset as a whole,
one for each 64 chunk numbers of a generation. A part changes only by saying again what is so, hence neither
the order of facts nor their repetition matters. Work of an older generation (the asset was reprocessed
since) is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from google.protobuf.message import Message

from framewell.gateway.v1.asset_view_pb2 import AssetState, ChunkCounts
from framewell.media.v1.media_pb2 import MediaKind
from framewell.mesh.v1.mesh_pb2 import Wording
from framewell_contracts.missing import (
    Incomplete,
    bounded_missing,
    by_reason,
    chunks_lack,
    lacks_sound,
    missing_of,
)
from framewell_contracts.sentences import say, worded
from framewell_kit.outcome_messages import reason_of

BUCKET_SIZE: Final = 64
"""Chunk numbers in one part."""

ENDED: Final = frozenset(
    {AssetState.ASSET_STATE_ANALYSED, AssetState.ASSET_STATE_REJECTED, AssetState.ASSET_STATE_REMOVED}
)
"""States after which nothing more happens by itself."""

CHUNK_STEPS: Final = ("chunk.planned", "chunk.transcoded", "chunk.analysed")
SOUND_STEPS: Final = ("audio.extracted", "audio.analysed")
_STEPS: Final = frozenset(
    {
        "ingest.requested", "asset.ingested", "asset.rejected", "asset.removed", "asset.transcoded",
        "asset.analysed", *CHUNK_STEPS, *SOUND_STEPS,
    }
)  # fmt: skip
_LACKING: Final = frozenset({"asset.transcoded", "asset.analysed"})
_NO_REASON: Final = say("rejected_unsaid", "rejected without a reason")
EVERY_GENERATION: Final = -1
"""Stands for the generation of facts that concern all of them: the request and the removal of an asset."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one fact says about where its asset stands.

    `chunk` is the number of the chunk it is about, None for the asset as a whole. `failure` is a sentence,
    empty unless the work was given up. `reason` says why an asset was rejected or removed.
    """

    asset_id: str
    name: str
    generation: int = EVERY_GENERATION
    chunk: int | None = None
    failure: str = ""
    reason: str = ""
    kind: "MediaKind.ValueType" = MediaKind.MEDIA_KIND_UNSPECIFIED
    chunk_count: int = 0
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ProgressPart:
    """What is kept of an asset's facts: steps of the whole by name, or what became of up to 64 chunks.

    `done` holds the numbers of chunks by the name of the step that they took, `failed` the sentences of
    those that were given up at it.
    """

    generation: int
    kind: "MediaKind.ValueType" = MediaKind.MEDIA_KIND_UNSPECIFIED
    steps: Mapping[str, Step] = field(default_factory=dict)
    done: Mapping[str, frozenset[int]] = field(default_factory=dict)
    failed: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an asset stands. `reason` is set for rejected and removed assets, and one that was not analysed.

    `kind` is unspecified while it is not known. `steps` are the names of those that the whole asset took.
    `counted` is true once every chunk has ended at every step, so that no fact changes the counts any more.
    """

    state: "AssetState.ValueType"
    reason: str | None = None
    missing: tuple[str, ...] = ()
    chunks: ChunkCounts = field(default_factory=ChunkCounts)
    generation: int = 0
    kind: "MediaKind.ValueType" = MediaKind.MEDIA_KIND_UNSPECIFIED
    steps: frozenset[str] = frozenset()
    counted: bool = False


def step_of(name: str, asset_id: str, fact: Message) -> Step | None:
    """Return what a fact says about where its asset stands; None when it is not about that."""
    if name not in _STEPS or not asset_id:
        return None
    if name in {"ingest.requested", "asset.removed"}:
        return Step(asset_id, name, reason=getattr(fact, "reason", ""))
    work, outcome = getattr(fact, "work"), getattr(fact, "outcome", None)  # noqa: B009 - of any fact with work
    given_up = outcome is not None and outcome.HasField("failed")
    return Step(
        asset_id,
        name,
        generation=work.generation,
        chunk=getattr(fact, "index") if name in CHUNK_STEPS else None,  # noqa: B009
        failure=reason_of(outcome.failed) or outcome.failed.code if outcome is not None and given_up else "",
        reason=worded(getattr(fact, "detail", ""), getattr(fact, "wording", Wording())),
        kind=work.kind,
        chunk_count=getattr(fact, "chunk_count", 0),
        missing=tuple(missing_of(cast(Incomplete, fact))) if name in _LACKING else (),
    )


def progress_of(parts: Iterable[ProgressPart]) -> Progress | None:
    """Return where the asset with these parts stands; None when there are none."""
    known = list(parts)
    if not known:
        return None
    generation = max(0, *(part.generation for part in known))
    current = [part for part in known if part.generation in {generation, EVERY_GENERATION}]
    steps = {name: step for part in current for name, step in part.steps.items()}
    chunks = [_settled(part) for part in current if part.done or part.failed]
    state, reason = state_of(steps, worked_on=bool(chunks))
    counts = _count_chunks(steps, chunks)
    return Progress(
        state=state,
        reason=reason,
        missing=_missing(steps, chunks),
        chunks=counts,
        generation=generation,
        kind=max(part.kind for part in current),
        steps=frozenset(steps),
        counted={"asset.transcoded", "asset.analysed"} <= steps.keys()
        and sum(map(_ended_chunks, chunks)) == counts.planned,
    )


def _settled(part: ProgressPart) -> ProgressPart:
    """Return the part without failures of steps that were taken after all, at a later try or look."""
    failed = {
        name: {number: text for number, text in of_step.items() if number not in part.done.get(name, ())}
        for name, of_step in part.failed.items()
    }
    return replace(part, failed={name: of_step for name, of_step in failed.items() if of_step})


def state_of(steps: Mapping[str, Step], *, worked_on: bool) -> "tuple[AssetState.ValueType, str | None]":
    """Return the state that these steps of a whole asset prove, and its reason; `worked_on`: chunks, too."""
    if removed := steps.get("asset.removed"):
        return AssetState.ASSET_STATE_REMOVED, removed.reason or None
    if analysed := steps.get("asset.analysed"):
        return AssetState.ASSET_STATE_ANALYSED, analysed.failure or None
    if rejected := steps.get("asset.rejected"):
        return AssetState.ASSET_STATE_REJECTED, rejected.reason or _NO_REASON
    return _state_on_the_way(steps, worked_on=worked_on), None


def _state_on_the_way(steps: Mapping[str, Step], *, worked_on: bool) -> "AssetState.ValueType":
    if "asset.transcoded" in steps:
        return AssetState.ASSET_STATE_ANALYSING
    if worked_on or any(name in steps for name in SOUND_STEPS):
        return AssetState.ASSET_STATE_TRANSCODING
    if "asset.ingested" in steps:
        return AssetState.ASSET_STATE_INGESTED
    return AssetState.ASSET_STATE_REQUESTED


def _count_chunks(steps: Mapping[str, Step], parts: Sequence[ProgressPart]) -> ChunkCounts:
    # A chunk that was worked on has been planned, whichever fact came first.
    failed = [frozenset[int]().union(*part.failed.values()) for part in parts]
    planned = sum(
        len(given_up.union(*part.done.values())) for part, given_up in zip(parts, failed, strict=True)
    )
    transcoded = steps.get("asset.transcoded")
    return ChunkCounts(
        planned=max(planned, transcoded.chunk_count if transcoded else 0),
        transcoded=sum(len(part.done.get("chunk.transcoded", ())) for part in parts),
        analysed=sum(len(part.done.get("chunk.analysed", ())) for part in parts),
        failed=sum(map(len, failed)),
    )


def _ended_chunks(part: ProgressPart) -> int:
    """Return how many chunks were transcoded and analysed, or given up at the one or the other."""
    nothing = frozenset[int]()
    given_up = {name: nothing.union(part.failed.get(name, ())) for name in CHUNK_STEPS}
    transcoded = part.done.get("chunk.transcoded", nothing)
    analysed = part.done.get("chunk.analysed", nothing) | given_up["chunk.analysed"]
    return len((transcoded & analysed) | given_up["chunk.transcoded"])


def _missing(steps: Mapping[str, Step], parts: Sequence[ProgressPart]) -> tuple[str, ...]:
    """Return one sentence for all that is missing for one reason, at most 20.

    The facts that end a stage know best; until they arrive, the failures themselves speak.
    """
    ends = [steps[name].missing for name in ("asset.analysed", "asset.transcoded") if name in steps]
    # What analysis lacks begins with what the proxy lacks.
    sentences = dict.fromkeys(next(filter(None, ends), ()))
    if "asset.analysed" not in steps:
        sentences.update(_failures("not analysed", "chunk.analysed", "audio.analysed", steps, parts))
    if "asset.transcoded" not in steps:
        sentences.update(_failures("missing", "chunk.transcoded", "audio.extracted", steps, parts))
    return tuple(bounded_missing(list(sentences)))


def _failures(
    what: str, of_chunks: str, of_sound: str, steps: Mapping[str, Step], parts: Sequence[ProgressPart]
) -> dict[str, None]:
    chunks = _failed(of_chunks, parts)
    sound = steps.get(of_sound)
    if of_chunks == "chunk.analysed":  # what was not transcoded is missing, and not said twice
        chunks = {number: chunks[number] for number in chunks.keys() - _failed("chunk.transcoded", parts)}
        extracted = steps.get("audio.extracted")
        sound = None if extracted is not None and extracted.failure else sound
    reasons = by_reason(chunks).items()
    found: dict[str, None] = {chunks_lack(numbers, what, reason): None for reason, numbers in reasons}
    if sound is not None and sound.failure:
        found[lacks_sound(what, sound.failure)] = None
    return found


def _failed(step: str, parts: Sequence[ProgressPart]) -> dict[int, str]:
    return {number: failure for part in parts for number, failure in part.failed.get(step, {}).items()}
