"""What both FastStream contestants share: a broker with stock instrumentation, a pydantic body, one answer.

Instrumented as its documentation shows: OpenTelemetry's middleware with an SDK tracer provider (default
sampler, spans exported in batches), one structlog line an event, pydantic models as bodies. FastStream's
own two lines an event are switched off.
"""

import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from faststream.kafka import KafkaBroker
from faststream.kafka.opentelemetry import KafkaTelemetryMiddleware
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic import BaseModel

from benchmarks.backbone.task import Stopwatch, Task, Timing
from benchmarks.backbone.work import PRODUCER_BATCH_BYTES, answer, answer_headers
from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.media.v1.media_pb2 import Work

log = structlog.get_logger()


class Rejection(BaseModel):
    """The body as a handler of FastStream takes it."""

    asset_id: str
    detail: str
    generation: int


def body(value: bytes) -> dict[str, Any]:
    """What pydantic validates, from protobuf."""
    fact = AssetRejected.FromString(value)
    return {"asset_id": fact.work.asset_id, "detail": fact.detail, "generation": fact.work.generation}


class Application:
    """A broker, and the answer to one event; counts, so that the run knows its end."""

    def __init__(self, task: Task, *, linger_ms: int) -> None:
        self.task = task
        self.watch = Stopwatch()
        self._left = task.messages
        self._all_answered = asyncio.Event()
        self.broker = KafkaBroker(
            task.kafka,
            acks="all",
            enable_idempotence=True,
            linger_ms=linger_ms,
            max_batch_size=PRODUCER_BATCH_BYTES,
            allow_auto_create_topics=False,
            logger=None,
            middlewares=(KafkaTelemetryMiddleware(tracer_provider=_tracer_provider(task.otlp)),),
        )
        structlog.configure(
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            cache_logger_on_first_use=True,
        )

    async def answer(self, fact: Rejection, key: bytes, headers: Mapping[str, str]) -> None:
        """Publish the answer and wait for its acknowledgement."""
        message = answer(
            AssetRejected(work=Work(asset_id=fact.asset_id, generation=fact.generation), detail=fact.detail)
        )
        await self.broker.publish(
            message.SerializeToString(),
            self.task.writes,
            key=key,
            headers=_texts(headers),
        )
        log.info("answered", asset_id=fact.asset_id, generation=fact.generation)
        self._left -= 1
        if not self._left:
            self._all_answered.set()

    async def run(self) -> Timing:
        """Return when the last answer is acknowledged; to its favour, its commit is not waited for."""
        await self.broker.start()
        await self._all_answered.wait()
        timing = self.watch.timing(self.task.messages)
        await self.broker.stop()
        return timing


def _texts(headers: Mapping[str, str]) -> dict[str, str]:
    raw = {name: text.encode() for name, text in headers.items()}
    return {name: value.decode() for name, value in answer_headers(raw, _now())}


def _now() -> bytes:
    return datetime.now(UTC).isoformat().encode()


def _tracer_provider(otlp: str) -> TracerProvider:
    provider = TracerProvider(resource=Resource.create({"service.name": "bench"}))
    if otlp:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=otlp, insecure=True)))
    return provider
