"""What leaves a process: spans of sampled traces with their links, metrics, logs; and what is swallowed."""

import asyncio
import json
import logging
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from framewell_kit.telemetry import new_traceparent, tracing
from framewell_kit.telemetry.repeats import MOST_TEXTS, REPEAT_AFTER_SECONDS, RepeatFilter

PROGRAM = Path(__file__).with_name("telemetry_for_tests.py")


class Receiver:
    """An OTLP endpoint that keeps what it is sent."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.metrics: dict[str, Any] = {}
        self.logs: list[Any] = []
        self.services: set[str] = set()
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        traces, metrics, logs = _Traces(self), _Metrics(self), _Logs(self)
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(traces, self._server)
        metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(metrics, self._server)
        logs_service_pb2_grpc.add_LogsServiceServicer_to_server(logs, self._server)
        self.address = f"http://127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def close(self) -> None:
        self._server.stop(0)

    def hear(self, resource: Any) -> None:
        self.services |= {one.value.string_value for one in resource.attributes if one.key == "service.name"}


class _Traces(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802
        for one in request.resource_spans:
            self._receiver.hear(one.resource)
            self._receiver.spans += [span for scope in one.scope_spans for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


class _Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802
        for one in request.resource_metrics:
            self._receiver.hear(one.resource)
            self._receiver.metrics |= {m.name: m for scope in one.scope_metrics for m in scope.metrics}
        return metrics_service_pb2.ExportMetricsServiceResponse()


class _Logs(logs_service_pb2_grpc.LogsServiceServicer):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802
        for one in request.resource_logs:
            self._receiver.hear(one.resource)
            self._receiver.logs += [line for scope in one.scope_logs for line in scope.log_records]
        return logs_service_pb2.ExportLogsServiceResponse()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


async def run(endpoint: str, *arguments: str) -> tuple[int, float, str]:
    """The program's status, seconds and what it wrote to stderr."""
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, endpoint, *arguments, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    return process.returncode or 0, time.monotonic() - started, errors.decode()


async def test_spans_with_links_metrics_and_logs_arrive_at_an_otlp_endpoint(receiver: Receiver) -> None:
    status, _, written = await run(receiver.address)
    assert status == 0, written
    assert receiver.services == {"ingest"}
    by_name: dict[str, list[Any]] = {}
    for span in receiver.spans:
        by_name.setdefault(span.name, []).append(span)

    handled = by_name["ingest.accept_request"]
    assert {(span.trace_id.hex(), span.parent_span_id.hex()) for span in handled} == {
        ("a" * 32, "1" * 16),
        ("b" * 32, "2" * 16),
    }
    (batch,) = by_name["ingest.accept_request batch"]
    assert not batch.parent_span_id
    assert {(link.trace_id, link.span_id) for link in batch.links} == {
        (span.trace_id, span.span_id) for span in handled
    }

    assert receiver.metrics["framewell_records"].sum.data_points[0].as_int == 13
    sizes = receiver.metrics["framewell_batch_records"].histogram.data_points[0]
    assert sizes.count == 10
    assert list(sizes.explicit_bounds)[:3] == [1.0, 2.0, 5.0]

    lines = [line for line in receiver.logs if line.body.string_value == "handled"]
    assert len(lines) == 4
    assert {line.trace_id.hex() for line in lines} >= {"a" * 32, "b" * 32, "c" * 32}
    attributes = {one.key: one.value.string_value for one in lines[0].attributes}
    assert attributes["asset_id"] == "asset-1"
    printed = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert len([line for line in printed if line["event"] == "handled"]) == 4
    first, others = [line for line in printed if line["event"] == "batches done"]
    assert (first["batches"], first["records"], others["batches"], others["records"]) == (1, 4, 9, 9)
    assert first["behind_seconds"] < 60


@pytest.mark.parametrize("log_format", ["json", "console"])
async def test_no_line_and_no_span_holds_the_secret_of_an_address(
    receiver: Receiver, log_format: str
) -> None:
    status, _, written = await run(receiver.address, log_format)
    assert status == 0, written
    failed = [span for span in receiver.spans if span.name == "ingest.fetch"]
    assert [event.name for span in failed for event in span.events] == ["exception"]
    assert {line.body.string_value for line in receiver.logs} >= {
        "fetched",
        "fetch failed",
        "never retrieved",
    }
    assert written.count("ValueError: cannot reach") == 2
    assert "cAnArY" not in written
    assert not [one for one in (*receiver.logs, *receiver.spans) if "cAnArY" in str(one)]


@pytest.mark.slow
async def test_an_endpoint_that_is_away_delays_the_end_by_seconds_only() -> None:
    status, seconds, _ = await run("http://127.0.0.1:9")
    assert status == 0
    assert seconds < 45


@pytest.fixture
async def exporting() -> AsyncIterator[None]:
    before = tracing.sample()
    tracing.configure_tracing(exporting=True, sample=before)
    yield
    tracing.configure_tracing(exporting=False, sample=before)


@pytest.mark.parametrize(("flags", "sampled"), [("01", True), ("03", True), ("00", False), ("02", False)])
async def test_the_flag_of_whoever_began_the_trace_is_respected(
    exporting: None, flags: str, sampled: bool
) -> None:
    assert tracing.is_sampled(f"00-{'a' * 32}-{'b' * 16}-{flags}") is sampled


async def test_sampling_changes_at_once_and_nothing_is_sampled_where_nothing_is_exported() -> None:
    tracing.set_sample(1.0)
    assert all(new_traceparent().endswith("-01") for _ in range(50))
    assert not tracing.is_sampled(new_traceparent())
    tracing.set_sample(0.0)
    assert all(new_traceparent().endswith("-00") for _ in range(50))


@example(f"00-{'0' * 32}-{'b' * 16}-01")
@example(f"00-{'a' * 32}-{'0' * 16}-01")
@example(f"ff-{'a' * 32}-{'b' * 16}-01")
@example(f"01-{'a' * 32}-{'b' * 16}-01")
@example(f"00-{'A' * 32}-{'b' * 16}-01")
@example(f"00-{'a' * 32}-{'b' * 16}-01-more")
@example("")
@given(
    st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", fullmatch=True)
    | st.text("0af-", max_size=60)
)
def test_a_traceparent_names_the_span_that_opentelemetry_finds_in_it(traceparent: str) -> None:
    theirs = trace.get_current_span(
        TraceContextTextMapPropagator().extract({"traceparent": traceparent})
    ).get_span_context()
    assert (tracing.span_context(traceparent) or trace.INVALID_SPAN_CONTEXT) == theirs


def record(name: str, text: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, __file__, 1, text, args, None)


class Hand:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_library_says_a_thing_once_in_a_while_and_the_rest_is_counted() -> None:
    clock = Hand()
    repeats = RepeatFilter(lambda name: name.startswith("aiokafka"), clock)
    lines = [
        line
        for number in range(300)
        for line in repeats.admitted(record("aiokafka.conn", "no connection to %s", number))
    ]
    assert [line.getMessage() for line in lines] == ["no connection to 0"]
    (own,) = repeats.admitted(record("framewell_kit", "own line"))
    assert own.getMessage() == "own line"
    clock.now += REPEAT_AFTER_SECONDS
    (again,) = repeats.admitted(record("aiokafka.conn", "no connection to %s", 300))
    assert again.__dict__["repeats"] == 299


def test_what_was_swallowed_is_told_also_when_the_library_has_fallen_silent() -> None:
    clock = Hand()
    repeats = RepeatFilter(lambda name: name.startswith("aiokafka"), clock)
    for number in range(5):
        list(repeats.admitted(record("aiokafka.conn", "no connection to %s", number)))
    clock.now += REPEAT_AFTER_SECONDS
    summary, own = repeats.admitted(record("framewell_kit", "batch done"))
    assert own.getMessage() == "batch done"
    assert (summary.name, summary.__dict__["repeats"]) == ("aiokafka.conn", 4)
    assert summary.__dict__["text"] == "no connection to %s"
    assert len(list(repeats.admitted(record("framewell_kit", "batch done")))) == 1


def test_texts_without_end_take_no_memory_without_end() -> None:
    repeats = RepeatFilter(lambda name: True, Hand())
    lines = [line for n in range(5_000) for line in repeats.admitted(record("aiokafka", f"offset {n}"))]
    assert len(lines) == MOST_TEXTS + 1
