"""Which run read which class, asset and holder: an index to find by one of them what rests on it.

collection `sources`: one document a run and subject, `_id` `<run> <subject>`
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from framewell_kit.documents.protocol import Documents

SOURCES: Final = "sources"
BATCH: Final = 1000
"""Subjects that are written, or asked for, at once."""


@dataclass(frozen=True, slots=True)
class SourceDocuments:
    """SourceRepository over the document store."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the indexes that it is for."""
        await self.documents.ensure_index(SOURCES, ["subject"])
        await self.documents.ensure_index(SOURCES, ["run_id"])

    async def note(self, run_id: str, subjects: Collection[str]) -> None:
        for some in _batches(subjects):
            rows = [{"_id": f"{run_id} {one}", "run_id": run_id, "subject": one} for one in some]
            await self.documents.insert_each_once(SOURCES, rows)

    async def subjects_of(self, run_id: str) -> list[str]:
        return sorted(row["subject"] for row in await self.documents.find(SOURCES, {"run_id": run_id}))

    async def runs_of(self, subjects: Collection[str]) -> list[str]:
        found: set[str] = set()
        for some in _batches(subjects):
            rows = await self.documents.find(SOURCES, {"subject": {"$in": some}})
            found |= {row["run_id"] for row in rows}
        return sorted(found)

    async def forget(self, run_id: str) -> int:
        return await self.documents.delete_where(SOURCES, {"run_id": run_id})


def _batches(subjects: Collection[str]) -> list[list[str]]:
    ordered = sorted(subjects)
    return [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
