"""One verdict about an asset, the reasons for it the gravest first, each with what to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.mesh.v1.mesh_pb2 import Done, Outcome
from framewell_gateway.domain.diagnosis import Diagnosis, Findings, Verdict, diagnose
from framewell_gateway.domain.progress import progress_of
from framewell_gateway.domain.whereabouts import (
    Backlog,
    GivenUp,
    HeldJob,
    OpenBreaker,
    Paused,
    Replica,
    Retry,
    ServiceWork,
    Started,
    WaitingRecord,
    Whereabouts,
)

ASSET = "1c5b2c1e-0000-4000-8000-00000000000c"
DONE = Outcome(done=Done())
TOPIC = "framewell.chunk.planned.v1.archive"
GROUP = "transcode.make_chunk"
WELL = Replica("10.0.0.1:7421", process="one:1", ready=True)
AWAY = Replica("10.0.0.9:7421", away="nothing answers at its address")


def now() -> datetime:
    return datetime.now(UTC)


def waiting(**also: object) -> WaitingRecord:
    known = {
        "group": GROUP, "topic": TOPIC, "partition": 7, "offset": 1203, "event_id": "e1", "ahead": 42,
        "event_type": "framewell.chunk.planned.v1", "written": now() - timedelta(seconds=90),
    }  # fmt: skip
    return WaitingRecord(**{**known, **also})  # type: ignore[arg-type]


def job(state: str, **also: object) -> HeldJob:
    known = {
        "kind": "plan", "key": ASSET, "state": state, "attempt": 1, "starts": 0, "worker": "", "put": now(),
        "leased_until": None, "due": None, "reason": "", "code": "",
    }  # fmt: skip
    return HeldJob(**{**known, **also})  # type: ignore[arg-type]


async def ask(gateway: httpx.AsyncClient) -> dict[str, object]:
    answer = await gateway.get(f"/v1/assets/{ASSET}/why")
    assert answer.status_code == 200, answer.text
    said: dict[str, object] = answer.json()
    return said


def sentences(said: dict[str, object], kind: str) -> list[str]:
    reasons = said["reasons"]
    assert isinstance(reasons, list)
    return [one["sentence"] for one in reasons if one["kind"] == kind]


async def test_an_unknown_asset_is_not_found(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get(f"/v1/assets/{ASSET}/why")
    assert answer.status_code == 404
    assert "framewell assets" in answer.json()["detail"]


async def test_an_unknown_asset_is_not_called_unknown_while_nobody_can_tell(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.topics.away = "connection refused"
    answer = await gateway.get(f"/v1/assets/{ASSET}/why")
    assert answer.status_code == 503
    assert "the broker cannot be asked" in answer.json()["detail"]


async def test_a_finished_asset_needs_nobody(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(
        AssetIngested(asset_id=ASSET),
        AssetTranscoded(asset_id=ASSET, outcome=DONE),
        AssetAnalysed(asset_id=ASSET, outcome=DONE),
    )
    mesh.operations.works["training"] = ServiceWork("training", [AWAY])
    said = await ask(gateway)
    assert (said["verdict"], said["stage"], said["reasons"]) == ("ended", "done", [])
    assert "Nothing more happens by itself." in str(said["headline"])


async def test_the_reason_of_a_refusal_is_told_as_it_is(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetRejected(asset_id=ASSET, code="not_media", detail="The file is plain text."))
    said = await ask(gateway)
    assert said["headline"] == f"{ASSET} is rejected: The file is plain text. Nothing more happens by itself."


async def test_a_service_that_is_away_matters_where_it_is_needed(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(AssetIngested(asset_id=ASSET))
    for name in ("transcode", "training"):
        mesh.operations.works[name] = ServiceWork(name, [AWAY])
    said = await ask(gateway)
    assert said["verdict"] == "stuck"
    needed, other = sentences(said, "service_away")
    assert needed == "transcode is away: nothing answers at its address."
    assert other == "training is away, which it does not need yet: nothing answers at its address."
    assert said["waits_for"] == ["transcode: to plan its chunks"]
    assert "what transcode holds of it is not known" in said["incomplete"]  # type: ignore[operator]


async def test_what_needs_a_person_is_told_first(mesh: Any, gateway: httpx.AsyncClient) -> None:
    chunk = {"asset_id": ASSET, "chunk_id": f"{ASSET}/0/0"}
    await mesh.happened(AssetIngested(asset_id=ASSET), ChunkPlanned(**chunk))
    retry = Retry(2, now() + timedelta(seconds=25), "failed", "RuntimeError: no space", TOPIC)
    mesh.topics.where = Whereabouts(
        waiting=[waiting(), waiting(topic=f"{GROUP}.retry", partition=1, offset=17, retry=retry)],
        backlogs=[Backlog(GROUP, TOPIC, 5000, 6203, 1203), Backlog("dataset.erase", "t", 0, 9, 9)],
        given_up=[
            GivenUp(
                f"{GROUP}/0@3",
                GROUP,
                "framewell.chunk.planned.v1",
                "e2",
                "failed",
                "ValueError: odd",
                3,
                now(),
            )
        ],
        cut=["looked at 10 of the 40 records that groups have not handled"],
    )
    replica = Replica(
        "127.0.0.1:7421",
        ready=False,
        waiting=[("streams", f"{GROUP}: breaker open")],
        paused=[
            Paused(GROUP, TOPIC, 7, now() + timedelta(seconds=9), "disk full"),
            Paused(GROUP, TOPIC, 8, now(), ""),
        ],
        breakers=[OpenBreaker(GROUP, now(), now() + timedelta(seconds=40))],
    )
    mesh.operations.works["transcode"] = ServiceWork(
        "transcode",
        [replica],
        jobs=[
            job("running", starts=2, leased_until=now()),
            job("later", attempt=2, due=now(), reason="timed out"),
        ],
        started=[Started(GROUP, TOPIC, 7, 1203, 2), Started(GROUP, TOPIC, 7, 9, 1)],
        unsent_facts=1,
    )
    said = await ask(gateway)
    reasons = said["reasons"]
    assert isinstance(reasons, list)
    assert [one["kind"] for one in reasons] == [
        "breaker_open", "dead_letter",
        "job", "paused", "started", "unsent", "retry",
        "job", "record", "backlog",
    ]  # fmt: skip
    assert said["verdict"] == "stuck"
    advice = {one["kind"]: one["advice"] for one in reasons}
    assert advice["dead_letter"] == f"framewell dlq replay {GROUP} --id 0@3"
    assert advice["breaker_open"] == f"framewell dlq resume {GROUP}"
    (again,) = sentences(said, "retry")
    assert "failed 2 times at chunk.planned: RuntimeError: no space. Attempt 3 comes in 2" in again
    assert f"it waits in {GROUP}.retry/1@17" in again
    (record,) = sentences(said, "record")
    assert f"chunk.planned waits for {GROUP} in {TOPIC}/7@1203, behind 42 others" in record
    (behind,) = sentences(said, "backlog")
    assert "1,203 records behind" in behind
    (started,) = sentences(said, "started")
    assert "started" in started
    assert "the third start gives it up" in started
    assert said["incomplete"] == ["looked at 10 of the 40 records that groups have not handled"]


async def test_many_records_of_a_kind_are_one_sentence(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(ChunkPlanned(asset_id=ASSET, chunk_id=f"{ASSET}/0/0"))
    mesh.topics.where = Whereabouts([waiting(offset=number) for number in range(20)])
    said = await ask(gateway)
    (record,) = sentences(said, "record")
    assert record.startswith(f"20 chunk.planned wait for {GROUP} in {TOPIC}, the oldest for 9")
    assert len(said["records"]) == 20  # type: ignore[arg-type]
    assert said["verdict"] == "moving"


async def test_steps_that_are_left_are_counted(mesh: Any, gateway: httpx.AsyncClient) -> None:
    chunks = [{"asset_id": ASSET, "chunk_id": f"{ASSET}/0/{number}"} for number in range(4)]
    await mesh.happened(*(ChunkPlanned(**one) for one in chunks), ChunkTranscoded(**chunks[0], outcome=DONE))
    said = await ask(gateway)
    assert said["waits_for"] == [
        "transcode: 3 of 4 chunks",
        "inference: 1 of 1 transcoded chunks",
        "transcode: the sound",
    ]
    assert said["verdict"] == "moving"


@pytest.mark.parametrize(
    ("held", "sentence", "verdict"),
    [
        (job("waiting"), "The job plan of transcode waits for a free worker, for", "moving"),
        (job("running"), "The job plan of transcode runs.", "moving"),
        (job("failed", reason="no pictures", code="no_content"),
         "The job plan of transcode was given up: no pictures (no_content).", "stuck"),
    ],
)  # fmt: skip
async def test_a_job_is_told_by_its_state(
    mesh: Any, gateway: httpx.AsyncClient, held: HeldJob, sentence: str, verdict: str
) -> None:
    await mesh.happened(AssetIngested(asset_id=ASSET))
    mesh.operations.works["transcode"] = ServiceWork("transcode", [WELL], jobs=[held])
    said = await ask(gateway)
    assert sentences(said, "job")[0].startswith(sentence)
    assert said["verdict"] == verdict


async def test_an_asset_that_nobody_holds_is_not_called_moving(mesh: Any) -> None:
    await mesh.happened(AssetIngested(asset_id=ASSET))
    events = await mesh.log.of_asset(ASSET)
    works = [ServiceWork("transcode", [WELL])]

    def after(seconds: float) -> Diagnosis:
        later = events[0].time + timedelta(seconds=seconds)
        return diagnose(Findings(ASSET, later, progress_of(events), events, Whereabouts(), "", works))

    assert after(5).verdict is Verdict.MOVING
    said = after(300)
    assert said.verdict is Verdict.STUCK
    assert [one.kind for one in said.reasons] == ["nothing_held"]
    assert f"/v1/assets/{ASSET}/reprocess" in said.reasons[0].sentence


async def test_each_replica_is_told_apart_and_who_is_silent_is_named(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(AssetIngested(asset_id=ASSET))
    mesh.topics.where = Whereabouts([waiting()])
    paused = [Paused(GROUP, TOPIC, 7, now() + timedelta(seconds=9), "disk full")]
    second = Replica("10.0.0.2:7421", process="two:1", waiting=[("broker", "away")], paused=paused)
    mesh.operations.works["transcode"] = ServiceWork("transcode", [WELL, second, AWAY])
    said = await ask(gateway)
    (told,) = sentences(said, "paused")
    assert told.startswith(f"{GROUP} in two:1 (10.0.0.2:7421) has paused {TOPIC}/7: disk full.")
    assert sentences(said, "service_unready") == ["transcode in two:1 (10.0.0.2:7421) is not ready: away."]
    (silent,) = sentences(said, "replica_away")
    assert silent == (
        "One of 3 replicas of transcode is away: nothing answers at its address (10.0.0.9:7421)."
    )
    assert said["verdict"] == "waiting"
    assert said["incomplete"] == [
        "what transcode at 10.0.0.9:7421 has paused is not known: it does not answer"
    ]
    (shown,) = [one for one in said["services"] if one["service"] == "transcode"]  # type: ignore[attr-defined]
    assert (shown["ready"], shown["away"]) == (True, "")
    assert [(one["process"], bool(one["paused"]), one["away"]) for one in shown["replicas"]] == [
        ("one:1", False, ""), ("two:1", True, ""), ("", False, "nothing answers at its address"),
    ]  # fmt: skip


async def test_a_replica_that_is_away_holds_nothing_up_while_another_is_ready(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(AssetIngested(asset_id=ASSET))
    mesh.operations.works["transcode"] = ServiceWork("transcode", [WELL, AWAY])
    assert (await ask(gateway))["verdict"] == "moving"
    mesh.operations.works["transcode"] = ServiceWork("transcode", [AWAY, AWAY])
    said = await ask(gateway)
    assert said["verdict"] == "stuck"
    assert sentences(said, "service_away") == ["transcode is away: nothing answers at its address."]
