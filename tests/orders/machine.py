"""A state machine over the whole: people, lawyers and failures act, and all in between comes in any order.

At rest nothing in force may rest on what is not allowed, and what is allowed and accepted is in force.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import hypothesis.strategies as st
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.dataset.v1 import catalogue_service_pb2 as catalogue
from framewell.dataset.v1 import review_service_pb2 as review
from framewell.dataset.v1 import snapshot_service_pb2 as snapshots
from framewell.dataset.v1.dataset_pb2 import Sample, Snapshot
from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.media.v1.media_pb2 import Span
from framewell.mesh.v1.mesh_pb2 import Actor, Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as sample
from framewell.training.v1 import training_service_pb2 as training
from framewell_dataset.testing.footage import TICKS, stated
from framewell_kit.documents import Documents
from framewell_kit.outcomes import Outcome
from orders.cast import NAMES
from orders.reference import ANALYSIS, TRAINING, Footage, Reference
from orders.world import SERVICES, World

DATASET = "people"
LAWYER = Actor(principal="rights-desk", authority="rights")
NOBODY = Actor(principal="somebody", authority="nobody")
HOLDERS = ("Kanal Eins", "Archiv Süd")
SOURCE = "/playout"
ASSETS = {
    f"00000000-0000-4000-8000-00000000000{number}": (who, HOLDERS[number % 2], number != 6)
    for number, who in enumerate((1, 1, 2, 3, 4, 5, 2), start=1)
}
"""By id: who is seen, who holds rights, and whether the holder allows every use."""

IN_USE = (
    sample.SAMPLE_STATE_PROPOSED,
    sample.SAMPLE_STATE_ACCEPTED,
    sample.SAMPLE_STATE_UNSURE,
)
LONGEST_SLEEP = 40

assets = st.sampled_from(sorted(ASSETS))
purposes = st.sampled_from([TRAINING, TRAINING, ANALYSIS])
numbers = st.integers(0, 1 << 16)


class EveryOrder(RuleBasedStateMachine):
    """`stores` makes an empty store for each service; what happened is counted in `counts`."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, stores: Callable[[], Documents], counts: Counter[str]
    ) -> None:
        super().__init__()
        self.loop, self.counts = loop, counts
        self.world = World(stores)
        self.truth = Reference()
        self.revision = 0
        self.kills = 0
        self.run(self.world.__aenter__())

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Return what the coroutine returns."""
        return self.loop.run_until_complete(coroutine)

    def teardown(self) -> None:
        try:
            self.run(self._rest())
        finally:
            self.run(self.world.__aexit__())
            self.counts["moves"] += self.world.turns.taken

    # --- what happens by itself

    @rule(choices=st.lists(numbers, min_size=1, max_size=30))
    def go_on(self, choices: list[int]) -> None:
        """Something of what is under way goes on, in the order of these choices."""
        for choice in choices:
            self.run(self.world.move(choice))

    @rule(number=numbers)
    def replay(self, number: int) -> None:
        """An old event comes once more."""
        self.world.replay(number)
        self._count("replayed")

    @precondition(lambda self: self.kills < 1)
    @rule(service=st.sampled_from(SERVICES))
    def kill(self, service: str) -> None:
        """A process is killed and started again. Once: a job whose worker dies twice is given up."""
        if self.world.turns.under_way:
            self.kills += 1
            self.run(self.world.kill(service))
            self._count("killed")

    # --- what people and systems do

    @rule(asset_id=assets)
    def take_in(self, asset_id: str) -> None:
        """An asset comes in, perhaps once more."""
        who, holder, allowed = ASSETS[asset_id]
        self.truth.take_in(Footage(asset_id, who, SOURCE, holder, allowed))
        statements = [stated(issuer=holder, holder=holder)] if allowed else []
        self.run(self.world.take_in(asset_id, who, *statements))
        self._count("taken in")

    @rule()
    def accept_all(self) -> None:
        """Somebody accepts whatever is open."""
        found = self.run(self._samples(IN_USE))
        reviews = [
            review.Review(sample_id=each.sample_id, decision=sample.DECISION_ACCEPT)
            for each in found
            if each.class_id and each.state != sample.SAMPLE_STATE_ACCEPTED
        ]
        if reviews:
            self.run(
                self.world.call("dataset", "ReviewSamples", review.ReviewSamplesRequest(reviews=reviews))
            )
            self._count("accepted all")

    @rule(
        number=numbers,
        decision=st.sampled_from(
            [sample.DECISION_ACCEPT] * 5 + [sample.DECISION_REJECT, sample.DECISION_UNDO]
        ),
    )
    def decide(self, number: int, decision: int) -> None:
        """Somebody decides about a sample that is open."""
        found = self.run(self._samples(IN_USE))
        if found:
            chosen = found[number % len(found)]
            one = review.Review(sample_id=chosen.sample_id, decision=decision)  # type: ignore[arg-type]
            self.run(self.world.call("dataset", "ReviewSamples", review.ReviewSamplesRequest(reviews=[one])))
            self._count("decided")

    @rule(asset_id=assets, kind=st.sampled_from(["asset_id"] * 3 + ["holder", "source"]), purpose=purposes)
    def restrict(self, asset_id: str, kind: str, purpose: int) -> None:
        """Anybody prohibits a use."""
        self._state(asset_id, kind, purpose, rights.USE_PROHIBITED, NOBODY)
        self._count("restricted")

    @rule(asset_id=assets, kind=st.sampled_from(["asset_id"] * 3 + ["holder", "source"]), purpose=purposes)
    def permit(self, asset_id: str, kind: str, purpose: int) -> None:
        """Somebody who may takes a prohibition back, or permits what nobody had spoken of."""
        self._state(asset_id, kind, purpose, rights.USE_ALLOWED, LAWYER)
        self._count("permitted")

    @rule(
        asset_id=assets,
        purpose=purposes,
        how=st.sampled_from(["allowed", "narrower span", "elsewhere", "ended", "not begun", "other purpose"]),
    )
    def weaken(self, asset_id: str, purpose: int, how: str) -> None:
        """Somebody who may not sends a newer revision that says less of a use.

        A prohibition stands. A permission goes: nobody needs leave to say less than what was permitted.
        """
        if how != "allowed" and self.truth.said.get((("asset_id", asset_id), purpose)):
            del self.truth.said[("asset_id", asset_id), purpose]
        use = rights.USE_ALLOWED if how == "allowed" else rights.USE_PROHIBITED
        weaker = self._statement("asset_id", purpose, use)
        if how == "narrower span":
            weaker.span.CopyFrom(Span(start_pts=10_000 * TICKS, end_pts=10_001 * TICKS))
        if how == "elsewhere":
            weaker.territories.append("FR")
        if how == "ended":
            weaker.valid_until.FromSeconds(1)
        if how == "not begun":
            weaker.valid_from.FromSeconds(32_000_000_000)
        if how == "other purpose":
            weaker.purposes[:] = [rights.PURPOSE_GENERATIVE_TRAINING]
        self._change("asset_id", asset_id, weaker, NOBODY)
        self._count("weakened")

    @rule(asset_id=assets)
    def remove(self, asset_id: str) -> None:
        """An asset is removed, one that was taken in."""
        known = self.truth.footage.get(asset_id)
        if known is not None:
            known.gone = True
            self.world.send(AssetRemoved(asset_id=asset_id, revision=2), f"removed/{asset_id}")
            self._count("removed")

    @rule(asset_id=assets)
    def erase_asset(self, asset_id: str) -> None:
        """An asset is to be forgotten."""
        known = self.truth.footage.get(asset_id)
        if known is not None:
            known.gone = True
            self._erase(Subject(asset_id=asset_id))
            self._count("asset erased")

    @rule(holder=st.sampled_from(HOLDERS))
    @precondition(lambda self: len(self.truth.footage) > 3 and not self.truth.holders_gone)
    def erase_holder(self, holder: str) -> None:
        """Everything of a holder is to be forgotten."""
        self.truth.erase_holder(holder)
        self._erase(Subject(holder=holder))
        self._count("holder erased")

    @rule(number=numbers)
    def erase_person(self, number: int) -> None:
        """A person that the dataset knows is to be forgotten."""
        classes = self.run(self._classes())
        if classes:
            class_id, name = classes[number % len(classes)]
            self.truth.forgotten |= {who for who, each in NAMES.items() if each == name}
            self._erase(Subject(class_id=class_id))
            self._count("person erased")

    @rule()
    def rest(self) -> None:
        """Nothing more happens, until all is at rest."""
        self.run(self._rest())

    # --- what must hold at rest

    async def _rest(self) -> None:
        await self.world.settle()
        assert not self.world.failures, self.world.failures
        self._count("at rest")
        await self._check_samples()
        await self._check_snapshots()
        await self._check_model()
        await self._check_decisions()
        await self._check_archive()

    async def _check_samples(self) -> None:
        for each in await self._samples(IN_USE):
            assert self.truth.allowed(each.provenance.asset_id, TRAINING), f"{each.state} {each.sample_id}"
            assert self.truth.footage[each.provenance.asset_id].who not in self.truth.forgotten
            self.counts["samples in use at rest"] += 1
        names = {name for _, name in await self._classes()}
        assert not names & {NAMES[who] for who in self.truth.forgotten}, "a forgotten name is a class"

    async def _check_snapshots(self) -> None:
        listed = await self._snapshots()
        in_force = [each for each in listed if not each.HasField("withdrawn")]
        for each in in_force:
            rows = await self._rows(each)
            assert self.truth.usable({row["asset_id"] for row in rows}), (
                "a snapshot holds what is not allowed"
            )
            classes = {row["class_id"] for row in rows}
            assert classes <= {class_id for class_id, _ in await self._classes()}
            background = await self._rows(each, "background")
            assert self.truth.usable({row["asset_id"] for row in background}), "negatives are not allowed"
            self.counts["snapshots in force at rest"] += 1
        accepted = {each.sample_id for each in await self._samples((sample.SAMPLE_STATE_ACCEPTED,))}
        newest = max(in_force, key=lambda each: each.published.number, default=None)
        held = {row["sample_id"] for row in await self._rows(newest)} if newest else set()
        assert held == accepted, "the newest snapshot is not what is accepted"

    async def _check_model(self) -> None:
        answer = await self.world.benches["training"].answer(
            "ListCandidates", training.ListCandidatesRequest(in_service=True)
        )
        for candidate in answer.candidates:
            lineage = await self.world.benches["training"].answer(
                "GetLineage", training.GetLineageRequest(model=candidate.model)
            )
            assert self.truth.usable(lineage.asset_ids), "a model in force rests on what is not allowed"
            in_use = {each.sample_id for each in await self._samples((sample.SAMPLE_STATE_ACCEPTED,))}
            taken_back = set(lineage.sample_ids) - in_use
            for sample_id in taken_back:  # a person's own undo leaves the model until its successor
                assert await self._allowed_sample(sample_id), "a model in force rests on a sample taken back"
            self.counts["models in force at rest"] += 1

    async def _check_decisions(self) -> None:
        newest: dict[str, rights.RightsDecided] = {}
        for event in self.world.log:
            fact = event.message
            if isinstance(fact, rights.RightsDecided):
                before = newest.get(fact.asset_id)
                if before is None or before.revision < fact.revision:
                    newest[fact.asset_id] = fact
        for asset_id, asset in self.truth.footage.items():
            assert asset_id in newest, "nobody was told what may be done with an asset"
            decided = newest[asset_id]
            assert decided.gone == asset.gone or asset.barred
            for purpose in (ANALYSIS, TRAINING):
                said = any(one.purpose == purpose and one.allowed for one in decided.purposes)
                assert said == self.truth.allowed(asset_id, purpose), f"{purpose} of {asset_id}"

    async def _check_archive(self) -> None:
        for asset_id in self.truth.footage:
            named = await self._named(asset_id)
            if not self.truth.allowed(asset_id, ANALYSIS):
                assert not named, "somebody is named in what may not be analysed"
            known = {class_id for class_id, _ in await self._classes()}
            assert named <= {*known, ""}, "a forgotten person is named"

    # --- reading

    async def _samples(self, states: tuple[int, ...]) -> list[Sample]:
        request = review.ListSamplesRequest(states=states, page_size=1000)  # type: ignore[arg-type]
        return list((await self.world.benches["dataset"].answer("ListSamples", request)).samples)

    async def _allowed_sample(self, sample_id: str) -> bool:
        answer = await self.world.benches["dataset"].answer(
            "GetSample", review.GetSampleRequest(sample_id=sample_id)
        )
        states = (sample.SAMPLE_STATE_WITHDRAWN, sample.SAMPLE_STATE_WITHHELD)
        return answer.sample.state not in states

    async def _classes(self) -> list[tuple[str, str]]:
        request = catalogue.ListClassesRequest(dataset_id=DATASET)
        try:
            answer = await self.world.benches["dataset"].answer("ListClasses", request)
        except Outcome:
            return []
        return sorted((each.class_id, each.name) for each in answer.classes if each.name)

    async def _snapshots(self) -> list[Snapshot]:
        request = snapshots.ListSnapshotsRequest(dataset_id=DATASET, page_size=1000)
        return list((await self.world.benches["dataset"].answer("ListSnapshots", request)).snapshots)

    async def _rows(self, held: Snapshot, table: str = "samples") -> list[dict[str, Any]]:
        ref = getattr(held.published, table)
        if not ref.key:
            return []
        data = await self.world.objects.read(ref)
        return list(pq.read_table(pa.BufferReader(data)).drop_columns(["vector"]).to_pylist())

    async def _named(self, asset_id: str) -> set[str]:
        try:
            answer = await self.world.benches["inference"].answer(
                "ListPeople", inference.ListPeopleRequest(asset_id=asset_id)
            )
        except Outcome:
            return set()
        return {person.class_id for person in answer.people}

    # --- saying

    def _statement(self, kind: str, purpose: int, use: int) -> rights.RightsStatement:
        self.revision += 1
        return rights.RightsStatement(
            issuer="court",
            statement_id=f"{kind}-{purpose}",
            revision=self.revision,
            purposes=[purpose],  # type: ignore[list-item]
            use=use,  # type: ignore[arg-type]
        )

    def _state(self, asset_id: str, kind: str, purpose: int, use: int, actor: Actor) -> None:
        _, holder, _ = ASSETS[asset_id]
        name = {"asset_id": asset_id, "holder": holder, "source": SOURCE}[kind]
        self.truth.said[(kind, name), purpose] = use == rights.USE_ALLOWED
        self._change(kind, name, self._statement(kind, purpose, use), actor)

    def _change(self, kind: str, name: str, statement: rights.RightsStatement, actor: Actor) -> None:
        change = rights.RightsChanged(
            subject=Subject(**{kind: name}), statements=[statement], actor=actor, revision=self.revision
        )
        self.world.send(change, f"rights/{self.revision}")

    def _erase(self, subject: Subject) -> None:
        self.revision += 1
        request = ErasureRequested(erasure_id=f"erasure-{self.revision}", subject=subject, actor=LAWYER)
        self.world.send(request, f"erasure/{self.revision}")

    def _count(self, what: str) -> None:
        self.counts[what] += 1
