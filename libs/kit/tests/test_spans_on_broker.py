"""Spans of streams on the real broker: sampled events only, linked from their batch, failures marked."""

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.fact_types import fact_type
from framewell_kit.facts import Cause
from framewell_kit.stream import HeavyStage, RetryPolicy, Stage
from framewell_kit.telemetry import tracing
from framewell_kit.testing.streams import StreamBench, a_cause
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

GROUP = "transcode.plan_chunks"
SAMPLED = f"00-{'a' * 32}-{'1' * 16}-01"
UNSAMPLED = f"00-{'b' * 32}-{'2' * 16}-00"


@pytest.fixture(scope="module")
def exported() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(exported: InMemorySpanExporter) -> Iterator[InMemorySpanExporter]:
    before = tracing.sample()
    exported.clear()
    tracing.configure_tracing(exporting=True, sample=0.0)
    yield exported
    tracing.configure_tracing(exporting=False, sample=before)


def context(span: ReadableSpan) -> tuple[str, str]:
    """Trace and span id, as a traceparent spells them."""
    assert span.context is not None
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"


async def test_a_sampled_event_has_a_span_linked_from_its_batch_and_hands_its_trace_on(
    broker: str, spans: InMemorySpanExporter
) -> None:
    async def handle(fact: AssetIngested, cause: Cause) -> list[AssetRejected]:
        return [AssetRejected(work=Work(asset_id=fact.work.asset_id))]

    async with StreamBench(broker) as bench:
        await bench.declare(AssetIngested, AssetRejected, groups=[GROUP])
        await bench.run(Stage(GROUP, handle))
        for asset, traceparent in (("a", SAMPLED), ("b", UNSAMPLED), ("c", None)):
            cause = a_cause(asset)._replace(traceparent=traceparent)
            await bench.publish(AssetIngested(work=Work(asset_id=asset)), cause=cause)
        await eventually(lambda: any(span.name == f"{GROUP} batch" for span in spans.get_finished_spans()))
        for _ in range(100):
            answers = await bench.events(fact_type(AssetRejected).type)
            if len(answers) == 3:
                break
    (handled,) = [span for span in spans.get_finished_spans() if span.name == GROUP]
    assert handled.parent is not None
    assert (f"{handled.parent.trace_id:032x}", f"{handled.parent.span_id:016x}") == ("a" * 32, "1" * 16)
    (batch,) = [span for span in spans.get_finished_spans() if span.name == f"{GROUP} batch"]
    assert batch.parent is None
    assert [(link.context.trace_id, link.context.span_id) for link in batch.links] == [
        (handled.context.trace_id, handled.context.span_id)  # type: ignore[union-attr]
    ]
    traces = {event.message.work.asset_id: event.envelope.traceparent for event in answers}
    assert traces["a"] == f"00-{'-'.join(context(handled))}-01"
    assert traces["b"] == UNSAMPLED


async def test_a_heavy_record_has_its_span_and_a_failure_marks_it(
    broker: str, spans: InMemorySpanExporter
) -> None:
    async def handle(fact: AssetIngested, cause: Cause) -> list[Any]:
        raise RuntimeError("the disk is gone")

    async with StreamBench(broker) as bench:
        await bench.declare(AssetIngested, groups=[GROUP])
        retry = RetryPolicy(in_place_seconds=(), round_seconds=())
        await bench.run(HeavyStage(GROUP, handle, retry=retry))
        await bench.publish(
            AssetIngested(work=Work(asset_id="a")), cause=a_cause("a")._replace(traceparent=SAMPLED)
        )
        await eventually(lambda: any(span.name == GROUP for span in spans.get_finished_spans()))
    (span,) = [span for span in spans.get_finished_spans() if span.name == GROUP]
    assert span.status.status_code is StatusCode.ERROR
    assert [event.name for event in span.events] == ["exception"]
