"""`framewell scale-in` on the real broker."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from framewell_kafka.membership import static_member

pytestmark = pytest.mark.integration

GROUP = "ingest.accept_request"


async def scale_in(*words: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "framewell_cli.main", "scale-in", *words, stdout=PIPE, stderr=PIPE
    )
    printed, stderr = await process.communicate()
    return process.returncode or 0, printed.decode(), stderr.decode()


async def _leave_a_member(broker: str, prefix: str, ordinal: int) -> None:
    """Join as a static member, and stop, which does not leave."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    await admin.create_topics([NewTopic(f"{prefix}topic", 1, 1)])
    await admin.close()
    consumer = AIOKafkaConsumer(
        f"{prefix}topic",
        bootstrap_servers=broker,
        group_id=prefix + GROUP,
        group_instance_id=static_member(GROUP, ordinal),
    )
    await consumer.start()
    await consumer.stop()


async def test_a_replica_that_ended_is_removed_once(broker: str) -> None:
    prefix = f"test-{uuid4().hex[:8]}."
    await _leave_a_member(broker, prefix, 2)
    options = ("--kafka", broker, "--prefix", prefix)
    code, printed, stderr = await scale_in("ingest", "1", "2", "--json", *options)
    assert (code, stderr) == (0, "")
    assert json.loads(printed) == {"removed": {GROUP: [f"{GROUP}.2"]}}
    code, printed, _ = await scale_in("ingest", "2", *options)
    assert code == 0
    assert "with others already" in printed


async def test_mistakes_are_told_in_a_sentence(broker: str) -> None:
    code, _, stderr = await scale_in("ingst", "1", "--kafka", broker)
    assert code == 2
    assert "No service is called ingst" in stderr
    code, _, stderr = await scale_in("ingest", "1", "--kafka", "127.0.0.1:1")
    assert code == 3
    assert "nothing listens there" in stderr
