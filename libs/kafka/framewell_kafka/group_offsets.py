"""How far a consumer group has read, asked without joining it."""

from aiokafka import TopicPartition

from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_admin import admin_client


async def committed_offsets(access: BrokerAccess, group: str) -> dict[TopicPartition, int]:
    """Return the offset of the next record the group reads, by partition; those it never read are left out.

    `group` is with the mesh's prefix. Raise KafkaError while the broker is away.
    """
    async with admin_client(access) as admin:
        found = await admin.list_consumer_group_offsets(group)
    return {partition: one.offset for partition, one in found.items() if one.offset >= 0}
