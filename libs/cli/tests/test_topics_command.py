"""`framewell topics` on the real broker: what it finds, what it changes, and what it refuses to."""

import asyncio
import json
import os
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from framewell_contracts.fact_types import topics
from framewell_contracts.topics import DAY_MS

pytestmark = pytest.mark.integration

REQUESTED = "framewell.ingest.requested.v1"
ERASED = "framewell.erasure.requested.v1"


class Answer(NamedTuple):
    code: int
    printed: Any
    stderr: str


class Bench:
    """Topics of one test, kept apart by a prefix, and the command to be tested on them."""

    def __init__(self, kafka: str) -> None:
        self.kafka, self.prefix = kafka, f"test-{uuid4().hex[:8]}."
        self.admin: Any = AIOKafkaAdminClient(bootstrap_servers=kafka)

    async def topics(self, *words: str, kafka: str = "") -> Answer:
        arguments = ["topics", *words, "--kafka", kafka or self.kafka, "--prefix", self.prefix, "--json"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "framewell_cli.main", *arguments, stdout=PIPE, stderr=PIPE
        )
        printed, stderr = await process.communicate()
        return Answer(process.returncode or 0, json.loads(printed) if printed else None, stderr.decode())

    async def make(self, name: str, partitions: int, **settings: str) -> None:
        spelt = {key.replace("_", "."): value for key, value in settings.items()}
        await self.admin.create_topics([NewTopic(self.prefix + name, partitions, 1, topic_configs=spelt)])

    async def set_on(self, name: str) -> dict[str, str]:
        """What is set on the topic itself."""
        resource = ConfigResource(ConfigResourceType.TOPIC, self.prefix + name)
        (response,) = await self.admin.describe_configs([resource])
        return {entry[0]: entry[1] for entry in response.resources[0][4] if entry[3] == 1}

    async def partitions(self, name: str) -> int:
        (described,) = await self.admin.describe_topics([self.prefix + name])
        return len(described["partitions"])


@pytest.fixture
async def bench(broker: str) -> AsyncIterator[Bench]:
    bench = Bench(broker)
    await bench.admin.start()
    try:
        yield bench
    finally:
        await bench.admin.close()


async def test_an_empty_broker_is_made_as_declared_once(bench: Bench) -> None:
    before = await bench.topics("diff")
    assert before.code == 1
    assert {one["what"] for one in before.printed["differences"]} == {"missing"}
    assert len((await bench.topics("apply")).printed["changed"]) == len(topics())
    assert (await bench.topics("diff")).printed == {"differences": [], "extra": []}
    again = await bench.topics("apply")
    assert (again.code, again.printed) == (0, {"changed": [], "left": []})


async def test_what_loses_data_is_refused_whole_and_done_with_yes(bench: Bench) -> None:
    await bench.topics("apply")
    changed = {"retention.ms": str(100 * DAY_MS), "segment.bytes": "10485760", "max.message.bytes": "2000000"}
    resource = ConfigResource(ConfigResourceType.TOPIC, bench.prefix + REQUESTED, changed)
    await bench.admin.alter_configs([resource])
    refused = await bench.topics("apply")
    assert refused.code == 1
    assert "older records are deleted" in refused.stderr
    assert (await bench.set_on(REQUESTED))["max.message.bytes"] == "2000000"  # nothing was changed
    done = await bench.topics("apply", "--yes")
    assert {one["what"] for one in done.printed["changed"]} == {"retention.ms", "max.message.bytes"}
    assert (done.code, done.printed["left"]) == (0, [])
    now = await bench.set_on(REQUESTED)
    assert now["retention.ms"] == str(14 * DAY_MS)
    assert now["segment.bytes"] == "10485760"  # what is not declared stays


async def test_wrong_partition_counts_are_told_and_only_added_to_on_a_persons_word(bench: Bench) -> None:
    await bench.make(REQUESTED, 1)
    await bench.make(ERASED, 5)
    await bench.make("nobodys", 1)
    found = await bench.topics("diff")
    counts = {one["topic"]: one for one in found.printed["differences"] if one["what"] == "partitions"}
    assert (counts[REQUESTED]["remedy"], counts[ERASED]["remedy"]) == ("confirm", "by_hand")
    assert found.printed["extra"] == [bench.prefix + "nobodys"]
    refused = await bench.topics("apply")
    assert "keys move" in refused.stderr
    done = await bench.topics("apply", "--yes")
    assert done.code == 1  # something is left
    assert [(one["topic"], one["what"]) for one in done.printed["left"]] == [(ERASED, "partitions")]
    assert (await bench.partitions(REQUESTED), await bench.partitions(ERASED)) == (3, 5)


async def test_an_environment_says_what_differs(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "topics.yaml"
    file.write_text(f"topics:\n  {ERASED}: {{partitions: 5}}\n  '*.dead-letter': {{retention_days: 90}}\n")
    assert (await bench.topics("apply", "--environment", str(file))).code == 0
    assert (await bench.topics("diff", "--environment", str(file))).code == 0
    assert await bench.partitions(ERASED) == 5
    assert (await bench.set_on("ingest.erase.dead-letter"))["retention.ms"] == str(90 * DAY_MS)
    file.write_text("topics: {framewell.chonk.*: {partitions: 5}}\n")
    wrong = await bench.topics("diff", "--environment", str(file))
    assert (wrong.code, "framewell.chonk.*" in wrong.stderr) == (2, True)


async def test_more_copies_than_brokers_are_refused_in_the_brokers_words(bench: Bench) -> None:
    refused = await bench.topics("apply", "--replication", "3")
    assert refused.code == 1
    assert "eplication factor" in refused.stderr
    assert (await bench.topics("diff")).code == 1


async def test_a_broker_that_is_away_is_said_in_one_line(bench: Bench) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = await bench.topics("diff", kafka=f"127.0.0.1:{taken.getsockname()[1]}")
    assert away.code == 3
    assert len(away.stderr.splitlines()) == 1
    assert "Traceback" not in away.stderr + os.linesep
