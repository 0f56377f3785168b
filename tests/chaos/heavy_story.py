"""The `heavy` workload seen from outside: chunks in, objects, documents and facts out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from chaos import checkers
from chaos.checkers import Effect
from chaos.environment import Environment
from chaos.outcome import Outcome
from chaos.workloads import heavy
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE

CHUNKS_AN_ASSET = 6
# A content-addressed object is named by its SHA-256.
NAME_LETTERS = 64


class HeavyStory:
    """`chunks` planned chunks, every third of them live, and killers among them."""

    def __init__(self, environment: Environment, chunks: int, killers: int = 0) -> None:
        self.environment, self.chunks, self.killers = environment, chunks, killers
        self.load = environment.load()
        self.observer = environment.observer(
            f"{heavy.MADE}.live", f"{heavy.MADE}.archive", f"{heavy.GROUP}.dead-letter"
        )

    async def declare(self) -> None:
        """Create the topics."""
        await self.environment.declare([heavy.PLANNED, heavy.MADE], [heavy.GROUP])

    def planned(self) -> Iterator[tuple[str, ChunkPlanned]]:
        """Event id and fact of every chunk; killers come among the first."""
        for number in range(self.chunks):
            name = f"{heavy.KILLER}-{number}" if 2 <= number < 2 + self.killers else f"chunk-{number}"
            asset, index = divmod(number, CHUNKS_AN_ASSET)
            lane = LANE_LIVE if number % 3 == 0 else LANE_ARCHIVE
            yield (
                name,
                ChunkPlanned(work=Work(asset_id=f"asset-{asset}", lane=lane), chunk_id=name, index=index),
            )

    def ends(self) -> dict[str, str]:
        """How each chunk ended so far: `done`, or the code of its failure."""
        return {
            one.message.chunk_id: one.message.outcome.failed.code or "done"
            for lane in ("live", "archive")
            for one in self.observer.seen[f"{heavy.MADE}.{lane}"]
        }

    async def settled(self, within: float) -> None:
        """Wait until every chunk has ended; a timeout is left to the checks."""
        with suppress(TimeoutError):
            await self.observer.until(lambda: len(self.ends()) >= self.chunks, within, "the last chunk")
        await self.observer.caught_up()

    async def check(self, outcome: Outcome) -> None:
        """Fill in what came of it: every chunk once, and every object that is named is whole."""
        self.load.close()
        seen = [one for lane in ("live", "archive") for one in self.observer.seen[f"{heavy.MADE}.{lane}"]]
        ends = self.ends()
        documents = self.environment.documents(heavy.SERVICE)
        try:
            kept = await documents.find(heavy.OBJECTS, {})
        finally:
            documents.close()
        wanted = [name for name, _ in self.planned()]
        good = [name for name in wanted if not name.startswith(heavy.KILLER)]
        missing = checkers.lost(wanted, ends) + checkers.lost(good, {one["_id"] for one in kept})
        outcome.events_in, outcome.effects_out = len(self.load.acknowledged), len(ends)
        outcome.lost = len(missing)
        outcome.doubled = len(
            checkers.doubled(Effect(one.message.chunk_id, one.id, one.digest) for one in seen)
        )
        outcome.require(not missing, f"without an end: {', '.join(missing[:5])}")
        wrong = {name: end for name, end in ends.items() if (end != "done") != name.startswith(heavy.KILLER)}
        outcome.require(not wrong, f"ended otherwise than they should: {wrong}")
        torn = half_written(self.environment.folder / "objects")
        outcome.require(not torn, f"named but not whole: {torn[:3]}")
        named = [
            one["key"] for one in kept if not (self.environment.folder / "objects" / one["key"]).is_file()
        ]
        outcome.require(not named, f"documents name objects that are not there: {named[:3]}")


def half_written(objects: Path) -> list[str]:
    """Objects whose content is not what their name says."""
    return [
        path.name
        for path in objects.rglob("*")
        if path.is_file()
        and len(path.stem) == NAME_LETTERS
        and sha256(path.read_bytes()).hexdigest() != path.stem
    ]
