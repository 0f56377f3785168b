"""The demo's checks pass for a run in which everything happened, and each fails for its own reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AnalyserTotal, AssetAnalysed, AssetIngested, AssetRejected
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell.dataset.v1.dataset_pb2 import DatasetClass, Sample
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import Actor, Done, Failed, ModelVersion, Outcome
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell.recognition.v1.recognition_pb2 import RecognitionUpdated
from framewell.rights.v1.rights_pb2 import RightsDecision, RightsStatement
from framewell.sample.v1.sample_pb2 import (
    DECISION_ACCEPT,
    SAMPLE_STATE_ACCEPTED,
    Crop,
    Evidence,
    Provenance,
    SampleProposed,
    SampleReviewed,
    SampleWithheld,
)
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell.training.v1.training_pb2 import VERDICT_PROMOTED, PromotionCheck, TrainingCompleted
from framewell_contracts.services import SERVICES
from framewell_demo.broadcaster import Request
from framewell_demo.checks import CHECKS, run_checks
from framewell_demo.facts import FactLog, ReceivedFact
from framewell_demo.gateway_reader import Playback
from framewell_demo.outcome import summarise
from framewell_demo.run_record import Forgotten, LearningCycle, RunRecord, TakenBack
from framewell_demo.sources import open_sources

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
DONE = Outcome(done=Done())
EXIF = "The photograph may not otherwise be reproduced, disseminated or broadcast."
ROLES = ("programme-a", "programme-c", "photo", "footage-bikes", "broken", "programme-b")


def receive(record: RunRecord, seconds: float, message: Message) -> None:
    time = START + timedelta(seconds=seconds)
    record.log.add(ReceivedFact(f"{len(record.log.facts)}", time, message))


def cycle(number: int, asset: str, sample: str) -> LearningCycle:
    model = ModelVersion(name="identity/people", version=f"{number}.0")
    return LearningCycle(
        asset_id=asset,
        accepted=[Sample(sample_id=sample)],
        accepted_at=START + timedelta(seconds=50 * number),
        snapshot=SnapshotPublished(number=number),
        training=TrainingCompleted(
            outcome=DONE,
            model=model,
            verdict=VERDICT_PROMOTED,
            onnx_difference=3e-7,
            duration=Duration(nanos=400_000_000),
            checks=[
                PromotionCheck(check="false names", passed=True, sentence="0 of 40 background faces named")
            ],
        ),
        promoted=ModelPromoted(model=model),
        recognition=RecognitionUpdated(
            model=model, track_count=9, changed_track_count=1, duration=Duration(nanos=50_000_000)
        ),
        recognised_at=START + timedelta(seconds=50 * number + 4),
    )


def person(name: str, score: float, version: str) -> dict[str, Any]:
    model = {"name": "identity/people", "version": version}
    if name == "unknown":
        return {"name": name, "model": model, "spans": [{}]}
    return {"class_id": name, "name": name, "score": score, "model": model, "spans": [{}]}


def view(*people: dict[str, Any], text: tuple[str, ...] = (), speech: float = 0.0) -> dict[str, Any]:
    return {
        "state": "analysed",
        "people": list(people),
        "text": [{"text": one, "spans": []} for one in text],
        "speech": [{"start": "1s", "end": f"{1.0 + speech}s"}] if speech else [],
        "shots": [],
        "timeline": {"frame_count": 500},
    }


def played() -> RunRecord:
    """A run in which every step happened."""
    record = RunRecord("run", "people", FactLog())
    record.requests = [Request(role, role.title(), f"event-{role}", IngestRequested()) for role in ROLES]
    record.sent_as_json = "programme-a"
    for request in record.requests:
        record.log.add(ReceivedFact(request.event_id, START, request.message))
        work = Work(asset_id=request.asset_id)
        if request.role == "broken":
            receive(
                record,
                1,
                AssetRejected(work=work, code="unreadable", detail="its index is missing"),
            )
            continue
        chunk = f"{request.asset_id}/0/0"
        receive(record, 1, AssetIngested(work=work))
        receive(record, 2, ChunkPlanned(work=work, chunk_id=chunk))
        receive(record, 3, ChunkTranscoded(work=work, chunk_id=chunk, outcome=DONE))
        receive(record, 4, ChunkAnalysed(work=work, chunk_id=chunk, outcome=DONE))
        totals = [
            AnalyserTotal(
                analyser=name, model=ModelVersion(name=f"{name}/m", version="1"), observation_count=5
            )
            for name in ("faces", "text", "labels", "safety")
        ]
        receive(record, 5, AssetAnalysed(work=work, outcome=DONE, totals=totals))
        record.playbacks[request.role] = Playback(3, 1000)
        record.samples[request.role] = []
    man = Sample(sample_id="man", class_id="m", state=SAMPLE_STATE_ACCEPTED, collapsed=1)
    astronaut = Sample(sample_id="astronaut", class_id="a", state=SAMPLE_STATE_ACCEPTED)
    record.samples |= {"programme-a": [man], "programme-c": [astronaut]}
    receive_samples(record)
    record.cycles = [
        cycle(1, record.asset("programme-a"), "man"),
        cycle(2, record.asset("programme-c"), "astronaut"),
    ]
    record.signed_at = START + timedelta(seconds=90)
    record.classes = {
        "m": DatasetClass(class_id="m", name="Jörg Müßigbrodt", fictional=True),
        "a": DatasetClass(class_id="a", name="Eileen Collins"),
    }
    man_first = person("Jörg Müßigbrodt", 0.8, "1.0")
    unknown = person("unknown", 0.0, "1.0")
    record.b_before_signing = view(man_first, unknown)
    record.views = {
        "programme-a": view(text=("Jörg Müßigbrodt", "Reporter (fiktiv)"), speech=14.0),
        "programme-c": view(text=("Eileen Collins",)),
        "photo": view(person("unknown", 0.0, "2.0")),
        "programme-b": view(
            person("Jörg Müßigbrodt", 0.8, "2.0"),
            person("Eileen Collins", 0.81, "2.0"),
        ),
    }
    record.objection = taken_back("Eileen Collins", "unknown")
    record.erasure = Forgotten(taken_back("unknown"), SERVICES, 12, 3.0, names=["Jörg Müßigbrodt"])
    return record


def taken_back(*people: str, **more: Any) -> TakenBack:
    owed = {"The reporter of programme A": "3.00 EUR", "Archiv": "2.00 EUR"}
    happened: dict[str, Any] = {
        "asked_at": START,
        "samples": 1,
        "snapshots": 2,
        "samples_seconds": 0.1,
        "snapshots_seconds": 0.2,
        "archive_seconds": 4.0,
        "people": people,
        "addresses": {"crop": 410},
        "owed_before": owed,
        "owed_after": owed,
    }
    return TakenBack(**(happened | more))


def receive_samples(record: RunRecord) -> None:
    def provenance(role: str) -> Provenance:
        return Provenance(asset_id=record.asset(role))

    evidence = [Evidence(kind="lower_third"), Evidence(kind="face_track")]
    receive(
        record,
        6,
        SampleProposed(
            sample_id="man",
            class_id="m",
            provenance=provenance("programme-a"),
            evidence=evidence,
            crops=[Crop()] * 7,
        ),
    )
    contract = RightsDecision(sentence="Own training is withheld: contract 4711 is not signed.")
    receive(record, 6, SampleWithheld(sample_id="astronaut", provenance=provenance("programme-c")))
    exif = RightsDecision(sentence="Its EXIF text forbids it.", grounds=[RightsStatement(verbatim=EXIF)])
    receive(record, 6, SampleWithheld(sample_id="photo", provenance=provenance("photo")))
    record.withheld = {"programme-c": contract, "photo": exif}
    receive(
        record, 92, SampleProposed(sample_id="astronaut", class_id="a", provenance=provenance("programme-c"))
    )
    for sample in ("man", "astronaut"):
        actor = Actor(principal="demo-editor", authority="local")
        receive(record, 93, SampleReviewed(sample_id=sample, decision=DECISION_ACCEPT, actor=actor))


def failed_checks(record: RunRecord) -> set[str]:
    return {check.name for check in run_checks(record) if not check.passed}


def test_every_check_passes_when_everything_happened() -> None:
    checks = run_checks(played())
    assert [check.sentence for check in checks if not check.passed] == []
    assert len(checks) == len(CHECKS)
    assert all(check.sentence for check in checks)


def without(kind: type[Message], **fields: str) -> Callable[[RunRecord], None]:
    def remove(record: RunRecord) -> None:
        record.log.facts = [
            fact
            for fact in record.log.facts
            if not (
                isinstance(fact.message, kind)
                and all(getattr(fact.message, k) == v for k, v in fields.items())
            )
        ]

    return remove


def decoded_again(record: RunRecord) -> None:
    chunk = next(fact for fact, _ in record.log.of(ChunkTranscoded))
    receive(record, 95, chunk)


def one_chunk_failed(record: RunRecord) -> None:
    chunk = next(fact for fact, _ in record.log.of(ChunkTranscoded))
    chunk.outcome.CopyFrom(Outcome(failed=Failed(code="unreadable", detail="damaged")))


def ticker_became_a_class(record: RunRecord) -> None:
    record.classes = {**record.classes, "t": DatasetClass(class_id="t", name="Sabine Körner")}


def astronaut_known_too_early(record: RunRecord) -> None:
    record.b_before_signing = view(
        person("Jörg Müßigbrodt", 0.8, "1.0"),
        person("Eileen Collins", 0.8, "1.0"),
        person("unknown", 0.0, "1.0"),
    )


def graph_differs_from_its_head(record: RunRecord) -> None:
    record.cycles[1].training.onnx_difference = 0.01


def name_misread(record: RunRecord) -> None:
    record.views["programme-a"]["text"][0]["text"] = "Jörg Mußigbrodt"  # type: ignore[index]


def old_model_still_names(record: RunRecord) -> None:
    for one in record.views["programme-b"]["people"]:
        one["model"] = {"name": "identity/people", "version": "1.0"}


def playlist_lost(record: RunRecord) -> None:
    del record.playbacks["programme-b"]


def never_withheld(role: str) -> Callable[[RunRecord], None]:
    def harm(record: RunRecord) -> None:
        del record.withheld[role]

    return harm


def objected(*people: str, **more: Any) -> Callable[[RunRecord], None]:
    def harm(record: RunRecord) -> None:
        record.objection = taken_back(*people, **more)

    return harm


def forgot(*people: str, **other: Any) -> Callable[[RunRecord], None]:
    def harm(record: RunRecord) -> None:
        happened: dict[str, Any] = {"services": SERVICES, "erased": 12, "seconds": 3.0, "names": []}
        record.erasure = Forgotten(taken_back(*people), **(happened | other))

    return harm


def never_objected(record: RunRecord) -> None:
    record.objection = None


OWES_MORE = {"The reporter of programme A": "4.50 EUR"}


def not_collapsed(record: RunRecord) -> None:
    record.samples["programme-a"] = [Sample(class_id="m"), Sample(class_id="m")]


@pytest.mark.parametrize(
    ("harm", "broken"),
    [
        (without(AssetRejected), "broken file was rejected with a reason"),
        (without(SampleReviewed), "staff accepted"),
        (never_withheld("programme-c"), "astronaut was withheld"),
        (never_withheld("photo"), "photo was withheld in its own words"),
        (without(AssetAnalysed), "real models looked at every picture"),
        (decoded_again, "nothing was decoded again"),
        (decoded_again, "every chunk was decoded once"),
        (one_chunk_failed, "every chunk was decoded once"),
        (ticker_became_a_class, "ticker was not taken for a name"),
        (astronaut_known_too_early, "people kept out by rights stay unknown"),
        (graph_differs_from_its_head, "training exported graphs equal to their heads"),
        (name_misread, "names were read exactly"),
        (old_model_still_names, "astronaut is recognised in programme B"),
        (playlist_lost, "proxies play"),
        (not_collapsed, "same pictures counted once"),
        (never_objected, "objection reached samples snapshots and the archive"),
        (objected("Jörg Müßigbrodt"), "objection reached samples snapshots and the archive"),
        (objected("unknown", addresses={"export": 200}), "what was made of him is gone"),
        (objected("unknown", owed_after=OWES_MORE), "he is paid for what was and for nothing more"),
        (forgot("unknown", services=SERVICES[1:]), "every service forgot her"),
        (forgot("Eileen Collins"), "nobody names her any more"),
        (forgot("unknown", names=["Eileen Collins"]), "nobody names her any more"),
    ],
)
def test_a_step_that_did_not_happen_is_noticed(harm: Callable[[RunRecord], None], broken: str) -> None:
    record = played()
    harm(record)
    assert broken in failed_checks(record)


def test_a_redelivered_fact_counts_once() -> None:
    record = played()
    for fact in list(record.log.facts):
        record.log.add(fact)
    assert failed_checks(record) == set()


def test_the_outcome_says_what_came_out() -> None:
    record = played()
    record.views["broken"] = {"state": "rejected", "reason": "its index is missing"}
    outcome = summarise(record, run_checks(record), open_sources(), mesh_seconds=20.0)
    assert outcome.passed
    assert outcome.rejected == {"Broken": "unreadable: its index is missing"}
    assert [one.model for one in outcome.learned] == ["identity/people@1.0", "identity/people@2.0"]
    assert outcome.withheld[1].verbatim == EXIF
    ended = {one.title: one.seconds for one in outcome.stages}
    assert ended["Programme-A"] == {"ingest": 1.0, "inference": 4.0}
