"""The service on the kit's bench, and footage to show it."""

from dataclasses import replace
from functools import partial
from typing import Any, cast

from google.protobuf.message import Message

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.rights.v1 import rights_pb2 as rights
from framewell_dataset.entrypoints.jobs import AUDIT_SEALS, RIGHTS_TERMS
from framewell_dataset.entrypoints.periodic import Periodic
from framewell_dataset.ports.assets import COMPLETE
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.testing.footage import Footage, Seen, ingested
from framewell_dataset.testing.topics_in_memory import TopicsInMemory
from framewell_dataset.wiring import wire
from framewell_kit.documents import Documents
from framewell_kit.testing.service_bench import ServiceBench


class DatasetBench(ServiceBench):
    """As the kit's bench; assets are taken in and shown to it in one line each.

    Terms of rights are rechecked when a test says so, not by the part that runs in the background.
    """

    def __init__(self, settings: DatasetSettings | None = None, documents: Documents | None = None) -> None:
        self.topics = TopicsInMemory()
        wired = partial(wire, recorded=self.topics)
        super().__init__("dataset", wired, settings or DatasetSettings(), documents=documents, parts=False)
        self.topics.bench = self
        self.footage = Footage(self.objects)

    async def take_in(self, asset_id: str, *statements: rights.RightsStatement, **more: Any) -> None:
        """Deliver that the asset was ingested with these statements."""
        await self.deliver(ingested(asset_id, *statements, **more))

    async def chunk(self, asset_id: str, *seen: Seen, index: int = 0) -> ChunkAnalysed:
        """Return an analysed chunk that shows these people."""
        return await self.footage.chunk(asset_id, *seen, index=index)

    async def whole(self, asset_id: str, *chunks: ChunkAnalysed) -> None:
        """Deliver that the whole asset is analysed, and do the job that follows."""
        await self.deliver(await self.footage.whole(asset_id, *chunks))
        await self._run_jobs_of(COMPLETE)

    async def analyse(self, asset_id: str, *chunks: ChunkAnalysed) -> None:
        """Deliver the facts about the chunks, and then the one about the whole asset."""
        for chunk in chunks:
            await self.deliver(chunk)
        await self.whole(asset_id, *chunks)

    async def show(self, asset_id: str, *seen: Seen) -> None:
        """Deliver the facts about one chunk that shows these people."""
        await self.analyse(asset_id, await self.chunk(asset_id, *seen))

    async def redeliver(self, kind: type[Message]) -> None:
        """Deliver the service's own facts of a type under their event ids, again where they were before."""
        for event in self.facts.events:
            if isinstance(event.message, kind):
                again = self.cause(event.envelope.id, source=event.envelope.source)
                await self.deliver(event.message, again)

    async def read(self, method: str, request: Message) -> list[Any]:
        """Return everything that a method answers with a stream."""
        return [answer async for answer in self.stream(method, request)]

    async def recheck_terms(self) -> int:
        """Look for terms that began or ended, as the service does again and again; return how many did."""
        return cast(int, await self._part(RIGHTS_TERMS).work())

    async def seal_what_is_due(self) -> None:
        """Look whether a chain of the audit log is to be sealed, as the service does again and again."""
        await self._part(AUDIT_SEALS).work()
        await self.outbox.flush()

    def _part(self, name: str) -> Periodic:
        (found,) = (part for part in self.service.parts if isinstance(part, Periodic) and part.name == name)
        return found

    async def _run_jobs_of(self, kind: str) -> None:
        """Do the jobs of one kind: a snapshot that was requested goes on waiting for further decisions."""
        service = self.service
        self.service = replace(service, jobs=[each for each in service.jobs if each.kind == kind])
        try:
            await self.run_jobs()
        finally:
            self.service = service
