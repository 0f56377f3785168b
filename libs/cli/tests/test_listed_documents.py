"""Lists and answers as the gateway writes them, made from the messages themselves, on a person's terminal."""

import json
import re
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from typer.testing import CliRunner

from framewell.dataset.v1 import review_service_pb2 as review
from framewell.dataset.v1 import rights_service_pb2 as rights
from framewell.dataset.v1 import snapshot_service_pb2 as snapshots
from framewell.dataset.v1.dataset_pb2 import Sample, Snapshot
from framewell.gateway.v1.asset_view_pb2 import (
    AssetState,
    AssetSummary,
    AssetView,
    ChunkCounts,
    ListAssetsResponse,
)
from framewell.media.v1.media_pb2 import (
    CaptionTrack,
    Colour,
    MediaKind,
    ObjectRef,
    Programme,
    Span,
    Timeline,
    Track,
)
from framewell.mesh.v1.mesh_pb2 import Actor, Failed, ModelVersion, Outcome, Ratio
from framewell.model.v1.model_pb2 import Measure
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING, Payment, RightsDecision, RightsStatement
from framewell.sample.v1.sample_pb2 import SAMPLE_STATE_PROPOSED, Crop, Evidence, Provenance
from framewell.snapshot.v1.snapshot_pb2 import SPLIT_TRAIN, SnapshotPublished, SnapshotWithdrawn, SplitCount
from framewell.training.v1 import training_service_pb2 as training
from framewell.training.v1.training_pb2 import VERDICT_WAITS, TrainingCompleted
from framewell_cli.commands.assets import Kind, State, _summary
from framewell_cli.errors import UsageProblem
from framewell_cli.main import build
from framewell_client import Gateway
from framewell_contracts.json_mapping import enum_words, to_json

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
MODEL = ModelVersion(name="identity/people", version="1.1")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Message]:
    """What the gateway answers, by path."""
    given: dict[str, Message] = {}

    def document(_: Gateway, method: str, path: str, **__: Any) -> Any:
        return to_json(given[path], defaults=True)

    monkeypatch.setenv("FRAMEWELL_REST", "http://127.0.0.1:1")
    monkeypatch.setattr(Gateway, "_document", document)
    return given


def printed(*arguments: str) -> str:
    result = CliRunner().invoke(build([arguments[0]]), arguments)
    assert result.exit_code == 0, result.exception
    return result.stdout


def test_an_asset_of_which_next_to_nothing_is_known_is_shown(answers: dict[str, Message]) -> None:
    answers[f"/v1/assets/{ASSET}"] = AssetView(
        asset_id=ASSET, state="ASSET_STATE_REQUESTED", chunks=ChunkCounts(), unavailable=["people", "text"]
    )
    shown = printed("show", ASSET)
    assert "requested" in shown
    assert "people, text: a service is away" in shown


def test_assets_are_listed_with_their_chunks(answers: dict[str, Message]) -> None:
    summary = AssetSummary(
        asset_id=ASSET, uri="file:///a.mp4", state="ASSET_STATE_ANALYSING",
        chunks=ChunkCounts(planned=4, analysed=1),
    )  # fmt: skip
    answers["/v1/assets"] = ListAssetsResponse(assets=[summary])
    assert printed("assets").splitlines()[1].split() == [
        ASSET, "-", "analysing", "-", "1/4", "file:///a.mp4",
    ]  # fmt: skip


def test_conditions_and_order_of_a_list_go_to_the_gateway_by_their_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, Any] = {}

    def document(_: Gateway, method: str, path: str, **more: Any) -> Any:
        asked.update(more["params"])
        return {"assets": [], "next_page_token": "", "total_size": 7}

    monkeypatch.setenv("FRAMEWELL_REST", "http://127.0.0.1:1")
    monkeypatch.setattr(Gateway, "_document", document)
    answer = printed(
        "assets", "--state", "rejected", "--state", "analysed", "--kind", "video", "--title", "news",
        "--label", "job:1", "--source", "/playout", "--from", "2026-11-01", "--until", "2026-11-22T18:00:00Z",
        "--order-by", "duration desc", "--limit", "5", "--json",
    )  # fmt: skip
    assert json.loads(answer) == {"assets": [], "total_size": 7}
    assert asked == {
        "state": ["rejected", "analysed"], "kind": ["video"], "title": "news", "label": ["job:1"],
        "source": "/playout", "requested_from": "2026-11-01T00:00:00Z",
        "requested_until": "2026-11-22T18:00:00Z", "order_by": "duration desc", "page_size": 5,
    }  # fmt: skip


def test_the_states_and_kinds_to_choose_from_are_those_of_the_contract() -> None:
    assert tuple(State) == tuple(enum_words(AssetState.DESCRIPTOR).values())
    assert tuple(Kind) == tuple(enum_words(MediaKind.DESCRIPTOR).values())


def test_a_view_shows_what_ingest_knows_and_what_the_grounds_of_decisions_say(
    answers: dict[str, Message],
) -> None:
    statement = RightsStatement(
        issuer="Archiv", statement_id="4711", revision=2, use="USE_PROHIBITED", territories=["DE"],
        purposes=[PURPOSE_OWN_TRAINING], valid_until=Timestamp(seconds=1_830_207_600),
        span=Span(first_frame=100, frames=50), verbatim="Not before signing.", found_at="contract 4711",
        payment=Payment(model="PAY_MODEL_PER_USE", amount="0.05", currency="EUR"),
        legal_basis="LEGAL_BASIS_LICENCE", holder="Archiv GmbH", source="STATEMENT_SOURCE_CONTRACT",
    )  # fmt: skip
    decision = RightsDecision(purpose=PURPOSE_OWN_TRAINING, sentence="Withheld: 4711.", grounds=[statement])
    answers[f"/v1/assets/{ASSET}"] = AssetView(
        asset_id=ASSET, state="ASSET_STATE_ANALYSED", chunks=ChunkCounts(), rights=[decision, decision],
        title="Tagesschau", uri="https://archive.example/a.mp4", request_labels={"job": "17", "a": "b"},
        source="/playout/7", original=ObjectRef(media_type="video/mp4", size=4096, sha256="c" * 64),
        tracks=[
            Track(kind="TRACK_KIND_VIDEO", codec="h264", width=1920, height=1080,
                  frame_rate=Ratio(numerator=30000, denominator=1001)),
            Track(index=1, kind="TRACK_KIND_AUDIO", codec="aac", language="de", channels=2,
                  sample_rate=48000),
            Track(index=2, kind="TRACK_KIND_VIDEO", codec="hevc", profile="Main 10", level="5.1", width=3840,
                  height=2160, field_order="FIELD_ORDER_PROGRESSIVE", pixel_format="yuv420p10le",
                  colour=Colour(primaries="bt2020", transfer="arib-std-b67", matrix="bt2020nc",
                                range="COLOUR_RANGE_LIMITED"),
                  bit_rate=15_000_000, timecode="10:00:00:00", programme_number=101, title="Clean feed",
                  roles=["TRACK_ROLE_CLEAN_EFFECTS"], is_default=True),
        ],
        captions=[CaptionTrack(language="de", kind="CAPTION_KIND_CAPTIONS", title="Deutsch", cue_count=312,
                               format="ebu_stl")],
        duration=Duration(seconds=3725, nanos=500_000_000),
    )  # fmt: skip
    shown = printed("show", ASSET)
    for expected in (
        "Tagesschau", "https://archive.example/a.mp4", "a=b, job=17", "/playout/7",
        f"video/mp4, 4.1 kB, sha256 {'c' * 64}", "video, h264, 1920×1080, 29.97 pictures a second",
        "audio, aac, 2 channels, 48000 Hz, de", "1:02:05.5",
        "video, hevc Main 10 5.1, 3840×2160, progressive, yuv420p10le, bt2020/arib-std-b67/bt2020nc/limited, "
        "15 Mbit/s, from 10:00:00:00, programme 101, “Clean feed”, clean effects, default",
        "de, captions, “Deutsch”, 312 texts, ebu_stl",
    ):  # fmt: skip
        assert expected in shown
    said = (
        "Archiv/4711@2: prohibited for own training; in force until 2027-12-30T23:00:00Z; "
        "holder Archiv GmbH; legal basis licence; only for pictures 100 to 149; only in DE; "
        "payment 0.05 EUR, per use; found in contract: contract 4711; words Not before signing."
    )
    assert shown.count(said) == 1
    answers[f"/v1/assets/{ASSET}/rights"] = rights.GetRightsResponse(statements=[statement])
    rows = dict(
        re.split(r"\s{2,}", line, maxsplit=1) for line in printed("rights", "show", ASSET).splitlines()[2:]
    )
    assert rows["in force"] == "until 2027-12-30T23:00:00Z"
    assert rows["payment"] == "0.05 EUR, per use"


def test_a_variable_rate_is_not_shown_as_a_regular_one(answers: dict[str, Message]) -> None:
    rate = Ratio(numerator=25, denominator=1)
    answers[f"/v1/assets/{ASSET}"] = AssetView(
        asset_id=ASSET,
        state="ASSET_STATE_ANALYSED",
        chunks=ChunkCounts(),
        tracks=[Track(kind="TRACK_KIND_VIDEO", codec="h264", width=640, height=360, frame_rate=rate)],
        timeline=Timeline(frame_rate=rate, variable_rate=True),
    )
    assert "640×360, about 25 pictures a second at a variable rate" in printed("show", ASSET)


def test_samples_are_listed_with_programme_and_evidence(answers: dict[str, Message]) -> None:
    sample = Sample(
        sample_id="s1", state=SAMPLE_STATE_PROPOSED, class_name="Jörg", question=True,
        evidence=[Evidence(kind="lower_third", sentence="The caption names {class}.")],
        provenance=Provenance(asset_id=ASSET, programme=Programme(title="News")),
        crops=[Crop(picture=ObjectRef(key="ab/abc.jpg"))],
    )  # fmt: skip
    answers["/v1/samples"] = review.ListSamplesResponse(samples=[sample])
    for expected in ("proposed?", "News", "The caption names Jörg."):
        assert expected in printed("review", "list")


def test_snapshots_are_listed_with_samples_and_withdrawal(answers: dict[str, Message]) -> None:
    published = SnapshotPublished(
        snapshot_id="n1", dataset_id="people", number=3,
        splits=[SplitCount(split=SPLIT_TRAIN, sample_count=7), SplitCount(sample_count=2)],
    )  # fmt: skip
    withdrawn = SnapshotWithdrawn(snapshot_id="n1", reason="a contract ended")
    snapshot = Snapshot(
        published=published, withdrawn=withdrawn, published_at=Timestamp(seconds=1_700_000_000)
    )
    answers["/v1/snapshots"] = snapshots.ListSnapshotsResponse(snapshots=[snapshot])
    row = printed("dataset", "snapshots").splitlines()[1]
    assert [cell for cell in re.split(r"\s{2,}", row) if cell] == [
        "n1", "people", "3", "9", "2023-11-14T22:13:20", "withdrawn: a contract ended",
    ]  # fmt: skip


def test_rights_are_shown_with_the_statements_in_force(answers: dict[str, Message]) -> None:
    statement = RightsStatement(
        issuer="Archiv", statement_id="4711", revision=2, verbatim="Not before signing."
    )
    decision = RightsDecision(purpose=PURPOSE_OWN_TRAINING, sentence="Withheld: 4711.", grounds=[statement])
    answers[f"/v1/assets/{ASSET}/rights"] = rights.GetRightsResponse(
        decisions=[decision], statements=[statement]
    )
    shown = printed("rights", "show", ASSET)
    for expected in ("own training", "withheld", "Withheld: 4711.", "Archiv/4711@2", "Not before signing."):
        assert expected in shown


def test_runs_and_candidates_are_listed_with_model_verdict_and_figures(answers: dict[str, Message]) -> None:
    completed = TrainingCompleted(
        model=MODEL, verdict=VERDICT_WAITS, duration=Duration(seconds=2, nanos=500_000_000),
        measures=[
            Measure(name="recall", value=0.75, sample_count=40, low=0.6, high=0.86),
            Measure(name="false_name_rate", sample_count=3, not_measured="20 are needed"),
        ],
    )  # fmt: skip
    gave_up = TrainingCompleted(outcome=Outcome(failed=Failed(code="x", detail="no face at all")))
    answers["/v1/runs"] = training.ListRunsResponse(
        runs=[
            training.Run(run_id="r1", state=training.RUN_STATE_DONE, completed=completed),
            training.Run(run_id="r2", state=training.RUN_STATE_FAILED, completed=gave_up),
            training.Run(run_id="r3", state=training.RUN_STATE_RUNNING, stage="epoch 3 of 20"),
        ]
    )
    done, failed, running = printed("train", "runs").splitlines()[1:]
    assert "identity/people@1.1" in done
    assert done.split()[-1] == "2.5"
    assert "no face at all" in failed
    assert "epoch 3 of 20" in running
    candidate = training.Candidate(model=MODEL, completed=completed, promoted_by=Actor(principal="anna"))
    answers["/v1/candidates"] = training.ListCandidatesResponse(candidates=[candidate])
    shown = " ".join(printed("train", "candidates").split())
    assert "identity/people@1.1 no waits anna recall 0.750 (0.60–0.86, n 40)" in shown
    assert "false_name_rate not measured (n 3)" in shown
    held = training.Candidate(model=MODEL, hold=training.Hold(reason="twins", actor=Actor(principal="anna")))
    answers["/v1/candidates"] = training.ListCandidatesResponse(candidates=[held])
    assert "identity/people@1.1 held by anna" in " ".join(printed("train", "candidates").split())
    answers["/v1/candidates/promote"] = training.PromoteResponse(candidate=candidate)
    assert printed("train", "promote", "identity/people@1.1") == "identity/people@1.1 is in service\n"


def test_a_change_of_rights_names_an_asset_a_source_or_a_holder(answers: dict[str, Message]) -> None:
    answers["/v1/rights/preview"] = rights.PreviewRightsChangeResponse(snapshot_count=2)
    for target in (ASSET, f"asset:{ASSET}", "source:/playout", "holder:Kanal Eins"):
        shown = printed("rights", "set", target, "--rights", "licensed", "--preview", "--json")
        assert json.loads(shown)["snapshot_count"] == 2
    for nonsense in ("class:c1", "holder:"):
        result = CliRunner().invoke(build(["rights"]), ["rights", "set", nonsense, "--rights", "licensed"])
        assert isinstance(result.exception, UsageProblem)


def test_an_event_is_summed_up_in_what_a_person_wants_to_know_first() -> None:
    assert _summary({"outcome": {"failed": {"code": "x", "detail": "damaged"}}}) == "FAILED: damaged"
    work = {"asset_id": ASSET, "kind": "video"}
    assert _summary({"work": work, "index": {"key": "ab/x"}, "chunk_count": 4}) == "kind=video  chunks=4"
    assert _summary({"work": work, "chunk_id": "a/0/0"}) == "kind=video  chunk=0"
    assert _summary({"work": work, "chunk_id": "a/0/1", "index": 1}) == "kind=video  chunk=1"
    assert _summary({"model": to_json(MODEL), "revision": 3}) == "model=identity/people@1.1"
