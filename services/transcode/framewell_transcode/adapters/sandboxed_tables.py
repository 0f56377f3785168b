"""FrameTables: tables come out of the sandbox, so the sandbox reads them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from framewell_kit.objects.protocol import Objects
from framewell_media.sandbox import Limits, Sandbox
from framewell_transcode.domain.frame_runs import FrameRun
from framewell_transcode.domain.job_parameters import timeline_parameters
from framewell_transcode.domain.pictures import PictureSource, WantedPicture
from framewell_transcode.ports.processors import ListedRuns

_CPU_SECONDS: Final = 20
_WALL_SECONDS: Final = 25.0


@dataclass(frozen=True, slots=True)
class SandboxedTables:
    """FrameTables on a sandbox."""

    sandbox: Sandbox
    objects: Objects
    memory_bytes: int

    async def runs(self, source: PictureSource, wanted: WantedPicture, most: int) -> ListedRuns:
        assert source.table is not None
        parameters = {
            "index": source.chunk,
            "wanted": asdict(wanted),
            "timeline": timeline_parameters(source.timeline),
            "placed": asdict(source.segment) if source.segment else None,
            "most": most,
        }
        async with self.objects.local(source.table) as table:
            answer = await self.sandbox.run(
                "list_frame_runs",
                parameters,
                inputs=[table],
                outputs=[],
                limits=Limits(self.memory_bytes, _CPU_SECONDS, _WALL_SECONDS),
            )
        runs = tuple(FrameRun(*(int(part) for part in run)) for run in answer["runs"])
        following = answer["next"]
        return ListedRuns(runs, int(answer["end_pts"]), None if following is None else int(following))
