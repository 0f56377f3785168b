"""How many samples wait for review: all, and by dataset, class and reviewer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from framewell.dataset.v1.review_service_pb2 import CountSamplesResponse, SampleCount
from framewell_dataset.domain.samples import State
from framewell_dataset.ports.catalogue import ClassRepository, DatasetRepository
from framewell_dataset.ports.review import SampleRepository, Wanted
from framewell_kit.clock import Clock
from framewell_kit.paging import PageRequest

MOST_CLASSES: Final = 200
MOST_REVIEWERS: Final = 100


@dataclass(frozen=True, slots=True)
class CountSamples:
    """Counts by indexes alone: no sample is read but the first of each class and reviewer."""

    samples: SampleRepository
    datasets: DatasetRepository
    classes: ClassRepository
    clock: Clock

    async def __call__(self, dataset_id: str) -> CountSamplesResponse:
        """Return how many samples wait, of one dataset or of all."""
        waiting = Wanted(dataset_id=dataset_id, states=[State.PROPOSED])
        claimed = replace(waiting, claimed_at=self.clock.now())
        count = self.samples.count_wanted
        proposed, busy, questions, withheld, classes, reviewers = await asyncio.gather(
            count(waiting),
            count(claimed),
            count(replace(waiting, question=True)),
            count(replace(waiting, states=[State.WITHHELD])),
            self.samples.count_by(waiting, "class_id", MOST_CLASSES),
            self.samples.count_by(claimed, "claimed_by", MOST_REVIEWERS),
        )
        names = {one.class_id: one.name for one in await self.classes.each(sorted(classes))}
        return CountSamplesResponse(
            proposed=proposed,
            claimed=busy,
            questions=questions,
            withheld=withheld,
            datasets=_most_first(await self._by_dataset(waiting)),
            classes=_most_first(classes, names),
            reviewers=_most_first(reviewers),
        )

    async def _by_dataset(self, waiting: Wanted) -> Mapping[str, int]:
        ids = [waiting.dataset_id] if waiting.dataset_id else await self._datasets()
        counts = {each: await self.samples.count_wanted(replace(waiting, dataset_id=each)) for each in ids}
        return {each: count for each, count in counts.items() if count}

    async def _datasets(self) -> list[str]:
        return [each.dataset_id for each in (await self.datasets.page(PageRequest())).items]


def _most_first(counts: Mapping[str, int], names: Mapping[str, str] | None = None) -> list[SampleCount]:
    known = names or {}
    return [
        SampleCount(id=each, name=known.get(each, ""), count=count)
        for each, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
