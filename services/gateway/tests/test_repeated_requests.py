"""A request that is sent twice has one effect; what a caller has already is not sent again."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.dataset.v1.catalogue_service_pb2 import (
    CreateClassResponse,
    GetClassResponse,
    RenameClassResponse,
)
from framewell.dataset.v1.dataset_pb2 import ClassSamples, DatasetClass
from framewell.ingest.v1.ingest_service_pb2 import SubmitResponse
from framewell.media.v1.media_pb2 import Work
from framewell_gateway.adapters.kept_answer_documents import ANSWERS, KeptAnswerDocuments
from framewell_gateway.entrypoints.http import idempotency
from framewell_gateway.ports.kept_answers import KeptAnswer
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outcomes import Conflict

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
HOOK = {"url": "https://mam.example/hook"}
KEY = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


async def test_the_same_key_and_request_is_one_effect_and_the_same_answer(gateway: httpx.AsyncClient) -> None:
    first = await gateway.post("/v1/webhooks", json=HOOK, headers=KEY)
    second = await gateway.post("/v1/webhooks", json=HOOK, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert (await gateway.get("/v1/webhooks")).json()["total_size"] == 1


async def test_another_request_under_the_key_is_refused_with_a_word(gateway: httpx.AsyncClient) -> None:
    await gateway.post("/v1/webhooks", json=HOOK, headers=KEY)
    other = await gateway.post("/v1/webhooks", json={**HOOK, "description": "x"}, headers=KEY)
    assert (other.status_code, other.json()["reason"]) == (422, "idempotency_key_reused")
    assert "take a new one" in other.json()["detail"]


async def test_the_query_belongs_to_the_request(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.ingest.answers["Submit"] = SubmitResponse(asset_id=ASSET)
    await gateway.post("/v1/assets?request_id=a", json={"uri": "https://a.example/a"}, headers=KEY)
    other = await gateway.post("/v1/assets?request_id=b", json={"uri": "https://a.example/a"}, headers=KEY)
    assert (other.status_code, other.json()["reason"]) == (422, "idempotency_key_reused")


async def test_two_at_once_are_one_effect(mesh: Any, gateway: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(gateway.post("/v1/webhooks", json=HOOK, headers=KEY) for _ in range(5)))
    assert len({answer.content for answer in answers}) == 1
    assert len(await mesh.documents.find("webhooks", {})) == 1


async def test_keys_belong_to_their_callers_and_operations(gateway: httpx.AsyncClient) -> None:
    await gateway.post("/v1/webhooks", json=HOOK, headers=KEY)
    anna = await gateway.post("/v1/webhooks", json=HOOK, headers={**KEY, "framewell-actor": "anna"})
    assert "idempotency-replayed" not in anna.headers
    name = anna.json()["webhook"]["webhook_id"]
    await gateway.post(f"/v1/webhooks/{name}/secret", headers=KEY)
    assert (await gateway.get("/v1/webhooks")).json()["total_size"] == 2


async def test_a_refusal_is_not_kept(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.dataset.answers["CreateClass"] = Conflict("There is such a class.", code="class_exists")
    body = {"dataset_id": "d", "name": "Anna"}
    refused = await gateway.post("/v1/classes", json=body, headers=KEY)
    assert (refused.status_code, refused.json()["reason"]) == (409, "class_exists")
    mesh.dataset.answers["CreateClass"] = CreateClassResponse()
    assert (await gateway.post("/v1/classes", json=body, headers=KEY)).status_code < 300


async def test_what_is_kept_is_readable_with_the_key_alone(mesh: Any, gateway: httpx.AsyncClient) -> None:
    made = (await gateway.post("/v1/webhooks", json=HOOK, headers=KEY)).json()
    kept = repr(await mesh.documents.find(ANSWERS, {}))
    assert kept != "[]"
    assert made["secret"] not in kept
    assert "mam.example" not in kept
    assert KEY["idempotency-key"] not in kept


async def test_a_service_knows_the_request_again_by_an_id_that_follows_from_the_key(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.ingest.answers["Submit"] = SubmitResponse(asset_id=ASSET)
    body = {"uri": "https://archive.example/a.mp4"}
    await gateway.post("/v1/assets", json=body, headers=KEY)
    await mesh.documents.delete_where(ANSWERS, {})  # as if the gateway had died before it kept the answer
    await gateway.post("/v1/assets", json=body, headers=KEY)
    ids = [request.request_id for method, request in mesh.ingest.asked if method == "Submit"]
    assert len(ids) == 2
    assert len({*ids, ""}) == 2
    own = await gateway.post(
        "/v1/assets", json={**body, "asset_id": ASSET}, headers={"idempotency-key": "k2"}
    )
    assert own.status_code == 202


async def test_who_died_while_answering_is_taken_over(
    mesh: Any, gateway: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "_LEASE", timedelta())

    async def lost(*_: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as dying:
        dying.setattr(KeptAnswerDocuments, "end", lost)
        dying.setattr(KeptAnswerDocuments, "drop", lost)
        with pytest.raises(asyncio.CancelledError):
            await gateway.post("/v1/webhooks", json=HOOK, headers=KEY)
    again = await gateway.post("/v1/webhooks", json=HOOK, headers=KEY)
    assert again.status_code == 201


async def test_an_answer_is_kept_for_a_day() -> None:
    class Later(SystemClock):
        ahead = timedelta()

        def now(self) -> Any:
            return super().now() + self.ahead

    clock, documents = Later(), MemoryDocuments()
    answers = KeptAnswerDocuments(documents, clock)
    now = clock.now()
    await answers.begin(KeptAnswer("n", "r", "h", now + idempotency.KEPT, now))
    clock.ahead = timedelta(hours=23)
    assert await answers.get("n") is not None
    clock.ahead = timedelta(hours=25)
    assert await answers.get("n") is None
    assert await documents.find(ANSWERS, {}) == []


@pytest.mark.parametrize("key", ["", "a b", "x" * 300, "é"])
async def test_a_key_that_is_none_is_refused(gateway: httpx.AsyncClient, key: str) -> None:
    headers = httpx.Headers({"idempotency-key": key}, encoding="latin-1")
    answer = await gateway.post("/v1/webhooks", json=HOOK, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (422, "bad_idempotency_key")


# --- ETags


async def test_what_a_caller_has_is_not_sent_again(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetIngested(work=Work(asset_id=ASSET, generation=1)))
    first = await gateway.get("/v1/assets")
    etag = first.headers["etag"]
    for header in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = await gateway.get("/v1/assets", headers={"if-none-match": header})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag), header
    assert (await gateway.get("/v1/assets", headers={"if-none-match": '"x"'})).status_code == 200
    await mesh.happened(AssetIngested(work=Work(asset_id=ASSET.replace("a", "b"), generation=1)))
    assert (await gateway.get("/v1/assets", headers={"if-none-match": etag})).status_code == 200


async def test_a_change_rests_on_the_revision_that_was_compared(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    seen = DatasetClass(class_id="c-1", name="Anna", revision=7)
    mesh.dataset.answers["GetClass"] = GetClassResponse(dataset_class=seen)
    mesh.dataset.answers["RenameClass"] = RenameClassResponse(dataset_class=seen)
    etag = (await gateway.get("/v1/classes/c-1")).headers["etag"]
    for headers, body in (({"if-match": etag}, {}), ({}, {}), ({"if-match": etag}, {"expected_revision": 6})):
        await gateway.post("/v1/classes/c-1/rename", json={"name": "A.", **body}, headers=headers)
    asked = [request for method, request in mesh.dataset.asked if method == "RenameClass"]
    assert [(one.HasField("expected_revision"), one.expected_revision) for one in asked] == [
        (True, 7), (False, 0), (True, 6),
    ]  # fmt: skip


async def test_samples_that_come_meanwhile_leave_the_version_of_their_class(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    seen = DatasetClass(class_id="c-1", name="Anna", revision=7)
    mesh.dataset.answers["GetClass"] = GetClassResponse(dataset_class=seen)
    mesh.dataset.answers["RenameClass"] = RenameClassResponse(dataset_class=seen)
    etag = (await gateway.get("/v1/classes/c-1")).headers["etag"]
    counted = DatasetClass(class_id="c-1", name="Anna", revision=7, samples=ClassSamples(proposed=1))
    mesh.dataset.answers["GetClass"] = GetClassResponse(dataset_class=counted)
    again = await gateway.get("/v1/classes/c-1", headers={"if-none-match": etag})
    assert (again.status_code, again.headers["etag"] == etag) == (200, False)
    headers = {"if-match": f'"x", W/{etag}'}
    renamed = await gateway.post("/v1/classes/c-1/rename", json={"name": "A."}, headers=headers)
    assert renamed.status_code == 200
    other = await gateway.post("/v1/classes/c-2/rename", json={"name": "A."}, headers={"if-match": etag})
    assert other.status_code == 412  # the same revision of something else


async def test_a_header_that_names_no_version_lets_nothing_be_changed(gateway: httpx.AsyncClient) -> None:
    name = (await gateway.post("/v1/webhooks", json=HOOK)).json()["webhook"]["webhook_id"]
    for header in ("", '""', ",", "x"):
        late = await gateway.patch(
            f"/v1/webhooks/{name}", json={"description": "a"}, headers={"if-match": header}
        )
        assert late.status_code == 412, header


async def test_two_keys_are_none(gateway: httpx.AsyncClient) -> None:
    headers = [("idempotency-key", "one"), ("idempotency-key", "two")]
    answer = await gateway.post("/v1/webhooks", json=HOOK, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (422, "bad_idempotency_key")


async def test_a_change_of_a_version_that_is_sent_again_is_answered_as_before(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.dataset.answers["GetClass"] = GetClassResponse(
        dataset_class=DatasetClass(class_id="c-1", revision=7)
    )
    renamed = DatasetClass(class_id="c-1", name="A.", revision=8)
    mesh.dataset.answers["RenameClass"] = RenameClassResponse(dataset_class=renamed)
    headers = {
        "if-match": (await gateway.get("/v1/classes/c-1")).headers["etag"],
        "idempotency-key": "one-change",
    }
    first = await gateway.post("/v1/classes/c-1/rename", json={"name": "A."}, headers=headers)
    mesh.dataset.answers["GetClass"] = GetClassResponse(dataset_class=renamed)
    again = await gateway.post("/v1/classes/c-1/rename", json={"name": "A."}, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_webhook_that_has_another_revision_than_expected_is_not_changed(
    gateway: httpx.AsyncClient,
) -> None:
    name = (await gateway.post("/v1/webhooks", json=HOOK)).json()["webhook"]["webhook_id"]
    path = f"/v1/webhooks/{name}?expected_revision="
    late = await gateway.patch(f"{path}9", json={"description": "a"})
    assert (late.status_code, late.json()["reason"]) == (409, "webhook_changed")
    assert (await gateway.patch(f"{path}1", json={"description": "a"})).status_code == 200


async def test_a_change_of_what_was_not_seen_last_is_refused(gateway: httpx.AsyncClient) -> None:
    name = (await gateway.post("/v1/webhooks", json=HOOK)).json()["webhook"]["webhook_id"]
    path = f"/v1/webhooks/{name}"
    etag = (await gateway.get(path)).headers["etag"]
    first = await gateway.patch(path, json={"description": "a"}, headers={"if-match": etag})
    late = await gateway.patch(path, json={"description": "b"}, headers={"if-match": etag})
    assert (first.status_code, late.status_code) == (200, 412)
    assert (late.json()["code"], late.json()["reason"]) == ("precondition_failed", "revision_changed")
    assert (await gateway.delete(path, headers={"if-match": etag})).status_code == 412
    assert (await gateway.get(path)).json()["description"] == "a"
    assert (await gateway.delete(path, headers={"if-match": "*"})).status_code == 200
