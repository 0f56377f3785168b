"""OriginalPictures: a picture is decoded in the sandbox, a few at a time, so that chunks are not held up."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Busy
from framewell_media.sandbox import Limits, Sandbox
from framewell_media.timeline import Moment
from framewell_transcode.domain.job_parameters import recipe_parameters, timeline_parameters
from framewell_transcode.domain.pictures import PictureSource, WantedPicture
from framewell_transcode.domain.proxy import ProxyRecipe

PICTURE_TYPE: Final = "image/jpeg"
_MOST_WAITING: Final = 32
_CPU_SECONDS: Final = 45
_WALL_SECONDS: Final = 50.0
"""Less than a caller waits, who otherwise would not learn why."""


@dataclass(slots=True)
class SandboxedPictures:
    """OriginalPictures on a sandbox that has a child for each of `at_once` beside those of chunks."""

    sandbox: Sandbox
    objects: Objects
    scratch: Path
    recipe: ProxyRecipe
    memory_bytes: int
    at_once: int
    _turns: asyncio.Semaphore = field(init=False)
    _waiting: int = 0

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.at_once)

    async def take(self, source: PictureSource, wanted: WantedPicture) -> tuple[Moment, ObjectRef]:
        parameters = {
            "index": source.chunk,
            "wanted": asdict(wanted),
            "timeline": timeline_parameters(source.timeline),
            "placed": asdict(source.segment) if source.segment else None,
            "recipe": recipe_parameters(self.recipe),
        }
        async with (
            self._turn(),
            self.objects.local(source.original) as original,
            self.objects.local(source.table or source.original) as table,
            self._file() as picture,
        ):
            answer = await self.sandbox.run(
                "take_picture" if source.table else "take_still",
                parameters,
                inputs=[original, table] if source.table else [original],
                outputs=[picture],
                limits=Limits(
                    memory_bytes=self.memory_bytes, cpu_seconds=_CPU_SECONDS, wall_seconds=_WALL_SECONDS
                ),
            )
            ref = await self.objects.put_file(picture, media_type=PICTURE_TYPE, suffix=".jpg")
        if source.table is None:
            return Moment(source.timeline.start_pts, 0), ref
        return Moment(int(answer["pts"]), int(answer["frame"])), ref

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= _MOST_WAITING:
            raise Busy(f"{_MOST_WAITING} pictures are waiting to be taken already; ask again.")
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1

    @asynccontextmanager
    async def _file(self) -> AsyncIterator[Path]:
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            yield Path(folder) / "picture"
