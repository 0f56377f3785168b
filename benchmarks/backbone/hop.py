"""One stage in a process of its own, until it is stopped.

Two of them in a row are what an event passes on its way through the mesh. Says `ready` on stdout once it
has its partitions.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence

from benchmarks.backbone.contestants.framewell_stage import configure_as_service, streaming
from benchmarks.backbone.work import GROUP, answer
from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell_kit import loop
from framewell_kit.facts import Cause
from framewell_kit.stream import Stage

SECOND_GROUP = "transcode.plan_chunks"


async def first(fact: AssetRejected, cause: Cause) -> Sequence[AssetIngested]:
    """The same answer as in the contest."""
    return [answer(fact)]


async def second(fact: AssetIngested, cause: Cause) -> Sequence[RecordingClosed]:
    """An answer to the answer, that still names the first event."""
    return [RecordingClosed(work=Work(asset_id=fact.work.asset_id, generation=fact.revision))]


STAGES = {
    "first": Stage(GROUP, handler=first),
    "second": Stage(SECOND_GROUP, handler=second),
}


async def _serve(which: str, kafka: str, prefix: str) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with streaming(kafka, prefix, STAGES[which]) as runtime:
        for consumer in runtime.consumers:
            await consumer.assigned.wait()
        print("ready", flush=True)
        await stopped.wait()


def main() -> None:
    """Arguments: which of the two, the broker, the topics' prefix, and where spans go."""
    which, kafka, prefix, otlp = sys.argv[1:]
    configure_as_service(kafka, prefix, otlp)
    loop.run(_serve(which, kafka, prefix))


if __name__ == "__main__":
    main()
