"""Posters in memory: a page of a hundred of them is asked for at every look at the list of assets."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from framewell.media.v1.media_service_pb2 import GetFrameResponse
from framewell_kit.clock import Clock

MOST_BYTES: Final = 48 << 20
"""Of all together: some 4,000 posters as lists show them."""
_KEPT_SECONDS: Final = 600.0
"""After which it is asked again which picture it is: another replica may have heard of a new one."""


@dataclass(frozen=True, slots=True)
class _Poster:
    picture: GetFrameResponse
    until: float


@dataclass(slots=True)
class KeepPosters:
    """Posters by asset and width; the longest unused go first. Whether an asset is there it does not know."""

    clock: Clock
    most_bytes: int = MOST_BYTES
    _posters: OrderedDict[tuple[str, int], _Poster] = field(default_factory=OrderedDict, init=False)
    _widths: dict[str, set[int]] = field(default_factory=dict, init=False)
    _bytes: int = field(default=0, init=False)

    @property
    def bytes(self) -> int:
        """Return how many bytes of pictures are kept."""
        return self._bytes

    def get(self, asset_id: str, width: int) -> GetFrameResponse | None:
        """Return a poster that is kept, None where there is none."""
        poster = self._posters.get((asset_id, width))
        if poster is None:
            return None
        if self.clock.monotonic() >= poster.until:
            self._drop(asset_id, width)
            return None
        self._posters.move_to_end((asset_id, width))
        return poster.picture

    def put(self, asset_id: str, width: int, picture: GetFrameResponse) -> None:
        """Keep a poster, and let go of others where that is too much."""
        self._drop(asset_id, width)
        self._posters[asset_id, width] = _Poster(picture, self.clock.monotonic() + _KEPT_SECONDS)
        self._widths.setdefault(asset_id, set()).add(width)
        self._bytes += len(picture.jpeg)
        while self._bytes > self.most_bytes:
            self._drop(*next(iter(self._posters)))

    def forget(self, asset_id: str) -> None:
        """Let go of what stands for an asset: it was removed, or has another picture now."""
        for width in [*self._widths.get(asset_id, ())]:
            self._drop(asset_id, width)

    def sweep(self) -> None:
        """Let go of what has been kept for its time, used or not."""
        now = self.clock.monotonic()
        for asset_id, width in [key for key, one in self._posters.items() if now >= one.until]:
            self._drop(asset_id, width)

    def _drop(self, asset_id: str, width: int) -> None:
        poster = self._posters.pop((asset_id, width), None)
        if poster is None:
            return
        self._bytes -= len(poster.picture.jpeg)
        widths = self._widths[asset_id]
        widths.discard(width)
        if not widths:
            del self._widths[asset_id]
