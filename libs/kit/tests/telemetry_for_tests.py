"""A process that tells an OTLP endpoint what it does: `python telemetry_for_tests.py http://127.0.0.1:4317`."""

import asyncio
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from framewell_kit import telemetry
from framewell_kit.facts import Cause
from framewell_kit.telemetry.batches import BatchTelemetry

SAMPLED = ("00-" + "a" * 32 + "-" + "1" * 16 + "-01", "00-" + "b" * 32 + "-" + "2" * 16 + "-03")
UNSAMPLED = "00-" + "c" * 32 + "-" + "3" * 16 + "-00"


@dataclass(frozen=True)
class Settings:
    otlp: str
    log_level: str = "info"
    log_format: str = "json"
    trace_sample: float = 0.0


async def main() -> None:
    log = telemetry.logger(__name__)
    telling = telemetry.configure("ingest", Settings(sys.argv[1]))
    started, links = time.monotonic(), []
    for number, parent in enumerate([*SAMPLED, UNSAMPLED, telemetry.new_traceparent()]):
        cause = Cause(f"e{number}", "/s", "t", datetime.now(UTC), subject="asset-1", traceparent=parent)
        with telemetry.handling(cause, "ingest.accept_request") as bound:
            log.info("handled", number=number)
            if telemetry.is_sampled(parent):
                links.append(bound.traceparent or "")
    batches = BatchTelemetry("ingest.accept_request")
    batches.done(4, time.monotonic() - started, newest_ms=int(time.time() * 1000), links=links)
    for _ in range(9):
        batches.done(1, 0.001)
    batches.flush()
    telling.close()


if __name__ == "__main__":
    asyncio.run(main())
