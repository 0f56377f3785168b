"""The log of decisions is held against its seals and against the facts: what was done to it is named."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message

from framewell.access.v1.access_pb2 import AccessRecorded
from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell.classes.v1.classes_pb2 import ClassChange, ClassesChanged
from framewell.cluster.v1.cluster_pb2 import CLUSTER_DECISION_SPLIT, ClusterDecided
from framewell.dataset.v1 import audit_service_pb2 as audit_rpc
from framewell.dataset.v1 import catalogue_service_pb2 as catalogue_rpc
from framewell.dataset.v1 import dataset_pb2 as messages
from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.face.v1.face_pb2 import FaceSearched
from framewell.mesh.v1.mesh_pb2 import ModelVersion, Subject
from framewell.model.v1.model_pb2 import ModelHeld, ModelPromoted, ModelRegistered, ModelRetired
from framewell.rights.v1.rights_pb2 import PURPOSE_SHARING, RightsChanged
from framewell.sample.v1.sample_pb2 import SampleReviewed
from framewell_contracts.audit.entries import AuditEntry, entry_from_text
from framewell_contracts.audit.seals import new_private_key, public_pem, seal_key
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.testing import DECIDED_BY, DatasetBench, stated
from framewell_dataset.testing.people import accepted_people, review_each
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outcomes import Busy, Conflict, Rejected
from framewell_kit.testing.ids import asset_called

REVIEWED = "framewell.sample.reviewed.v1"
CHAIN = f"{REVIEWED}/0"
KEY = new_private_key()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "audit.key"
    file.write_text(KEY)
    return file


@pytest.fixture
async def signed(key_file: Path) -> AsyncIterator[DatasetBench]:
    async with DatasetBench(DatasetSettings(audit_key=key_file)) as bench:
        yield bench


async def decisions(bench: DatasetBench, count: int = 4) -> list[dict[str, Any]]:
    """Make so many decisions about one sample; return their entries."""
    ids = await accepted_people(bench, 1)
    for _ in range(count - 1):
        await review_each(bench, *ids)
    await bench.deliver_own()
    return await bench.documents.find("audit", {"chain": CHAIN}, sort=[("place", 1)])


async def seal(bench: DatasetBench) -> list[AuditSealed]:
    return list((await bench.call("SealAudit", audit_rpc.SealAuditRequest())).seals)


async def verify(bench: DatasetBench, public_keys: str = "") -> rights_rpc.VerifyAuditResponse:
    request = rights_rpc.VerifyAuditRequest(public_keys=public_keys)
    answer: rights_rpc.VerifyAuditResponse = await bench.call("VerifyAudit", request)
    assert answer.intact == (not answer.problems) == (not answer.problem)
    return answer


async def kinds(bench: DatasetBench) -> set[str]:
    """Return what the check finds wrong, by short names."""
    found = (await verify(bench)).problems
    prefix = "AUDIT_PROBLEM_KIND_"
    return {rights_rpc.AuditProblemKind.Name(each.kind).removeprefix(prefix) for each in found}


def rebuilt(entries: list[dict[str, Any]], **changed: Any) -> list[dict[str, Any]]:
    """Return the documents of a chain that was forged from its second entry on: every link of it holds."""
    names = AuditEntry.__dataclass_fields__
    made, previous = [], "0" * 64
    for place, document in enumerate(entries):
        entry = AuditEntry(**{name: document[name] for name in names})
        entry = replace(entry, place=place, previous=previous, **(changed if place else {}))
        fields = {name: getattr(entry, name) for name in names}
        made.append({**document, **fields, "_id": f"{CHAIN}/{place}", "hash": entry.hash})
        made[-1]["identity"] = entry.identity
        previous = entry.hash
    return made


async def put_in_place(bench: DatasetBench, entries: list[dict[str, Any]]) -> None:
    await bench.documents.delete_where("audit", {"chain": CHAIN})
    for each in entries:
        assert await bench.documents.insert_once("audit", each)


async def test_what_nobody_touched_is_intact(signed: DatasetBench) -> None:
    await decisions(signed)
    await seal(signed)
    found = await verify(signed)
    assert found.intact
    assert found.entries == found.facts == found.sealed_entries
    assert found.seals == len(signed.facts.of(AuditSealed))


async def test_a_chain_rewritten_together_with_its_end_is_found_by_its_seal(signed: DatasetBench) -> None:
    entries = await decisions(signed)
    await seal(signed)
    await put_in_place(signed, rebuilt(entries, principal="mallory"))
    assert await kinds(signed) == {"REWRITTEN"}


async def test_a_rewritten_chain_whose_seal_was_deleted_differs_from_the_facts(bench: DatasetBench) -> None:
    """No key, no seal: the facts on Kafka alone speak against it."""
    entries = await decisions(bench)
    await put_in_place(bench, rebuilt(entries, digest="0" * 64))
    assert await kinds(bench) == {"OTHER_FACT", "MISSING_FACT"}


async def test_a_deleted_log_is_found_with_and_without_seals(signed: DatasetBench) -> None:
    await decisions(signed)
    await seal(signed)
    await signed.documents.delete_where("audit", {})
    await signed.documents.delete_where("audit_seals", {})
    assert await kinds(signed) == {"DELETED", "MISSING_ENTRY"}


async def test_a_deleted_log_that_was_never_sealed_is_found_by_the_facts(bench: DatasetBench) -> None:
    await decisions(bench)
    await bench.documents.delete_where("audit", {})
    assert await kinds(bench) == {"MISSING_ENTRY"}


async def test_a_shortened_log_is_found_by_its_seal_and_by_the_facts(signed: DatasetBench) -> None:
    entries = await decisions(signed)
    await seal(signed)
    await signed.documents.delete("audit", entries[-1]["_id"])
    assert await kinds(signed) == {"SHORTENED", "MISSING_ENTRY"}


@pytest.mark.parametrize("what", ["principal", "place", "offset", "digest"])
async def test_a_changed_entry_is_found(signed: DatasetBench, what: str) -> None:
    entries = await decisions(signed)
    wrong = {"principal": "mallory", "place": 7, "offset": 9, "digest": "0" * 64}[what]
    await signed.documents.update("audit", entries[1]["_id"], {"$set": {what: wrong}})
    assert {"CHANGED", "GAP", "FORK"} & await kinds(signed)


async def test_an_entry_left_out_of_a_rewritten_chain_is_a_fact_without_entry(bench: DatasetBench) -> None:
    entries = await decisions(bench)
    await put_in_place(bench, rebuilt([*entries[:1], *entries[2:]]))
    assert await kinds(bench) == {"MISSING_ENTRY"}
    (problem,) = (await verify(bench)).problems
    assert entries[1]["event_id"] in problem.sentence


async def test_an_invented_entry_has_no_fact(bench: DatasetBench) -> None:
    entries = await decisions(bench)
    await put_in_place(bench, rebuilt([*entries, {**entries[-1], "event_id": "invented"}]))
    assert await kinds(bench) == {"MISSING_FACT"}


async def test_two_entries_at_one_place_are_a_fork(signed: DatasetBench) -> None:
    entries = await decisions(signed)
    forged = {**entries[1], "_id": "forged", "identity": "forged", "principal": "mallory"}
    await signed.documents.insert_once("audit", forged)
    assert "FORK" in await kinds(signed)


async def test_two_seals_of_one_place_are_a_fork(signed: DatasetBench) -> None:
    """The owner of the key shows one log to one house and another log to the other."""
    await decisions(signed)
    (sealed, *_) = (each for each in await seal(signed) if each.chain_id == CHAIN)
    other = seal_key(KEY).seal(CHAIN, sealed.entry_count, "f" * 64, signed.clock.now())
    signed.topics.forged.append(other)
    assert await kinds(signed) == {"FORK"}


async def test_a_foreign_signature_and_a_changed_seal_are_found(signed: DatasetBench) -> None:
    await decisions(signed)
    (sealed, *_) = (each for each in await seal(signed) if each.chain_id == CHAIN)
    mallory = seal_key(new_private_key())
    signed.topics.forged = [mallory.seal(CHAIN, 3, "f" * 64, signed.clock.now())]
    assert await kinds(signed) == {"FOREIGN_SEAL"}
    changed = AuditSealed()
    changed.CopyFrom(sealed)
    changed.head = "f" * 64
    signed.topics.forged = [changed]
    assert await kinds(signed) == {"BAD_SIGNATURE"}


async def test_a_key_of_somebody_else_finds_every_seal_foreign(signed: DatasetBench) -> None:
    await decisions(signed)
    await seal(signed)
    found = await verify(signed, public_pem(seal_key(new_private_key()).public_keys))
    assert {each.kind for each in found.problems} == {rights_rpc.AUDIT_PROBLEM_KIND_FOREIGN_SEAL}
    with pytest.raises(Rejected, match="no public Ed25519 key"):
        await verify(signed, "no key at all")


async def test_facts_that_kafka_keeps_no_more_are_counted_and_no_problem(bench: DatasetBench) -> None:
    for number in range(3):
        await bench.deliver(RIGHTS, bench.cause(f"rights {number}"), group="dataset.keep_audit")
    bench.topics.begins["framewell.rights.changed.v1"] = 2
    found = await verify(bench)
    assert (found.intact, found.unreachable_entries) == (True, 2)


async def test_facts_deleted_from_a_topic_that_is_kept_for_ever_are_found(bench: DatasetBench) -> None:
    await decisions(bench)
    bench.topics.begins[REVIEWED] = 2
    assert await kinds(bench) == {"MISSING_FACT"}


async def test_facts_that_the_log_has_not_read_yet_wait(bench: DatasetBench) -> None:
    entries = await decisions(bench)
    await bench.documents.delete("audit", entries[-1]["_id"])
    bench.topics.unread[REVIEWED] = 1
    found = await verify(bench)
    assert (found.intact, found.waiting_facts) == (True, 1)


async def test_of_a_compacted_topic_the_newest_fact_of_a_model_must_be_there(bench: DatasetBench) -> None:
    for number in (1, 2):
        model = ModelVersion(name="identity/people", version=f"{number}.0")
        await bench.deliver(ModelPromoted(model=model, actor=DECIDED_BY), bench.cause(f"promoted {number}"))
    bench.topics.gone.add("promoted 1")
    found = await verify(bench)
    assert (found.intact, found.unreachable_entries) == (True, 1)
    bench.topics.gone.add("promoted 2")
    assert await kinds(bench) == {"MISSING_FACT"}


# --- what is entered


async def entered(bench: DatasetBench) -> list[AuditEntry]:
    return [
        entry_from_text(each.text)
        for answer in await bench.read("ReadAudit", audit_rpc.ReadAuditRequest())
        for each in answer.entries
    ]


RIGHTS = RightsChanged(subject=Subject(holder="Erika Mustermann"), statements=[stated()], actor=DECIDED_BY)


@pytest.mark.parametrize(
    ("fact", "subject", "what"),
    [
        (ErasureRequested(subject=Subject(class_id="c"), reason="Erika asked"), "class:c", "requested"),
        (
            AccessRecorded(resource="snapshots/s/table", purpose=PURPOSE_SHARING),
            "snapshots/s/table",
            "sharing",
        ),
        (FaceSearched(search_id="s", reason="Erika asked"), "face-search:s", "searched"),
        (ModelRetired(model=ModelVersion(name="identity/people", version="1.0")), "model:", "retired"),
        (ModelHeld(model=ModelVersion(name="identity/people", version="1.0"), held=True), "model:", "held"),
        (ModelHeld(model=ModelVersion(name="identity/people", version="1.0")), "model:", "released"),
        (ModelRegistered(name="house/dogs"), "model:house/dogs", "registered"),
        (AssetRemoved(asset_id=asset_called("a"), reason="Erika asked"), "asset:", "removed"),
        (ClusterDecided(cluster_id="c", decision=CLUSTER_DECISION_SPLIT), "cluster:c", "split"),
        (RIGHTS, "holder:", "changed"),
    ],
)
async def test_each_kind_of_decision_has_an_entry_with_its_actor(
    bench: DatasetBench, fact: Message, subject: str, what: str
) -> None:
    fact.actor.CopyFrom(DECIDED_BY)  # type: ignore[attr-defined]
    for _ in range(3):
        await bench.deliver(fact, bench.cause("one event"), group="dataset.keep_audit")
    (entry,) = await entered(bench)
    assert entry.subject.startswith(subject)
    assert (entry.what, entry.principal, entry.authority) == (
        what, DECIDED_BY.principal, DECIDED_BY.authority,
    )  # fmt: skip
    assert "Erika" not in entry.text


async def test_why_somebody_looked_for_a_face_is_said_as_long_as_the_fact_is_kept(
    bench: DatasetBench,
) -> None:
    for number, reason in enumerate(("Erika asked", "An obituary")):
        fact = FaceSearched(search_id=f"s-{number}", reason=reason, actor=DECIDED_BY)
        await bench.deliver(fact, bench.cause(f"event {number}"))
    await bench.deliver(ModelRegistered(name="house/dogs", actor=DECIDED_BY))

    async def reasons(**wanted: Any) -> dict[str, str]:
        answer = await bench.call("ListAudit", audit_rpc.ListAuditRequest(**wanted))
        return {record.subject: record.reason for record in answer.records}

    nobody = {"face-search:s-0": "", "face-search:s-1": "", "model:house/dogs": ""}
    assert await reasons() == nobody
    said = {"face-search:s-0": "Erika asked", "face-search:s-1": "An obituary"}
    assert await reasons(with_reasons=True) == nobody | said
    assert await reasons(with_reasons=True, subject="face-search:s-1") == {"face-search:s-1": "An obituary"}
    bench.topics.begins["framewell.face.searched.v1"] = 1
    assert await reasons(with_reasons=True) == nobody | {"face-search:s-1": "An obituary"}
    bench.topics.away = True
    assert await reasons() == nobody
    with pytest.raises(Busy):
        await reasons(with_reasons=True)
    stored = await bench.documents.find("audit", {})
    assert "Erika" not in str(stored)


async def test_a_moment_that_no_calendar_has_keeps_nothing_out_of_the_log(bench: DatasetBench) -> None:
    fact = AccessRecorded(resource="a", actor=DECIDED_BY)
    fact.actor.decided_at.seconds = 1 << 60
    await bench.deliver(fact)
    assert [each.decided_at for each in await entered(bench)] == [f"{1 << 60} s"]


async def test_one_event_id_with_two_contents_is_two_entries(bench: DatasetBench) -> None:
    """Two senders chose the same id; or one sent another word under the same."""
    for resource, source in (("a", "/one"), ("a", "/two")):
        fact = AccessRecorded(resource=resource, actor=DECIDED_BY)
        await bench.deliver(fact, bench.cause("1", source=source))
    assert len(await entered(bench)) == 2


async def test_classes_are_entered_when_made_renamed_merged_and_forgotten(bench: DatasetBench) -> None:
    for name in ("Ada Neumann", "A. Neumann"):
        asked = messages.DatasetClass(dataset_id="people", class_id=name[:2].strip(), name=name)
        await bench.call("CreateClass", catalogue_rpc.CreateClassRequest(dataset_class=asked), by="anna")
    renamed = catalogue_rpc.RenameClassRequest(class_id="Ad", name="Ada Neumann-Lee")
    await bench.call("RenameClass", renamed, by="bert")
    merge = catalogue_rpc.MergeClassesRequest(from_class_id="A.", into_class_id="Ad")
    await bench.call("MergeClasses", merge, by="carla")
    forget = ErasureRequested(erasure_id="e", subject=Subject(class_id="Ad"), actor=DECIDED_BY)
    await bench.deliver(forget)
    await bench.settle()
    said = [
        (ClassChange.Name(each.change).removeprefix("CLASS_CHANGE_"), each.class_id, each.actor.principal)
        for each in bench.facts.of(ClassesChanged)
    ]
    by = DECIDED_BY.principal
    assert sorted(said) == sorted(
        [
            ("CREATED", "Ad", "anna"),
            ("CREATED", "A.", "anna"),
            ("RENAMED", "Ad", "bert"),
            ("MERGED", "A.", "carla"),
            ("RENAMED", "Ad", "carla"),
            ("FORGOTTEN", "Ad", by),
            ("FORGOTTEN", "A.", by),
        ]
    )
    log = [each for each in await entered(bench) if each.chain.startswith("framewell.classes")]
    assert [(each.what, each.class_id, each.principal) for each in log] == [
        (what.lower(), class_id, principal) for what, class_id, principal in said
    ]
    assert await bench.documents.find("classes", {}) == []
    assert "Neumann" not in "".join(each.text for each in await entered(bench))


async def test_a_class_that_a_rule_makes_is_entered_with_the_rule(bench: DatasetBench) -> None:
    await accepted_people(bench, 1)
    await bench.settle()
    (made,) = bench.facts.of(ClassesChanged)
    assert (made.actor.principal, made.actor.authority) == ("rule:lower_third_face", "rule")


async def test_a_class_is_forgotten_with_its_facts_while_the_broker_is_away(bench: DatasetBench) -> None:
    """The names go at once; the document goes only after what happened to the class was published."""
    asked = messages.DatasetClass(dataset_id="people", class_id="c", name="Ada Neumann")
    await bench.call("CreateClass", catalogue_rpc.CreateClassRequest(dataset_class=asked))
    bench.facts.away = "the broker is away"
    forget = ErasureRequested(erasure_id="e", subject=Subject(class_id="c"), actor=DECIDED_BY)
    cause = bench.cause("forget")
    bench.facts.away = ""
    await bench.deliver(forget, cause)
    (plan,) = [each for each in bench.facts.messages if type(each).__name__ == "ErasurePlanned"]
    bench.facts.away = "the broker is away"
    with pytest.raises(Exception, match="the broker is away"):
        await bench.deliver(plan, bench.cause("plan"))
    (left,) = await bench.documents.find("classes", {})
    assert "Neumann" not in str(left)
    bench.facts.away = ""
    await bench.deliver(plan, bench.cause("plan"))
    assert await bench.documents.find("classes", {}) == []
    assert [each.change for each in bench.facts.of(ClassesChanged)] == [1, 4]


# --- seals


async def test_a_chain_is_sealed_at_once_then_daily_and_after_so_many_entries(key_file: Path) -> None:
    async with DatasetBench(DatasetSettings(audit_key=key_file, audit_seal_every=3)) as bench:
        ids = await accepted_people(bench, 1)
        await bench.deliver_own(SampleReviewed)

        async def sealed() -> list[int]:
            await bench.seal_what_is_due()
            return [each.entry_count for each in bench.facts.of(AuditSealed) if each.chain_id == CHAIN]

        assert await sealed() == [1]
        await review_each(bench, *ids)
        await bench.deliver_own(SampleReviewed)
        assert await sealed() == [1], "one more entry, and the day is not over"
        await bench.clock.sleep(timedelta(days=1).total_seconds())
        assert await sealed() == [1, 2]
        for _ in range(3):
            await review_each(bench, *ids)
        await bench.deliver_own(SampleReviewed)
        assert await sealed() == [1, 2, 5]
        await bench.clock.sleep(timedelta(days=9).total_seconds())
        assert await sealed() == [1, 2, 5], "nothing was entered"


async def test_a_new_key_seals_anew_and_the_earlier_key_still_counts(key_file: Path, tmp_path: Path) -> None:
    documents = MemoryDocuments()
    async with DatasetBench(DatasetSettings(audit_key=key_file), documents) as before:
        await decisions(before)
        await seal(before)
        earlier = public_pem(seal_key(KEY).public_keys)
    rotated = tmp_path / "rotated.key"
    second = new_private_key()
    rotated.write_text(second + earlier)
    async with DatasetBench(DatasetSettings(audit_key=rotated), documents) as after:
        after.origins.update(before.origins)
        after.topics.forged = before.facts.of(AuditSealed)
        await after.seal_what_is_due()
        assert {each.chain_id for each in after.facts.of(AuditSealed)} >= {CHAIN}
        assert (await verify(after)).intact
        answer = await after.call("GetAuditKey", audit_rpc.GetAuditKeyRequest())
        assert answer.public_keys.endswith(earlier)
        assert answer.key_id == seal_key(second).key_id


async def test_sealing_twice_publishes_once_and_without_a_key_it_says_what_to_do(
    signed: DatasetBench, bench: DatasetBench
) -> None:
    await decisions(signed)
    assert await seal(signed)
    assert await seal(signed) == []
    with pytest.raises(Conflict, match="FRAMEWELL_DATASET_AUDIT_KEY"):
        await seal(bench)


async def test_a_key_file_that_cannot_be_used_is_named_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "wrong.key"
    file.write_text("no key")
    with pytest.raises(ValueError, match=r"FRAMEWELL_DATASET_AUDIT_KEY .*exactly one private Ed25519 key"):
        async with DatasetBench(DatasetSettings(audit_key=file)):
            pass
