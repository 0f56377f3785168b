"""The parts of an asset's view that the services know, each asked for by itself."""

from collections import Counter
from dataclasses import dataclass

from framewell.dataset.v1.dataset_service_pb2 import GetRightsRequest, ListClassesRequest, ListSamplesRequest
from framewell.inference.v1.inference_service_pb2 import ListObservationsRequest, ListPeopleRequest
from framewell.media.v1.media_pb2 import Observation, Timeline
from framewell.media.v1.media_service_pb2 import GetPlaylistRequest, GetTimelineRequest, ListShotsRequest
from framewell.sample.v1.sample_pb2 import SampleState
from framewell_gateway.ports import Away, Services
from framewell_gateway.views import from_messages as views
from framewell_gateway.views.asset import (
    LabelView,
    PersonView,
    RightsView,
    SampleCountsView,
    ShotView,
    SpeechView,
    TextView,
    TimelineView,
)
from framewell_kit.outcomes import Conflict, NotFound

SHOWN_ANALYSERS = ("text", "labels", "speech")
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read, seen and heard. `speech` is None while the clock that dates it cannot be told."""

    text: list[TextView]
    labels: list[LabelView]
    speech: list[SpeechView] | None


NOTHING_SEEN = Seen([], [], [])


@dataclass(frozen=True, slots=True)
class AssetParts:
    """Asks for the parts of one asset. Every method may raise what a service may (see ports)."""

    services: Services
    asset_id: str

    async def timeline(self) -> TimelineView | None:
        """Its clock."""
        return views.timeline_view(await self._clock())

    async def shots(self) -> list[ShotView]:
        """Its final shots."""
        shots: list[ShotView] = []
        token = ""
        while True:
            page = await self.services.media.list_shots(
                ListShotsRequest(asset_id=self.asset_id, page_size=_PAGE, page_token=token)
            )
            shots.extend(views.shot_view(shot) for shot in page.shots)
            if not (token := page.next_page_token):
                return shots

    async def playlist(self) -> str | None:
        """Key of its master playlist."""
        answer = await self.services.media.get_playlist(GetPlaylistRequest(asset_id=self.asset_id))
        return answer.playlist.key or None

    async def people(self) -> list[PersonView]:
        """Who was seen, with names. Names come from dataset alone: while it is away nobody can be named."""
        people = (await self.services.inference.list_people(ListPeopleRequest(asset_id=self.asset_id))).people
        class_ids = sorted({person.class_id for person in people} - {""})
        names: dict[str, str] = {}
        if class_ids:
            answer = await self.services.dataset.list_classes(ListClassesRequest(class_ids=class_ids))
            names = {one.class_id: one.name for one in answer.classes if one.name}
        return views.person_views(people, names)

    async def seen(self) -> Seen:
        """Text, labels and speech."""
        observations = await self._observations()
        heard = [seen for seen in observations if seen.kind == "speech"]
        return Seen(
            text=views.text_views(seen for seen in observations if seen.kind == "text"),
            labels=views.label_views(seen for seen in observations if seen.kind == "label"),
            speech=await self._speech(heard) if heard else [],
        )

    async def rights(self) -> RightsView:
        """The decision for each purpose."""
        return views.rights_view(
            await self.services.dataset.get_rights(GetRightsRequest(asset_id=self.asset_id))
        )

    async def samples(self) -> SampleCountsView:
        """How many samples were taken from it, by state."""
        counts: Counter[int] = Counter()
        token = ""
        while True:
            page = await self.services.dataset.list_samples(
                ListSamplesRequest(asset_id=self.asset_id, page_size=_PAGE, page_token=token)
            )
            counts.update(sample.state for sample in page.samples)
            if not (token := page.next_page_token):
                break
        return SampleCountsView(
            proposed=counts[SampleState.SAMPLE_STATE_PROPOSED],
            withheld=counts[SampleState.SAMPLE_STATE_WITHHELD],
            accepted=counts[SampleState.SAMPLE_STATE_ACCEPTED],
            rejected=counts[SampleState.SAMPLE_STATE_REJECTED],
            withdrawn=counts[SampleState.SAMPLE_STATE_WITHDRAWN],
        )

    async def _clock(self) -> Timeline:
        answer = await self.services.media.get_timeline(GetTimelineRequest(asset_id=self.asset_id))
        return answer.timeline

    async def _observations(self) -> list[Observation]:
        observations: list[Observation] = []
        token = ""
        while True:
            page = await self.services.inference.list_observations(
                ListObservationsRequest(
                    asset_id=self.asset_id, analysers=SHOWN_ANALYSERS, page_size=_PAGE, page_token=token
                )
            )
            observations.extend(page.observations)
            if not (token := page.next_page_token):
                return sorted(observations, key=lambda seen: (seen.span.start_pts, seen.id))

    async def _speech(self, heard: list[Observation]) -> list[SpeechView] | None:
        try:
            return views.speech_views(heard, await self._clock())
        except (Away, NotFound, Conflict):
            return None
