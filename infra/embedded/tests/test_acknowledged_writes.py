"""What the embedded servers acknowledged is still there after they were killed."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from framewell_embedded.broker import Broker
from framewell_embedded.database import Database
from framewell_embedded.running import running, start, wait_until_ready
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.waiting import PATIENCE

pytestmark = pytest.mark.integration

KILLS = 2
WRITES_BEFORE_A_KILL = 200


class Writers:
    """Threads that insert documents until they are stopped, and remember each acknowledged id."""

    def __init__(self, uri: str, round_number: int) -> None:
        self.acknowledged: list[str] = []
        self.updated: dict[str, int] = {}
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(uri, f"{round_number}/{number}"))
            for number in range(4)
        ]

    def _write(self, uri: str, prefix: str) -> None:
        counter = f"counter/{prefix}"
        with MongoClient(uri, serverSelectionTimeoutMS=2000, retryWrites=False) as client:
            documents = client["kill_test"]["documents"]
            count = 0
            while not self._stop.is_set():
                name = f"{prefix}/{count}"
                try:
                    documents.insert_one({"_id": name, "text": "x" * 200})
                    self.acknowledged.append(name)
                    documents.find_one_and_update({"_id": counter}, {"$set": {"count": count}}, upsert=True)
                    self.updated[counter] = count
                except PyMongoError:
                    return
                count += 1

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_no_acknowledged_document_is_lost_when_the_database_is_killed(tmp_path: Path) -> None:
    server = Database(tmp_path, port_base())
    log = tmp_path / "database.log"
    server.prepare()
    acknowledged: set[str] = set()
    updated: dict[str, int] = {}
    for round_number in range(KILLS):
        process = start(server, log)
        wait_until_ready(server, process, log, seconds=PATIENCE)
        with Writers(server.uri, round_number) as writers:
            while len(writers.acknowledged) < WRITES_BEFORE_A_KILL:
                time.sleep(0.01)
            process.kill()
            process.wait()
        acknowledged.update(writers.acknowledged)
        updated.update(writers.updated)

    with running(server, log), MongoClient(server.uri) as client:
        documents = client["kill_test"]["documents"]
        stored = {document["_id"]: document for document in documents.find({})}
        found_by_id = sum(documents.find_one({"_id": name}) is not None for name in acknowledged)
    assert len(acknowledged) >= KILLS * WRITES_BEFORE_A_KILL
    assert acknowledged - stored.keys() == set()
    assert found_by_id == len(acknowledged), "the index lost what the collection kept"
    assert all(stored[name]["count"] >= count for name, count in updated.items())


async def _produce_until_killed(bootstrap: str, kill: Callable[[], None], prefix: str) -> set[bytes]:
    """Send with fifty records under way at any time, and kill in the middle of it."""
    acknowledged: set[bytes] = set()
    numbers = itertools.count()
    killed = False
    enough = asyncio.Event()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", request_timeout_ms=3000)
    await producer.start()

    async def send() -> None:
        while not killed:
            value = f"{prefix}/{next(numbers)}".encode()
            await producer.send_and_wait("kill-test", value)
            acknowledged.add(value)
            if len(acknowledged) >= WRITES_BEFORE_A_KILL:
                enough.set()

    senders = [asyncio.create_task(send()) for _ in range(50)]
    await enough.wait()
    kill()
    killed = True
    await asyncio.wait(senders, timeout=0.5)  # time: what a dead broker has not answered never comes
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)
    await _leave(producer)
    return acknowledged


async def _leave(producer: AIOKafkaProducer) -> None:
    """Stop a producer whose broker is dead: it would wait for it."""
    try:
        await asyncio.wait_for(producer.stop(), timeout=0.5)  # time: without its broker it waits for ever
    except (KafkaError, TimeoutError):
        await producer.client.close()


async def _all_values(bootstrap: str) -> set[bytes]:
    partition = TopicPartition("kill-test", 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        values: set[bytes] = set()
        while await consumer.position(partition) < end:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                values.update(record.value for record in records)
        return values
    finally:
        await consumer.stop()


async def test_no_acknowledged_record_is_lost_when_the_broker_is_killed(tmp_path: Path) -> None:
    base = port_base()
    server = Broker(tmp_path / "kafka", base, base + 1)
    log = tmp_path / "broker.log"
    server.prepare()
    acknowledged: set[bytes] = set()
    for round_number in range(KILLS):
        process = start(server, log)
        wait_until_ready(server, process, log, seconds=PATIENCE)
        if round_number == 0:
            admin = AIOKafkaAdminClient(bootstrap_servers=server.bootstrap)
            await admin.start()
            await admin.create_topics([NewTopic("kill-test", 1, 1)])
            await admin.close()
        acknowledged |= await _produce_until_killed(server.bootstrap, process.kill, f"round-{round_number}")
        process.wait()

    with running(server, log):
        stored = await _all_values(server.bootstrap)
    assert len(acknowledged) >= KILLS * WRITES_BEFORE_A_KILL
    assert acknowledged - stored == set()
