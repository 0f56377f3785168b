"""The demo's checks hold for a play in which everything happened, and each goes red for its own reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AnalyserTotal, AssetAnalysed, AssetIngested, AssetRejected
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell.dataset.v1.dataset_service_pb2 import DatasetClass, Sample
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.mesh.v1.mesh_pb2 import Actor, Done, Failed, ModelVersion, Outcome
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell.recognition.v1.recognition_pb2 import RecognitionUpdated
from framewell.rights.v1.rights_pb2 import RightsDecision, RightsStatement
from framewell.sample.v1.sample_pb2 import (
    DECISION_ACCEPT,
    SAMPLE_STATE_ACCEPTED,
    Crop,
    Evidence,
    Passport,
    SampleProposed,
    SampleReviewed,
    SampleWithheld,
)
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell.training.v1.training_pb2 import VERDICT_PROMOTED, GateStep, TrainingCompleted
from framewell_demo.broadcaster import Request
from framewell_demo.checks import CHECKS, judge
from framewell_demo.facts import FactLog, ReceivedFact
from framewell_demo.gateway_reader import Playback
from framewell_demo.outcome import sum_up
from framewell_demo.run_record import LearningCycle, RunRecord
from framewell_demo.sources import open_sources

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
DONE = Outcome(done=Done())
EXIF = "The photograph may not otherwise be reproduced, disseminated or broadcast."
ROLES = ("programme-a", "programme-c", "photo", "footage-bikes", "broken", "programme-b")


def tell(record: RunRecord, seconds: float, message: Message) -> None:
    told = ReceivedFact(f"{len(record.log.told)}", START + timedelta(seconds=seconds), message)
    record.log.add(told)


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
            seconds=0.4,
            gate=[GateStep(check="false names", passed=True, sentence="0 of 40 strangers named")],
        ),
        promoted=ModelPromoted(name=model.name, version=model.version),
        recognition=RecognitionUpdated(name=model.name, model=model, tracks=9, changed=1, seconds=0.05),
        recognised_at=START + timedelta(seconds=50 * number + 4),
    )


def person(name: str, score: float, model: str) -> dict[str, Any]:
    return {
        "class_id": None if name == "unknown" else name,
        "name": name,
        "score": score,
        "model": model,
        "spans": [{}],
    }


def view(*people: dict[str, Any], text: tuple[str, ...] = (), speech: float = 0.0) -> dict[str, Any]:
    return {
        "state": "analysed",
        "people": list(people),
        "text": [{"text": one, "spans": []} for one in text],
        "speech": [{"start_seconds": 1.0, "end_seconds": 1.0 + speech}] if speech else [],
        "shots": [],
        "timeline": {"frame_count": 500},
    }


def played() -> RunRecord:
    """A play in which every step happened."""
    record = RunRecord("play", "people", FactLog())
    record.requests = [Request(role, role.title(), f"event-{role}", IngestRequested()) for role in ROLES]
    record.sent_as_json = "programme-a"
    for request in record.requests:
        record.log.add(ReceivedFact(request.event_id, START, request.message))
        if request.role == "broken":
            tell(
                record,
                1,
                AssetRejected(asset_id=request.asset_id, code="unreadable", detail="its index is missing"),
            )
            continue
        chunk = f"{request.asset_id}/0/0"
        tell(record, 1, AssetIngested(asset_id=request.asset_id))
        tell(record, 2, ChunkPlanned(asset_id=request.asset_id, chunk_id=chunk))
        tell(record, 3, ChunkTranscoded(asset_id=request.asset_id, chunk_id=chunk, outcome=DONE))
        tell(record, 4, ChunkAnalysed(asset_id=request.asset_id, chunk_id=chunk, outcome=DONE))
        totals = [
            AnalyserTotal(analyser=name, model=ModelVersion(name=f"{name}/m", version="1"), observations=5)
            for name in ("faces", "text", "labels", "safety")
        ]
        tell(record, 5, AssetAnalysed(asset_id=request.asset_id, outcome=DONE, totals=totals))
        record.playbacks[request.role] = Playback(3, 1000)
        record.samples[request.role] = []
    man = Sample(sample_id="man", class_id="m", state=SAMPLE_STATE_ACCEPTED, collapsed=1)
    astronaut = Sample(sample_id="astronaut", class_id="a", state=SAMPLE_STATE_ACCEPTED)
    record.samples |= {"programme-a": [man], "programme-c": [astronaut]}
    tell_of_samples(record)
    record.cycles = [
        cycle(1, record.asset("programme-a"), "man"),
        cycle(2, record.asset("programme-c"), "astronaut"),
    ]
    record.signed_at = START + timedelta(seconds=90)
    record.classes = {
        "m": DatasetClass(class_id="m", name="Jörg Müßigbrodt", fictional=True),
        "a": DatasetClass(class_id="a", name="Eileen Collins"),
    }
    man_first = person("Jörg Müßigbrodt", 0.8, "identity/people@1.0")
    unknown = person("unknown", 0.0, "identity/people@1.0")
    record.b_before_signing = view(man_first, unknown)
    record.views = {
        "programme-a": view(text=("Jörg Müßigbrodt", "Reporter (fiktiv)"), speech=14.0),
        "programme-c": view(text=("Eileen Collins",)),
        "photo": view(person("unknown", 0.0, "identity/people@2.0")),
        "programme-b": view(
            person("Jörg Müßigbrodt", 0.8, "identity/people@2.0"),
            person("Eileen Collins", 0.81, "identity/people@2.0"),
        ),
    }
    return record


def tell_of_samples(record: RunRecord) -> None:
    def passport(role: str) -> Passport:
        return Passport(asset_id=record.asset(role))

    evidence = [Evidence(kind="lower_third"), Evidence(kind="face_track")]
    tell(
        record,
        6,
        SampleProposed(
            sample_id="man",
            class_id="m",
            passport=passport("programme-a"),
            evidence=evidence,
            crops=[Crop()] * 7,
        ),
    )
    contract = RightsDecision(sentence="Own training is withheld: contract 4711 is not signed.")
    tell(
        record, 6, SampleWithheld(sample_id="astronaut", decision=contract, passport=passport("programme-c"))
    )
    exif = RightsDecision(sentence="Its EXIF text forbids it.", grounds=[RightsStatement(verbatim=EXIF)])
    tell(record, 6, SampleWithheld(sample_id="photo", decision=exif, passport=passport("photo")))
    tell(record, 92, SampleProposed(sample_id="astronaut", class_id="a", passport=passport("programme-c")))
    for sample in ("man", "astronaut"):
        actor = Actor(principal="demo-editor", authority="local")
        tell(record, 93, SampleReviewed(sample_id=sample, decision=DECISION_ACCEPT, actor=actor))


def broken_promises(record: RunRecord) -> set[str]:
    return {check.name for check in judge(record) if not check.held}


def test_every_promise_holds_when_everything_happened() -> None:
    checks = judge(played())
    assert [check.sentence for check in checks if not check.held] == []
    assert len(checks) == len(CHECKS)
    assert all(check.sentence for check in checks)


def without(kind: type[Message], **fields: str) -> Callable[[RunRecord], None]:
    def remove(record: RunRecord) -> None:
        record.log.told = [
            told
            for told in record.log.told
            if not (
                isinstance(told.message, kind)
                and all(getattr(told.message, k) == v for k, v in fields.items())
            )
        ]

    return remove


def decoded_again(record: RunRecord) -> None:
    chunk = next(fact for fact, _ in record.log.of(ChunkTranscoded))
    tell(record, 95, chunk)


def one_chunk_failed(record: RunRecord) -> None:
    chunk = next(fact for fact, _ in record.log.of(ChunkTranscoded))
    chunk.outcome.CopyFrom(Outcome(failed=Failed(code="unreadable", detail="damaged")))


def ticker_became_a_class(record: RunRecord) -> None:
    record.classes = {**record.classes, "t": DatasetClass(class_id="t", name="Sabine Körner")}


def astronaut_known_too_early(record: RunRecord) -> None:
    record.b_before_signing = view(
        person("Jörg Müßigbrodt", 0.8, "identity/people@1.0"),
        person("Eileen Collins", 0.8, "identity/people@1.0"),
        person("unknown", 0.0, "identity/people@1.0"),
    )


def model_differs_from_torch(record: RunRecord) -> None:
    record.cycles[1].training.onnx_difference = 0.01


def name_misread(record: RunRecord) -> None:
    record.views["programme-a"]["text"][0]["text"] = "Jörg Mußigbrodt"  # type: ignore[index]


def old_model_still_names(record: RunRecord) -> None:
    for one in record.views["programme-b"]["people"]:
        one["model"] = "identity/people@1.0"


def playlist_lost(record: RunRecord) -> None:
    del record.playbacks["programme-b"]


def not_collapsed(record: RunRecord) -> None:
    record.samples["programme-a"] = [Sample(class_id="m"), Sample(class_id="m")]


@pytest.mark.parametrize(
    ("harm", "broken"),
    [
        (without(AssetRejected), "broken file was rejected with a reason"),
        (without(SampleReviewed), "staff accepted"),
        (without(SampleWithheld, sample_id="astronaut"), "astronaut was withheld"),
        (without(SampleWithheld, sample_id="photo"), "photo was withheld in its own words"),
        (without(AssetAnalysed), "real models looked at every picture"),
        (decoded_again, "nothing was decoded again"),
        (decoded_again, "every chunk was decoded once"),
        (one_chunk_failed, "every chunk was decoded once"),
        (ticker_became_a_class, "ticker was not taken for a name"),
        (astronaut_known_too_early, "people kept out by rights stay unknown"),
        (model_differs_from_torch, "training made models equal to torch"),
        (name_misread, "names were read exactly"),
        (old_model_still_names, "astronaut is recognised in programme b"),
        (playlist_lost, "proxies play"),
        (not_collapsed, "same pictures counted once"),
    ],
)
def test_a_step_that_did_not_happen_is_noticed(harm: Callable[[RunRecord], None], broken: str) -> None:
    record = played()
    harm(record)
    assert broken in broken_promises(record)


def test_a_redelivered_fact_counts_once() -> None:
    record = played()
    for told in list(record.log.told):
        record.log.add(told)
    assert broken_promises(record) == set()


def test_the_outcome_says_what_came_out() -> None:
    record = played()
    record.views["broken"] = {"state": "rejected", "reason": "its index is missing"}
    outcome = sum_up(record, judge(record), open_sources(), mesh_seconds=20.0)
    assert outcome.held
    assert outcome.rejected == {"Broken": "unreadable: its index is missing"}
    assert [one.model for one in outcome.learned] == ["identity/people@1.0", "identity/people@2.0"]
    assert outcome.withheld[1].verbatim == EXIF
    ended = {one.title: one.seconds for one in outcome.stages}
    assert ended["Programme-A"] == {"ingest": 1.0, "inference": 4.0}
