"""Passwords and signatures in addresses, planted at every door of a whole mesh, are found nowhere afterwards.

The exception is what a sender publishes itself: it stands in the topic it was sent to and in its dead letter.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pymongo import AsyncMongoClient

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.ingest.v1.ingest_service_pb2 import SubmitRequest
from framewell.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from framewell_contracts.identity import asset_id
from framewell_contracts.services import SERVICES
from framewell_demo.facts import FactLog, following
from framewell_demo.temporary_mesh import TemporaryMesh
from framewell_kafka.broker_access import BrokerAccess
from framewell_kit.testing.waiting import eventually

CANARY = "cAnArY7r0b1n5s0ngX9q"
TOPIC = "framewell.ingest.requested.v1"
SOURCE = "/playout/7"
PATIENCE = 120.0

pytestmark = [pytest.mark.story, pytest.mark.timeout(900)]


class Site:
    """A web server on loopback: media for whoever brings the signature, a refusal, and signed redirects."""

    def __init__(self, media: bytes) -> None:
        self._media = media
        self.address = ""

    async def __aenter__(self) -> Site:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
        status, more, body = "403 Forbidden", "", b""
        if target.startswith("/media") and CANARY in target:
            status, body = "200 OK", self._media
        elif target.startswith("/to-media"):
            status, more = "302 Found", f"Location: {self.address}/media.jpg?token={CANARY}\r\n"
        elif target.startswith("/to-login"):
            status, more = "302 Found", f"Location: https://editor:{CANARY}@127.0.0.1/a.mp4\r\n"
        head = f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


class Telemetry(grpc.GenericRpcHandler):
    """An OTLP endpoint that keeps every span, metric and log line as it arrives."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    def service(self, details: Any) -> Any:
        def keep(request: bytes, _: Any) -> bytes:
            self.received.append(request)
            return b""

        return grpc.unary_unary_rpc_method_handler(keep)


@pytest.fixture
def telemetry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Telemetry]:
    sink, server = Telemetry(), grpc.server(futures.ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((sink,))
    monkeypatch.setenv("FRAMEWELL_OTLP", f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
    monkeypatch.setenv("FRAMEWELL_TRACE_SAMPLE", "1")
    server.start()
    yield sink
    server.stop(0)


@pytest.fixture
def mesh(home: Path, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch) -> TemporaryMesh:
    monkeypatch.setenv("FRAMEWELL_INGEST_INNER_HOSTS", "127.0.0.1")
    monkeypatch.setenv("FRAMEWELL_LOG_LEVEL", "debug")
    return TemporaryMesh.at(home / "mesh", roots=(home / "sources",))


@pytest.fixture
async def endpoints(mesh: TemporaryMesh) -> AsyncIterator[Mapping[str, str]]:
    async with mesh.running(stay=False) as addresses:
        yield addresses


async def test_a_secret_in_an_address_is_found_nowhere_afterwards(
    endpoints: Mapping[str, str], mesh: TemporaryMesh, home: Path, telemetry: Telemetry
) -> None:
    media = (home / "sources" / "official-portrait.jpg").read_bytes()
    rest = httpx.AsyncClient(base_url=endpoints["rest"], trust_env=False, timeout=30)
    async with Site(media) as site, following(BrokerAccess(endpoints["kafka"])) as log, rest:
        signed = f"{site.address}/media.jpg?id=1&X-Amz-Date=1&X-Amz-Signature={CANARY}"
        taken = [await by_rest(rest, signed), await by_rest(rest, f"{site.address}/to-media?sig={CANARY}")]
        refused = [
            await by_rest(rest, f"{site.address}/nothing?token={CANARY}"),
            await by_rest(rest, f"{site.address}/to-login?token={CANARY}"),
        ]
        taken.append(await by_grpc(endpoints["grpc.ingest"], signed))
        for uri in (f"https://editor:{CANARY}@127.0.0.1/a.mp4", f"ftp://editor:{CANARY}@127.0.0.1/a"):
            answer = await rest.post("/v1/assets", json={"uri": uri})
            assert (answer.status_code, CANARY in answer.text) == (422, False)
        await by_kafka(endpoints["kafka"], signed, f"https://editor:{CANARY}@127.0.0.1/a.mp4")
        refused += [asset_id(SOURCE, f"job-{number}") for number in range(2)]
        for asset in taken:
            await ended(log, AssetIngested, asset)
        for asset in refused:
            await ended(log, AssetRejected, asset)
        await answers_hold_no_secret(rest, [*taken, *refused], endpoints)
    assert await documents_with_secrets(endpoints["mongo"]) == []
    assert await records_with_secrets(endpoints["kafka"]) == []
    await commands_print_no_secret(mesh, [*taken, *refused])
    await asyncio.sleep(6)  # time: spans and log lines leave every five seconds
    await eventually(lambda: len(telemetry.received) > 10)
    assert not [one for one in telemetry.received if CANARY.encode() in one]
    logs = {path.name: path.read_text(errors="replace") for path in mesh.folder.logs.iterdir()}
    assert "REDACTED" in logs["ingest.log"]
    assert [name for name, text in logs.items() if CANARY in text] == []


async def by_rest(rest: httpx.AsyncClient, uri: str) -> str:
    answer = await rest.post("/v1/assets", json={"uri": uri, "existing_proxy": uri})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["asset_id"])


async def by_grpc(address: str, uri: str) -> str:
    async with grpc.aio.insecure_channel(address) as channel:
        stub: Any = IngestServiceStub(channel)
        answer = await stub.Submit(SubmitRequest(request=IngestRequested(uri=uri), request_id="r-1"))
        login = f"https://editor:{CANARY}@127.0.0.1/a.mp4"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Submit(SubmitRequest(request=IngestRequested(uri=login)))
    assert CANARY not in repr(refused.value)
    return str(answer.asset_id)


async def by_kafka(kafka: str, *uris: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for number, uri in enumerate(uris):
            event = {"specversion": "1.0", "id": f"job-{number}", "source": SOURCE, "type": TOPIC}
            await producer.send_and_wait(TOPIC, json.dumps({**event, "data": {"uri": uri}}).encode())
        misspelt = {**event, "id": "misspelt", "data": {"uri": uris[0], "urn": uris[1]}}
        await producer.send_and_wait(TOPIC, json.dumps(misspelt).encode())


async def ended(log: FactLog, kind: type[Any], asset: str) -> None:
    what = f"{kind.__name__} of {asset}"
    fact = await log.until(lambda log: next((f for f, _ in log.of(kind, asset)), None), what, PATIENCE)
    assert "REDACTED" in fact.uri
    assert CANARY not in str(fact)


async def answers_hold_no_secret(
    rest: httpx.AsyncClient, assets: list[str], endpoints: Mapping[str, str]
) -> None:
    paths = [f"/v1/assets/{asset}{part}" for asset in assets for part in ("", "/events", "/why", "/rights")]
    health = [endpoints[f"health.{service}"] for service in SERVICES]
    for path in ["/v1/assets", *paths, *(f"{one}/{page}" for one in health for page in ("metrics", "ready"))]:
        answer = await rest.get(path)
        assert CANARY not in answer.text, path
    assert "X-Amz-Signature=REDACTED" in (await rest.get(f"/v1/assets/{assets[0]}")).text


async def documents_with_secrets(mongo: str) -> list[str]:
    """Where any service keeps the secret: database, collection, id."""
    found = []
    client: AsyncMongoClient[Any] = AsyncMongoClient(mongo)
    for database in await client.list_database_names():
        for collection in await client[database].list_collection_names():
            documents = await client[database][collection].find({}).to_list()
            holding = [document["_id"] for document in documents if CANARY in repr(document)]
            found += [f"{database}.{collection}/{one}" for one in holding]
    await client.close()
    return found


async def records_with_secrets(kafka: str) -> list[str]:
    """Topics of records with the secret, but for what its sender published and the dead letter of that."""
    found = []
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    partitions = [part for topic in await consumer.topics() for part in _parts(consumer, topic)]
    consumer.assign(partitions)
    ends = await consumer.end_offsets(partitions)
    while any([await consumer.position(part) < ends[part] for part in partitions]):
        for part, records in (await consumer.getmany(timeout_ms=500)).items():
            for record in records:
                headers = {name: value for name, value in record.headers if name.startswith("framewell-")}
                own = record.topic == TOPIC or record.topic.endswith(".dead-letter")
                is_senders = own and f'"source": "{SOURCE}"'.encode() in (record.value or b"")
                if CANARY in repr(headers) or (CANARY in repr(record.value) and not is_senders):
                    found.append(part.topic)
    await consumer.stop()
    return found


def _parts(consumer: AIOKafkaConsumer, topic: str) -> list[Any]:
    from aiokafka import TopicPartition  # noqa: PLC0415

    return [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]


async def commands_print_no_secret(mesh: TemporaryMesh, assets: list[str]) -> None:
    shown = [["assets"], ["assets", "--json"], ["events", "tail", "--all"]]
    shown += [["events", "tail", "--all", "--json"]]
    shown += [["dlq", "list"], ["dlq", "show", "ingest.accept_request"], ["status", "--json"]]
    shown += [["dlq", "show", "ingest.accept_request", "--json"]]
    shown += [[command, asset] for asset in assets for command in ("show", "why")]
    for arguments in shown:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "framewell_cli.main", *arguments,
            env={**os.environ, **mesh.environment},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        printed = (await process.communicate())[0].decode()
        assert process.returncode == 0, printed
        assert CANARY not in printed, arguments
