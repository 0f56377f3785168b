"""A worker process that tests kill; `python worker_for_kills.py kafka prefix` answers until it dies."""

import asyncio
import sys
from collections.abc import Sequence

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.stream import Stage
from framewell_kit.testing.streams import StreamBench


async def answer(fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
    await asyncio.sleep(0.002)
    return [AssetRejected(asset_id=fact.asset_id)]


async def main(kafka: str, prefix: str) -> None:
    async with StreamBench(kafka, MemoryDocuments(), prefix=prefix) as bench:
        stage = Stage("ingest.accept_request", IngestRequested, answer, concurrency=4)
        await bench.run(stage, member="0")  # as the supervisor does: no waiting for a dead member
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
