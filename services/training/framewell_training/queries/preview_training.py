"""What a run would learn from, and what speaks against it, before anybody starts it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from framewell.training.v1.training_pb2 import TrainingRequested
from framewell_contracts.sentences import say
from framewell_kit.outcomes import NotFound, NotYet, Rejected
from framewell_training.domain.faces import Photos
from framewell_training.domain.runs import Run, RunKey, RunStopped, Step
from framewell_training.domain.snapshots import Owed, Snapshot
from framewell_training.ports import RunRepository, SnapshotTables, Tables
from framewell_training.recipes.identity.parameters import IdentityParameters
from framewell_training.recipes.identity.recipe import IdentityRecipe, Material
from framewell_training.steps.ask_permission import AskPermission
from framewell_training.steps.find_snapshot import FindSnapshot
from framewell_training.steps.request_run import RequestRun

EARLIER_RUNS: Final = 20
"""How many runs of a step an estimate rests on at most."""


@dataclass(frozen=True, slots=True)
class LearnedClass:
    """How much of a class there is to learn from."""

    class_id: str
    samples: int
    programmes: int


@dataclass(frozen=True, slots=True)
class Pay:
    """What a holder would be owed for a run, in one currency."""

    holder: str
    currency: str
    amount: Decimal
    samples: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a run would take, by so many earlier ones."""

    seconds: float
    runs: int


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """Everything that is known of a run before it is started."""

    key: RunKey
    known: Run | None
    snapshot: Snapshot
    photos: Photos | None
    unnamed: int
    classes: Sequence[LearnedClass]
    refusals: Sequence[str]
    no_challenge: str
    estimate: Estimate | None
    runs_before: int
    pay: Sequence[Pay]


@dataclass(frozen=True, slots=True)
class PreviewTraining:
    """Reads the snapshot as the run would, and asks what the run would be asked. Writes nothing."""

    snapshots: FindSnapshot
    request: RequestRun
    runs: RunRepository
    tables: SnapshotTables
    recipe: IdentityRecipe
    ask: AskPermission

    async def __call__(self, wanted: TrainingRequested) -> Preview:
        """Return the preview. Raise NotFound for an unknown snapshot, Rejected for what cannot be a run."""
        try:
            snapshot = await self.snapshots(wanted)
        except NotYet as unknown:
            raise NotFound(unknown.reason) from unknown
        key = self.request.key(snapshot, wanted.recipe, dict(wanted.parameters), wanted.seed)
        tables, refusals = await self._read(snapshot)
        no_challenge = refusals[0] if refusals else await self._no_challenge(key, snapshot, tables)
        waiting = await self.runs.under_way(snapshot.published.dataset_id)
        known = await self.runs.get(key.run_id)
        return Preview(
            key=key,
            known=known,
            snapshot=snapshot,
            photos=tables.photos if tables else None,
            unnamed=len(tables.background) if tables else 0,
            classes=_classes(tables.photos) if tables else (),
            refusals=refusals,
            no_challenge=no_challenge,
            estimate=await self._estimate(key, len(tables.photos)) if tables and not refusals else None,
            runs_before=len([run for run in waiting if run.run_id != key.run_id]),
            pay=_pay(tables.owed) if tables else (),
        )

    async def _read(self, snapshot: Snapshot) -> tuple[Tables | None, list[str]]:
        """Return the tables of a snapshot that may be used, and why a run would end without a model."""
        try:
            await self.ask.for_run(snapshot.published.snapshot_id, ())
            tables = await self.tables.read(snapshot.published)
            await self.ask.for_run(snapshot.published.snapshot_id, self.ask.subjects(tables))
        except RunStopped as stopped:
            return None, [stopped.reason]
        except (Rejected, NotFound) as unreadable:
            return None, [unreadable.reason]
        if not tables.photos.classes:
            number = snapshot.published.number
            return tables, [
                say(
                    "snapshot_empty",
                    "Snapshot {number} holds no sample to learn from: accept samples first.",
                    number=number,
                )
            ]
        return tables, []

    async def _no_challenge(self, key: RunKey, snapshot: Snapshot, tables: Tables | None) -> str:
        assert tables is not None, "there are tables where nothing refuses"
        published = snapshot.published
        material = Material(published.number, tables.photos, tables.background, published.embedding)
        parameters = IdentityParameters.parse(key.parameters, self.request.thresholds)
        return await asyncio.to_thread(self.recipe.why_not_challenge, material, parameters)

    async def _estimate(self, key: RunKey, samples: int) -> Estimate | None:
        """Return the median time of earlier centroids, by samples: a challenge is a run of its own."""
        earlier = await self.runs.last_done(key.recipe, Step.CENTROID, EARLIER_RUNS)
        each = [
            run.completed.duration.ToTimedelta() / run.completed.lineage.sample_count
            for run in earlier
            if run.completed is not None and run.completed.lineage.sample_count
        ]
        if not each:
            return None
        return Estimate(median(one / timedelta(seconds=1) for one in each) * samples, len(each))


def _classes(photos: Photos) -> list[LearnedClass]:
    """Return the classes that are learned, those with the most samples first."""
    learned = photos.keep(photos.learned)
    programmes: Mapping[str, set[str]] = defaultdict(set)
    samples: dict[str, int] = defaultdict(int)
    for name, programme in zip(learned.class_ids, learned.programmes, strict=True):
        programmes[name].add(programme)
        samples[name] += 1
    found = [LearnedClass(name, count, len(programmes[name])) for name, count in samples.items()]
    return sorted(found, key=lambda one: (-one.samples, one.class_id))


def _pay(owed: Sequence[Owed]) -> list[Pay]:
    """Return what a run would cost, by holder and currency, in exact decimals."""
    amounts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    samples: dict[tuple[str, str], int] = defaultdict(int)
    for one in owed:
        amounts[one.holder, one.currency] += Decimal(one.amount)
        samples[one.holder, one.currency] += 1
    return [Pay(*key, amount, samples[key]) for key, amount in sorted(amounts.items())]
