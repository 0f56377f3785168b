"""Samples under review and classes over REST; what a name would touch, and what taking it back does."""

from typing import Any

import httpx

from framewell.cluster.v1.cluster_pb2 import CLUSTER_DECISION_MERGED, CLUSTER_DECISION_NAMED
from framewell.dataset.v1 import catalogue_service_pb2 as catalogue
from framewell.dataset.v1 import review_service_pb2 as review
from framewell.dataset.v1 import rights_service_pb2 as rights
from framewell.dataset.v1.dataset_pb2 import ClassSamples, DatasetClass, Sample
from framewell.inference.v1 import cluster_service_pb2 as clusters
from framewell.inference.v1.inference_service_pb2 import Appearance
from framewell.media.v1.media_pb2 import Span, Timeline
from framewell.media.v1.media_service_pb2 import GetTimelineResponse
from framewell.mesh.v1.mesh_pb2 import Ratio
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING, RightsDecision
from framewell.sample.v1 import sample_pb2 as wire

CLUSTER = "6f1b7a52-0000-5000-8000-00000000000c"
DECISION = "77aa0c1e-0000-4000-8000-00000000000e"
ASSETS = [f"1c5b2c1e-0000-4000-8000-00000000000{number}" for number in range(3)]
CLOCK = Timeline(time_base=Ratio(numerator=1, denominator=1000), start_pts=500)


def seen(asset_id: str, start: int = 500, end: int = 2500) -> clusters.ClusterAppearance:
    return clusters.ClusterAppearance(
        asset_id=asset_id, appearance=Appearance(span=Span(start_pts=start, end_pts=end))
    )


async def test_a_claim_for_two_minutes_reaches_the_dataset_as_it_was_asked_for(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.dataset.answers["ClaimSamples"] = review.ClaimSamplesResponse(samples=[Sample(sample_id="s-1")])
    body = {"dataset_id": "people", "limit": 10, "lease": "120s", "order_by": "doubtful"}
    answer = await gateway.post("/v1/samples/claim", json=body)
    assert answer.json()["samples"][0]["sample_id"] == "s-1"
    ((_, asked),) = mesh.dataset.asked
    assert (asked.lease.seconds, asked.order_by, asked.limit) == (120, "doubtful", 10)
    refused = await gateway.post("/v1/samples/claim", json={"order_by": "best"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "order_by")


async def test_a_refused_decision_says_who_decided_and_why_for_programs(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    now = Sample(sample_id="s-1", revision=2, state=wire.SAMPLE_STATE_REJECTED)
    now.decided_by.principal = "bert"
    result = review.ReviewResult(sample=now, error="bert rejected it", refusal=review.REVIEW_REFUSAL_CHANGED)
    mesh.dataset.answers["ReviewSamples"] = review.ReviewSamplesResponse(results=[result])
    body = {"reviews": [{"sample_id": "s-1", "decision": "accept", "expected_revision": 1}]}
    (answer,) = (await gateway.post("/v1/samples/review", json=body)).json()["results"]
    assert (answer["refusal"], answer["sample"]["decided_by"]["principal"]) == ("changed", "bert")


async def test_a_class_is_made_renamed_merged_and_parted(mesh: Any, gateway: httpx.AsyncClient) -> None:
    one = DatasetClass(class_id="c-1", name="Ada")
    mesh.dataset.answers |= {
        "CreateClass": catalogue.CreateClassResponse(dataset_class=one),
        "RenameClass": catalogue.RenameClassResponse(dataset_class=one),
        "MergeClasses": catalogue.MergeClassesResponse(dataset_class=one, samples_moved=3),
        "UndoMerge": catalogue.UndoMergeResponse(dataset_class=one, samples_moved=3),
    }
    made = await gateway.post("/v1/classes", json={"dataset_id": "people", "name": "Ada"})
    assert made.status_code == 201
    renamed = await gateway.post("/v1/classes/c-1/rename", json={"name": "Ada L.", "expected_revision": 4})
    merged = await gateway.post("/v1/classes/merge", json={"from_class_id": "c-2", "into_class_id": "c-1"})
    parted = await gateway.post("/v1/classes/c-2/undo-merge")
    assert [one.status_code for one in (renamed, merged, parted)] == [200, 200, 200]
    asked = dict(mesh.dataset.asked)
    assert (asked["RenameClass"].class_id, asked["RenameClass"].expected_revision) == ("c-1", 4)
    assert asked["UndoMerge"].class_id == "c-2"
    assert asked["CreateClass"].dataset_class.name == "Ada"


async def test_where_a_person_is_seen_says_programmes_and_seconds_and_goes_on_without_transcode(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.inference.answers["ListClassAppearances"] = clusters.ListClassAppearancesResponse(
        appearances=[seen(ASSETS[0], 1500, 4000)], total_size=1, asset_count=1
    )
    mesh.transcode.answers["GetTimeline"] = GetTimelineResponse(timeline=CLOCK)
    answer = (await gateway.get("/v1/classes/c-1/appearances")).json()
    assert (answer["appearances"][0]["seconds"], answer["appearances"][0]["start_seconds"]) == (2.5, 1.0)
    mesh.transcode.away = True
    answer = (await gateway.get("/v1/classes/c-1/appearances")).json()
    assert (answer["appearances"][0]["seconds"], answer["total_size"]) == (0.0, 1)


async def test_a_name_is_previewed_with_programmes_seconds_and_what_is_withheld(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.inference.answers["GetCluster"] = [
        clusters.GetClusterResponse(
            cluster=clusters.FaceCluster(cluster_id=CLUSTER, appearance_count=4),
            appearances=[seen(ASSETS[0]), seen(ASSETS[0]), seen(ASSETS[1])],
            best=[seen(ASSETS[0]), seen(ASSETS[1])],
            next_page_token="1",
        ),
        clusters.GetClusterResponse(appearances=[seen(ASSETS[2])]),
    ]
    mesh.transcode.answers["GetTimeline"] = GetTimelineResponse(timeline=CLOCK)
    known = DatasetClass(class_id="c-1", dataset_id="people", name="Ada", aliases=["A. L."])
    mesh.dataset.answers["ListClasses"] = catalogue.ListClassesResponse(classes=[known])
    counted = DatasetClass(class_id="c-1", samples=ClassSamples(accepted=7))
    mesh.dataset.answers["GetClass"] = catalogue.GetClassResponse(dataset_class=counted)
    no = RightsDecision(purpose=PURPOSE_OWN_TRAINING, sentence="Withheld: the contract ended.")
    mesh.dataset.answers["GetRights"] = rights.GetRightsResponse(decisions=[no])
    body = {"cluster_id": CLUSTER, "name": "a. l."}
    answer = (await gateway.post("/v1/clusters/decisions/name/preview", json=body)).json()
    assert (answer["class_id"], answer["class_name"], answer["accepted_count"]) == ("c-1", "Ada", 7)
    assert (answer["appearance_count"], answer["asset_count"], answer["complete"]) == (4, 3, True)
    assert answer["seconds"] == 8.0
    assert [one["appearance_count"] for one in answer["programmes"]] == [2, 1, 1]
    assert (answer["sample_count"], answer["withheld_count"]) == (0, 2)
    assert answer["withheld_reasons"] == ["Withheld: the contract ended."]
    changes = {"NameCluster", "CreateClass", "ProposeSample", "ReviewSamples"}
    assert not changes & {name for one in (mesh.inference, mesh.dataset) for name, _ in one.asked}


def undone(mesh: Any, kind: Any = CLUSTER_DECISION_NAMED) -> None:
    record = clusters.ClusterDecisionRecord(decision_id=DECISION, decision=kind, cluster_id=CLUSTER)
    mesh.inference.answers["UndoClusterDecision"] = clusters.UndoClusterDecisionResponse(decision=record)
    found = [Sample(sample_id=f"s-{number}", revision=number) for number in (1, 2)]
    mesh.dataset.answers["ListSamples"] = review.ListSamplesResponse(samples=found)
    results = [
        review.ReviewResult(sample=Sample(sample_id="s-1", state=wire.SAMPLE_STATE_PROPOSED)),
        review.ReviewResult(sample=Sample(sample_id="s-2", state=wire.SAMPLE_STATE_REJECTED), error="bert"),
    ]
    mesh.dataset.answers["ReviewSamples"] = review.ReviewSamplesResponse(results=results)


async def test_a_name_is_taken_back_with_the_samples_that_were_accepted_by_it(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    """Tried: the name went, and whoever had it was learned from all the same."""
    undone(mesh)
    answer = await gateway.post("/v1/clusters/decisions/undo", json={"decision_id": DECISION})
    assert [(one["sample_id"], one["state"], one["reason"]) for one in answer.json()["samples"]] == [
        ("s-1", "proposed", ""),
        ("s-2", "rejected", "bert"),
    ]
    asked = dict(mesh.dataset.asked)
    assert asked["ListSamples"].cluster_decision_id == DECISION
    assert list(asked["ListSamples"].states) == [wire.SAMPLE_STATE_ACCEPTED]
    assert [(one.decision, one.expected_revision) for one in asked["ReviewSamples"].reviews] == [
        (wire.DECISION_UNDO, 1),
        (wire.DECISION_UNDO, 2),
    ]


async def test_samples_of_a_name_stay_where_that_is_asked_and_no_other_decision_touches_any(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    undone(mesh)
    body = {"decision_id": DECISION, "keep_samples": True}
    assert (await gateway.post("/v1/clusters/decisions/undo", json=body)).json()["samples"] == []
    undone(mesh, CLUSTER_DECISION_MERGED)
    body = {"decision_id": DECISION}
    assert (await gateway.post("/v1/clusters/decisions/undo", json=body)).json()["samples"] == []
    assert not mesh.dataset.asked
