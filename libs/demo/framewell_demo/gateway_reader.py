"""The gateway as the demo reads it: composed views, playlists as a player would open them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

import httpx

from framewell_demo.facts import time_limit

View = Mapping[str, Any]
"""The composed view of an asset: `GET /v1/assets/{id}`."""

_PATIENCE_SECONDS: Final = 60.0


class NotPlayableError(RuntimeError):
    """A playlist that a player could not play; the message says which part of it."""


@dataclass(frozen=True, slots=True)
class Playback:
    """What a player gets to see of a playlist: media segments that could be fetched, and their bytes."""

    segments: int
    bytes: int


@dataclass(frozen=True, slots=True)
class GatewayReader:
    """Reads from the gateway; repeats while it is being restarted."""

    client: httpx.AsyncClient

    async def view(self, asset_id: str) -> View:
        """Everything the mesh knows about the asset, no part of it missing because a service is away."""
        async with time_limit(_PATIENCE_SECONDS, f"the whole view of {asset_id}"):
            while True:
                answer = await self._get(f"/v1/assets/{asset_id}")
                view: View = answer.json()
                if view["state"] in {"rejected", "removed"} or _whole(view):
                    return view
                await asyncio.sleep(0.5)

    async def frame(self, asset_id: str, frame: int) -> bytes:
        """The sampled picture nearest at or before a frame, as JPEG."""
        return (await self._get(f"/v1/assets/{asset_id}/frame?frame={frame}")).content

    async def object(self, key: str) -> bytes:
        """The bytes of an object."""
        return (await self._get(f"/v1/objects/{key}")).content

    async def play(self, playlist: str) -> Playback:
        """Open an HLS playlist and fetch everything it names, following playlists inside it.

        Raises NotPlayableError when it is no playlist, or a part of it is missing.
        """
        answer = await self._part(playlist)
        if not answer.text.startswith("#EXTM3U"):
            raise NotPlayableError(f"{playlist} is no HLS playlist")
        segments = total = 0
        for uri in _uris(answer.text):
            target = urljoin(str(answer.url), uri)
            if target.endswith(".m3u8"):
                inner = await self.play(target)
                segments, total = segments + inner.segments, total + inner.bytes
            else:
                part = await self._part(target)
                segments, total = segments + 1, total + len(part.content)
        return Playback(segments, total)

    async def _part(self, address: str) -> httpx.Response:
        try:
            return await self._get(address)
        except httpx.HTTPStatusError as error:
            raise NotPlayableError(f"{address} answers {error.response.status_code}") from error

    async def _get(self, path: str) -> httpx.Response:
        async with time_limit(_PATIENCE_SECONDS, f"the gateway to answer {path}"):
            while True:
                try:
                    answer = await self.client.get(path)
                except httpx.TransportError:
                    await asyncio.sleep(0.5)
                    continue
                if answer.status_code in {502, 503, 504}:
                    await asyncio.sleep(0.5)
                    continue
                return answer.raise_for_status()


def _whole(view: View) -> bool:
    """False while a part is null because the service that knows it is away."""
    return all(view[part] is not None for part in ("people", "text", "labels", "speech", "rights", "samples"))


def _uris(playlist: str) -> list[str]:
    """Everything a playlist names: lines without a hash, and URI attributes of maps and renditions."""
    found = []
    for line in playlist.splitlines():
        if line and not line.startswith("#"):
            found.append(line.strip())
        elif 'URI="' in line and "IFRAME" not in line:
            found.append(line.split('URI="', 1)[1].split('"', 1)[0])
    return found
