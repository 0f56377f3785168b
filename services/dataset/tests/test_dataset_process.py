"""The whole process on the real broker and database: facts in and out, calls, SIGTERM obeyed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from google.protobuf.message import Message

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell.dataset.v1 import audit_service_pb2 as audit_rpc
from framewell.dataset.v1 import review_service_pb2 as review_rpc
from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.dataset.v1.audit_service_pb2_grpc import AuditServiceStub
from framewell.dataset.v1.dataset_pb2 import Sample
from framewell.dataset.v1.review_service_pb2_grpc import ReviewServiceStub
from framewell.dataset.v1.rights_service_pb2_grpc import RightsServiceStub
from framewell.face.v1.face_pb2 import FaceSearched
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_contracts.audit.entries import GENESIS, AuditEntry
from framewell_contracts.audit.seals import new_private_key
from framewell_contracts.cloudevents import Envelope, decode, encode
from framewell_contracts.fact_types import FACTS, fact_type, topics
from framewell_dataset.testing import DECIDED_BY, Footage, Seen, contract_4711, ingested, stated
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_admin import apply
from framewell_kit.documents import MongoDocuments
from framewell_kit.objects import LocalObjects
from framewell_kit.testing.ids import asset_called
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

FOREIGN = "1c5b2c1e-0000-4000-8000-00000000000c"


@dataclass
class Running:
    """A started process and where it answers."""

    kafka: str
    mongo: str
    base: int
    folder: Path
    environment: dict[str, str]
    prefix: str
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        log = self.folder / "log"
        with log.open("ab") as out:
            command = [sys.executable, "-m", "framewell_dataset"]
            self.process = subprocess.Popen(command, env=self.environment, stdout=out, stderr=out)
        _wait_ready(self.process, self.base, log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)

    def review(self) -> Any:
        return ReviewServiceStub(grpc.aio.insecure_channel(f"127.0.0.1:{self.base + 23}"))

    def audit(self) -> Any:
        return AuditServiceStub(grpc.aio.insecure_channel(f"127.0.0.1:{self.base + 23}"))

    def rights(self) -> Any:
        return RightsServiceStub(grpc.aio.insecure_channel(f"127.0.0.1:{self.base + 23}"))


@pytest.fixture
def running(broker: str, database: str, tmp_path: Path) -> Iterator[Running]:
    prefix = f"dataset-{uuid4().hex[:8]}."
    heard = [name for fact in FACTS.values() for name in fact.topic_names]
    declared = [topic for topic in topics() if topic.name.startswith("dataset.") or topic.name in heard]
    asyncio.run(apply(BrokerAccess(broker), prefix=prefix, declared=declared))
    base = port_base()
    environment = os.environ | {
        "FRAMEWELL_KAFKA": broker,
        "FRAMEWELL_KAFKA_PREFIX": prefix,
        "FRAMEWELL_MONGO": database,
        "FRAMEWELL_NAME_KEY": "ab" * 32,
        "FRAMEWELL_DATABASE_PREFIX": prefix.replace(".", "_"),
        "FRAMEWELL_OBJECTS": str(tmp_path / "objects"),
        "FRAMEWELL_SCRATCH": str(tmp_path / "scratch"),
        "FRAMEWELL_PORT_BASE": str(base),
        "FRAMEWELL_DATASET_AUDIT_KEY": str(_key(tmp_path)),
    }
    started = Running(broker, database, base, tmp_path, environment, prefix)
    try:
        started.start()
        yield started
    finally:
        started.process.send_signal(signal.SIGTERM)
        code = started.process.wait(60)
    assert code == 0, (tmp_path / "log").read_text()[-3000:]


def _key(folder: Path) -> Path:
    path = folder / "audit.key"
    path.write_text(new_private_key())
    return path


def _wait_ready(process: subprocess.Popen[bytes], base: int, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{base + 43}/ready", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"not ready within a minute: {log.read_text()[-3000:]}")


async def publish(running: Running, *messages: Message) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=running.kafka)
    await producer.start()
    try:
        for message in messages:
            name = sha256(message.SerializeToString()).hexdigest()
            envelope = Envelope(name, "/test", fact_type(message).type, datetime.now(UTC))
            record = encode(envelope, message)
            topic = running.prefix + record.topic
            await producer.send_and_wait(topic, record.value, key=record.key, headers=record.headers)
    finally:
        await producer.stop()


async def heard(running: Running, kind: type[Message], count: int) -> list[Message]:
    """The first so many facts of a type."""
    topic = fact_type(kind).type
    consumer = AIOKafkaConsumer(
        running.prefix + topic, bootstrap_servers=running.kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    found: dict[str, Message] = {}
    try:
        async with asyncio.timeout(90):
            while len(found) < count:
                record = await consumer.getone()
                event = decode(topic, record.headers, record.value)
                found[event.envelope.id] = event.message
    finally:
        await consumer.stop()
    return list(found.values())


async def listed(stub: Any, state: "wire.SampleState.ValueType", count: int) -> list[Sample]:
    """The samples in a state, once there are so many."""
    async with asyncio.timeout(90):
        while True:
            answer = await stub.ListSamples(review_rpc.ListSamplesRequest(states=[state]))
            if len(answer.samples) >= count:
                return list(answer.samples)
            await asyncio.sleep(0.1)


async def audited(stub: Any, count: int) -> rights_rpc.VerifyAuditResponse:
    """What the check of the audit log says once so many facts have their entries and none waits."""
    async with asyncio.timeout(90):
        while True:
            answer: rights_rpc.VerifyAuditResponse = await stub.VerifyAudit(rights_rpc.VerifyAuditRequest())
            if answer.problems or (answer.facts >= count and not answer.waiting_facts):
                return answer
            await asyncio.sleep(0.1)


async def rewrite(documents: MongoDocuments, chain: str) -> None:
    """Forge a chain from its first entry on, together with its end: every link of it holds."""
    previous = GENESIS
    for document in await documents.find("audit", {"chain": chain}, sort=[("place", 1)]):
        entry = AuditEntry(**{name: document[name] for name in AuditEntry.__dataclass_fields__})
        forged = replace(entry, previous=previous, principal="mallory")
        changed = {"previous": forged.previous, "principal": forged.principal, "hash": forged.hash}
        await documents.update("audit", document["_id"], {"$set": changed})
        previous = forged.hash


def kinds(answer: rights_rpc.VerifyAuditResponse) -> set[int]:
    return {each.kind for each in answer.problems}


async def only_the_untouched_log_holds(running: Running, records: Any) -> None:
    """Seal the log; then rewrite it together with its end, and delete it, as who has the database can."""
    sealed = (await running.audit().SealAudit(audit_rpc.SealAuditRequest())).seals
    await heard(running, AuditSealed, len(sealed))
    found = await audited(records, 7)
    assert found.sealed_entries == found.entries
    assert found.intact, found.problem
    assert found.seals >= len(sealed)
    documents = MongoDocuments(running.mongo, running.prefix.replace(".", "_") + "dataset")
    await rewrite(documents, next(each.chain_id for each in sealed if "reviewed" in each.chain_id))
    assert kinds(await audited(records, 7)) == {rights_rpc.AUDIT_PROBLEM_KIND_REWRITTEN}
    await documents.delete_where("audit", {})
    await documents.delete_where("audit_seals", {})
    assert kinds(await audited(records, 7)) == {
        rights_rpc.AUDIT_PROBLEM_KIND_DELETED, rights_rpc.AUDIT_PROBLEM_KIND_MISSING_ENTRY,
    }  # fmt: skip
    documents.close()


async def test_why_somebody_looked_for_a_face_is_read_from_kafka_alone(running: Running) -> None:
    said = {f"face-search:s-{number}": f"Reason {number}" for number in range(4)}
    searches = [
        FaceSearched(search_id=subject.removeprefix("face-search:"), reason=reason, actor=DECIDED_BY)
        for subject, reason in said.items()
    ]
    await publish(running, *searches)

    async def reasons(**wanted: Any) -> dict[str, str]:
        answer = await running.audit().ListAudit(audit_rpc.ListAuditRequest(**wanted))
        return {record.subject: record.reason for record in answer.records}

    async def all_are_entered() -> bool:
        return await reasons() == dict.fromkeys(said, "")

    await eventually(all_are_entered)
    assert await reasons(with_reasons=True) == said
    assert await reasons(with_reasons=True, subject="face-search:s-2") == {"face-search:s-2": "Reason 2"}


async def test_from_what_was_seen_to_a_snapshot_and_to_signed_rights(running: Running) -> None:
    footage = Footage(LocalObjects(running.folder / "objects"))
    own = ingested(asset_called("a"), stated())
    foreign = ingested(FOREIGN, contract_4711(rights.USE_PROHIBITED, 1))
    man = await footage.chunk(asset_called("a"), Seen(1, name="Jörg Müßigbrodt", role="Reporter (fiktiv)"))
    woman = await footage.chunk(FOREIGN, Seen(2, name="Eileen Collins", role="NASA"))
    # Topics are not ordered among each other: what was seen may come before what was taken in.
    await publish(
        running,
        man,
        woman,
        await footage.whole(asset_called("a"), man),
        await footage.whole(FOREIGN, woman),
        own,
        foreign,
    )

    review, records = running.review(), running.rights()
    (proposed,) = await listed(review, wire.SAMPLE_STATE_PROPOSED, 1)
    (withheld,) = await listed(review, wire.SAMPLE_STATE_WITHHELD, 1)
    assert proposed.class_name == "Jörg Müßigbrodt"
    assert "contract 4711" in withheld.reason
    accept = review_rpc.Review(sample_id=proposed.sample_id, decision=wire.DECISION_ACCEPT)
    answer = await review.ReviewSamples(review_rpc.ReviewSamplesRequest(reviews=[accept]))
    assert answer.results[0].error == ""
    (first,) = await heard(running, SnapshotPublished, 1)

    signed = rights.RightsChanged(
        subject=Subject(asset_id=FOREIGN),
        statements=[contract_4711(rights.USE_ALLOWED, 2)],
        actor=DECIDED_BY,
        revision=1,
    )
    await publish(running, signed)
    (after_all,) = await listed(review, wire.SAMPLE_STATE_PROPOSED, 1)
    assert after_all.sample_id == withheld.sample_id
    accept = review_rpc.Review(sample_id=after_all.sample_id, decision=wire.DECISION_ACCEPT)
    await review.ReviewSamples(review_rpc.ReviewSamplesRequest(reviews=[accept]))
    snapshots = await heard(running, SnapshotPublished, 2)
    assert [snapshot.number for snapshot in snapshots] == [1, 2]  # type: ignore[attr-defined]
    assert snapshots[0] == first
    found = await audited(records, 7)
    assert found.intact, found.problem
    await only_the_untouched_log_holds(running, records)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await records.GetRights(rights_rpc.GetRightsRequest(asset_id="1c5b2c1e-0000-4000-8000-000000000000"))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_killed_at_any_moment_the_log_has_each_decision_once(running: Running) -> None:
    """Every fact comes twice, and the process is killed while it enters them."""
    records = running.rights()
    before = (await records.VerifyAudit(rights_rpc.VerifyAuditRequest())).facts
    facts = [
        rights.RightsChanged(
            subject=Subject(holder=f"holder {number}"),
            statements=[contract_4711(rights.USE_PROHIBITED, 1)],
            actor=DECIDED_BY,
            revision=1,
        )
        for number in range(150)
    ]
    for batch in range(0, len(facts), 50):
        await publish(running, *facts[batch : batch + 50], *facts[batch : batch + 50])
        await asyncio.to_thread(running.kill)
        await asyncio.to_thread(running.start)
    found = await audited(running.rights(), before + 2 * len(facts))
    assert found.intact, found.problem
    documents = MongoDocuments(running.mongo, running.prefix.replace(".", "_") + "dataset")
    chains = {"$regex": "^framewell.rights.changed"}
    entries = await documents.find("audit", {"chain": chains})
    documents.close()
    assert len({each["subject"] for each in entries}) == len(entries) >= len(facts)
