"""Parts of topics are read from one offset to another: on the real broker."""

from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic

from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_admin import admin_client
from framewell_kafka.topic_reading import read_to_end, reader

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(("until", "read"), [(None, [2, 3, 4, 5]), (4, [2, 3]), (2, []), (99, [2, 3, 4, 5])])
async def test_a_part_of_a_topic_ends_where_it_is_to_end(
    broker: str, until: int | None, read: list[int]
) -> None:
    partition = TopicPartition(f"read-{uuid4().hex}", 0)
    async with admin_client(BrokerAccess(broker)) as admin:
        await admin.create_topics([NewTopic(partition.topic, 1, 1)])
    async with AIOKafkaProducer(bootstrap_servers=broker) as producer:
        for number in range(6):
            await producer.send_and_wait(partition.topic, str(number).encode(), partition=0)
    async with reader(BrokerAccess(broker)) as consumer:
        ends = None if until is None else {partition: until}
        records = [record.offset async for record in read_to_end(consumer, {partition: 2}, until=ends)]
    assert records == read
