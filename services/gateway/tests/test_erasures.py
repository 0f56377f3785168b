"""What was erased is kept by nobody, however late it comes; who has forgotten can be asked."""

from typing import Any

import httpx
import pytest
from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRemoved
from framewell.erasure.v1.erasure_pb2 import (
    ErasedCount,
    ErasureCompleted,
    ErasurePlanned,
    ErasureRequested,
)
from framewell.media.v1.media_pb2 import Programme, Work
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1.rights_pb2 import RightsChanged, RightsStatement
from framewell.sample.v1.sample_pb2 import Provenance, SampleProposed, SampleReviewed, SampleWithdrawn
from framewell_contracts.cloudevents import Envelope, Event, asset_of
from framewell_contracts.fact_types import fact_type
from framewell_contracts.services import SERVICES
from framewell_contracts.topics import RESULTS
from framewell_gateway.settings import GatewaySettings
from framewell_gateway.wiring import wire
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.service_bench import ServiceBench

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
OTHER = "1c5b2c1e-0000-4000-8000-00000000000b"
WORK = Work(asset_id=ASSET, generation=1)
HOLDER = "Agentur Bluu"
TOKENS = {"t-anna": "anna/rights", "t-bernd": "bernd/curator"}

LIFE: tuple[Message, ...] = (
    AssetIngested(
        work=WORK,
        programme=Programme(title="Geheimes"),
        statements=[RightsStatement(issuer=HOLDER, statement_id="1", holder=HOLDER, verbatim="Geheimes")],
    ),
    SampleProposed(sample_id="s-1", class_id="c-1", provenance=Provenance(asset_id=ASSET)),
    SampleReviewed(sample_id="s-1"),
    AssetAnalysed(work=WORK),
    RightsChanged(subject=Subject(asset_id=ASSET), statements=[RightsStatement(issuer="Geheimes")]),
)


class Bench(ServiceBench):
    """The gateway as its process wires it, without its web server."""

    def __init__(self) -> None:
        super().__init__("gateway", wire, GatewaySettings(), parts=False)

    async def hear(self, *facts: Message, redelivery: str = "") -> None:
        for number, fact in enumerate(facts):
            kind = fact_type(fact).type
            name = f"{kind}-{number}{redelivery}"
            subject = asset_of(Event(Envelope(name, "/test", kind, self.clock.now()), fact))
            await self.deliver(fact, self.cause(name, subject=subject, type=kind))

    async def kept(self) -> str:
        """Return everything in the gateway's database as text."""
        stores = (
            "events", "event_hours", "asset_progress", "asset_summaries", "asset_list", "erasure_requests",
            "announced",
        )  # fmt: skip
        return repr([await self.documents.find(store, {}) for store in stores])

    async def events(self, **query: str) -> list[str]:
        return sorted(each["type"] for each in await self.documents.find("events", query))


@pytest.fixture
async def bench() -> Any:
    async with Bench() as bench:
        yield bench


async def test_an_erased_asset_leaves_nothing_and_no_late_or_replayed_fact_brings_it_back(
    bench: Bench,
) -> None:
    await bench.hear(*LIFE)
    assert "Geheimes" in await bench.kept()
    (answer,) = await bench.deliver(erasure_plan(asset_ids=[ASSET]), group="gateway.erase")
    assert isinstance(answer, ErasureCompleted)
    counts = {each.kind: each.count for each in answer.counts}
    assert (counts["events"], counts["asset_summaries"], counts["asset_progress"] > 0) == (5, 1, True)
    for again in ("", "-again"):  # redelivered, and under ids that were not there before
        await bench.hear(*LIFE, redelivery=again)
        await bench.hear(SampleReviewed(sample_id="s-1"), redelivery=again)
        assert await bench.documents.find("events", {}) == []
        assert await bench.documents.find("asset_progress", {}) == []
        assert "Geheimes" not in await bench.kept()


@pytest.mark.parametrize("first", range(len(LIFE)))
async def test_whatever_comes_first_after_an_erasure_leaves_nothing(bench: Bench, first: int) -> None:
    await bench.deliver(erasure_plan(asset_ids=[ASSET]), group="gateway.erase")
    await bench.hear(*LIFE[first:], *LIFE[:first])
    assert await bench.documents.find("events", {}) == []


async def test_an_erased_class_takes_the_events_of_its_samples_and_no_other(bench: Bench) -> None:
    other = SampleProposed(sample_id="s-2", class_id="c-2", provenance=Provenance(asset_id=ASSET))
    await bench.hear(*LIFE, other)
    await bench.deliver(erasure_plan(class_ids=["c-1"]), group="gateway.erase")
    assert await bench.events(sample_id="s-1") == []
    assert await bench.events(sample_id="s-2") == ["framewell.sample.proposed.v1"]
    assert "framewell.asset.ingested.v1" in await bench.events(asset_id=ASSET)
    withdrawn = SampleWithdrawn(sample_id="s-1")
    await bench.hear(SampleReviewed(sample_id="s-1"), LIFE[1], withdrawn, redelivery="-late")
    assert await bench.events(sample_id="s-1") == []


async def test_an_erased_holder_takes_every_event_that_names_it(bench: Bench) -> None:
    named = RightsChanged(
        subject=Subject(asset_id=OTHER), statements=[RightsStatement(holder="agentur  bluu", issuer="x")]
    )
    await bench.hear(*LIFE, named)
    plan = erasure_plan(subject=Subject(holder=HOLDER), name_hashes=[bench.name_hashes.of(HOLDER)])
    await bench.deliver(plan, group="gateway.erase")
    await bench.hear(LIFE[0], named, redelivery="-late")
    assert HOLDER.lower() not in (await bench.kept()).lower().replace("  ", " ")


async def test_facts_of_holders_and_erasures_are_not_kept_in_their_words(bench: Bench) -> None:
    about = Subject(holder=HOLDER)
    await bench.hear(
        RightsChanged(subject=about, statements=[RightsStatement(holder=HOLDER, verbatim="Geheimes")]),
        ErasureRequested(erasure_id="e-1", subject=about, reason="Geheimes"),
        ErasurePlanned(erasure_id="e-1", subject=about, plan_id="p", part=2, parts=2),
        ErasureCompleted(erasure_id="e-1", subject=about, service="dataset"),
    )
    text = await bench.kept()
    assert "e-1" in text
    assert HOLDER not in text
    assert "Geheimes" not in text


async def test_results_of_what_was_erased_are_not_written_again(bench: Bench) -> None:
    await bench.hear(*LIFE)
    before = len([record for record in bench.facts.records if record.topic == RESULTS])
    assert before
    await bench.deliver(erasure_plan(asset_ids=[ASSET]), group="gateway.erase")
    await bench.hear(*LIFE, redelivery="-late")
    assert len([record for record in bench.facts.records if record.topic == RESULTS]) == before
    await bench.hear(AssetRemoved(asset_id=ASSET), SampleWithdrawn(sample_id="s-1"))
    assert len([record for record in bench.facts.records if record.topic == RESULTS]) == before + 2


# --- over REST


async def test_an_erasure_is_asked_for_followed_and_listed(mesh: Any, gateway: httpx.AsyncClient) -> None:
    asked = {"subject": {"class_id": "c-1"}, "reason": "Art. 17 GDPR.", "erasure_id": "e-1"}
    for _ in range(2):  # the same request twice is one erasure
        answer = await gateway.post("/v1/erasures", json=asked)
        assert (answer.status_code, answer.json()) == (202, {"erasure_id": "e-1"}), answer.text
    (fact,) = mesh.announcements.facts
    assert isinstance(fact, ErasureRequested)
    assert (fact.reason, fact.actor.principal, fact.actor.authority) == ("Art. 17 GDPR.", "local", "local")
    found = (await gateway.get("/v1/erasures/e-1")).json()
    assert (found["state"], found["kind"], found["subject_id"]) == ("requested", "class", "c-1")
    assert found["open"] == list(SERVICES)
    await mesh.happened(
        fact,
        ErasurePlanned(erasure_id="e-1", subject=fact.subject, class_ids=["c-1", "c-2"], plan_id="p", part=1),
    )
    counts = [ErasedCount(kind="classes", count=2)]
    for service in SERVICES:
        found = (await gateway.get("/v1/erasures/e-1")).json()
        assert (found["state"], found["class_count"]) == ("erasing", 2)
        await mesh.happened(
            ErasureCompleted(erasure_id="e-1", subject=fact.subject, service=service, counts=counts)
        )
    (listed,) = (await gateway.get("/v1/erasures")).json()["erasures"]
    assert (listed["state"], listed["open"], len(listed["answers"])) == ("completed", [], len(SERVICES))
    assert listed["answers"][0]["counts"] == [{"kind": "classes", "count": 2}]
    assert "GDPR" not in str(listed)


async def test_an_id_that_is_taken_by_another_erasure_is_a_conflict(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    asked = {"subject": {"holder": HOLDER}, "reason": "x", "erasure_id": "e-1"}
    assert (await gateway.post("/v1/erasures", json=asked)).status_code == 202
    other = {**asked, "subject": {"holder": "Other"}}
    assert (await gateway.post("/v1/erasures", json=other)).status_code == 409
    assert len(mesh.announcements.facts) == 1
    assert HOLDER not in (await gateway.get("/v1/erasures/e-1")).text


@pytest.mark.parametrize(("token", "status"), [("t-anna", 202), ("t-bernd", 403)])
async def test_an_erasure_takes_an_authority(mesh: Any, open_gateway: Any, token: str, status: int) -> None:
    asked = {"subject": {"asset_id": ASSET}, "reason": "x"}
    async with open_gateway(tokens=TOKENS) as client:
        answer = await client.post("/v1/erasures", json=asked, headers={"authorization": f"Bearer {token}"})
    asked_for = [fact for fact in mesh.announcements.facts if isinstance(fact, ErasureRequested)]
    assert (answer.status_code, len(asked_for)) == (status, int(status == 202))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject": {"class_id": "c"}},
        {"subject": {"class_id": "c"}, "reason": ""},
        {"subject": {"class_id": "c"}, "reason": "x" * 1001},
        {"subject": {"sample_id": "s"}, "reason": "x"},
        {"subject": {"source": "s"}, "reason": "x"},
        {"subject": {}, "reason": "x"},
        {"subject": {"class_id": "c"}, "reason": "x", "erasure_id": "a/b"},
        {"subject": {"holder": " "}, "reason": "x"},
        {"subject": {"holder": "\t\u00a0"}, "reason": "x"},
        {"subject": {"holder": "\u0000"}, "reason": "x"},
        {"subject": {"holder": "Agentur\u0000Blau"}, "reason": "x"},
        {"subject": {"class_id": " "}, "reason": "x"},
    ],
)
async def test_what_cannot_be_erased_is_refused_before_it_is_sent(
    mesh: Any, gateway: httpx.AsyncClient, body: Any
) -> None:
    assert (await gateway.post("/v1/erasures", json=body)).status_code == 422
    assert mesh.announcements.facts == []


async def test_what_is_removed_or_erased_is_gone_with_the_sentence_and_in_no_list(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(LIFE[0], LIFE[3], AssetRemoved(asset_id=ASSET, reason="delivered by mistake"))
    shown = await gateway.get(f"/v1/assets/{ASSET}")
    assert (shown.status_code, "delivered by mistake" in shown.json()["detail"]) == (410, True)
    for part in ("frame", "rights", f"objects/ab/ab{'0' * 62}.m3u8"):
        assert (await gateway.get(f"/v1/assets/{ASSET}/{part}")).status_code == 410, part
    assert (await gateway.get(f"/v1/assets/{ASSET}/events")).json()["events"]
    assert (await gateway.get("/v1/assets")).json()["total_size"] == 0
    await mesh.models.erase(erasure_plan(asset_ids=[ASSET]), None)
    for part in ("", "/events", "/why", "/frame", "/observations"):
        answer = await gateway.get(f"/v1/assets/{ASSET}{part}")
        assert (answer.status_code, "was erased on" in answer.json()["detail"]) == (410, True), part
    assert (await gateway.get(f"/v1/assets/{OTHER}")).status_code == 404
