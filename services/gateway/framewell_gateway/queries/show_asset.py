"""GET /v1/assets/{id}: one view of an asset, composed from the facts kept here and all services."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary, AssetView, SeenPerson
from framewell.ingest.v1.ingest_service_pb2 import GetAssetRequest
from framewell.media.v1.media_pb2 import Shot
from framewell.rights.v1.rights_pb2 import RightsDecision
from framewell_contracts.sentences import say, wording_of, wordings_of
from framewell_gateway.domain.missing_parts import part_missing
from framewell_gateway.ports import Away, Services
from framewell_gateway.queries.asset_parts import AssetParts, Seen, Timed
from framewell_gateway.queries.asset_progress import AssetProgress
from framewell_kit.outcomes import Conflict, Gone, NotFound, Outcome

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ShowAsset:
    """Compose the view of an asset; `playlist_url` returns where a player opens the asset with an id.

    Raises Gone for one that was removed or erased, NotFound when neither the facts nor ingest know the id,
    and Away when the facts do not and ingest cannot be asked. A service that is away leaves its parts out:
    they are named in `unavailable`, and a sentence in `missing` says why.
    """

    progress: AssetProgress
    services: Services
    playlist_url: Callable[[str], str]

    async def __call__(self, request: GetAssetRequest) -> AssetView:
        known = await self.progress(request.asset_id)
        progress, away = known.progress, known.away
        if progress.state == AssetState.ASSET_STATE_REMOVED:
            why = (
                say("removed.because", ": {why}", why=progress.reason)
                if progress.reason
                else say("removed.whole", ", with everything made from it")
            )
            raise Gone(
                say("asset_removed", "asset {asset_id} was removed{why}", asset_id=request.asset_id, why=why)
            )
        parts, asked = AssetParts(self.services, request.asset_id), _Asked()
        if away is not None:
            asked.missing.append(part_missing(say("part.ingest", "what ingest knows"), away))
        async with asyncio.TaskGroup() as group:
            timed = group.create_task(
                asked.part("timeline captions", _PARTS["timeline"], parts.timed, Timed())
            )
            shots = group.create_task(asked.part("shots", _PARTS["shots"], parts.shots, _NO_SHOTS))
            plays = group.create_task(asked.part("playlist", _PARTS["playlist"], parts.plays, False))
            people = group.create_task(asked.part("people", _PARTS["people"], parts.people, _NO_PEOPLE))
            seen = group.create_task(asked.part("text labels speech", _SEEN, parts.seen, Seen()))
            rights = group.create_task(asked.part("rights", _PARTS["rights"], parts.rights, _NO_RIGHTS))
            samples = group.create_task(asked.part("samples", _PARTS["samples"], parts.samples, None))
        observed, clock, playable = seen.result() or Seen(), timed.result() or Timed(), plays.result()
        if observed.speech is None:
            asked.unavailable.append("speech")
        missing = [*progress.missing, *sorted(asked.missing)]
        return AssetView(
            **_described(known.summary),
            asset_id=request.asset_id,
            kind=progress.kind,
            state=progress.state,
            reason=progress.reason,
            reason_wording=wording_of(progress.reason or ""),
            missing=missing,
            missing_wordings=wordings_of(missing),
            unavailable=sorted(asked.unavailable),
            timeline=clock.timeline,
            chunks=progress.chunks,
            shots=shots.result(),
            people=people.result(),
            text=observed.text,
            labels=observed.labels,
            speech=observed.speech,
            rights=rights.result(),
            playlist=self.playlist_url(request.asset_id) if playable else None,
            samples=samples.result(),
            captions=clock.captions,
        )


_SEEN: Final = say("part.seen", "text, labels and speech")
_PARTS: Final = {
    "timeline": say("part.timeline", "the timeline"),
    "shots": say("part.shots", "the shots"),
    "playlist": say("part.playlist", "the playlist"),
    "people": say("part.people", "the people seen"),
    "rights": say("part.rights", "the rights"),
    "samples": say("part.samples", "the samples"),
}
_NO_SHOTS: Final[Sequence[Shot]] = ()
_NO_PEOPLE: Final[Sequence[SeenPerson]] = ()
_NO_RIGHTS: Final[Sequence[RightsDecision]] = ()


_OF_THE_VIEW: Final = frozenset({"asset_id", "kind", "state", "reason", "chunks"})
"""What a view and an entry of the list have both, and the view says by itself."""


def _described(summary: AssetSummary) -> dict[str, Any]:
    """Return the fields of an entry of the list that the view has too, under the same names."""
    shown = set(AssetView.DESCRIPTOR.fields_by_name) - _OF_THE_VIEW
    return {field.name: value for field, value in summary.ListFields() if field.name in shown}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which parts could not be had, and why: fields of the view, and sentences."""

    unavailable: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    async def part(self, fields: str, what: str, ask: Callable[[], Awaitable[T]], nothing: T) -> T | None:
        """Return the answer; `nothing` when there is none yet; None when it cannot be had."""
        try:
            return await ask()
        except (NotFound, Conflict):
            return nothing
        except (Away, Outcome) as refused:
            self.unavailable.extend(fields.split())
            self.missing.append(part_missing(what, refused))
            return None
