"""A person names an unknown one over REST: a class, accepted samples as far as rights allow, the cluster."""

from typing import Any

import httpx
import pytest

from framewell.dataset.v1 import catalogue_service_pb2 as catalogue
from framewell.dataset.v1 import review_service_pb2 as review
from framewell.dataset.v1.dataset_pb2 import DatasetClass, Sample
from framewell.inference.v1 import cluster_service_pb2 as clusters
from framewell.inference.v1.inference_service_pb2 import Appearance
from framewell.media.v1.media_pb2 import Box, Moment, Span
from framewell.sample.v1.sample_pb2 import (
    DECISION_ACCEPT,
    SAMPLE_STATE_ACCEPTED,
    SAMPLE_STATE_PROPOSED,
    SAMPLE_STATE_WITHHELD,
    Crop,
    Evidence,
    Provenance,
)
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_kit.outcomes import Conflict, Rejected

CLUSTER = "6f1b7a52-0000-5000-8000-00000000000c"
PATH = "/v1/clusters/decisions/name"
ASSETS = [f"1c5b2c1e-0000-4000-8000-00000000000{number}" for number in range(3)]
MADE = derived_id(CLUSTER, "class", "people/erika mustermann")


def appearance(asset_id: str) -> clusters.ClusterAppearance:
    span = Span(start_pts=0, end_pts=100, first_frame=0, frames=10)
    shown = Appearance(span=span, moment=Moment(pts=50, frame=5))
    return clusters.ClusterAppearance(asset_id=asset_id, appearance=shown)


def sample(asset_id: str, state: int, **more: Any) -> Sample:
    return Sample(
        sample_id=f"s-{asset_id[-1]}",
        state=state,  # type: ignore[arg-type]
        provenance=Provenance(asset_id=asset_id, span=Span(start_pts=60, end_pts=300)),
        **more,
    )


class Dataset:
    """Samples as the dataset service would make them."""

    def __init__(self, mesh: Any) -> None:
        self.proposals = list[Any]()
        self.refused: Exception | None = None
        self.becomes: dict[str, Any] = {}
        self.accepted = list[Sample]()
        self.proposed = list[Sample]()
        answers = mesh.dataset.answers
        answers["ListClasses"] = catalogue.ListClassesResponse()
        answers["ListSamples"] = review.ListSamplesResponse()
        self.answer, mesh.dataset.answer = mesh.dataset.answer, self._answer
        found = clusters.FaceCluster(cluster_id=CLUSTER)
        mesh.inference.answers["GetCluster"] = clusters.GetClusterResponse(
            cluster=found, best=[appearance(one) for one in ASSETS]
        )
        mesh.inference.answers["NameCluster"] = clusters.NameClusterResponse(cluster=found, decision_id="d")

    def _answer(self, method: str, request: Any) -> Any:
        if method == "CreateClass":
            if self.refused:
                raise self.refused
            self.made = request.dataset_class
            return catalogue.CreateClassResponse(dataset_class=request.dataset_class)
        if method == "ListSamples":
            open_ones = SAMPLE_STATE_PROPOSED in request.states
            return review.ListSamplesResponse(samples=self.proposed if open_ones else self.accepted)
        if method == "ProposeSample":
            self.proposals.append(request)
            given = self.becomes.get(request.asset_id, sample(request.asset_id, SAMPLE_STATE_PROPOSED))
            if isinstance(given, Exception):
                raise given
            return review.ProposeSampleResponse(sample=given)
        if method == "ReviewSamples":
            assert {one.decision for one in request.reviews} == {DECISION_ACCEPT}
            new = [
                sample(f"{ASSETS[0][:-1]}{one.sample_id[-1]}", SAMPLE_STATE_ACCEPTED)
                for one in request.reviews
            ]
            self.accepted += new
            return review.ReviewSamplesResponse(results=[review.ReviewResult(sample=one) for one in new])
        return self.answer(method, request)


@pytest.fixture
def dataset(mesh: Any) -> Dataset:
    return Dataset(mesh)


async def test_a_name_makes_a_class_and_accepted_samples_and_says_what_is_withheld(
    mesh: Any, dataset: Dataset, gateway: httpx.AsyncClient
) -> None:
    withheld = sample(ASSETS[1], SAMPLE_STATE_WITHHELD, reason="The contract ended.")
    dataset.becomes = {ASSETS[1]: withheld, ASSETS[2]: Rejected("the face there is too small")}
    answer = await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": "  Erika  Mustermann "})
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert (document["class_id"], document["class_existed"], document["accepted_count"]) == (MADE, False, 1)
    assert (dataset.made.name, dataset.made.dataset_id) == ("Erika Mustermann", "people")
    assert [(one["sample_id"], one.get("state"), one["reason"]) for one in document["appearances"]] == [
        ("s-0", "accepted", ""),
        ("s-1", "withheld", "The contract ended."),
        ("", None, "the face there is too small"),
    ]
    named = [request for method, request in mesh.inference.asked if method == "NameCluster"]
    assert named == [clusters.NameClusterRequest(cluster_id=CLUSTER, class_id=MADE)]
    assert {one.class_id for one in dataset.proposals} == {MADE}


async def test_the_same_call_again_proposes_nothing_that_is_accepted(
    dataset: Dataset, gateway: httpx.AsyncClient
) -> None:
    first = (await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": "Erika Mustermann"})).json()
    proposed = len(dataset.proposals)
    again = (await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": "erika mustermann"})).json()
    assert again["class_id"] == first["class_id"]
    assert (again["accepted_count"], len(dataset.proposals)) == (3, proposed)


async def test_another_name_is_refused_before_anything_is_made(
    mesh: Any, dataset: Dataset, gateway: httpx.AsyncClient
) -> None:
    """Tried: one face was learned under two names, and whoever corrected one was told that all is well."""
    named = clusters.FaceCluster(cluster_id=CLUSTER, named_class_id="class-anna")
    answers = mesh.inference.answers
    answers["GetCluster"].cluster.CopyFrom(named)
    answers["NameCluster"] = Conflict(
        say(
            "cluster_named", "cluster {cluster_id} is {named}: {undo}",
            cluster_id="c", named="named class-anna by anna", undo="undo that first (`x undo d`)",
        )
    )  # fmt: skip
    anna = DatasetClass(class_id="class-anna", dataset_id="people", name="Anna Portrait")
    mesh.dataset.answers["ListClasses"] = catalogue.ListClassesResponse(classes=[anna])
    dataset.accepted = [sample(ASSETS[0], SAMPLE_STATE_ACCEPTED)]
    answer = await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": "Berta"})
    assert answer.status_code == 409
    assert "is named Anna Portrait by anna: undo that first" in answer.text
    assert "framewell review undo s-0" in answer.text
    problem = answer.json()
    assert (problem["reason"], problem["template"]) == ("cluster_named", "cluster_named.samples")
    assert problem["params"]["refusal-template"] == "cluster_named"
    assert problem["params"]["refusal-named"] == "named Anna Portrait by anna"
    assert problem["params"]["samples"] == "s-0"
    assert not dataset.proposals
    assert not hasattr(dataset, "made")
    answers["MergeClusters"] = answers["NameCluster"]
    body = {"cluster_id": CLUSTER, "into_cluster_id": CLUSTER}
    merged = await gateway.post("/v1/clusters/decisions/merge", json=body)
    assert (merged.status_code, "named Anna Portrait by" in merged.text) == (409, True)
    problem = merged.json()
    assert (problem["reason"], problem["template"]) == ("cluster_named", "cluster_named")
    assert problem["params"]["named"] == "named Anna Portrait by anna"


async def test_a_name_is_taken_back_where_its_class_is_refused(
    mesh: Any, dataset: Dataset, gateway: httpx.AsyncClient
) -> None:
    mesh.inference.answers["UndoClusterDecision"] = clusters.UndoClusterDecisionResponse()
    dataset.refused = Rejected("must not be learned again")
    assert (await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": "E"})).status_code == 422
    assert mesh.inference.asked[-1] == (
        "UndoClusterDecision", clusters.UndoClusterDecisionRequest(decision_id="d"),
    )  # fmt: skip
    assert not dataset.proposals


@pytest.mark.parametrize("name", ["A\x1b[31mB", "A\x00", "A\u202eB"])
async def test_a_name_with_control_characters_is_refused(
    mesh: Any, dataset: Dataset, gateway: httpx.AsyncClient, name: str
) -> None:
    answer = await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": name})
    assert (answer.status_code, "control characters" in answer.text) == (422, True)
    assert mesh.inference.asked == []


async def test_whom_a_caption_names_otherwise_is_left_for_review(
    dataset: Dataset, gateway: httpx.AsyncClient
) -> None:
    """Tried: it was accepted, and its evidence read as if the caption had named the new person."""
    read = [Evidence(kind="lower_third", sentence="A lower third names {class}.")]
    crop = Crop(box=Box(width=1, height=1))
    more = {"class_id": "class-j", "class_name": "Jörg", "evidence": read, "crops": [crop]}
    dataset.proposed = [sample(ASSETS[0], SAMPLE_STATE_PROPOSED, **more)]
    document = (await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": "E"})).json()
    first = document["appearances"][0]
    assert (first["sample_id"], first["state"]) == ("s-0", "proposed")
    assert first["reason"].startswith("its caption names Jörg")
    assert [one.asset_id for one in dataset.proposals] == ASSETS[1:]


async def test_appearances_that_are_one_sample_are_accepted_together(
    dataset: Dataset, gateway: httpx.AsyncClient
) -> None:
    """Tried: one of two was said to be proposed still."""
    dataset.becomes = dict.fromkeys(ASSETS, sample(ASSETS[0], SAMPLE_STATE_PROPOSED))
    document = (await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": "E"})).json()
    assert {(one["sample_id"], one["state"]) for one in document["appearances"]} == {("s-0", "accepted")}
    assert document["accepted_count"] == 1


async def test_a_class_of_that_name_is_used_and_a_merged_one_followed(
    mesh: Any, dataset: Dataset, gateway: httpx.AsyncClient
) -> None:
    stays = DatasetClass(class_id="stays", dataset_id="people", name="E. Mustermann")
    mesh.dataset.answers["ListClasses"] = catalogue.ListClassesResponse(classes=[stays])
    answer = (await gateway.post(PATH, json={"cluster_id": CLUSTER, "class_id": "stays"})).json()
    assert (answer["class_id"], answer["class_existed"]) == ("stays", True)
    other = DatasetClass(class_id="other", dataset_id="people", name="Erika Mustermann-Kraus")
    known = DatasetClass(class_id="known", dataset_id="people", name="X", aliases=["ERIKA MUSTERMANN"])
    mesh.dataset.answers["ListClasses"] = catalogue.ListClassesResponse(classes=[other, known])
    answer = (await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": "Erika Mustermann"})).json()
    assert (answer["class_id"], answer["class_existed"]) == ("known", True)


@pytest.mark.parametrize("body", [{}, {"name": "  "}, {"name": "E", "class_id": "c"}])
async def test_who_it_is_is_said_in_one_way(
    mesh: Any, dataset: Dataset, gateway: httpx.AsyncClient, body: dict[str, str]
) -> None:
    assert (await gateway.post(PATH, json={"cluster_id": CLUSTER, **body})).status_code == 422
    assert mesh.inference.asked == []


async def test_a_sample_that_has_grown_over_an_appearance_is_found_by_its_id(
    dataset: Dataset, gateway: httpx.AsyncClient
) -> None:
    grown = sample(ASSETS[0], SAMPLE_STATE_ACCEPTED)
    grown.provenance.span.start_pts = grown.provenance.span.end_pts = 900
    dataset.accepted = [grown]
    dataset.becomes = dict.fromkeys(ASSETS, Conflict("sample s-0 shows this already and is accepted"))
    document = (await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": "E"})).json()
    assert document["accepted_count"] == 1
    assert {one["reason"] for one in document["appearances"]} == {""}


async def test_what_was_decided_before_is_said_and_stays(
    dataset: Dataset, gateway: httpx.AsyncClient
) -> None:
    dataset.becomes = dict.fromkeys(ASSETS, Conflict("sample s shows this already and is rejected"))
    document = (await gateway.post(PATH, json={"cluster_id": CLUSTER, "name": "Erika Mustermann"})).json()
    assert document["accepted_count"] == 0
    assert {one["reason"] for one in document["appearances"]} == {
        "sample s shows this already and is rejected"
    }


async def test_clusters_are_listed_and_decided_about_as_whoever_calls(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    found = clusters.FaceCluster(cluster_id=CLUSTER, appearance_count=2)
    mesh.inference.answers["ListClusters"] = clusters.ListClustersResponse(clusters=[found])
    query = "order_by=last_seen&series=News&least_appearances=2&asked_from=2026-11-01T00:00:00Z"
    answer = await gateway.get(f"/v1/clusters?{query}")
    assert [one["cluster_id"] for one in answer.json()["clusters"]] == [CLUSTER]
    ((_, request),) = mesh.inference.asked
    assert (request.order_by, list(request.series), request.least_appearances) == ("last_seen", ["News"], 2)
    assert (await gateway.get("/v1/clusters?order_by=colour")).status_code == 422
    mesh.inference.answers["MergeClusters"] = clusters.MergeClustersResponse(cluster=found, decision_id="d")
    answer = await gateway.post(
        "/v1/clusters/decisions/merge", json={"cluster_id": CLUSTER, "into_cluster_id": CLUSTER}
    )
    assert answer.json()["decision_id"] == "d"
    assert mesh.inference.asked[-1][1].cluster_id == CLUSTER
