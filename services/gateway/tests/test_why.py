"""One verdict about an asset, the reasons for it the gravest first, each with what to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.gateway.v1.asset_view_pb2 import AssetState
from framewell.gateway.v1.explanation_pb2 import (
    AssetDeadLetter,
    AssetExplanation,
    AssetVerdict,
    Backlog,
    Retry,
    WaitingRecord,
)
from framewell.media.v1.media_pb2 import Programme, Work
from framewell.mesh.v1.operations_service_pb2 import (
    Breaker,
    DescribeWorkResponse,
    HeldJob,
    JobState,
    PausedPartition,
    StartedRecord,
    WaitingPart,
)
from framewell_gateway.domain.broker_state import BrokerState, Replica, ServiceReplies
from framewell_gateway.domain.diagnosis import Findings, diagnose
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.domain.progress import Progress
from framewell_kit.outcome_messages import done

ASSET = "1c5b2c1e-0000-4000-8000-00000000000c"
WORK = Work(asset_id=ASSET)
DONE = done()
TOPIC = "framewell.chunk.planned.v1.archive"
GROUP = "transcode.make_chunk"
WELL = Replica("10.0.0.1:7421", DescribeWorkResponse(process="one:1", ready=True))
AWAY = Replica("10.0.0.9:7421", away="nothing answers at its address")


def after(seconds: float) -> Any:
    return timestamp(datetime.now(UTC) + timedelta(seconds=seconds))


def waiting(**also: Any) -> WaitingRecord:
    known = {
        "group": GROUP, "topic": TOPIC, "partition": 7, "offset": 1203, "id": "e1", "ahead": 42,
        "type": "framewell.chunk.planned.v1", "written": after(-90),
    }  # fmt: skip
    return WaitingRecord(**{**known, **also})


def job(state: str, **also: Any) -> HeldJob:
    number = JobState.Value(f"JOB_STATE_{state.upper()}")
    return HeldJob(
        **{"kind": "plan", "key": ASSET, "state": number, "attempt": 1, "put_at": after(0), **also}
    )


def chunk(number: int) -> dict[str, Any]:
    return {"work": WORK, "chunk_id": f"{ASSET}/0/{number}", "index": number}


async def ask(gateway: httpx.AsyncClient) -> dict[str, Any]:
    answer = await gateway.get(f"/v1/assets/{ASSET}/why")
    assert answer.status_code == 200, answer.text
    explanation: dict[str, Any] = answer.json()
    return explanation


def sentences(answer: dict[str, Any], kind: str) -> list[str]:
    reasons = answer["reasons"]
    assert isinstance(reasons, list)
    return [one["sentence"] for one in reasons if one["kind"] == kind]


async def test_an_unknown_asset_is_not_found(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get(f"/v1/assets/{ASSET}/why")
    assert answer.status_code == 404
    assert "framewell assets" in answer.json()["detail"]


async def test_an_unknown_asset_is_not_called_unknown_while_nobody_can_tell(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.broker.away = "connection refused"
    answer = await gateway.get(f"/v1/assets/{ASSET}/why")
    assert answer.status_code == 503
    assert "the broker cannot be asked" in answer.json()["detail"]


async def test_a_finished_asset_needs_nobody(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(
        AssetIngested(work=WORK),
        AssetTranscoded(work=WORK, outcome=DONE),
        AssetAnalysed(work=WORK, outcome=DONE),
    )
    mesh.operations.replies["training"] = ServiceReplies("training", [AWAY])
    answer = await ask(gateway)
    assert (answer["verdict"], answer["stage"], answer["reasons"]) == ("ended", "done", [])
    assert "Nothing more happens by itself." in str(answer["headline"])


async def test_an_asset_is_named_by_its_title_in_every_language(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(AssetIngested(work=WORK, programme=Programme(title="Abendschau")))
    answer = await ask(gateway)
    assert answer["headline"] == "“Abendschau” is ingested. It is moving."
    wording = answer["headline_wording"]
    assert (wording["template"], wording["params"]["standing-asset-title"]) == ("headline", "Abendschau")


def test_a_title_that_does_not_end_leaves_the_sentence_readable() -> None:
    progress = Progress(AssetState.ASSET_STATE_INGESTED)
    title = "W" * 10_000
    found = Findings(ASSET, datetime.now(UTC), progress, None, BrokerState(), "", [], title=title)
    explained = diagnose(found)
    assert explained.headline.startswith(f"“{'W' * 119}…” is ingested.")
    assert explained.HasField("headline_wording")


async def test_the_reason_of_a_refusal_stands_as_it_is(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetRejected(work=WORK, code="not_media", detail="The file is plain text."))
    answer = await ask(gateway)
    assert (
        answer["headline"] == f"{ASSET} is rejected: The file is plain text. Nothing more happens by itself."
    )


async def test_a_service_that_is_away_matters_where_it_is_needed(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    for name in ("transcode", "training"):
        mesh.operations.replies[name] = ServiceReplies(name, [AWAY])
    answer = await ask(gateway)
    assert answer["verdict"] == "stuck"
    needed, other = sentences(answer, "service_away")
    assert needed == "transcode is away: nothing answers at its address."
    assert other == "training is away, which it does not need yet: nothing answers at its address."
    assert answer["waits_for"] == ["transcode: to plan its chunks"]
    assert "what transcode holds of it is not known" in answer["incomplete"]


async def test_what_needs_a_person_comes_first(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetIngested(work=WORK), ChunkPlanned(**chunk(0)))
    retry = Retry(
        attempts=2,
        not_before=after(25),
        code="failed",
        reason="RuntimeError: no space",
        origin_topic=TOPIC,
    )
    mesh.broker.state = BrokerState(
        waiting=[waiting(), waiting(topic=f"{GROUP}.retry", partition=1, offset=17, retry=retry)],
        backlogs=[
            Backlog(group=GROUP, topic=TOPIC, committed=5000, end=6203, behind=1203),
            Backlog(group="dataset.erase", topic="t", committed=0, end=9, behind=9),
        ],
        dead_letters=[
            AssetDeadLetter(
                dead_letter_id=f"{GROUP}/0@3",
                group=GROUP,
                type="framewell.chunk.planned.v1",
                id="e2",
                code="failed",
                reason="ValueError: odd",
                attempts=3,
                given_up=after(0),
                replay=f"framewell dlq replay {GROUP} --id 0@3",
            )
        ],
        cut=["looked at 10 of the 40 records that groups have not handled"],
    )
    reply = DescribeWorkResponse(
        ready=False,
        waiting=[WaitingPart(part="streams", reason=f"{GROUP}: breaker open")],
        paused=[
            PausedPartition(group=GROUP, topic=TOPIC, partition=7, until=after(9), reason="disk full"),
            PausedPartition(group=GROUP, topic=TOPIC, partition=8, until=after(0)),
        ],
        breakers=[Breaker(group=GROUP, opened_at=after(0), tries_at=after(40))],
        jobs=[
            job("running", starts=2, leased_until=after(0)),
            job("later", attempt=2, due_at=after(0), reason="timed out"),
        ],
        started=[
            StartedRecord(group=GROUP, topic=TOPIC, partition=7, offset=1203, starts=2),
            StartedRecord(group=GROUP, topic=TOPIC, partition=7, offset=9, starts=1),
        ],
        unsent_facts=1,
    )
    replica = Replica("127.0.0.1:7421", reply)
    mesh.operations.replies["transcode"] = ServiceReplies("transcode", [replica])
    answer = await ask(gateway)
    reasons = answer["reasons"]
    assert isinstance(reasons, list)
    assert [one["kind"] for one in reasons] == [
        "breaker_open", "dead_letter",
        "job", "paused", "started", "unsent", "retry",
        "job", "record", "backlog",
    ]  # fmt: skip
    assert answer["verdict"] == "stuck"
    advice = {one["kind"]: one["advice"] for one in reasons}
    assert advice["dead_letter"] == f"framewell dlq replay {GROUP} --id 0@3"
    assert advice["breaker_open"] == f"framewell dlq resume {GROUP}"
    (again,) = sentences(answer, "retry")
    assert "failed 2 times at chunk.planned: RuntimeError: no space. Attempt 3 comes in 2" in again
    assert f"it waits in {GROUP}.retry/1@17" in again
    (record,) = sentences(answer, "record")
    assert f"chunk.planned waits for {GROUP} in {TOPIC}/7@1203, behind 42 others" in record
    (behind,) = sentences(answer, "backlog")
    assert "1,203 records behind" in behind
    (started,) = sentences(answer, "started")
    assert "started" in started
    assert "the fourth start gives it up" in started
    assert answer["incomplete"] == ["looked at 10 of the 40 records that groups have not handled"]


async def test_many_records_of_a_kind_are_one_sentence(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(ChunkPlanned(**chunk(0)))
    mesh.broker.state = BrokerState([waiting(offset=number) for number in range(20)])
    answer = await ask(gateway)
    (record,) = sentences(answer, "record")
    assert record.startswith(f"20 chunk.planned wait for {GROUP} in {TOPIC}, the oldest for 9")
    assert len(answer["records"]) == 20
    assert answer["verdict"] == "moving"


async def test_steps_that_are_left_are_counted(mesh: Any, gateway: httpx.AsyncClient) -> None:
    planned = [ChunkPlanned(**chunk(number)) for number in range(4)]
    await mesh.happened(*planned, ChunkTranscoded(**chunk(0), outcome=DONE))
    answer = await ask(gateway)
    assert answer["waits_for"] == [
        "transcode: 3 of 4 chunks",
        "inference: 1 of 1 transcoded chunks",
        "transcode: the sound",
    ]
    assert answer["verdict"] == "moving"


@pytest.mark.parametrize(
    ("held", "sentence", "verdict"),
    [
        (job("waiting"), "The job plan of transcode waits for a free worker, for", "moving"),
        (job("running"), "The job plan of transcode runs.", "moving"),
        (job("failed", reason="no pictures", code="no_content"),
         "The job plan of transcode was given up: no pictures (no_content).", "stuck"),
    ],
)  # fmt: skip
async def test_a_job_is_described_by_its_state(
    mesh: Any, gateway: httpx.AsyncClient, held: HeldJob, sentence: str, verdict: str
) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    mesh.operations.replies["transcode"] = ServiceReplies(
        "transcode", [Replica("10.0.0.1:7421", DescribeWorkResponse(ready=True, jobs=[held]))]
    )
    answer = await ask(gateway)
    assert sentences(answer, "job")[0].startswith(sentence)
    assert answer["verdict"] == verdict


@pytest.mark.parametrize("state", ["waiting", "later"])
async def test_a_recording_under_way_waits_for_its_segments(
    mesh: Any, gateway: httpx.AsyncClient, state: str
) -> None:
    await mesh.happened(AssetIngested(work=WORK, recording=True), ChunkPlanned(**chunk(0)))
    reason = (
        "the recording is under way, with 1 segment so far; it is closed at 23:45:10 UTC unless another comes"
    )
    held = job(state, kind="close_recording", key=f"{ASSET}/1", reason=reason, put_at=after(-600))
    mesh.operations.replies["ingest"] = ServiceReplies(
        "ingest", [Replica("10.0.0.1:7421", DescribeWorkResponse(ready=True, jobs=[held]))]
    )
    answer = await ask(gateway)
    assert sentences(answer, "job") == [f"The job close_recording of ingest waits, for 10 min now: {reason}."]
    assert answer["waits_for"] == [
        "ingest: further segments of the recording, or its end", "transcode: 1 of 1 chunks",
    ]  # fmt: skip
    assert answer["verdict"] == "waiting"


async def test_an_asset_that_nobody_holds_is_not_called_moving(mesh: Any) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    last = await mesh.events.last(ASSET)
    progress = (await mesh.progress.of_assets([ASSET]))[ASSET]
    services = [ServiceReplies("transcode", [WELL])]

    def explained_after(seconds: float) -> AssetExplanation:
        later = last.time + timedelta(seconds=seconds)
        return diagnose(Findings(ASSET, later, progress, last, BrokerState(), "", services))

    assert explained_after(5).verdict == AssetVerdict.ASSET_VERDICT_MOVING
    stuck = explained_after(300)
    assert stuck.verdict == AssetVerdict.ASSET_VERDICT_STUCK
    assert [one.kind for one in stuck.reasons] == ["nothing_held"]
    assert f"/v1/assets/{ASSET}/reprocess" in stuck.reasons[0].sentence
    assert stuck.last_event.age.ToTimedelta() == timedelta(seconds=300)


async def test_each_replica_is_told_apart_and_who_is_silent_is_named(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    mesh.broker.state = BrokerState([waiting()])
    paused = PausedPartition(group=GROUP, topic=TOPIC, partition=7, until=after(9), reason="disk full")
    reply = DescribeWorkResponse(
        process="two:1", waiting=[WaitingPart(part="broker", reason="away")], paused=[paused]
    )
    second = Replica("10.0.0.2:7421", reply)
    mesh.operations.replies["transcode"] = ServiceReplies("transcode", [WELL, second, AWAY])
    answer = await ask(gateway)
    (sentence,) = sentences(answer, "paused")
    assert sentence.startswith(f"{GROUP} in two:1 (10.0.0.2:7421) has paused {TOPIC}/7: disk full.")
    assert sentences(answer, "service_unready") == ["transcode in two:1 (10.0.0.2:7421) is not ready: away."]
    (silent,) = sentences(answer, "replica_away")
    assert silent == (
        "One of 3 replicas of transcode is away: nothing answers at its address (10.0.0.9:7421)."
    )
    assert answer["verdict"] == "waiting"
    assert answer["incomplete"] == [
        "what transcode at 10.0.0.9:7421 has paused is not known: it does not answer"
    ]
    (shown,) = [one for one in answer["services"] if one["service"] == "transcode"]
    assert (shown["ready"], shown["away"]) == (True, "")
    assert [(one["process"], bool(one["paused"]), one["away"]) for one in shown["replicas"]] == [
        ("one:1", False, ""), ("two:1", True, ""), ("", False, "nothing answers at its address"),
    ]  # fmt: skip


async def test_a_model_that_takes_long_is_named_to_whoever_waits_behind_it(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    mesh.broker.state = BrokerState([waiting()])
    note = WaitingPart(part="looks", reason="house/slow@1.0 has looked at the pictures of a chunk for 45 s")
    reply = DescribeWorkResponse(process="two:1", ready=True, notes=[note])
    mesh.operations.replies["transcode"] = ServiceReplies("transcode", [Replica("10.0.0.2:7421", reply)])
    assert sentences(await ask(gateway), "long_look") == [f"In transcode {note.reason}."]


async def test_a_replica_that_is_away_holds_nothing_up_while_another_is_ready(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    mesh.operations.replies["transcode"] = ServiceReplies("transcode", [WELL, AWAY])
    assert (await ask(gateway))["verdict"] == "moving"
    mesh.operations.replies["transcode"] = ServiceReplies("transcode", [AWAY, AWAY])
    answer = await ask(gateway)
    assert answer["verdict"] == "stuck"
    assert sentences(answer, "service_away") == ["transcode is away: nothing answers at its address."]
