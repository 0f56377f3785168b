"""One recording under way: its segments announced as they are cut, the last one as the last."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from google.protobuf.message import Message

from framewell.segment.v1.segment_pb2 import SegmentArrived
from framewell_cli.receive.segmenter import Segmenter

_SEGMENT: Final = re.compile(r"(\d{6})\.(?:ts|mkv)")


class Publisher(Protocol):
    """Publishes facts; `framewell_client.EventPublisher` is one."""

    async def publish(self, message: Message, *, event_id: str = "", subject: str = "") -> str:
        """Publish one fact, and return its event id."""
        ...


@dataclass(slots=True)
class ReceivedRecording:
    """Announces what a segmenter cuts. `about` are the other fields of every `segment.arrived`.

    Run again over the same folder it announces what lies there once more, which changes nothing where it was
    announced before, and goes on behind it.
    """

    asset_id: str
    segmenter: Segmenter
    publisher: Publisher
    report: Callable[[Mapping[str, Any]], None]
    about: SegmentArrived = field(default_factory=SegmentArrived)

    async def run(self) -> int:
        """Announce every segment until the input ends; return how many there are."""
        folder = self.segmenter.folder
        folder.mkdir(parents=True, exist_ok=True)
        cut = sorted(
            path for path in folder.iterdir() if _SEGMENT.fullmatch(path.name) and path.stat().st_size
        )
        for path in cut:
            await self._announce(path)
        self.segmenter.first = _number(cut[-1]) + 1 if cut else 0
        last = cut[-1] if cut else None
        async for path in self.segmenter.segments():
            await self._announce(path)
            last = path
        if last is not None:
            await self._announce(last, last=True)
        return 0 if last is None else _number(last) + 1

    def stop(self) -> None:
        """End the recording where it is now."""
        self.segmenter.stop()

    async def _announce(self, path: Path, *, last: bool = False) -> None:
        fact, number = SegmentArrived(), _number(path)
        fact.CopyFrom(self.about)
        fact.asset_id, fact.sequence, fact.uri, fact.last = self.asset_id, number, path.as_uri(), last
        name = f"{self.asset_id}/{number}{'/last' if last else ''}"
        await self.publisher.publish(fact, event_id=name, subject=self.asset_id)
        self.report({"asset_id": self.asset_id, "sequence": number, "file": path.name, "last": last})


def _number(path: Path) -> int:
    return int(path.stem)
