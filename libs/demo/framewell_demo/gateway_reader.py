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

_ANSWER_WITHIN_SECONDS: Final = 60.0


class NotPlayableError(RuntimeError):
    """A playlist that a player could not play; the message says which part of it."""


@dataclass(frozen=True, slots=True)
class Playback:
    """What a player gets of a playlist: media segments that could be fetched, and their bytes."""

    segments: int
    bytes: int


@dataclass(frozen=True, slots=True)
class GatewayReader:
    """Reads from the gateway, and repeats a request while it is restarting."""

    client: httpx.AsyncClient

    async def view(self, asset_id: str) -> View:
        """Return everything the mesh knows about the asset, once no part is missing for want of a service."""
        async with time_limit(_ANSWER_WITHIN_SECONDS, f"the whole view of {asset_id}"):
            while True:
                answer = await self._get(f"/v1/assets/{asset_id}")
                view: View = answer.json()
                if view["state"] in {"rejected", "removed"} or _complete(view):
                    return view
                await asyncio.sleep(0.5)

    async def frame(self, asset_id: str, frame: int) -> bytes:
        """Return the picture with this index, as JPEG."""
        return (await self._get(f"/v1/assets/{asset_id}/frame?frame={frame}")).content

    async def crop(self, sample_id: str, key: str) -> bytes:
        """Return the bytes of a crop of a sample."""
        return (await self._get(f"/v1/samples/{sample_id}/objects/{key}")).content

    async def status(self, path: str) -> int:
        """Return the HTTP status that an address answers with."""
        try:
            return (await self._get(path)).status_code
        except httpx.HTTPStatusError as error:
            return error.response.status_code

    async def play(self, playlist: str) -> Playback:
        """Open an HLS playlist and fetch everything it names, following playlists inside it.

        Raise NotPlayableError when it is no playlist, or a part of it is missing.
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
        async with time_limit(_ANSWER_WITHIN_SECONDS, f"the gateway to answer {path}"):
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


def _complete(view: View) -> bool:
    """Return False while a service that knows a part of it is away, or has not heard of it yet."""
    return not view["unavailable"] and "samples" in view and bool(view["rights"])


def _uris(playlist: str) -> list[str]:
    """Return everything a playlist names: lines without a hash, and URI attributes of maps and renditions."""
    found = []
    for line in playlist.splitlines():
        if line and not line.startswith("#"):
            found.append(line.strip())
        elif 'URI="' in line and "IFRAME" not in line:
            found.append(line.split('URI="', 1)[1].split('"', 1)[0])
    return found
