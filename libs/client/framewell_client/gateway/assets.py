"""Assets: ask for them, follow and read them."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from framewell_client.errors import Refused, Unreachable
from framewell_client.gateway.calls import Calls, Document
from framewell_client.rest.request import part
from framewell_client.rest.request import path as path_of
from framewell_client.transport import BROKEN
from framewell_client.uploads import OnBytes, OnUri, send_file

OnEvent = Callable[[Document], None]

ENDED: Final = {"framewell.asset.analysed.v1", "framewell.asset.rejected.v1", "framewell.asset.removed.v1"}
ENDED_STATES: Final = {"analysed", "rejected", "removed"}

RECONNECT_AFTER_SECONDS: Final = 0.5
RECONNECT_WITHIN_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of an asset, and which it is."""

    jpeg: bytes
    frame: int
    """Index in presentation order, from 0."""
    pts: int
    """In the asset's time base."""
    timecode: str
    """SMPTE ST 12, empty where the asset has none."""


class AssetCalls(Calls):
    """Methods about assets and their objects."""

    address: str

    def submit(self, request: Mapping[str, Any], *, request_id: str = "") -> Document:
        """Ask for media to be taken in, as `ingest.requested` does: `{asset_id, existed}`.

        The same `request_id` twice is one asset; without it the mesh makes one.
        """
        named = {"request_id": request_id} if request_id else {}
        return self._document("POST", "/v1/assets", params=named, json=dict(request))

    def upload(
        self, path: Path, on_bytes: OnBytes | None = None, *, uri: str = "", on_uri: OnUri | None = None
    ) -> Document:
        """Send a file: `{uri, size, sha256}`; goes on after breaks, also of an earlier attempt.

        `on_bytes` is called with the bytes that have arrived so far. `on_uri` gets the name of the upload
        before it begins; given as `uri` to a later call, the same file goes on from where it stopped.
        """
        return send_file(self._transport.send, path, uri=uri, on_bytes=on_bytes, on_uri=on_uri)

    def cancel(self, asset_id: str) -> Document:
        """Stop the fetch of an asset; return it as ingest knows it, unchanged if it had ended before."""
        asset: Document = self._document("POST", f"/v1/assets/{part(asset_id)}/cancel")["asset"]
        return asset

    def reprocess(self, asset_id: str) -> int:
        """Have everything of an asset made anew; return the generation that begins.

        Raise Refused, with status 409, while that is under way already.
        """
        return int(self._document("POST", f"/v1/assets/{part(asset_id)}/reprocess")["generation"])

    def remove(self, asset_id: str, *, reason: str = "") -> None:
        """Have an asset and everything made from it removed, by every service."""
        params = {"reason": reason} if reason else {}
        self._document("DELETE", f"/v1/assets/{part(asset_id)}", params=params)

    def asset(self, asset_id: str) -> Document:
        """Return the composed view of an asset."""
        return self._document("GET", f"/v1/assets/{part(asset_id)}")

    def why(self, asset_id: str) -> Document:
        """Return where an asset stands, what it waits for and why, and what to do about it."""
        return self._document("GET", f"/v1/assets/{part(asset_id)}/why")

    def assets(self, *, limit: int = 100) -> list[Document]:
        """Return assets, newest first."""
        return self._pages("/v1/assets", "assets", limit)

    def list_assets(self, *, limit: int = 100, **wanted: Any) -> Document:
        """Return `{assets, total_size}`: assets that meet every condition, and how many do.

        Conditions are the parameters of REST, by name: `state=["analysed"]`, `title="news"`,
        `order_by="title"`; empty ones are left out.
        """
        return self._list("/v1/assets", "assets", limit, **wanted)

    def observations(
        self, asset_id: str, analysers: Sequence[str] = (), *, limit: int = 10_000
    ) -> list[Document]:
        """Return what models saw in an asset."""
        path = f"/v1/assets/{part(asset_id)}/observations"
        return self._pages(path, "observations", limit, analysers=list(analysers))

    def events(self, asset_id: str) -> list[Document]:
        """Return everything that has happened to an asset so far."""
        return self._pages(f"/v1/assets/{part(asset_id)}/events", "events")

    def follow(self, asset_id: str) -> Iterator[Document]:
        """Yield events of an asset from its first one on, as they happen, for ever; none twice.

        Resumes after a break, also when the gateway is away for a minute. Raise Unreachable when it never
        answered, or stays away.
        """
        path, last, answered = f"/v1/assets/{part(asset_id)}/events", "", -math.inf
        while True:
            try:
                for position, event in self._transport.events(path, last):
                    last, answered = position, time.monotonic()
                    yield event
                answered = time.monotonic()
            except BROKEN:
                answered = time.monotonic()
            except Unreachable:
                if time.monotonic() - answered > RECONNECT_WITHIN_SECONDS:
                    raise
            time.sleep(RECONNECT_AFTER_SECONDS)

    def state(self, asset_id: str) -> str:
        """Return how far an asset is, as its view says it; `removed` of one that is gone."""
        try:
            return str(self.asset(asset_id)["state"])
        except Refused as refused:
            if refused.status != HTTPStatus.GONE:
                raise
            return "removed"

    def wait(self, asset_id: str, on_event: OnEvent | None = None) -> Document:
        """Wait until the asset has ended and return its view; `on_event` gets each event as it happens.

        Raise Refused, with status 410, for an asset that was removed.
        """
        for event in self.follow(asset_id):
            if on_event is not None:
                on_event(event)
            if event["type"] in ENDED:
                view = self.asset(asset_id)
                if view["state"] in ENDED_STATES:
                    return view
        raise AssertionError("follow never ends")

    def object(self, owner: str, key: str) -> bytes:
        """Return the bytes of a stored object of an owner: `samples/<id>`, `snapshots/<id>` and so on.

        Raise Refused, with status 410, for what was withdrawn, removed or erased.
        """
        return self._transport.send("GET", f"/v1/{path_of(owner)}/objects/{key}").content

    def object_url(self, owner: str, key: str) -> str:
        """Return the address of a stored object of an owner (`assets/<id>`), for a browser or a player."""
        return f"{self.address}/v1/{path_of(owner)}/objects/{key}"

    def frame(self, asset_id: str, frame: int) -> bytes:
        """Return the picture with this index as JPEG."""
        return self.picture(asset_id, frame=frame).jpeg

    def picture(
        self,
        asset_id: str,
        *,
        frame: int | None = None,
        pts: int | None = None,
        seconds: float | None = None,
        timecode: str | None = None,
        width: int | None = None,
    ) -> Picture:
        """Return the very picture of a moment, taken out of the original; the first where none is given.

        Give one of frame, pts, seconds and timecode. Raise Refused, with status 410, once the asset is gone.
        """
        wanted = {"frame": frame, "pts": pts, "seconds": seconds, "timecode": timecode, "width": width}
        given = {name: value for name, value in wanted.items() if value is not None}
        answer = self._transport.send("GET", f"/v1/assets/{part(asset_id)}/frame", params=given)
        of = answer.headers
        return Picture(
            answer.content,
            int(of["x-framewell-frame"]),
            int(of["x-framewell-pts"]),
            of["x-framewell-timecode"],
        )
