"""The service as it is wired, on stores in memory: facts and calls in, facts out."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasureRequested
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell.rights.v1.rights_pb2 import PAY_MODEL_PER_USE
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell.training.v1 import training_service_pb2 as messages
from framewell.training.v1.training_pb2 import (
    VERDICT_PROMOTED,
    VERDICT_WAITS,
    TrainingCompleted,
    TrainingRequested,
)
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_contracts.cloudevents import Record, decode
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.jobs import JobRunner, Jobs
from framewell_kit.objects import MemoryObjects
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Conflict, NotFound, NotYet, Rejected
from framewell_kit.service import Mesh
from framewell_kit.settings import MeshSettings
from framewell_kit.telemetry import Telemetry, handling
from framewell_models.manifest import read
from framewell_training.entrypoints.rpc import TrainingServicer
from framewell_training.settings import TrainingSettings
from framewell_training.wiring import wire

EMBEDDING = ModelVersion(name="faces/dlib-resnet", version="1.0")
NAME = "identity/people"


@dataclass
class Said:
    """A publisher that remembers, in order and once an event id, what left the service."""

    source: str = "framewell/training"
    messages: dict[str, Any] = field(default_factory=dict)

    async def deliver(self, records: Sequence[Record]) -> None:
        for record in records:
            event = decode(record.topic, record.headers, record.value)
            self.messages.setdefault(event.envelope.id, event.message)

    def of(self, kind: type) -> list[Any]:
        return [message for message in self.messages.values() if isinstance(message, kind)]


class Training:
    """The service without broker and database, and the facts that a test sends it."""

    def __init__(self, before: Training | None = None) -> None:
        """A service on new stores, or one that takes over the stores of another."""
        self.documents = before.documents if before else MemoryDocuments()
        self.objects = before.objects if before else MemoryObjects()
        self.said = before.said if before else Said()
        self.count = 0
        self.number = 0

    async def start(self) -> None:
        outbox = Outbox(self.documents, self.said)
        jobs = Jobs(self.documents, outbox)
        mesh = Mesh(
            service="training",
            settings=MeshSettings(),
            documents=self.documents,
            objects=self.objects,
            publisher=None,
            outbox=outbox,
            jobs=jobs,
            clock=SystemClock(),
            telemetry=Telemetry("training"),
        )
        service = await wire(TrainingSettings(device="cpu"), mesh)
        self.outbox, self.runner = outbox, JobRunner(jobs, service.jobs)
        self.handlers = {stage.reads: stage.handler for stage in service.stages}
        self.rpc: TrainingServicer = service.rpc[0].servicer
        self.parts = service.parts
        await outbox.start()
        for part in service.parts:
            await part.start()
        await self.runner.start()

    async def stop(self, seconds: float = 5) -> None:
        await self.runner.stop(seconds)
        await self.outbox.stop()
        for part in self.parts:
            await part.stop(5)

    def cause(self) -> Cause:
        self.count += 1
        return Cause(f"cause-{self.count}", "/test", "test", datetime.now(UTC))

    async def hear(self, fact: Any, cause: Cause | None = None) -> None:
        """What a stream stage does with a fact."""
        cause = cause or self.cause()
        await self.outbox.insert(
            "heard", {"_id": cause.id}, await self.handlers[type(fact)](fact, cause), cause
        )

    async def publish(
        self, crops: Sequence[Any], strangers: Any = None, *, owed: Any = None
    ) -> SnapshotPublished:
        """Publish the crops as the dataset service does, and wait until everything has calmed down."""
        self.number += 1
        fact = await self.snapshot(crops, strangers, owed=owed, number=self.number)
        await self.hear(fact)
        await self.calm()
        return fact

    async def snapshot(
        self, crops: Sequence[Any], strangers: Any = None, *, owed: Any = None, number: int = 1
    ) -> SnapshotPublished:
        rows = [
            {
                "sample_id": crop.sample_id,
                "class_id": crop.class_id,
                "asset_id": crop.asset_id,
                "programme": crop.programme,
                "split": "train" if crop.learned else "test",
                "vector": list(crop.vector),
                "owed": (owed or {}).get(crop.sample_id, []),
            }
            for crop in crops
        ]
        fact = SnapshotPublished(
            snapshot_id=f"snapshot-{number}",
            dataset_id="people",
            number=number,
            recipe="identity",
            embedding=EMBEDDING,
        )
        fact.samples.CopyFrom(await self.table(rows, SAMPLES))
        if strangers is not None:
            background = [
                {"face": face, "asset_id": asset, "vector": list(vector)}
                for face, asset, vector in zip(
                    strangers.faces, strangers.asset_ids, strangers.vectors.tolist(), strict=True
                )
            ]
            fact.background.CopyFrom(await self.table(background, BACKGROUND))
        return fact

    async def table(self, rows: Sequence[dict[str, Any]], schema: pa.Schema) -> Any:
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), buffer)
        return await self.objects.put(buffer.getvalue(), media_type="application/parquet", suffix=".parquet")

    async def calm(self) -> None:
        """Wait until no job waits or runs, and everything that was to leave has left."""
        async with asyncio.timeout(60):
            while await self.documents.find("jobs", {"queue": {"$nin": ENDED}}):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await self.outbox.flush()

    async def call(self, method: str, request: Any) -> Any:
        with handling(self.cause(), method):
            return await getattr(self.rpc, method)(request, None)


ENDED = [f"train-{step}/{state}" for step in ("centroid", "challenge") for state in ("done", "failed")]
OWED = pa.list_(
    pa.struct([(name, pa.string()) for name in ("holder", "pay_model", "amount", "currency", "statement")])
)
SAMPLES = pa.schema(
    [(name, pa.string()) for name in ("sample_id", "class_id", "asset_id", "programme", "split")]
    + [("vector", pa.list_(pa.float32(), 128)), ("owed", OWED)]
)
BACKGROUND = pa.schema(
    [("face", pa.string()), ("asset_id", pa.string()), ("vector", pa.list_(pa.float32(), 128))]
)


@pytest.fixture
async def training() -> AsyncIterator[Training]:
    service = Training()
    await service.start()
    yield service
    await service.stop()


async def test_one_accepted_sample_becomes_a_model_in_service(training, cast) -> None:
    published = await training.publish(cast.crops("anna", ["news-1"]))
    (completed,), (promoted,) = training.said.of(TrainingCompleted), training.said.of(ModelPromoted)
    assert completed.outcome.WhichOneof("result") == "done"
    assert completed.verdict == VERDICT_PROMOTED
    assert completed.onnx_difference <= 1e-4
    assert (promoted.name, promoted.version, promoted.revision) == (NAME, "1.0", 1)
    assert promoted.actor.principal == "rule:gate"
    assert completed.lineage.snapshot_id == published.snapshot_id
    assert list(completed.lineage.sample_ids) == ["anna/news-1"]

    manifest = read((await training.objects.read(promoted.manifest)).decode())
    graph = await training.objects.read(promoted.artefact)
    assert (manifest.classes, str(manifest.embedding)) == (("anna",), "faces/dlib-resnet@1.0")
    assert manifest.graph.sha256 == promoted.artefact.sha256
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    faces = np.array([cast.photo("anna"), cast.photo("somebody else")], dtype=np.float32)
    (seen, stranger) = session.run(["distance"], {"embedding": faces})[0][:, 0]
    assert seen < manifest.thresholds["hit"] < manifest.thresholds["review"] < stranger
    card = (await training.objects.read(completed.card)).decode()
    assert "| anna | 0 | not evaluated |" in card


async def test_a_redelivered_snapshot_changes_nothing(training, cast) -> None:
    published = await training.publish(cast.crops("anna", ["news-1"]))
    before = dict(training.said.messages)
    await training.hear(published)
    await training.calm()
    assert training.said.messages == before


async def test_a_new_person_follows_at_once_and_the_same_again_waits(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))
    both = cast.crops("anna", ["news-1"]) + cast.crops("bert", ["news-2"])
    await training.publish(both)
    await training.publish(both)
    assert [(one.version, one.revision) for one in training.said.of(ModelPromoted)] == [
        ("1.0", 1),
        ("2.0", 2),
    ]
    third = training.said.of(TrainingCompleted)[-1]
    assert (third.model.version, third.verdict) == ("3.0", VERDICT_WAITS)
    candidates = (await training.call("ListCandidates", messages.ListCandidatesRequest(name=NAME))).candidates
    assert [(one.model.version, one.in_service) for one in candidates] == [
        ("3.0", False),
        ("2.0", True),
        ("1.0", False),
    ]


async def test_promote_and_rollback_are_one_call_and_one_fact(training, cast) -> None:
    crops = cast.crops("anna", ["news-1"])
    await training.publish(crops)
    await training.publish(crops)
    waiting = ModelVersion(name=NAME, version="2.0")
    answer = await training.call("Promote", messages.PromoteRequest(model=waiting))
    assert answer.candidate.in_service
    again = await training.call("Promote", messages.PromoteRequest(model=waiting))
    assert again.candidate.promoted_by == answer.candidate.promoted_by
    back = await training.call("Rollback", messages.RollbackRequest(name=NAME))
    assert back.candidate.model.version == "1.0"
    with pytest.raises(Conflict, match="no earlier version"):
        await training.call("Rollback", messages.RollbackRequest(name=NAME))
    with pytest.raises(NotFound, match="there is no model identity"):
        await training.call("Promote", messages.PromoteRequest(model=ModelVersion(name=NAME, version="9.9")))
    await training.outbox.flush()
    assert [(one.version, one.revision) for one in training.said.of(ModelPromoted)] == [
        ("1.0", 1),
        ("2.0", 2),
        ("1.0", 3),
    ]
    lineage = await training.call("GetLineage", messages.GetLineageRequest(model=waiting))
    assert lineage.lineage.snapshot_id == "snapshot-2"


async def test_a_superseded_snapshot_is_replaced_by_its_successor_whatever_the_margin(training, cast) -> None:
    crops = cast.crops("anna", ["news-1"]) + cast.crops("anna", ["news-2"])
    first = await training.publish(crops)
    await training.hear(
        SnapshotWithdrawn(
            snapshot_id=first.snapshot_id,
            dataset_id="people",
            reason="contract 4711 ended",
            superseded_by="next",
        )
    )
    assert not training.said.of(ModelRetired)
    await training.publish(crops[:3])
    completed = training.said.of(TrainingCompleted)[-1]
    assert completed.verdict == VERDICT_PROMOTED
    assert any("contract 4711 ended" in step.sentence for step in completed.gate)
    with pytest.raises(Conflict, match="must not be used"):
        await training.call("Promote", messages.PromoteRequest(model=ModelVersion(name=NAME, version="1.0")))


async def test_a_withdrawn_snapshot_without_successor_takes_its_model_out_of_service(training, cast) -> None:
    first = await training.publish(cast.crops("anna", ["news-1"]))
    withdrawn = SnapshotWithdrawn(snapshot_id=first.snapshot_id, dataset_id="people", reason="no contract")
    cause = training.cause()
    await training.hear(withdrawn, cause)
    await training.hear(withdrawn, cause)
    await training.outbox.flush()
    (retired,) = training.said.of(ModelRetired)
    assert (retired.name, retired.version, retired.revision) == (NAME, "1.0", 2)
    with pytest.raises(Conflict, match="was withdrawn and is not trained on"):
        await training.call(
            "StartTraining",
            messages.StartTrainingRequest(
                request=TrainingRequested(dataset_id="people", recipe="identity", seed=4)
            ),
        )


async def test_a_withdrawal_while_the_model_is_being_stored_keeps_it_out(training, cast) -> None:
    written = training.documents.update

    async def withdrawn_meanwhile(collection: str, *args: Any, **kwargs: Any) -> Any:
        if collection == "models" and "$set" in args[1] and "completed" in args[1]["$set"]:
            await training.hear(
                SnapshotWithdrawn(snapshot_id="snapshot-1", dataset_id="people", reason="no contract")
            )
        return await written(collection, *args, **kwargs)

    training.documents.update = withdrawn_meanwhile
    await training.publish(cast.crops("anna", ["news-1"]))
    assert not training.said.of(ModelPromoted)
    assert training.said.of(TrainingCompleted)[-1].outcome.failed.code == "snapshot_withdrawn"
    with pytest.raises(Conflict, match="must not be used"):
        await training.call("Promote", messages.PromoteRequest(model=ModelVersion(name=NAME, version="1.0")))


async def test_a_withdrawal_heard_first_starts_nothing(training, cast) -> None:
    await training.hear(SnapshotWithdrawn(snapshot_id="snapshot-1", dataset_id="people", reason="too early"))
    await training.publish(cast.crops("anna", ["news-1"]))
    assert not training.said.of(TrainingCompleted)


async def test_an_empty_snapshot_takes_everybody_out_of_service(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))
    await training.publish([])
    assert training.said.of(TrainingCompleted)[-1].outcome.failed.code == "empty_snapshot"
    assert [one.version for one in training.said.of(ModelRetired)] == ["1.0"]


async def test_what_is_owed_per_use_is_recorded_once_a_run(training, cast) -> None:
    due = {"holder": "Archiv", "amount": "0.05", "currency": "EUR", "statement": "Archiv/4711@2"}
    owed = {
        "anna/news-1": [{**due, "pay_model": "per_use"}],
        "anna/news-2": [{**due, "pay_model": "flat"}],
    }
    await training.publish(cast.crops("anna", ["news-1", "news-2"]), owed=owed)
    (recorded,) = training.said.of(UsageRecorded)
    run_id = training.said.of(TrainingCompleted)[0].run_id
    assert (recorded.holder, recorded.use_id, recorded.sample_id) == (
        "Archiv",
        f"run:{run_id}",
        "anna/news-1",
    )
    assert (recorded.rate.amount, recorded.rate.model) == ("0.05", PAY_MODEL_PER_USE)


async def test_who_is_erased_leaves_service_and_store(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))
    await training.publish(cast.crops("anna", ["news-1"]) + cast.crops("bert", ["news-2"]))
    promoted = training.said.of(ModelPromoted)[-1]
    await training.hear(ErasureRequested(erasure_id="e1", subject="class:bert"))
    await training.outbox.flush()
    assert not await training.objects.exists(promoted.artefact)
    assert not await training.objects.exists(promoted.manifest)
    assert training.said.of(ModelPromoted)[-1].version == "1.0", "the last model without them serves again"
    (completed,) = training.said.of(ErasureCompleted)
    assert {count.kind: count.count for count in completed.counts} == {"models": 1, "model objects": 3}


async def test_recipes_and_parameters_that_do_not_exist_are_refused_by_name(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))

    async def start(**said: Any) -> Any:
        request = TrainingRequested(dataset_id="people", **said)
        return await training.call("StartTraining", messages.StartTrainingRequest(request=request))

    with pytest.raises(Rejected, match="no recipe 'classifier'; there is identity"):
        await start(recipe="classifier")
    with pytest.raises(Rejected, match="knows no parameter depth; it has hit, review"):
        await start(recipe="identity", parameters={"depth": "4"})
    with pytest.raises(NotYet, match="not heard of snapshot snapshot-7"):
        await start(recipe="identity", snapshot_id="snapshot-7")
    await training.hear(TrainingRequested(dataset_id="people", recipe="classifier"))
    await training.outbox.flush()
    assert training.said.of(TrainingCompleted)[-1].outcome.failed.code == "unknown_recipe"


async def test_the_same_request_is_the_same_run_and_another_seed_is_not(training, cast) -> None:
    await training.publish(cast.crops("anna", ["news-1"]))
    ids = []
    for seed in (0, 5, 5):
        request = TrainingRequested(dataset_id="people", recipe="identity", seed=seed)
        answer = await training.call("StartTraining", messages.StartTrainingRequest(request=request))
        ids.append(answer.run.run_id)
    assert ids[0] == training.said.of(TrainingCompleted)[0].run_id
    assert len(set(ids)) == 2
    await training.calm()
    listed = await training.call("ListRuns", messages.ListRunsRequest(page_size=1))
    assert listed.runs[0].run_id == ids[1]
    rest = await training.call("ListRuns", messages.ListRunsRequest(page_token=listed.next_page_token))
    assert [run.run_id for run in rest.runs] == [ids[0]]
    seen = [
        answer.run.state
        async for answer in training.rpc.WatchRun(messages.WatchRunRequest(run_id=ids[1]), None)
    ]
    assert seen == [messages.RUN_STATE_DONE]


async def test_a_challenge_follows_where_there_is_something_to_win(training, cast) -> None:
    cast.photo = lambda name: [
        float(x) for x in cast.person(name) + cast.random.standard_normal(128) * (0.85 / np.sqrt(128))
    ]
    crops = [crop for n in range(8) for crop in cast.crops(f"person-{n}", [f"p{k}" for k in range(6)])]
    await training.publish(crops, cast.strangers(90))
    assert [one.version for one in training.said.of(ModelPromoted)] == ["1.0", "1.1"]
    first, second = training.said.of(TrainingCompleted)
    assert (first.model.version, second.model.version) == ("1.0", "1.1")
    kept = [key for key in training.objects._objects if key.endswith(".safetensors")]
    assert not kept, "an ended run leaves no checkpoint"


async def test_a_run_taken_over_by_another_worker_ends_with_the_same_measures(training, cast) -> None:
    crops = [crop for n in range(8) for crop in cast.crops(f"person-{n}", [f"p{k}" for k in range(6)])]
    request = TrainingRequested(
        dataset_id="people",
        recipe="identity",
        seed=1,
        parameters={"epochs": "40", "challengers": "linear"},
    )
    fact = await training.snapshot(crops, cast.strangers(90))
    fact.recipe = ""
    ended = []
    for interrupted in (False, True):
        worker = Training()
        worker.objects = training.objects
        await worker.start()
        await worker.hear(fact)
        await worker.call("StartTraining", messages.StartTrainingRequest(request=request))
        if interrupted:
            await until(lambda worker=worker: running_challenge(worker))
            await worker.stop(0)
            worker = Training(worker)
            await worker.start()
        await worker.calm()
        ended.append(worker.said.of(TrainingCompleted)[-1])
        jobs = await worker.documents.find("jobs", {"kind": "train-challenge"})
        assert (jobs[0]["epoch"] > 1) is interrupted
        await worker.stop()
    for completed in ended:
        completed.ClearField("seconds")
    assert ended[0] == ended[1]


async def test_a_cancelled_run_says_so(training, cast) -> None:
    crops = [crop for n in range(8) for crop in cast.crops(f"person-{n}", [f"p{k}" for k in range(6)])]
    fact = await training.snapshot(crops, cast.strangers(90))
    fact.recipe = ""
    await training.hear(fact)
    request = TrainingRequested(
        dataset_id="people", recipe="identity", seed=1, parameters={"epochs": "5000", "challengers": "linear"}
    )
    await training.call("StartTraining", messages.StartTrainingRequest(request=request))
    challenge = await until(lambda: running_challenge(training))
    await training.call("CancelRun", messages.CancelRunRequest(run_id=challenge.run_id))
    await training.calm()
    ended = next(one for one in training.said.of(TrainingCompleted) if one.run_id == challenge.run_id)
    assert (ended.outcome.failed.code, ended.outcome.failed.detail) == (
        "cancelled",
        "system cancelled the run",
    )


async def running_challenge(training: Training) -> Any:
    listed = await training.call("ListRuns", messages.ListRunsRequest())
    return next((run for run in listed.runs if run.stage.startswith("epoch")), None)


async def until(attempt: Any) -> Any:
    async with asyncio.timeout(30):
        while not (found := await attempt()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found
