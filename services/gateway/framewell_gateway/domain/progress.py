"""Where an asset stands, derived from its events alone.

A pure function of the *set* of events: their order does not matter, and an event seen twice counts
once, since events are told apart by their key and chunks by chunk id. Work of an older generation (the asset
was reprocessed since) is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from framewell_gateway.domain.events import RecordedEvent


class AssetState(StrEnum):
    """How far an asset has come."""

    REQUESTED = "requested"
    INGESTED = "ingested"
    TRANSCODING = "transcoding"
    ANALYSING = "analysing"
    ANALYSED = "analysed"
    REJECTED = "rejected"
    REMOVED = "removed"

    @property
    def ended(self) -> bool:
        """True when nothing more happens by itself."""
        return self in {AssetState.ANALYSED, AssetState.REJECTED, AssetState.REMOVED}


@dataclass(frozen=True, slots=True)
class ChunkCounts:
    """Chunks of the current generation. A failed chunk is one that was given up at any stage."""

    planned: int = 0
    transcoded: int = 0
    analysed: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an asset stands. `reason` is set for rejected and removed assets."""

    state: AssetState
    reason: str | None
    missing: tuple[str, ...]
    chunks: ChunkCounts
    generation: int
    kind: str | None


_WORKED_ON = {"chunk.planned", "chunk.transcoded", "chunk.analysed", "audio.extracted", "audio.analysed"}


def progress_of(events: Iterable[RecordedEvent]) -> Progress | None:
    """Where the asset of these events stands; None when none of them is about its life."""
    known = {event.key: event for event in events}.values()
    generation = max((event.generation for event in known), default=0)
    by_name = _by_name(known, generation)
    if not any(by_name.get(name) for name in ("ingest.requested", *_ENDS_AND_STAGES, *_WORKED_ON)):
        return None
    state, reason = _state(by_name)
    return Progress(
        state=state,
        reason=reason,
        missing=_missing(by_name),
        chunks=_count_chunks(by_name),
        generation=generation,
        kind=_kind(by_name),
    )


_ENDS_AND_STAGES = ("asset.ingested", "asset.rejected", "asset.removed", "asset.transcoded", "asset.analysed")

# Facts that carry no generation concern every one of them.
_OF_ALL_GENERATIONS = {"ingest.requested", "asset.removed"}


def _by_name(events: Iterable[RecordedEvent], generation: int) -> Mapping[str, Sequence[RecordedEvent]]:
    """The events of the current generation by name, each list in order of time."""
    named: dict[str, list[RecordedEvent]] = {}
    for event in sorted(events, key=lambda event: (event.time, event.key)):
        if event.generation == generation or event.name in _OF_ALL_GENERATIONS:
            named.setdefault(event.name, []).append(event)
    return named


def _state(by_name: Mapping[str, Sequence[RecordedEvent]]) -> tuple[AssetState, str | None]:
    if removed := by_name.get("asset.removed"):
        return AssetState.REMOVED, str(removed[-1].data.get("reason") or "") or None
    if analysed := by_name.get("asset.analysed"):
        failure = analysed[-1].failure
        return AssetState.ANALYSED, failure.detail if failure else None
    if rejected := by_name.get("asset.rejected"):
        return AssetState.REJECTED, str(rejected[-1].data.get("detail") or "rejected without a reason")
    return _state_on_the_way(by_name), None


def _state_on_the_way(by_name: Mapping[str, Sequence[RecordedEvent]]) -> AssetState:
    if by_name.get("asset.transcoded"):
        return AssetState.ANALYSING
    if any(by_name.get(name) for name in _WORKED_ON):
        return AssetState.TRANSCODING
    return AssetState.INGESTED if by_name.get("asset.ingested") else AssetState.REQUESTED


def _count_chunks(by_name: Mapping[str, Sequence[RecordedEvent]]) -> ChunkCounts:
    seen: dict[str, set[str]] = {}
    failed: set[str] = set()
    for name in ("chunk.planned", "chunk.transcoded", "chunk.analysed"):
        for event in by_name.get(name, ()):
            if event.failure:
                failed.add(event.chunk_id)
            else:
                seen.setdefault(name, set()).add(event.chunk_id)
    # A chunk that was worked on has been planned, whichever event came first.
    planned = set().union(failed, *seen.values())
    expected = max(
        (_count(event, "chunk_ids_count") for event in by_name.get("asset.transcoded", ())), default=0
    )
    return ChunkCounts(
        planned=max(len(planned), expected),
        transcoded=len(seen.get("chunk.transcoded", ())),
        analysed=len(seen.get("chunk.analysed", ())),
        failed=len(failed),
    )


def _missing(by_name: Mapping[str, Sequence[RecordedEvent]]) -> tuple[str, ...]:
    """One sentence for every part that is missing, each once.

    The facts that end a stage know best; until they arrive, the failures themselves speak.
    """
    sentences: dict[str, None] = {}
    for name in ("asset.transcoded", "asset.analysed"):
        for event in by_name.get(name, ()):
            missing = event.data.get("missing")
            sentences.update(dict.fromkeys(str(one) for one in missing) if isinstance(missing, list) else {})
    if not by_name.get("asset.analysed"):
        for name in ("chunk.analysed", "audio.analysed"):
            sentences.update(_failures(by_name.get(name, ())))
    if not by_name.get("asset.transcoded"):
        for name in ("chunk.transcoded", "audio.extracted"):
            sentences.update(_failures(by_name.get(name, ())))
    return tuple(sentences)


def _failures(events: Iterable[RecordedEvent]) -> dict[str, None]:
    return {
        f"{_what(event)} {'was not analysed' if event.name.endswith('analysed') else 'is missing'}: "
        f"{event.failure.detail}": None
        for event in events
        if event.failure
    }


def _what(event: RecordedEvent) -> str:
    return f"chunk {_count(event, 'index') + 1}" if event.chunk_id else "the sound"


def _count(event: RecordedEvent, field: str) -> int:
    value = event.data.get(field)
    return value if isinstance(value, int) else 0


def _kind(by_name: Mapping[str, Sequence[RecordedEvent]]) -> str | None:
    for name in ("asset.ingested", "asset.transcoded", "chunk.planned", "chunk.transcoded"):
        for event in by_name.get(name, ()):
            if kind := event.data.get("kind"):
                return str(kind)
    return None
