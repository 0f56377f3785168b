"""A process that tells an OTLP endpoint what it does: `python telemetry_for_tests.py http://127.0.0.1:4317`."""

import asyncio
import logging
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from framewell_kit import telemetry
from framewell_kit.facts import Cause
from framewell_kit.telemetry.batches import BatchTelemetry

SAMPLED = ("00-" + "a" * 32 + "-" + "1" * 16 + "-01", "00-" + "b" * 32 + "-" + "2" * 16 + "-03")
CANARY = "cAnArY-7r0b1n"
UNSAMPLED = "00-" + "c" * 32 + "-" + "3" * 16 + "-00"


@dataclass(frozen=True)
class Settings:
    otlp: str
    log_level: str = "info"
    log_format: str = sys.argv[2] if len(sys.argv) > 2 else "json"
    trace_sample: float = 0.0


def fail_with_a_secret() -> None:
    """Log and trace an address with a password and a signature, as a service and as a library would."""
    log, uri = telemetry.logger(__name__), f"https://editor:{CANARY}@archive.example/a.mp4?sig={CANARY}"
    log.info("fetched", uri=uri, places=[{"uri": uri}], error=ValueError(uri), path=Path(f"/a?sig={CANARY}"))
    logging.getLogger("httpx").warning("HTTP Request: %s %s", "GET", uri)
    cause = Cause("e9", "/s", "t", datetime.now(UTC), traceparent=SAMPLED[0])
    try:
        with telemetry.handling(cause, "ingest.fetch"):
            raise ValueError(f"cannot reach {uri}")
    except ValueError:
        log.exception("fetch failed")
        logging.getLogger("asyncio").exception("never retrieved")


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
    fail_with_a_secret()
    batches = BatchTelemetry("ingest.accept_request")
    batches.done(4, time.monotonic() - started, newest_ms=int(time.time() * 1000), links=links)
    for _ in range(9):
        batches.done(1, 0.001)
    batches.flush()
    telling.close()


if __name__ == "__main__":
    asyncio.run(main())
