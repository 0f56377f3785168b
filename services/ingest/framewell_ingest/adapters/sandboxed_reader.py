"""Foreign files are read in the sandbox: recognised, checked, searched for rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from framewell_contracts.sentences import say
from framewell_ingest.adapters.trust_lists import TrustLists
from framewell_ingest.domain.findings import Finding
from framewell_ingest.domain.verdicts import UNREADABLE, Refused
from framewell_ingest.ports import Reading
from framewell_kit.outcomes import Busy
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_media.probing import probe
from framewell_media.sandbox import Limits, Sandbox

SANDBOX_JOBS: Final = (
    "framewell_media.jobs.probe",
    "framewell_ingest.sandbox_jobs",
)
_SANDBOX_RETRY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class SandboxedReader:
    """MediaReader in locked children; `memory_bytes` is what one may use.

    `trust` says whose signed permissions are believed: nobody's by default.
    """

    sandbox: Sandbox
    memory_bytes: int
    trust: TrustLists = field(default_factory=TrustLists)

    async def read(self, path: Path, file_name: str) -> Reading:
        try:
            probed = await probe(self.sandbox, path, file_name=file_name)
            rights = await self._rights(path)
            credentials = await self._credentials(path)
        except MediaError as verdict:
            raise Refused(verdict.code, verdict.detail) from verdict
        except JobCrashed as crash:
            if crash.cause == "exit":
                raise
            raise Refused(UNREADABLE, crash.explanation) from crash
        except SandboxUnavailable as missing:
            raise Busy(
                say("no_media_readable", "no media can be read on this machine: {why}", why=missing),
                _SANDBOX_RETRY_SECONDS,
            ) from missing
        return Reading(
            kind=probed.kind_message,
            container=probed.container,
            media_type=probed.media_type,
            suffix=probed.suffix,
            tracks=probed.tracks,
            findings=tuple(_finding(entry) for entry in (*rights["findings"], *credentials)),
            holder=str(rights["holder"])[:500],
        )

    async def _rights(self, path: Path) -> dict[str, Any]:
        limits = Limits(memory_bytes=self.memory_bytes, cpu_seconds=30, wall_seconds=60, output_bytes=0)
        return await self.sandbox.run("read_rights", {}, inputs=[path], limits=limits)

    async def _credentials(self, path: Path) -> list[dict[str, Any]]:
        """Return the content credentials; checking them hashes the whole file, so it may take that long."""
        limits = Limits(memory_bytes=self.memory_bytes, cpu_seconds=600, wall_seconds=1800, output_bytes=0)
        answer = await self.sandbox.run("read_c2pa", self.trust.parameters(), inputs=[path], limits=limits)
        return list(answer["findings"])


def _finding(entry: dict[str, Any]) -> Finding:
    return Finding(
        origin=str(entry["origin"]),
        found_at=str(entry["found_at"])[:200],
        property=entry["property"],
        text=str(entry["text"]),
    )
