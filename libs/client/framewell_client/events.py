"""A publisher of events for broadcast systems: CloudEvents on Kafka, each acknowledged by the broker."""

from datetime import UTC, datetime
from types import TracebackType
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError
from google.protobuf.message import Message

from framewell_client.endpoints import Endpoints
from framewell_client.errors import ClientError, Unreachable
from framewell_contracts.cloudevents import Envelope, encode
from framewell_contracts.fact_types import fact_type
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.broker_reach import reach


class EventPublisher:
    """A publisher of the facts that systems outside may send (`ingest.requested`, `rights.changed` …).

        async with EventPublisher("/broadcast/playout-7") as publisher:
            await publisher.publish(IngestRequested(uri="s3://news/2024-05-17.mxf"), event_id="job-4711")

    `kafka` is a BrokerAccess, or bootstrap servers to which the FRAMEWELL_KAFKA variables (_SECURITY, _CA,
    _USER …) add the rest; without it the mesh of this folder or environment. Entering raises UnsafeAccess
    when those do not fit together, and Unreachable when the broker cannot be used.

    `source` names the sender; (source, event id) names the event: the same one twice takes effect once.
    """

    def __init__(self, source: str, *, kafka: str | BrokerAccess = "") -> None:
        self._source = source
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> "EventPublisher":
        access = self._access()
        try:
            await reach(access)
        except KafkaConnectionError as error:
            raise Unreachable(f"the broker cannot be used: {error}") from error
        producer = AIOKafkaProducer(**access.client_options(), acks="all", enable_idempotence=True)
        try:
            await producer.start()
        except KafkaConnectionError as error:
            await producer.stop()
            raise Unreachable(f"the broker cannot be reached at {access}: {error}") from error
        self._producer = producer
        return self

    def _access(self) -> BrokerAccess:
        if isinstance(self._kafka, BrokerAccess):
            return self._kafka
        return BrokerAccess.from_environment(self._kafka or Endpoints.find().kafka)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def publish(self, message: Message, *, event_id: str = "", subject: str = "") -> str:
        """Publish one fact, and return its event id once the broker has acknowledged it.

        Raise ValueError for a fact that only the mesh itself emits, ClientError when the broker does not
        acknowledge it: it may have been written all the same, so publish it again with the same id.
        """
        fact = fact_type(message)
        if not fact.from_outside:
            raise ValueError(f"{fact.type} is emitted by the mesh itself, not by systems outside it")
        if self._producer is None:
            raise RuntimeError("use the publisher as an async context manager")
        envelope = Envelope(
            id=event_id or str(uuid4()),
            source=self._source,
            type=fact.type,
            time=datetime.now(UTC),
            subject=subject,
        )
        record = encode(envelope, message)
        try:
            await self._producer.send_and_wait(
                record.topic, record.value, key=record.key, headers=record.headers
            )
        except KafkaError as error:
            raise ClientError(f"the broker did not take the event {envelope.id}: {error}") from error
        return envelope.id
