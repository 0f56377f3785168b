"""Training over REST: one run and its changes, what it would learn, held candidates, lineage, exports."""

import json
from typing import Any

import httpx

from framewell.dataset.v1 import dataset_pb2, review_service_pb2, rights_service_pb2
from framewell.dataset.v1 import snapshot_service_pb2 as snapshots
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import ModelVersion, Wording
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, PURPOSE_OWN_TRAINING, RightsDecision
from framewell.training.v1 import training_service_pb2 as training
from framewell.training.v1.training_pb2 import Lineage
from framewell_gateway.ports import Away
from framewell_kit.outcomes import Conflict, NotFound

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
MODEL = {"name": "identity/people", "version": "3.0"}
CANDIDATE = training.Candidate(model=ModelVersion(**MODEL))


def running(progress: float) -> training.WatchRunResponse:
    run = training.Run(run_id="r-1", state=training.RUN_STATE_RUNNING, progress=progress)
    return training.WatchRunResponse(run=run)


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


# --- runs


async def test_a_run_is_watched_until_it_ends(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.training.answers["GetRun"] = training.GetRunResponse(run=training.Run(run_id="r-1"))
    mesh.training.streams["WatchRun"] = [running(0.1), running(0.9)]
    answer = await gateway.get("/v1/runs/r-1/changes")
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer.text)
    assert [name for name, _ in told] == ["run", "run", "end"]
    assert [data["progress"] for _, data in told[:2]] == [0.1, 0.9]


async def test_a_watch_that_breaks_off_says_no_end_so_that_the_client_returns(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.training.answers["GetRun"] = training.GetRunResponse(run=training.Run(run_id="r-1"))
    mesh.training.streams["WatchRun"] = [running(0.1), Away("training", "restarting")]
    assert [name for name, _ in events((await gateway.get("/v1/runs/r-1/changes")).text)] == ["run"]


async def test_an_unknown_run_is_not_found_by_every_route(mesh: Any, gateway: httpx.AsyncClient) -> None:
    for method in ("GetRun", "CancelRun"):
        mesh.training.answers[method] = NotFound("there is no run r-9")
    assert (await gateway.get("/v1/runs/r-9")).status_code == 404
    assert (await gateway.get("/v1/runs/r-9/changes")).status_code == 404
    assert (await gateway.post("/v1/runs/r-9/cancel")).status_code == 404
    mesh.training.away = True
    assert (await gateway.get("/v1/runs/r-9/changes")).status_code == 503


async def test_a_run_is_previewed_before_it_is_started(mesh: Any, gateway: httpx.AsyncClient) -> None:
    found = training.PreviewTrainingResponse(run_id="r-1", sample_count=40, refusals=["Nothing accepted."])
    mesh.training.answers["PreviewTraining"] = found
    body = {"dataset_id": "people", "recipe": "identity"}
    answer = (await gateway.post("/v1/runs/preview", json=body)).json()
    assert (answer["sample_count"], answer["refusals"]) == (40, ["Nothing accepted."])
    assert mesh.training.asked[0][1].request.recipe == "identity"
    assert (await gateway.post("/v1/runs/preview", json={"dataset_id": "people"})).status_code == 422


# --- candidates


async def test_a_candidate_is_held_released_promoted_with_a_reason(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.training.answers |= {
        "HoldModel": training.HoldModelResponse(candidate=CANDIDATE),
        "ReleaseModel": training.ReleaseModelResponse(candidate=CANDIDATE),
        "Promote": training.PromoteResponse(candidate=CANDIDATE),
        "Rollback": training.RollbackResponse(candidate=CANDIDATE),
    }
    for path in ("hold", "release", "promote"):
        answer = await gateway.post(f"/v1/candidates/{path}", json={"model": MODEL, "reason": "Looked at."})
        assert answer.status_code == 200, answer.text
    await gateway.post("/v1/candidates/rollback", json={"name": "identity/people", "reason": "Looked at."})
    assert {request.reason for _, request in mesh.training.asked} == {"Looked at."}


async def test_holding_back_takes_a_reason_and_a_version(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.post("/v1/candidates/hold", json={"model": MODEL})).status_code == 422
    nameless = {"model": {"name": "identity/people"}, "reason": "x"}
    assert (await gateway.post("/v1/candidates/hold", json=nameless)).status_code == 422
    long = {"model": MODEL, "reason": "x" * 1001}
    assert (await gateway.post("/v1/candidates/hold", json=long)).status_code == 422


async def test_a_held_candidate_is_refused_in_its_own_words(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.training.answers["Promote"] = Conflict("identity/people@3.0 is held back by anna: mixed up.")
    answer = await gateway.post("/v1/candidates/promote", json={"model": MODEL})
    assert (answer.status_code, "held back by anna" in answer.json()["detail"]) == (409, True)


# --- lineage


def lineage(mesh: Any) -> None:
    mesh.training.answers["GetLineage"] = training.GetLineageResponse(
        lineage=Lineage(snapshot_id="people-3", asset_count=1, sample_count=1),
        asset_ids=[ASSET],
        sample_ids=["s-1"],
        next_page_token="more",
    )
    mesh.dataset.answers["GetRights"] = rights_service_pb2.GetRightsResponse(
        decisions=[
            RightsDecision(purpose=PURPOSE_ANALYSIS, allowed=True, sentence="Look."),
            RightsDecision(purpose=PURPOSE_OWN_TRAINING, allowed=False, sentence="Withheld: no."),
        ]
    )
    sample = dataset_pb2.Sample(sample_id="s-1", class_id="c-1", class_name="Jörg")
    sample.provenance.asset_id = ASSET
    mesh.dataset.answers["GetSample"] = review_service_pb2.GetSampleResponse(sample=sample)


async def test_a_model_is_traced_to_assets_and_samples_with_the_right_they_rest_on_now(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    lineage(mesh)
    found = (await gateway.get("/v1/models/lineage", params=MODEL)).json()
    (asset,), (sample,) = found["assets"], found["samples"]
    assert (asset["asset_id"], asset["allowed"], asset["sentence"]) == (ASSET, False, "Withheld: no.")
    assert (sample["class_name"], sample["asset_id"]) == ("Jörg", ASSET)
    assert found["missing"] == []
    following = await gateway.get(
        "/v1/models/lineage", params={**MODEL, "page_token": found["next_page_token"]}
    )
    assert following.status_code == 200
    assert [one.page_token for name, one in mesh.training.asked if name == "GetLineage"] == ["", "more"]


async def test_without_dataset_a_lineage_is_ids_and_says_why(mesh: Any, gateway: httpx.AsyncClient) -> None:
    lineage(mesh)
    mesh.dataset.away = True
    found = (await gateway.get("/v1/models/lineage", params=MODEL)).json()
    assert [one["sample_id"] for one in found["samples"]] == ["s-1"]
    assert found["missing"] == ["dataset cannot be asked right now: connection refused"]


async def test_a_model_without_lineage_is_not_found(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.training.answers["GetLineage"] = NotFound("there is no model house/dogs@1.0")
    answer = await gateway.get("/v1/models/lineage?name=house/dogs&version=1.0")
    assert answer.status_code == 404
    assert (await gateway.get("/v1/models/lineage")).status_code == 422


# --- exports


async def test_a_snapshot_is_exported_and_says_what_was_left_out(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.dataset.streams["ExportSnapshot"] = [
        snapshots.ExportSnapshotResponse(progress=0.5),
        snapshots.ExportSnapshotResponse(
            progress=1,
            export=ObjectRef(key="ab/ab.tar"),
            sample_count=38,
            left_out_count=2,
            left_out_reason="Withheld.",
            left_out_wording=Wording(template="sample_left_out.gone"),
        ),
    ]
    body = {"format": "webdataset", "purpose": "sharing"}
    answer = await gateway.post("/v1/snapshots/people-3/exports", json=body)
    assert answer.status_code == 201
    assert answer.json()["export"]["key"] == "ab/ab.tar"
    assert (answer.json()["sample_count"], answer.json()["left_out_count"]) == (38, 2)
    assert answer.json()["left_out_wording"]["template"] == "sample_left_out.gone"
    asked = mesh.dataset.asked[0][1]
    assert (asked.snapshot_id, asked.format) == ("people-3", snapshots.EXPORT_FORMAT_WEBDATASET)


async def test_an_export_that_is_refused_or_breaks_off_is_a_problem(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    body = {"format": "coco"}
    mesh.dataset.streams["ExportSnapshot"] = [Conflict("snapshot people-3 was withdrawn")]
    assert (await gateway.post("/v1/snapshots/people-3/exports", json=body)).status_code == 409
    mesh.dataset.streams["ExportSnapshot"] = [snapshots.ExportSnapshotResponse(progress=0.5)]
    assert (await gateway.post("/v1/snapshots/people-3/exports", json=body)).status_code == 503
    assert (await gateway.post("/v1/snapshots/people-3/exports", json={})).status_code == 422
