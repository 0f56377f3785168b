"""GET /v1/counts: how much waits for people, each number by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from framewell.dataset.v1.review_service_pb2 import ListSamplesRequest
from framewell.gateway.v1.asset_view_pb2 import AssetState
from framewell.gateway.v1.counts_pb2 import AssetStateCount, Counts, GetCountsRequest
from framewell.inference.v1.cluster_service_pb2 import ListClustersRequest
from framewell.sample.v1.sample_pb2 import SampleState
from framewell.training.v1.training_pb2 import Verdict
from framewell.training.v1.training_service_pb2 import Candidate, ListCandidatesRequest
from framewell_contracts.services import SERVICES
from framewell_gateway.domain.missing_parts import leave_out
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.ports import (
    Away,
    DeadLetters,
    EventRepository,
    Operations,
    Services,
    SummaryRepository,
)
from framewell_gateway.ports.methods import LIST_CANDIDATES, LIST_CLUSTERS, LIST_SAMPLES
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Outcome

WITHHELD: Final = "framewell.sample.withheld.v1"
_DAY: Final = timedelta(hours=24)
_PAGE: Final = 200
_MOST_PAGES: Final = 5
"""Of a list that says no total."""
_SECONDS: Final = 3.0
"""A person waits: what takes longer is not in the answer."""


@dataclass(frozen=True, slots=True)
class CountWaiting:
    """How much waits for people. Nothing is raised: what cannot be asked is named in the answer.

    Everything is asked at once, and nothing is waited for longer than three seconds.
    """

    summaries: SummaryRepository
    events: EventRepository
    services: Services
    operations: Operations
    dead_letters: DeadLetters
    clock: Clock

    async def __call__(self, request: GetCountsRequest) -> Counts:
        now = self.clock.now()
        since = request.since.ToDatetime(UTC) if request.HasField("since") else now - _DAY
        counts = Counts(since=timestamp(since), as_of=timestamp(now))
        await asyncio.gather(
            self._part(counts, ("assets", "assets_failed"), self._assets),
            self._part(counts, ("samples_proposed",), self._samples),
            self._part(counts, ("unknown_people", "unknown_people_more"), self._people),
            self._part(counts, ("refusals",), lambda counts: self._refusals(counts, since)),
            self._part(counts, ("candidates_waiting", "candidates_waiting_more"), self._candidates),
            self._part(counts, ("dead_letters",), self._dead_letters),
            self._part(counts, ("open_breakers",), self._breakers),
        )
        return counts

    async def _part(
        self, counts: Counts, fields: tuple[str, ...], count: Callable[[Counts], Awaitable[None]]
    ) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                await count(counts)
        except (Away, Outcome, TimeoutError) as error:
            leave_out(counts, fields, error)

    async def _assets(self, counts: Counts) -> None:
        found = await self.summaries.count_states()
        counts.assets.extend(
            AssetStateCount(state=state, count=count)
            for state, count in sorted(found.by_state.items())
            if state != AssetState.ASSET_STATE_REMOVED and count
        )
        counts.assets_failed = found.failed

    async def _samples(self, counts: Counts) -> None:
        wanted = ListSamplesRequest(states=[SampleState.SAMPLE_STATE_PROPOSED], page_size=1)
        counts.samples_proposed = (await self.services.call(LIST_SAMPLES, wanted)).total_size

    async def _people(self, counts: Counts) -> None:
        """Count page by page: clusters are grouped when they are asked for, and have no total."""
        token = ""
        for _ in range(_MOST_PAGES):
            wanted = ListClustersRequest(page_size=_PAGE, page_token=token)
            page = await self.services.call(LIST_CLUSTERS, wanted)
            counts.unknown_people += len(page.clusters)
            token = page.next_page_token
            if not token:
                return
        counts.unknown_people_more = True

    async def _refusals(self, counts: Counts, since: datetime) -> None:
        counts.refusals = await self.events.count(WITHHELD, int(since.timestamp() * 1_000_000))

    async def _candidates(self, counts: Counts) -> None:
        wanted = ListCandidatesRequest(in_service=False, page_size=_PAGE)
        page = await self.services.call(LIST_CANDIDATES, wanted)
        counts.candidates_waiting = sum(map(_waits, page.candidates))
        counts.candidates_waiting_more = bool(page.next_page_token)

    async def _dead_letters(self, counts: Counts) -> None:
        counts.dead_letters = sum(one.count for one in await self.dead_letters.counts())

    async def _breakers(self, counts: Counts) -> None:
        """Services that are away have no breakers to tell of: `GET /v1/mesh` says who is."""
        replies = await asyncio.gather(*(self.operations.describe(name, "") for name in SERVICES))
        counts.open_breakers.extend(sorted(one.group for reply in replies for one in reply.breakers))


def _waits(candidate: Candidate) -> bool:
    """Return whether it waits for a person to promote it: it is neither held nor withdrawn."""
    held = candidate.HasField("hold") or bool(candidate.withdrawn)
    return not held and candidate.completed.verdict == Verdict.VERDICT_WAITS
