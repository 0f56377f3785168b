"""OriginalPictures: a picture is decoded in the sandbox, a few at a time, so that chunks are not held up."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from framewell.media.v1.media_pb2 import ByteRange, ObjectRef
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Busy
from framewell_media.sandbox import Limits, Sandbox
from framewell_media.timeline import Moment
from framewell_transcode.adapters.sparse_source import run_on_part
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
            self.objects.sparse(source.original) as original,
            self._table(source.table) as table,
            self._file() as picture,
        ):

            async def run(more: dict[str, Any]) -> dict[str, Any]:
                return await self.sandbox.run(
                    "take_picture" if table else "take_still",
                    parameters | more,
                    inputs=[original.path, *([table] if table else [])],
                    outputs=[picture],
                    limits=Limits(self.memory_bytes, _CPU_SECONDS, _WALL_SECONDS),
                )

            all_of_it = ByteRange(offset=0, length=original.size)  # of a still every byte is read
            answer = await run_on_part(original, None if table else all_of_it, run)
            ref = await self.objects.put_file(picture, media_type=PICTURE_TYPE, suffix=".jpg")
        if source.table is None:
            return Moment(source.timeline.start_pts, 0), ref
        return Moment(int(answer["pts"]), int(answer["frame"])), ref

    def _table(self, table: ObjectRef | None) -> AbstractAsyncContextManager[Path | None]:
        return nullcontext() if table is None else self.objects.local(table)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= _MOST_WAITING:
            raise Busy(
                say(
                    "pictures_waiting",
                    "{most} pictures are waiting to be taken already; ask again.",
                    most=_MOST_WAITING,
                )
            )
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
