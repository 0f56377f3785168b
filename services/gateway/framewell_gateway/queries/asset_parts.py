"""The parts of an asset's view that the services know, each asked for by itself."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from framewell.dataset.v1.catalogue_service_pb2 import ListClassesRequest
from framewell.dataset.v1.review_service_pb2 import ListSamplesRequest
from framewell.dataset.v1.rights_service_pb2 import GetRightsRequest
from framewell.gateway.v1.asset_view_pb2 import SampleCounts, SeenLabel, SeenPerson, SeenText, SpeechSegment
from framewell.inference.v1.inference_service_pb2 import ListObservationsRequest, ListPeopleRequest, Person
from framewell.media.v1.media_pb2 import CaptionTrack, Observation, Shot, Timeline
from framewell.media.v1.media_service_pb2 import GetPlaylistRequest, GetTimelineRequest, ListShotsRequest
from framewell.rights.v1.rights_pb2 import RightsDecision
from framewell.sample.v1.sample_pb2 import SampleState
from framewell_contracts.json_mapping import enum_words
from framewell_gateway.domain.seen import seen_labels, seen_people, seen_texts, speech_segments
from framewell_gateway.ports import Away, Services, methods
from framewell_kit.outcomes import Conflict, NotFound

LABELLED = ("label", "object", "region")
"""Kinds of observations that are shown by their labels, whichever analyser made them."""

SHOWN_KINDS = ("text", "speech", "transcript", *LABELLED)
_PAGE = 1000
# Names are asked for by class ids, so many at a time.
_NAMES = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read, seen and heard. `speech` is None while the clock that dates it cannot be had."""

    text: Sequence[SeenText] = ()
    labels: Sequence[SeenLabel] = ()
    speech: Sequence[SpeechSegment] | None = ()


@dataclass(frozen=True, slots=True)
class Timed:
    """The clock of an asset, None while it has none, and its subtitles and captions."""

    timeline: Timeline | None = None
    captions: Sequence[CaptionTrack] = ()


@dataclass(frozen=True, slots=True)
class AssetParts:
    """Asks for the parts of one asset. Every method may raise what a service may (see ports)."""

    services: Services
    asset_id: str

    async def timed(self) -> Timed:
        """Return its clock and its timed text."""
        request = GetTimelineRequest(asset_id=self.asset_id)
        answer = await self.services.call(methods.GET_TIMELINE, request)
        known = answer.timeline.time_base.denominator > 0
        return Timed(answer.timeline if known else None, answer.captions)

    async def shots(self) -> Sequence[Shot]:
        """Return its final shots."""
        shots: list[Shot] = []
        request = ListShotsRequest(asset_id=self.asset_id, page_size=_PAGE)
        while True:
            page = await self.services.call(methods.LIST_SHOTS, request)
            shots.extend(page.shots)
            if not page.next_page_token:
                return shots
            request.page_token = page.next_page_token

    async def plays(self) -> bool:
        """Return whether there is a playlist."""
        request = GetPlaylistRequest(asset_id=self.asset_id)
        return bool((await self.services.call(methods.GET_PLAYLIST, request)).text)

    async def people(self) -> Sequence[SeenPerson]:
        """Return who was seen, with names. Names come from dataset alone: while it is away nobody has one."""
        people: list[Person] = []
        request = ListPeopleRequest(asset_id=self.asset_id, page_size=_PAGE)
        while True:
            page = await self.services.call(methods.LIST_PEOPLE, request)
            people.extend(page.people)
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        return seen_people(people, await self._names(sorted({one.class_id for one in people} - {""})))

    async def seen(self) -> Seen:
        """Return text, labels and speech."""
        observations = await self._observations()
        heard, said = (
            [seen for seen in observations if seen.kind == kind] for kind in ("speech", "transcript")
        )
        return Seen(
            text=seen_texts(seen for seen in observations if seen.kind == "text"),
            labels=seen_labels(seen for seen in observations if seen.kind in LABELLED),
            speech=await self._speech(heard, said) if heard else (),
        )

    async def rights(self) -> Sequence[RightsDecision]:
        """Return the decision for each purpose."""
        request = GetRightsRequest(asset_id=self.asset_id)
        return (await self.services.call(methods.GET_RIGHTS, request)).decisions

    async def samples(self) -> SampleCounts:
        """Return how many samples were taken from it, by state."""
        counts: Counter[int] = Counter()
        request = ListSamplesRequest(asset_id=self.asset_id, page_size=_PAGE)
        while True:
            page = await self.services.call(methods.LIST_SAMPLES, request)
            counts.update(sample.state for sample in page.samples)
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        states = enum_words(SampleState.DESCRIPTOR)
        return SampleCounts(**{word: counts[number] for number, word in states.items()})

    async def _names(self, class_ids: Sequence[str]) -> dict[str, str]:
        asked = [
            self.services.call(
                methods.LIST_CLASSES,
                ListClassesRequest(class_ids=class_ids[start : start + _NAMES], page_size=_PAGE),
            )
            for start in range(0, len(class_ids), _NAMES)
        ]
        pages = await asyncio.gather(*asked)
        return {one.class_id: one.name for page in pages for one in page.classes if one.name}

    async def _observations(self) -> list[Observation]:
        observations: list[Observation] = []
        request = ListObservationsRequest(asset_id=self.asset_id, kinds=SHOWN_KINDS, page_size=_PAGE)
        while True:
            page = await self.services.call(methods.LIST_OBSERVATIONS, request)
            observations.extend(page.observations)
            if not page.next_page_token:
                return sorted(observations, key=lambda seen: (seen.span.start_pts, seen.id))
            request.page_token = page.next_page_token

    async def _speech(
        self, heard: Sequence[Observation], said: Sequence[Observation]
    ) -> list[SpeechSegment] | None:
        try:
            timeline = (await self.timed()).timeline
        except (Away, NotFound, Conflict):
            return None
        return None if timeline is None else speech_segments(heard, said, timeline)
