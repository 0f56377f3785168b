"""How much waits for people: one answer, of which each part may be missing."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected, AssetRemoved
from framewell.dataset.v1.review_service_pb2 import ListSamplesResponse
from framewell.gateway.v1.mesh_view_pb2 import DeadLetterCount
from framewell.inference.v1.cluster_service_pb2 import FaceCluster, ListClustersResponse
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.operations_service_pb2 import Breaker, DescribeWorkResponse
from framewell.sample.v1.sample_pb2 import Provenance, SampleWithheld
from framewell.training.v1.training_pb2 import TrainingCompleted, Verdict
from framewell.training.v1.training_service_pb2 import Candidate, Hold, ListCandidatesResponse
from framewell_gateway.domain.broker_state import Replica, ServiceReplies
from framewell_gateway.queries import count_waiting

IDS = [f"1c5b2c1e-0000-4000-8000-{number:012}" for number in range(5)]


def candidate(verdict: Verdict.ValueType, **more: Any) -> Candidate:
    return Candidate(completed=TrainingCompleted(verdict=verdict), **more)


@pytest.fixture
def busy(mesh: Any) -> Any:
    """A mesh in which something of everything waits."""
    mesh.dataset.answers["ListSamples"] = ListSamplesResponse(total_size=7)
    mesh.inference.answers["ListClusters"] = ListClustersResponse(clusters=[FaceCluster()] * 3)
    mesh.training.answers["ListCandidates"] = ListCandidatesResponse(
        candidates=[
            candidate(Verdict.VERDICT_WAITS),
            candidate(Verdict.VERDICT_WAITS, hold=Hold(reason="x")),
            candidate(Verdict.VERDICT_WAITS, withdrawn="Its snapshot was withdrawn."),
            candidate(Verdict.VERDICT_REFUSED),
        ]
    )
    mesh.dead_letters.waiting = [DeadLetterCount(count=2), DeadLetterCount(count=3)]
    breakers = [Breaker(group="transcode.stitch", open=True)]
    mesh.operations.replies["transcode"] = ServiceReplies(
        "transcode", [Replica("127.0.0.1:1", DescribeWorkResponse(breakers=breakers))]
    )
    return mesh


async def test_everything_that_waits_is_counted(busy: Any, gateway: httpx.AsyncClient) -> None:
    works = [Work(asset_id=each, generation=1) for each in IDS]
    await busy.happened(*[AssetIngested(work=work) for work in works])
    await busy.happened(
        AssetRejected(work=works[0]), AssetAnalysed(work=works[1]), AssetRemoved(asset_id=IDS[2]),
        SampleWithheld(sample_id="s", provenance=Provenance(asset_id=IDS[1])),
    )  # fmt: skip
    counts = (await gateway.get("/v1/counts")).json()
    assert counts.pop("since") < counts.pop("as_of") <= datetime.now(UTC).isoformat()
    states = {one["state"]: one["count"] for one in counts.pop("assets")}
    assert states == {"ingested": 2, "rejected": 1, "analysed": 1}
    assert counts == {
        "assets_failed": 1, "samples_proposed": 7, "unknown_people": 3, "unknown_people_more": False,
        "refusals": 1, "candidates_waiting": 1, "candidates_waiting_more": False, "dead_letters": 5,
        "open_breakers": ["transcode.stitch"], "unavailable": [], "missing": [],
        "missing_wordings": [], "refreshing": False,
    }  # fmt: skip


async def test_refusals_are_counted_from_the_begin_of_the_callers_day(
    busy: Any, gateway: httpx.AsyncClient
) -> None:
    await busy.happened(SampleWithheld(sample_id="s"))
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    counts = (await gateway.get("/v1/counts", params={"since": tomorrow})).json()
    assert counts["refusals"] == 0


async def test_who_is_away_is_named_and_the_rest_is_counted(busy: Any, gateway: httpx.AsyncClient) -> None:
    busy.inference.away = busy.training.away = True
    busy.dead_letters.away = "nothing answers at 127.0.0.1:1"
    counts = (await gateway.get("/v1/counts")).json()
    unknown = {
        "unknown_people", "unknown_people_more", "candidates_waiting", "candidates_waiting_more",
        "dead_letters",
    }  # fmt: skip
    assert set(counts["unavailable"]) == unknown
    assert not unknown & counts.keys()
    assert len(counts["missing"]) == 3
    assert any("127.0.0.1:1" in sentence for sentence in counts["missing"])
    assert counts["samples_proposed"] == 7


async def test_who_takes_too_long_is_not_waited_for(
    busy: Any, gateway: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count_waiting, "_SECONDS", 0.05)

    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(busy.dead_letters, "counts", never)
    counts = (await gateway.get("/v1/counts")).json()
    assert counts["unavailable"] == ["dead_letters"]


async def test_more_people_than_are_counted_are_said_to_be_more(
    busy: Any, gateway: httpx.AsyncClient
) -> None:
    page = ListClustersResponse(clusters=[FaceCluster()] * 200, next_page_token="0")
    busy.inference.answers["ListClusters"] = [page]
    counts = (await gateway.get("/v1/counts")).json()
    assert (counts["unknown_people"], counts["unknown_people_more"]) == (1000, True)
